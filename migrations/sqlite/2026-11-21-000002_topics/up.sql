-- A topic that was deleted has no name any more, so that nobody finds it. Its subscriptions are removed
-- step by step, for there may be a million, and the row after them.
CREATE TABLE topics (
    id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT,
    name TEXT UNIQUE,
    description TEXT,
    open BOOLEAN NOT NULL,
    created_at BIGINT NOT NULL,
    deleted_at BIGINT
);
CREATE INDEX topics_deleted ON topics (deleted_at) WHERE deleted_at IS NOT NULL;

-- Read by ranges of users, as inboxes are. How many a topic has is counted when somebody asks.
CREATE TABLE subscriptions (
    topic BIGINT NOT NULL REFERENCES topics (id),
    usr BIGINT NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    PRIMARY KEY (topic, usr)
) WITHOUT ROWID;
CREATE INDEX subscriptions_by_user ON subscriptions (usr);

CREATE TABLE mutes (
    category TEXT NOT NULL,
    usr BIGINT NOT NULL REFERENCES users (key) ON DELETE CASCADE,
    until BIGINT NOT NULL, -- the largest number, if it has no end
    PRIMARY KEY (category, usr)
) WITHOUT ROWID;
CREATE INDEX mutes_by_user ON mutes (usr);
CREATE INDEX mutes_by_end ON mutes (until);
