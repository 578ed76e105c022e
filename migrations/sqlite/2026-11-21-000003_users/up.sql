ALTER TABLE users ADD COLUMN phone TEXT;
-- When another user of that id was deleted: tokens that are not younger are not this user's.
ALTER TABLE users ADD COLUMN tokens_after BIGINT;

-- Each has the key in it, too, in whose order users are listed.
CREATE INDEX users_disabled ON users (key) WHERE disabled_at IS NOT NULL;
CREATE INDEX users_by_folded_id ON users (lower(id));
CREATE INDEX users_by_folded_email ON users (lower(email)) WHERE email IS NOT NULL;

-- What a user who was deleted has left, under a key that nobody has any more: it is removed step by step,
-- for there may be a million items.
CREATE TABLE estates (
    usr INTEGER NOT NULL PRIMARY KEY,
    left_at BIGINT NOT NULL
);
CREATE INDEX estates_by_age ON estates (left_at);

-- Which ids were given back, so that an old token does not bring its user back.
CREATE TABLE deletions (
    id TEXT NOT NULL PRIMARY KEY,
    deleted_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX deletions_by_age ON deletions (deleted_at);

-- Logins are part of an estate: they name their user without REFERENCES from now on. SQLite can only
-- make the table anew for that, and with it the one that names logins.
CREATE TABLE new_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    usr BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    ends_at BIGINT NOT NULL -- when it was revoked, or else when its newest refresh token ends
) WITHOUT ROWID;
INSERT INTO new_sessions SELECT id, usr, created_at, revoked_at, ends_at FROM sessions;
CREATE TABLE new_refresh_tokens (
    hash BLOB NOT NULL PRIMARY KEY,
    session TEXT NOT NULL REFERENCES new_sessions (id),
    expires_at BIGINT NOT NULL,
    used_at BIGINT
) WITHOUT ROWID;
INSERT INTO new_refresh_tokens SELECT hash, session, expires_at, used_at FROM refresh_tokens;
DROP TABLE refresh_tokens;
DROP TABLE sessions;
ALTER TABLE new_sessions RENAME TO sessions;
ALTER TABLE new_refresh_tokens RENAME TO refresh_tokens;
CREATE INDEX sessions_by_user ON sessions (usr);
CREATE INDEX sessions_by_end ON sessions (ends_at);
CREATE INDEX refresh_tokens_by_session ON refresh_tokens (session);
