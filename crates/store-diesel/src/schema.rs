//! The tables, as migrations/ creates them; one description for every backend.

diesel::table! {
    meta (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    users (key) {
        key -> BigInt,
        id -> Text,
        username -> Nullable<Text>,
        login -> Nullable<Text>,
        password -> Nullable<Text>,
        email -> Nullable<Text>,
        company -> Nullable<Text>,
        role -> Text,
        disabled_at -> Nullable<BigInt>,
        created_at -> BigInt,
        phone -> Nullable<Text>,
        tokens_after -> Nullable<BigInt>,
        reach -> BigInt,
        eager -> BigInt,
    }
}

diesel::table! {
    estates (usr) {
        usr -> BigInt,
        left_at -> BigInt,
    }
}

diesel::table! {
    deletions (id) {
        id -> Text,
        deleted_at -> BigInt,
    }
}

diesel::table! {
    sessions (id) {
        id -> Text,
        usr -> BigInt,
        created_at -> BigInt,
        revoked_at -> Nullable<BigInt>,
        ends_at -> BigInt,
    }
}

diesel::table! {
    refresh_tokens (hash) {
        hash -> Binary,
        session -> Text,
        expires_at -> BigInt,
        used_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    tickets (hash) {
        hash -> Binary,
        usr -> BigInt,
        session -> Nullable<Text>,
        access_expires_at -> BigInt,
        expires_at -> BigInt,
    }
}

diesel::table! {
    revocations (position) {
        position -> BigInt,
        usr -> BigInt,
        session -> Nullable<Text>,
        api_key -> Nullable<BigInt>,
        created_at -> BigInt,
    }
}

diesel::table! {
    api_keys (id) {
        id -> BigInt,
        name -> Text,
        scopes -> Text,
        hash -> Binary,
        created_at -> BigInt,
    }
}

diesel::table! {
    notifications (id) {
        id -> BigInt,
        sender -> Text,
        principal -> Text,
        title -> Nullable<Text>,
        message -> Text,
        kind -> Text,
        priority -> Text,
        category -> Text,
        topic -> Nullable<Text>,
        data -> Text,
        action_url -> Nullable<Text>,
        collapse_key -> Nullable<Text>,
        state -> Text,
        recipients -> BigInt,
        holders -> BigInt,
        created_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        total -> Nullable<BigInt>,
        send_at -> Nullable<BigInt>,
        channels -> Nullable<BigInt>,
        escalate_after -> Nullable<BigInt>,
        open -> BigInt,
        traceparent -> Nullable<Text>,
    }
}

diesel::table! {
    outbox (notification) {
        notification -> BigInt,
        principal -> Text,
        critical -> Bool,
        due_at -> Nullable<BigInt>,
        users -> Nullable<Text>,
        company -> Nullable<Text>,
        role -> Nullable<Text>,
        topic -> Nullable<BigInt>,
        reached -> BigInt,
        last -> Nullable<BigInt>,
        steps -> BigInt,
        chunk -> BigInt,
    }
}

diesel::table! {
    outbox_early (notification, usr) {
        notification -> BigInt,
        usr -> BigInt,
    }
}

diesel::table! {
    outbox_leavers (notification, usr) {
        notification -> BigInt,
        usr -> BigInt,
    }
}

diesel::table! {
    idempotency_keys (id) {
        id -> BigInt,
        key -> Binary,
        fingerprint -> Binary,
        outcomes -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    inbox_heads (usr) {
        usr -> BigInt,
        rev -> BigInt,
        unread -> BigInt,
        unseen -> BigInt,
        total -> BigInt,
        floor -> BigInt,
        oldest -> BigInt,
    }
}

diesel::table! {
    inbox_items (usr, seq) {
        usr -> BigInt,
        seq -> BigInt,
        notification -> BigInt,
        rev -> BigInt,
        category -> Text,
        collapse -> Nullable<Text>,
        seen_at -> Nullable<BigInt>,
        read_at -> Nullable<BigInt>,
        archived_at -> Nullable<BigInt>,
        expires_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    inbox_tombstones (usr, rev, notification) {
        usr -> BigInt,
        rev -> BigInt,
        notification -> BigInt,
        removed_at -> BigInt,
    }
}

diesel::table! {
    topics (id) {
        id -> BigInt,
        name -> Nullable<Text>,
        description -> Nullable<Text>,
        open -> Bool,
        created_at -> BigInt,
        deleted_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    subscriptions (topic, usr) {
        topic -> BigInt,
        usr -> BigInt,
    }
}

diesel::table! {
    mutes (category, usr) {
        category -> Text,
        usr -> BigInt,
        until -> BigInt,
    }
}

diesel::table! {
    settings (name) {
        name -> Text,
        value -> Text,
    }
}

diesel::table! {
    preferences (usr) {
        usr -> BigInt,
        body -> Text,
    }
}

diesel::table! {
    inbox_choices (category, usr) {
        category -> Text,
        usr -> BigInt,
        hidden -> Bool,
    }
}

diesel::table! {
    endpoints (id) {
        id -> BigInt,
        usr -> BigInt,
        channel -> Text,
        address -> Text,
        secrets -> Text,
        label -> Nullable<Text>,
        created_at -> BigInt,
        verified_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    suppressions (id) {
        id -> BigInt,
        channel -> Text,
        address -> Text,
        reason -> Text,
        created_at -> BigInt,
    }
}

diesel::table! {
    templates (id) {
        id -> BigInt,
        channel -> Text,
        category -> Text,
        locale -> Text,
        subject -> Nullable<Text>,
        text -> Text,
        html -> Nullable<Text>,
        updated_at -> BigInt,
    }
}

diesel::table! {
    plans (notification, usr) {
        notification -> BigInt,
        usr -> BigInt,
    }
}

diesel::table! {
    decisions (notification, usr) {
        notification -> BigInt,
        usr -> BigInt,
        lines -> Text,
    }
}

diesel::table! {
    held (notification, usr, channel) {
        notification -> BigInt,
        usr -> BigInt,
        channel -> Text,
        digest -> Bool,
        due_at -> BigInt,
    }
}

diesel::table! {
    deliveries (id) {
        id -> BigInt,
        notification -> Nullable<BigInt>,
        usr -> BigInt,
        channel -> Text,
        endpoint -> Nullable<BigInt>,
        status -> Text,
        reason -> Nullable<Text>,
        urgent -> Bool,
        attempts -> BigInt,
        claims -> BigInt,
        lost -> BigInt,
        created_at -> BigInt,
        updated_at -> BigInt,
        expires_at -> Nullable<BigInt>,
        due_at -> Nullable<BigInt>,
    }
}

diesel::table! {
    digest_items (delivery, notification) {
        delivery -> BigInt,
        notification -> BigInt,
    }
}

diesel::table! {
    attempts (delivery, nth) {
        delivery -> BigInt,
        nth -> BigInt,
        at -> BigInt,
        outcome -> Text,
        detail -> Nullable<Text>,
    }
}

diesel::table! {
    sandbox_messages (id) {
        id -> BigInt,
        channel -> Text,
        delivery -> BigInt,
        attempt -> BigInt,
        outcome -> Text,
        body -> Text,
        at -> BigInt,
    }
}

diesel::table! {
    sandbox_modes (channel) {
        channel -> Text,
        mode -> Text,
        count -> BigInt,
    }
}

diesel::joinable!(refresh_tokens -> sessions (session));
diesel::joinable!(inbox_items -> notifications (notification));
diesel::joinable!(subscriptions -> topics (topic));
diesel::joinable!(subscriptions -> users (usr));
diesel::joinable!(deliveries -> users (usr));
diesel::allow_tables_to_appear_in_same_query!(refresh_tokens, sessions);
diesel::allow_tables_to_appear_in_same_query!(inbox_items, inbox_heads, notifications);
diesel::allow_tables_to_appear_in_same_query!(inbox_choices, inbox_heads);
diesel::allow_tables_to_appear_in_same_query!(outbox, notifications, topics);
diesel::allow_tables_to_appear_in_same_query!(notifications, plans, held, deliveries, digest_items);
diesel::allow_tables_to_appear_in_same_query!(subscriptions, topics, users);
diesel::allow_tables_to_appear_in_same_query!(deliveries, users);

diesel::table! {
    leases (name) {
        name -> Text,
        holder -> Text,
        until -> BigInt,
    }
}
