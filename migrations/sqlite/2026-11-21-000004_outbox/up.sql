-- What was accepted and is not in every inbox yet. A row goes with its last step.
CREATE TABLE outbox (
    notification INTEGER NOT NULL PRIMARY KEY,
    principal TEXT NOT NULL, -- senders take turns
    critical BOOLEAN NOT NULL,
    due_at BIGINT, -- null once its time has come
    users TEXT, -- the keys of those who are named, in ascending order, as a JSON array
    company TEXT,
    role TEXT,
    topic BIGINT,
    reached BIGINT NOT NULL, -- users up to this key are done
    last BIGINT, -- users beyond this key are not meant; not known before its time
    steps BIGINT NOT NULL,
    chunk BIGINT NOT NULL -- how many users the next step looks at
);
CREATE INDEX outbox_scheduled ON outbox (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_turns ON outbox (critical, principal, steps, notification) WHERE due_at IS NULL;
CREATE INDEX outbox_by_topic ON outbox (topic) WHERE topic IS NOT NULL;

-- Who left an audience before they were reached: they belonged to it when it was accepted.
CREATE TABLE outbox_leavers (
    notification BIGINT NOT NULL,
    usr BIGINT NOT NULL,
    PRIMARY KEY (notification, usr)
) WITHOUT ROWID;

-- Who was told before their turn, because they were looking.
CREATE TABLE outbox_early (
    notification BIGINT NOT NULL,
    usr BIGINT NOT NULL,
    PRIMARY KEY (notification, usr)
) WITHOUT ROWID;

-- How many users a notification is for, once they are counted.
ALTER TABLE notifications ADD COLUMN total BIGINT;
UPDATE notifications SET total = recipients;
-- When its sender wanted it to be told, if that was later.
ALTER TABLE notifications ADD COLUMN send_at BIGINT;

-- An audience is read by ranges of users: each index ends with their key.
CREATE INDEX users_of_company ON users (company) WHERE company IS NOT NULL;
CREATE INDEX users_of_role ON users (role);
CREATE INDEX users_of_company_and_role ON users (company, role) WHERE company IS NOT NULL;

-- Everybody has a head, so that a statement for many only has to move it on.
INSERT OR IGNORE INTO inbox_heads (usr, rev, unread, unseen, total) SELECT key, 0, 0, 0, 0 FROM users;
