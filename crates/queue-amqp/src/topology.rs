use herald_broker::{Settings, wire};
use lapin::options::{ExchangeDeclareOptions, QueueBindOptions, QueueDeclareOptions};
use lapin::types::{AMQPValue, FieldTable};
use lapin::{Channel, ExchangeKind};

/// How many frames wait for a node that is slow, before the oldest go: it finds the hole.
const LIVE: i64 = 10_000;
/// More often than anything is ever handed out.
const ANY_NUMBER_OF_TIMES: i64 = 1_000_000_000;

/// Exchanges and queues: how they are called, and how they are declared.
///
/// Everything is declared at the beginning of each session, by both connections: whoever comes first
/// makes it, and for the other nothing changes. RabbitMQ keeps the arguments of a queue for good, and
/// refuses to declare it with others; so a change of one takes another name.
pub(crate) struct Topology {
    /// direct: a job goes to the queue of its kind
    pub(crate) jobs: String,
    /// fanout: an event goes to the queue of each node
    pub(crate) live: String,
    /// both the exchange and the queue of what was taken out of the way
    pub(crate) dead: String,
    capacity: i64,
    deliveries: i64,
}

impl Topology {
    pub(crate) fn new(settings: &Settings) -> Self {
        Self {
            jobs: settings.name("jobs"),
            live: settings.name("live"),
            dead: settings.name("dead"),
            capacity: settings.capacity.into(),
            deliveries: settings.deliveries.into(),
        }
    }

    /// The queue of one kind of job.
    pub(crate) fn queue(&self, kind: &str) -> String {
        format!("{}.{kind}", self.jobs)
    }

    /// Every queue that stays.
    pub(crate) fn queues(&self) -> impl Iterator<Item = String> {
        let jobs = wire::KINDS.iter().map(|kind| self.queue(kind));
        jobs.chain([self.dead.clone()])
    }

    /// Every exchange.
    pub(crate) fn exchanges(&self) -> [&str; 3] {
        [&self.jobs, &self.live, &self.dead]
    }

    /// What jobs need.
    pub(crate) async fn declare_jobs(&self, channel: &Channel) -> lapin::Result<()> {
        declare_exchange(channel, &self.dead, ExchangeKind::Fanout).await?;
        let dead = quorum([
            // 4.0 gives every quorum queue a limit of 20 unless it has one, and this one has nowhere
            // to put what exceeds it: who only looked at dead jobs so often would have lost them
            ("x-delivery-limit", ANY_NUMBER_OF_TIMES.into()),
            ("x-max-length", i64::from(Settings::DEAD).into()),
        ]);
        declare_queue(channel, &self.dead, &self.dead, "", dead).await?;
        declare_exchange(channel, &self.jobs, ExchangeKind::Direct).await?;
        for kind in wire::KINDS {
            let arguments = quorum([
                // without one, a job that kills its worker would come back for ever before 4.0
                ("x-delivery-limit", self.deliveries.into()),
                ("x-dead-letter-exchange", text(&self.dead)),
                // otherwise a dead letter is sent once, and lost if nobody takes it in that moment;
                // it takes an overflow that refuses, so that what waits is never dropped unseen
                ("x-dead-letter-strategy", text("at-least-once")),
                ("x-overflow", text("reject-publish")),
                ("x-max-length", self.capacity.into()),
            ]);
            declare_queue(channel, &self.queue(kind), &self.jobs, kind, arguments).await?;
        }
        Ok(())
    }

    /// Makes sure that nobody else looks at the dead jobs, until the connection ends: a queue that is
    /// exclusive is refused to every other connection.
    pub(crate) async fn declare_lock(&self, channel: &Channel) -> lapin::Result<()> {
        let name = format!("{}.look", self.dead);
        let options = QueueDeclareOptions { exclusive: true, ..Default::default() };
        channel.queue_declare(name.into(), options, FieldTable::default()).await.map(drop)
    }

    /// What events need of everybody.
    pub(crate) async fn declare_live(&self, channel: &Channel) -> lapin::Result<()> {
        declare_exchange(channel, &self.live, ExchangeKind::Fanout).await
    }

    /// A queue for the events that this node hears; its name.
    pub(crate) async fn declare_ear(&self, channel: &Channel) -> lapin::Result<String> {
        self.declare_live(channel).await?;
        let options =
            QueueDeclareOptions { exclusive: true, auto_delete: true, ..Default::default() };
        // What nobody fetches must not pile up, so the queue has an end. Not by a time to live: what
        // has expired stays as long as something before it has not.
        let arguments = table([("x-max-length", LIVE.into()), ("x-overflow", text("drop-head"))]);
        // Named by the broker: a name of ours would be locked after a cut, until the broker notices
        // that the connection which owns it is gone.
        let queue = channel.queue_declare("".into(), options, arguments).await?;
        let queue = queue.name().as_str().to_owned();
        bind(channel, &queue, &self.live, "").await?;
        Ok(queue)
    }
}

async fn declare_exchange(channel: &Channel, name: &str, kind: ExchangeKind) -> lapin::Result<()> {
    let options = ExchangeDeclareOptions { durable: true, ..Default::default() };
    channel.exchange_declare(name.into(), kind, options, FieldTable::default()).await
}

async fn declare_queue(
    channel: &Channel,
    name: &str,
    exchange: &str,
    key: &str,
    arguments: FieldTable,
) -> lapin::Result<()> {
    let options = QueueDeclareOptions { durable: true, ..Default::default() };
    channel.queue_declare(name.into(), options, arguments).await?;
    bind(channel, name, exchange, key).await
}

async fn bind(channel: &Channel, queue: &str, exchange: &str, key: &str) -> lapin::Result<()> {
    let options = QueueBindOptions::default();
    channel
        .queue_bind(queue.into(), exchange.into(), key.into(), options, FieldTable::default())
        .await
}

/// The arguments of a queue that a majority of the broker's nodes keeps.
fn quorum<const N: usize>(arguments: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = table(arguments);
    table.insert("x-queue-type".into(), text("quorum"));
    table
}

fn table<const N: usize>(arguments: [(&str, AMQPValue); N]) -> FieldTable {
    let mut table = FieldTable::default();
    for (name, value) in arguments {
        table.insert(name.into(), value);
    }
    table
}

fn text(value: &str) -> AMQPValue {
    AMQPValue::LongString(value.into())
}
