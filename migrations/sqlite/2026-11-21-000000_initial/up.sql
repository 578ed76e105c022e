-- Text, integers, blobs and booleans only; times are UTC microseconds since 1970.
-- A row that is written often touches as few pages as can be: pages, not bytes, are what writes cost.

-- What is drawn once for this database, such as its epoch.
CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- AUTOINCREMENT wherever a number must not be used twice.
CREATE TABLE users (
    key INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    username TEXT,
    login TEXT UNIQUE, -- the folded username
    password TEXT,
    email TEXT,
    company TEXT,
    role TEXT NOT NULL,
    disabled_at BIGINT,
    created_at BIGINT NOT NULL
);

-- Whatever is referenced needs an index on what references it.
CREATE TABLE sessions (
    id TEXT NOT NULL PRIMARY KEY,
    usr BIGINT NOT NULL REFERENCES users (key),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    ends_at BIGINT NOT NULL -- when it was revoked, or else when its newest refresh token ends
) WITHOUT ROWID;
CREATE INDEX sessions_by_user ON sessions (usr);
CREATE INDEX sessions_by_end ON sessions (ends_at);

CREATE TABLE refresh_tokens (
    hash BLOB NOT NULL PRIMARY KEY,
    session TEXT NOT NULL REFERENCES sessions (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session);

-- Tickets live for seconds and revocations are a log: neither holds on to what it names.
CREATE TABLE tickets (
    hash BLOB NOT NULL PRIMARY KEY,
    usr BIGINT NOT NULL,
    session TEXT,
    access_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX tickets_by_end ON tickets (expires_at);

CREATE TABLE revocations (
    position INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    usr BIGINT NOT NULL,
    session TEXT,
    created_at BIGINT NOT NULL
);

CREATE TABLE api_keys (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    scopes TEXT NOT NULL, -- names, separated by one space
    hash BLOB NOT NULL UNIQUE,
    created_at BIGINT NOT NULL
);

-- An absent category is '', here and in inbox_items.
CREATE TABLE notifications (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    sender TEXT NOT NULL,
    principal TEXT NOT NULL,
    title TEXT,
    message TEXT NOT NULL,
    kind TEXT NOT NULL,
    priority TEXT NOT NULL,
    category TEXT NOT NULL,
    topic TEXT,
    data TEXT NOT NULL,
    action_url TEXT,
    collapse_key TEXT,
    state TEXT NOT NULL,
    recipients BIGINT NOT NULL,
    holders BIGINT NOT NULL, -- how many inboxes it is still in
    created_at BIGINT NOT NULL,
    expires_at BIGINT
);
CREATE INDEX notifications_unheld ON notifications (created_at) WHERE holders = 0;

-- The answer is kept here and not with the notifications, because a replay answers what the first
-- request was answered, refusals included, even when the notifications are gone.
CREATE TABLE idempotency_keys (
    id INTEGER NOT NULL PRIMARY KEY,
    key BLOB NOT NULL UNIQUE,
    fingerprint BLOB NOT NULL,
    outcomes TEXT NOT NULL,
    created_at BIGINT NOT NULL
);

-- The inbox tables name users and notifications without REFERENCES: every send would look both up
-- again, and removing a notification would need an index on inbox_items that every send pays for.
CREATE TABLE inbox_heads (
    usr INTEGER NOT NULL PRIMARY KEY,
    rev BIGINT NOT NULL,
    unread BIGINT NOT NULL,
    unseen BIGINT NOT NULL,
    total BIGINT NOT NULL, -- how many items there are
    floor BIGINT NOT NULL DEFAULT 0, -- removals up to this revision may be forgotten
    -- no item was created earlier; moved on only when an age limit has the inbox looked at
    oldest BIGINT NOT NULL DEFAULT 0
);

-- seq is the revision that added the item, rev the one that last touched it. The category is a copy,
-- for a list filtered by it would otherwise join every item of the user; so is expires_at, by which
-- items are found in every inbox.
CREATE TABLE inbox_items (
    usr BIGINT NOT NULL,
    seq BIGINT NOT NULL,
    notification BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    category TEXT NOT NULL,
    collapse TEXT,
    seen_at BIGINT,
    read_at BIGINT,
    archived_at BIGINT,
    expires_at BIGINT,
    PRIMARY KEY (usr, seq)
) WITHOUT ROWID;
-- Partial, so that a new item costs one page and not two or three.
CREATE INDEX inbox_items_touched ON inbox_items (usr, rev) WHERE rev <> seq;
CREATE INDEX inbox_items_collapsing ON inbox_items (usr, collapse, notification)
    WHERE collapse IS NOT NULL AND read_at IS NULL;
CREATE INDEX inbox_items_expiring ON inbox_items (expires_at) WHERE expires_at IS NOT NULL;

CREATE TABLE inbox_tombstones (
    usr BIGINT NOT NULL,
    rev BIGINT NOT NULL,
    notification BIGINT NOT NULL,
    removed_at BIGINT NOT NULL,
    PRIMARY KEY (usr, rev, notification)
) WITHOUT ROWID;
CREATE INDEX inbox_tombstones_by_age ON inbox_tombstones (removed_at);
