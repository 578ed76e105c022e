-- By which channels the sender wants it told (a bit for each), after how many seconds other channels than
-- the inbox follow, by which external channels it may go out to whoever has not chosen, and what the
-- request belonged to (W3C Trace Context).
ALTER TABLE notifications ADD COLUMN channels BIGINT;
ALTER TABLE notifications ADD COLUMN escalate_after BIGINT;
ALTER TABLE notifications ADD COLUMN open BIGINT NOT NULL DEFAULT 0;
ALTER TABLE notifications ADD COLUMN traceparent TEXT;

-- By which external channels the user has an address (a bit for each), and by which of them the user has
-- said somewhere to want to be told: of all others nothing needs to be decided.
ALTER TABLE users ADD COLUMN reach BIGINT NOT NULL DEFAULT 0;
ALTER TABLE users ADD COLUMN eager BIGINT NOT NULL DEFAULT 0;
UPDATE users SET reach = (CASE WHEN email IS NULL THEN 0 ELSE 2 END) + (CASE WHEN phone IS NULL THEN 0 ELSE 4 END);
CREATE INDEX users_reachable ON users (key) WHERE reach <> 0;

-- What an administrator set, such as the defaults of preferences.
CREATE TABLE settings (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- All but the mutes, as JSON. Who has none has said nothing.
CREATE TABLE preferences (
    usr INTEGER NOT NULL PRIMARY KEY REFERENCES users (key) ON DELETE CASCADE,
    body TEXT NOT NULL
);

-- Who turned the inbox off, or on again, for a category; '*' stands for all others.
CREATE TABLE inbox_choices (
    category TEXT NOT NULL,
    usr BIGINT NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    hidden BOOLEAN NOT NULL,
    PRIMARY KEY (category, usr)
) WITHOUT ROWID;
CREATE INDEX inbox_choices_by_user ON inbox_choices (usr);

-- Device tokens, push subscriptions and webhooks. What is behind an address belongs to one user: whoever
-- registers it last.
CREATE TABLE endpoints (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    usr BIGINT NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    channel TEXT NOT NULL,
    address TEXT NOT NULL, -- the token, or the URL
    secrets TEXT NOT NULL, -- what belongs to it, as JSON
    label TEXT,
    created_at BIGINT NOT NULL,
    verified_at BIGINT,
    UNIQUE (channel, address)
);
CREATE INDEX endpoints_by_user ON endpoints (usr);

-- Addresses that nothing goes to, until an administrator lifts it.
CREATE TABLE suppressions (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    address TEXT NOT NULL,
    reason TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    UNIQUE (channel, address)
);

-- '' stands for every category, and for every language.
CREATE TABLE templates (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    category TEXT NOT NULL,
    locale TEXT NOT NULL,
    subject TEXT,
    text TEXT NOT NULL,
    html TEXT,
    updated_at BIGINT NOT NULL,
    UNIQUE (channel, category, locale)
);

-- What is to be decided at once: which users are told of which notification by external channels.
CREATE TABLE plans (
    notification BIGINT NOT NULL,
    usr BIGINT NOT NULL,
    PRIMARY KEY (notification, usr)
) WITHOUT ROWID;

-- What was decided, for whoever asks why: a line for each channel, as JSON.
CREATE TABLE decisions (
    notification BIGINT NOT NULL,
    usr BIGINT NOT NULL,
    lines TEXT NOT NULL,
    PRIMARY KEY (notification, usr)
) WITHOUT ROWID;
CREATE INDEX decisions_by_user ON decisions (usr);

-- What is to be decided again, or goes into a digest, at a later time.
CREATE TABLE held (
    notification BIGINT NOT NULL,
    usr BIGINT NOT NULL,
    channel TEXT NOT NULL,
    digest BOOLEAN NOT NULL,
    due_at BIGINT NOT NULL,
    PRIMARY KEY (notification, usr, channel)
) WITHOUT ROWID;
CREATE INDEX held_due ON held (digest, due_at);
CREATE INDEX held_by_user ON held (usr);

-- One message to one address. due_at is when something is to be done about it: an attempt, or, while one is
-- made, to find that whoever makes it has ended. It is null when nothing follows.
CREATE TABLE deliveries (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    notification BIGINT, -- null: a digest
    usr BIGINT NOT NULL,
    channel TEXT NOT NULL,
    endpoint BIGINT, -- null: the user's e-mail address or telephone
    status TEXT NOT NULL,
    reason TEXT, -- why it ended as it did
    urgent BOOLEAN NOT NULL,
    attempts BIGINT NOT NULL, -- since it was begun, or begun anew
    claims BIGINT NOT NULL, -- how often it was taken on: whoever took it on before has no say
    lost BIGINT NOT NULL, -- how often in a row nothing was heard of whoever took it on
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    expires_at BIGINT,
    due_at BIGINT
);
CREATE INDEX deliveries_due ON deliveries (channel, urgent, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX deliveries_of_notification ON deliveries (notification, id);
-- These keep their notification: they may still go out, or be begun anew.
CREATE INDEX deliveries_unfinished ON deliveries (notification) WHERE due_at IS NOT NULL OR status = 'failed';
CREATE INDEX deliveries_of_user ON deliveries (usr, id);
CREATE INDEX deliveries_failed ON deliveries (id, channel) WHERE status = 'failed';
CREATE INDEX deliveries_ended ON deliveries (updated_at) WHERE due_at IS NULL;

-- What a digest tells of.
CREATE TABLE digest_items (
    delivery BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    notification BIGINT NOT NULL,
    PRIMARY KEY (delivery, notification)
) WITHOUT ROWID;
CREATE INDEX digest_items_of_notification ON digest_items (notification);

CREATE TABLE attempts (
    delivery BIGINT NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
    nth BIGINT NOT NULL,
    at BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    detail TEXT,
    PRIMARY KEY (delivery, nth)
) WITHOUT ROWID;

-- What channels in the sandbox were given, and how they are to behave.
CREATE TABLE sandbox_messages (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    channel TEXT NOT NULL,
    delivery BIGINT NOT NULL,
    attempt BIGINT NOT NULL,
    outcome TEXT NOT NULL,
    body TEXT NOT NULL, -- the message, as JSON
    at BIGINT NOT NULL
);
CREATE INDEX sandbox_messages_by_age ON sandbox_messages (at);
CREATE TABLE sandbox_modes (
    channel TEXT NOT NULL PRIMARY KEY,
    mode TEXT NOT NULL,
    count BIGINT NOT NULL -- of messages since it was set
) WITHOUT ROWID;
