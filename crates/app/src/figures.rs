//! The figures that Prometheus reads. What is counted on the way is counted by the crates
//! themselves; what only is at a moment is asked for when somebody reads.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Result;
use herald_http::Exposition;
use herald_realtime::Hub;
use herald_store_diesel::DieselStore;
use metrics::{Unit, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use metrics_process::Collector;

/// The buckets of durations, in seconds: a commit takes tenths of a millisecond.
const SECONDS: &[f64] =
    &[1e-4, 2.5e-4, 5e-4, 1e-3, 2.5e-3, 5e-3, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];
/// The buckets of how many writes share a commit.
const WRITES: &[f64] = &[1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
/// How often durations are put into their buckets if nobody reads.
const UPKEEP: Duration = Duration::from_secs(5);

/// Counts from now on; what was made before stays uncounted.
pub(crate) fn install() -> Result<PrometheusHandle> {
    let recorder = PrometheusBuilder::new()
        .set_buckets_for_metric(Matcher::Suffix("_duration_seconds".to_owned()), SECONDS)?
        .set_buckets_for_metric(Matcher::Suffix("_group_writes".to_owned()), WRITES)?
        .install_recorder()?;
    describe();
    gauge!("herald_build_info", "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    Ok(recorder)
}

/// Keeps what nobody reads from growing.
pub(crate) async fn upkeep(recorder: PrometheusHandle) {
    let mut turn = tokio::time::interval(UPKEEP);
    loop {
        turn.tick().await;
        recorder.run_upkeep();
    }
}

/// Writes everything down, after a look at what is only known at the moment.
pub(crate) fn exposition(
    recorder: PrometheusHandle,
    hub: Arc<Hub>,
    database: Option<Arc<DieselStore>>,
) -> Arc<Exposition> {
    let process = Collector::default();
    process.describe();
    Arc::new(move || {
        process.collect();
        gauge!("herald_realtime_connections").set(hub.sockets() as f64);
        if let Some(database) = &database {
            let load = database.load();
            gauge!("herald_store_writes_queued").set(load.writes_queued as f64);
            gauge!("herald_store_reads_in_flight").set(load.reads_in_flight as f64);
            gauge!("herald_store_wal_bytes").set(load.wal_bytes as f64);
        }
        recorder.render()
    })
}

fn describe() {
    describe_gauge!("herald_build_info", "Always 1; the label says which version runs.");
    describe_gauge!(
        "herald_clock_behind_seconds",
        Unit::Seconds,
        "How far the machine's clock is behind the store's, by which this process goes."
    );
    describe_counter!(
        "herald_notifications_accepted_total",
        "Notifications stored; a repeated request counts once."
    );
    describe_counter!("herald_sends_refused_total", "Notifications refused, by reason.");
    describe_counter!("herald_logins_total", "Logins with a password, by outcome.");
    describe_counter!("herald_http_requests_total", "Requests answered, by route.");
    describe_histogram!(
        "herald_http_request_duration_seconds",
        Unit::Seconds,
        "Time from a request's head to its answer's, by route."
    );
    describe_counter!(
        "herald_http_requests_limited_total",
        "Requests refused because their caller asks too often, by class."
    );
    describe_gauge!("herald_realtime_connections", "Sockets and streams of known users.");
    describe_counter!("herald_realtime_messages_sent_total", "Messages to sockets and streams.");
    describe_counter!(
        "herald_realtime_events_dropped_total",
        "Events that found a queue full; devices read them from the store."
    );
    describe_counter!(
        "herald_realtime_resumes_total",
        "Devices that came back, by whether they could be told what they missed."
    );
    describe_counter!(
        "herald_realtime_closes_total",
        "Sockets and streams that ended, by close code; 1006 is a lost connection."
    );
    describe_gauge!("herald_store_writes_queued", "Writes that wait for the writer.");
    describe_histogram!("herald_store_group_writes", "Writes that shared a commit.");
    describe_histogram!(
        "herald_store_commit_duration_seconds",
        Unit::Seconds,
        "Time that a commit took."
    );
    describe_gauge!("herald_store_reads_in_flight", "Reads of the store that run.");
    describe_gauge!("herald_store_wal_bytes", Unit::Bytes, "Size of the write-ahead log.");
    describe_counter!(
        "herald_fan_out_steps_total",
        "Steps of putting notifications for many, or for later, into inboxes."
    );
    describe_counter!("herald_fan_out_reached_total", "Inboxes reached by these steps.");
    describe_counter!(
        "herald_delivery_attempts_total",
        "Attempts at deliveries, by channel and what came of them."
    );
    describe_histogram!(
        "herald_delivery_attempt_duration_seconds",
        Unit::Seconds,
        "Time that an attempt took, by channel."
    );
    describe_gauge!(
        "herald_delivery_breaker_open",
        "Whether nothing is asked of a channel's provider, since it does not answer."
    );
    describe_gauge!(
        "herald_delivery_oldest_due_seconds",
        Unit::Seconds,
        "How long the delivery that has waited for longest has been due, by channel."
    );
    describe_gauge!(
        "herald_delivery_dead_letters",
        "Deliveries that failed and wait for an administrator, by channel."
    );
    describe_gauge!(
        "herald_broker_connected",
        "Whether a connection to the broker works, by link."
    );
    describe_counter!("herald_broker_connects_total", "Connections made to the broker, by link.");
    describe_counter!(
        "herald_broker_events_total",
        "Live events between nodes, by what became of them."
    );
    describe_counter!(
        "herald_broker_lagged_total",
        "Times that devices were told to look into the store, for events may have been lost."
    );
    describe_counter!("herald_broker_jobs_total", "Jobs, by what became of them on their way.");
    describe_counter!("herald_janitor_removed_total", "What the janitor removed, by kind.");
}
