//! How cases become tests. Every case must be named here; a test of this crate sees to it.

/// Runs one case on a runtime of several threads, so that what is concurrent is really so.
pub fn run(case: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(4)
        .enable_all()
        .build()
        .unwrap()
        .block_on(case);
}

/// Makes every case of the stores a test; each gets the [`Stores`](crate::Stores) of a fresh
/// database from the expression, which may `await`, and be an option. Stands at the top of a module.
#[macro_export]
macro_rules! contract_suite {
    ($stores:expr) => {
        async fn contract_stores() -> Option<$crate::Stores> {
            $stores.into()
        }
        $crate::contract_cases! { users of contract_stores:
            registering_gives_the_decimal_of_the_key_as_id,
            a_user_is_found_by_the_key,
            a_name_is_taken_in_any_case,
            a_name_registered_many_times_at_once_goes_to_one,
            a_login_is_found_by_its_name_in_any_case,
            an_application_s_user_has_no_login,
            ensure_creates_a_user_once,
            ensure_at_once_creates_one_user,
            reserved_ids_are_not_created,
            ids_are_told_apart_by_case,
            a_change_of_role_or_company_is_noted,
            a_change_to_what_is_so_already_is_not_noted,
            an_unknown_user_is_not_changed,
        }
        $crate::contract_cases! { managing of contract_stores:
            users_are_listed_by_key,
            each_filter_shows_its_users,
            the_search_is_by_what_begins_so,
            many_are_found_at_once,
            addresses_come_and_go,
            disabling_is_noted_once,
            the_last_administrator_stays,
            demoted_at_once_one_stays,
            who_is_deleted_is_gone,
            an_id_that_was_given_back_begins_anew,
            an_old_token_brings_nobody_back,
        }
        $crate::contract_cases! { sessions of contract_stores:
            a_refresh_token_is_rotated,
            a_reused_refresh_token_revokes_its_login,
            other_logins_of_the_user_stay,
            of_rotations_at_once_one_succeeds,
            an_expired_refresh_token_is_invalid,
            an_unknown_refresh_token_is_invalid,
            revoking_twice_is_revoking_once,
            revocations_are_told_in_order,
        }
        $crate::contract_cases! { tickets of contract_stores:
            a_ticket_is_redeemed_once,
            a_ticket_may_be_of_no_login,
            of_redemptions_at_once_one_succeeds,
            an_expired_ticket_is_refused,
            issuing_keeps_tickets_that_are_good,
        }
        $crate::contract_cases! { api_keys of contract_stores:
            a_key_is_found_by_its_hash,
            a_key_may_have_no_scope,
            keys_are_listed_oldest_first,
            a_revoked_key_is_gone,
            a_number_is_never_given_twice,
        }
        $crate::contract_cases! { notifications of contract_stores:
            what_was_sent_is_in_the_inbox_at_once,
            several_recipients_have_one_event,
            a_batch_keeps_its_order,
            a_batch_may_be_refused_in_part,
            a_refused_entry_leaves_nothing_behind,
            recipients_are_created_on_request_only,
            a_recipient_is_created_once_in_a_batch,
            a_login_name_is_not_an_id,
            an_id_goes_before_a_login_name,
            what_was_sent_is_found_by_its_number,
            appends_at_once_take_one_revision_each,
            overlapping_recipients_never_fail,
            an_empty_batch_is_answered,
        }
        $crate::contract_cases! { topics of contract_stores:
            a_topic_is_created_once,
            created_at_once_it_is_one_topic,
            topics_are_listed_by_name,
            a_topic_by_invitation_is_there_for_its_subscribers,
            subscribing_twice_is_subscribing_once,
            an_unknown_topic_is_not_found,
            subscriptions_are_limited,
            subscriptions_at_once_keep_the_limit,
            a_change_leaves_the_rest,
            a_removed_topic_ends_its_subscriptions,
            subscribers_are_listed_by_key,
        }
        $crate::contract_cases! { mutes of contract_stores:
            mutes_are_replaced_as_a_whole,
            mutes_that_ended_count_as_none,
            mutes_are_each_user_s_own,
            a_muted_category_is_not_delivered,
            what_is_not_muted_is_delivered,
            a_mute_holds_until_its_end,
            critical_overrides_a_mute,
            a_send_that_all_mute_is_accepted,
            what_is_muted_replaces_nothing,
        }
        $crate::contract_cases! { preferences of contract_stores:
            preferences_are_replaced_as_a_whole,
            preferences_are_each_user_s_own,
            defaults_are_replaced_as_a_whole,
            the_inbox_may_be_turned_off,
            a_category_goes_before_everything,
            other_channels_hide_nothing,
            critical_is_put_into_every_inbox,
            groups_pass_by_who_has_turned_it_off,
            who_looks_is_spared_too,
            sends_at_once_pass_by_who_has_turned_it_off,
            profiles_come_in_the_order_named,
            profiles_know_how_users_are_reached,
        }
        $crate::contract_cases! { endpoints of contract_stores:
            endpoints_are_listed_oldest_first,
            an_endpoint_that_is_registered_again_keeps_its_number,
            channels_tell_addresses_apart,
            a_device_is_its_last_user_s,
            endpoints_are_limited,
            an_endpoint_passes_its_test,
            an_endpoint_is_removed,
            endpoints_are_how_users_are_reached,
            endpoints_go_with_their_user,
            of_users_at_once_one_has_the_device,
            registered_at_once_it_is_one_endpoint,
            endpoints_at_once_keep_the_limit,
        }
        $crate::contract_cases! { suppressions of contract_stores:
            an_address_is_suppressed_once,
            mail_is_suppressed_in_any_case,
            suppressions_are_listed_oldest_first,
            a_suppression_is_lifted,
            profiles_know_what_is_suppressed,
        }
        $crate::contract_cases! { templates of contract_stores:
            templates_are_listed_in_order,
            a_template_replaces_the_one_before,
            written_at_once_it_is_one_template,
            a_template_is_removed,
        }
        $crate::contract_cases! { settings of contract_stores:
            a_value_is_drawn_once,
            drawn_at_once_it_is_one_value,
        }
        $crate::contract_cases! { sandbox of contract_stores:
            sandbox_messages_are_listed_latest_first,
            channels_behave_as_told,
            messages_at_once_are_counted,
            the_sandbox_is_cleared,
            sandbox_messages_are_forgotten,
        }
        $crate::contract_cases! { fan_out of contract_stores:
            a_group_is_reached_by_and_by,
            every_audience_has_its_members,
            an_unknown_topic_is_refused,
            a_long_list_is_reached_by_and_by,
            a_crowd_is_reached_step_by_step,
            workers_share_the_steps,
            newcomers_are_not_told,
            leavers_are_told,
            mutes_hold_for_groups,
            a_group_s_items_are_replaced,
            what_is_scheduled_waits,
            a_time_that_has_passed_is_now,
            what_is_scheduled_is_cancelled,
            what_is_due_is_not_cancelled,
            what_has_expired_reaches_nobody,
            senders_take_turns,
            what_waits_is_not_forgotten,
            a_repeated_request_waits_once,
            who_was_reached_is_told,
            who_is_connected_is_told_with_the_step,
            who_is_connected_is_told_in_order,
            who_looks_is_told_first,
            who_is_named_is_told_in_turn,
            who_looks_is_told_only_what_is_for_them,
            everybody_gets_what_a_naive_model_says,
        }
        $crate::contract_cases! { idempotency of contract_stores:
            the_same_request_again_is_replayed,
            another_request_under_the_key_is_refused,
            refusals_are_replayed_too,
            other_keys_are_other_requests,
            of_one_key_many_times_at_once_one_is_fresh,
            a_key_can_be_looked_up,
        }
        $crate::contract_cases! { collapse of contract_stores:
            an_unread_item_is_replaced,
            a_read_item_is_not_replaced,
            an_archived_item_is_not_replaced,
            all_unread_items_of_the_key_are_replaced,
            other_keys_are_not_replaced,
            each_recipient_s_own_item_is_replaced,
            entries_of_a_batch_replace_each_other,
        }
        $crate::contract_cases! { pages of contract_stores:
            an_untouched_inbox_is_empty,
            the_epoch_stays,
            many_heads_are_those_of_each,
            the_cursor_walks_every_item_once,
            the_cursor_is_not_disturbed_by_new_items,
            the_cursor_outlives_its_item,
            pages_by_offset_have_a_total,
            a_walk_may_begin_at_an_offset,
            each_status_shows_its_items,
            items_are_found_by_their_content,
            an_item_of_another_user_is_unknown,
        }
        $crate::contract_cases! { flags of contract_stores:
            a_patch_is_one_revision,
            a_patch_without_effect_takes_no_revision,
            every_flag_is_counted,
            read_all_is_one_revision,
            seen_all_is_one_revision,
            an_empty_inbox_has_nothing_to_read,
            flags_are_each_user_s_own,
        }
        $crate::contract_cases! { removal of contract_stores:
            a_removal_is_one_revision,
            removing_twice_is_removing_once,
            removal_counts_what_counted,
            others_keep_the_item,
        }
        $crate::contract_cases! { changes of contract_stores:
            changes_tell_what_it_came_to,
            at_the_head_nothing_has_changed,
            what_came_and_went_is_among_the_removed,
            a_position_ahead_is_unknown,
            a_revision_comes_whole,
            a_removal_comes_whole,
            small_answers_lead_to_the_head,
            what_happens_to_others_is_not_told,
        }
        $crate::contract_cases! { races of contract_stores:
            creating_races_read_all,
            unread_races_read_all,
            archiving_races_read_all,
            reading_twice_counts_once,
            deleting_races_reading,
            collapsing_races_reading,
        }
        $crate::contract_cases! { expiry of contract_stores:
            an_item_goes_when_it_expires,
            it_goes_from_every_inbox,
            the_next_expiry_is_of_what_is_there,
            small_steps_come_to_the_same,
            expiring_races_everything,
        }
        $crate::contract_cases! { trimming of contract_stores:
            the_oldest_go_beyond_the_cap,
            the_cap_counts_what_is_there,
            a_full_inbox_takes_more,
            items_go_at_their_age,
            ages_are_those_of_what_is_there,
            cap_and_age_share_a_revision,
            small_steps_reach_every_inbox,
        }
        $crate::contract_cases! { leftovers of contract_stores:
            positions_below_a_forgotten_removal_are_lost,
            each_inbox_has_a_floor_of_its_own,
            idempotency_keys_are_forgotten,
            notifications_that_nobody_holds_are_forgotten,
            revocations_are_forgotten,
            tickets_are_forgotten,
            logins_that_ended_are_forgotten,
            mutes_that_ended_are_forgotten,
            steps_are_small,
        }
        $crate::contract_cases! { estates of contract_stores:
            everything_is_erased,
            others_may_clean_up_first,
            what_is_on_its_way_passes_by,
            logins_are_erased,
            subscriptions_and_mutes_end,
            tickets_lead_to_nobody,
            deletions_are_forgotten,
        }
        $crate::contract_cases! { plans of contract_stores:
            who_cannot_be_reached_is_not_planned,
            who_may_be_reached_is_planned,
            who_asked_for_it_is_planned,
            who_is_named_is_planned_when_a_channel_is,
            critical_is_planned_for_whoever_has_an_address,
            groups_are_planned_with_their_steps,
            what_is_scheduled_is_planned_in_its_time,
            what_is_not_for_the_inbox_is_in_none,
            a_replay_plans_nothing,
            planners_share_the_plans,
        }
        $crate::contract_cases! { decisions of contract_stores:
            every_channel_has_a_line,
            a_way_that_is_missing_is_a_failure,
            in_the_sandbox_nobody_needs_an_address,
            the_recipient_s_choices_hold,
            who_is_disabled_is_not_told,
            quiet_hours_hold_until_their_end,
            what_is_read_does_not_escalate,
            what_is_hidden_escalates,
            what_is_held_is_not_kept_waiting,
            a_priority_makes_urgent,
            who_was_deleted_is_not_planned,
        }
        $crate::contract_cases! { digests of contract_stores:
            a_digest_is_one_message,
            each_has_a_digest_of_their_own,
            what_is_over_is_left_out,
            an_empty_digest_is_none,
            a_digest_waits_for_the_end_of_quiet_hours,
            planners_do_not_split_a_digest,
            digests_of_who_was_deleted_are_none,
        }
        $crate::contract_cases! { claims of contract_stores:
            a_claim_says_it_all,
            it_goes_where_the_user_is_now,
            what_is_urgent_goes_first,
            a_claim_ends,
            a_late_word_counts_if_nobody_came_between,
            what_is_lost_again_and_again_fails,
            claimers_share_the_deliveries,
            a_claim_that_ran_out_comes_to_one,
        }
        $crate::contract_cases! { records of contract_stores:
            what_was_sent_is_done,
            what_failed_for_now_comes_again,
            what_is_released_is_as_it_was,
            what_is_not_wanted_is_suppressed,
            a_dead_address_is_suppressed,
            many_are_recorded_at_once,
            a_detail_may_hold_anything,
        }
        $crate::contract_cases! { dead_letters of contract_stores:
            a_dead_letter_begins_anew,
            only_what_failed_is_dead,
            a_dead_letter_is_given_up,
            many_begin_anew_at_once,
            the_backlog_is_known_by_channel,
        }
        $crate::contract_cases! { traces of contract_stores:
            nothing_is_shown_of_nothing,
            a_trace_is_of_one_user,
            a_list_knows_how_far_each_has_come,
            deliveries_are_listed_latest_first,
        }
        $crate::contract_cases! { remains of contract_stores:
            ended_deliveries_are_forgotten,
            what_is_needed_is_kept,
            nothing_is_left_of_who_was_deleted,
        }
        $crate::contract_cases! { devices of contract_stores:
            each_device_has_a_delivery,
            a_group_s_devices_are_reached,
            a_dead_device_is_forgotten,
            a_removed_device_is_told_nothing,
            each_device_has_the_digest,
        }
        $crate::contract_cases! { leases of contract_stores:
            one_has_a_lease,
            a_lease_ends,
            one_of_many_gets_a_lease,
            a_store_has_a_clock,
        }
        $crate::contract_cases! { log of contract_stores:
            pages_are_those_of_a_naive_model,
            revisions_have_no_hole_and_counts_are_true,
            changes_bring_any_copy_up_to_date,
            live_events_keep_a_copy_up_to_date,
        }
    };
}

/// Makes every case of the live bus a test; each gets a fresh `Arc<dyn LiveBus>` from the
/// expression, which may `await`. Stands at the top of a module.
#[macro_export]
macro_rules! live_bus_suite {
    ($bus:expr) => {
        async fn contract_bus() -> Option<::std::sync::Arc<dyn $crate::LiveBus>> {
            Some($bus)
        }
        $crate::live_bus_cases! { contract_bus }
    };
}

/// Makes every case of the job queue a test; each gets a fresh `Arc<dyn JobQueue>`, with room for a
/// hundred jobs or more, from the expression, which may `await`. Stands at the top of a module.
#[macro_export]
macro_rules! job_queue_suite {
    ($queue:expr) => {
        async fn contract_queue() -> Option<::std::sync::Arc<dyn $crate::JobQueue>> {
            Some($queue)
        }
        $crate::job_queue_cases! { contract_queue }
    };
}

/// Makes every case of brokers a test, and those of the live bus and the job queue; each gets a fresh
/// installation on the [`BrokerUnderTest`](crate::broker::BrokerUnderTest) of the expression. Without
/// a broker they are skipped. Stands at the top of a module.
#[macro_export]
macro_rules! broker_suite {
    ($broker:expr) => {
        async fn contract_broker() -> Option<$crate::broker::Installation> {
            $crate::broker::Installation::on($broker).await
        }
        async fn contract_bus() -> Option<::std::sync::Arc<dyn $crate::LiveBus>> {
            Some(contract_broker().await?.alone().await)
        }
        async fn contract_queue() -> Option<::std::sync::Arc<dyn $crate::JobQueue>> {
            Some(contract_broker().await?.alone().await)
        }
        $crate::live_bus_cases! { contract_bus }
        $crate::job_queue_cases! { contract_queue }
        $crate::contract_cases! { nodes of contract_broker:
            nodes_hear_each_other,
            last_words_are_heard,
            who_is_cut_off_closes_soon,
            own_devices_hear_at_once,
            installations_are_apart,
            nodes_share_the_jobs,
            a_node_without_workers_takes_none,
            a_job_may_take_long,
            garbage_harms_nobody,
            what_is_newer_makes_lag,
            a_hole_makes_lag,
        }
        $crate::contract_cases! { dead_jobs of contract_broker:
            at_first_there_is_none,
            what_is_not_understood_is_dead,
            what_fails_again_and_again_is_dead,
            a_dead_job_is_redriven,
            a_dead_job_is_removed,
            looking_changes_nothing,
        }
        $crate::contract_cases! { faults of contract_broker:
            a_broker_may_come_later,
            sending_never_waits,
            jobs_outlive_connections,
            who_could_not_hear_lags,
            who_could_not_speak_makes_others_lag,
            a_broker_that_is_stuck_is_noticed,
            what_was_deleted_is_made_again,
        }
    };
}

/// Makes every case of channels a test; each gets a fresh
/// `Arc<dyn `[`ChannelUnderTest`](crate::channel::ChannelUnderTest)`>` from the expression, which may
/// `await`, and be an option. Stands at the top of a module.
#[macro_export]
macro_rules! channel_suite {
    ($channel:expr) => {
        async fn contract_channel()
        -> Option<::std::sync::Arc<dyn $crate::channel::ChannelUnderTest>> {
            $channel.into()
        }
        $crate::contract_cases! { channel of contract_channel:
            what_was_taken_arrived_once,
            failures_have_their_meanings,
            failures_are_told_in_a_line,
            an_address_of_another_channel_is_refused,
            who_stops_waiting_leaves_nothing_behind,
            calls_overlap,
            texts_stay_texts,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! live_bus_cases {
    ($fixture:ident) => {
        $crate::contract_cases! { live_bus of $fixture:
            every_sink_hears_every_event_in_order,
            a_later_sink_hears_what_comes_after,
            events_published_at_once_all_arrive,
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! job_queue_cases {
    ($fixture:ident) => {
        $crate::contract_cases! { job_queue of $fixture:
            jobs_come_in_order,
            a_worker_waits_for_a_job,
            who_stops_waiting_takes_nothing_along,
            a_job_in_hand_is_nobody_else_s,
            what_was_not_done_comes_again,
            workers_share_the_jobs,
            a_flood_harms_nobody,
        }
    };
}

/// One test for each case of a suite. What has no fixture on this machine is skipped.
#[doc(hidden)]
#[macro_export]
macro_rules! contract_cases {
    ($suite:ident of $fixture:ident: $($case:ident),+ $(,)?) => {
        mod $suite {
            $(
                #[test]
                fn $case() {
                    $crate::run(async {
                        match super::$fixture().await {
                            Some(fixture) => $crate::$suite::$case(&fixture).await,
                            None => {
                                let test = concat!(module_path!(), "::", stringify!($case));
                                $crate::skip(test, "what it runs on is not here");
                            }
                        }
                    });
                }
            )+
        }
    };
}

#[cfg(test)]
mod tests {
    const NAMED: &str = include_str!("suite.rs");

    /// The source of every module with cases.
    const SUITES: [(&str, &str); 43] = [
        ("users", include_str!("users.rs")),
        ("managing", include_str!("managing.rs")),
        ("sessions", include_str!("sessions.rs")),
        ("tickets", include_str!("tickets.rs")),
        ("api_keys", include_str!("api_keys.rs")),
        ("notifications", include_str!("notifications.rs")),
        ("topics", include_str!("topics.rs")),
        ("mutes", include_str!("mutes.rs")),
        ("preferences", include_str!("preferences.rs")),
        ("endpoints", include_str!("endpoints.rs")),
        ("suppressions", include_str!("suppressions.rs")),
        ("templates", include_str!("templates.rs")),
        ("settings", include_str!("settings.rs")),
        ("sandbox", include_str!("sandbox.rs")),
        ("fan_out", include_str!("fan_out/mod.rs")),
        ("idempotency", include_str!("idempotency.rs")),
        ("collapse", include_str!("collapse.rs")),
        ("pages", include_str!("pages.rs")),
        ("flags", include_str!("flags.rs")),
        ("removal", include_str!("removal.rs")),
        ("changes", include_str!("changes.rs")),
        ("races", include_str!("races.rs")),
        ("expiry", include_str!("expiry.rs")),
        ("trimming", include_str!("trimming.rs")),
        ("leftovers", include_str!("leftovers.rs")),
        ("estates", include_str!("estates.rs")),
        ("plans", include_str!("deliveries/plans.rs")),
        ("decisions", include_str!("deliveries/decisions.rs")),
        ("digests", include_str!("deliveries/digests.rs")),
        ("claims", include_str!("deliveries/claims.rs")),
        ("records", include_str!("deliveries/records.rs")),
        ("dead_letters", include_str!("deliveries/dead_letters.rs")),
        ("traces", include_str!("deliveries/traces.rs")),
        ("remains", include_str!("deliveries/remains.rs")),
        ("devices", include_str!("deliveries/devices.rs")),
        ("leases", include_str!("leases.rs")),
        ("log", include_str!("log/mod.rs")),
        ("live_bus", include_str!("live_bus.rs")),
        ("job_queue", include_str!("job_queue.rs")),
        ("nodes", include_str!("broker/nodes.rs")),
        ("dead_jobs", include_str!("broker/dead_jobs.rs")),
        ("faults", include_str!("broker/faults.rs")),
        ("channel", include_str!("channel.rs")),
    ];

    #[test]
    fn every_case_is_named() {
        for (suite, source) in SUITES {
            let start = format!("contract_cases! {{ {suite} of ");
            let named = NAMED.split_once(&start).unwrap().1;
            let named = named.split_once('}').unwrap().0;
            let cases = source.lines().filter_map(|line| {
                let case = line.strip_prefix("pub async fn ")?;
                case.split_once('(').map(|(name, _)| name)
            });
            for case in cases {
                let line = format!(" {case},");
                assert!(named.lines().any(|named| named.ends_with(&line)), "{suite}::{case}");
            }
        }
    }
}
