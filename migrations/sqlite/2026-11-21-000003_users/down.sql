-- Logins whose user is gone have nobody to name.
DELETE FROM refresh_tokens WHERE session IN
    (SELECT id FROM sessions WHERE usr NOT IN (SELECT key FROM users));
DELETE FROM sessions WHERE usr NOT IN (SELECT key FROM users);
CREATE TABLE new_sessions (
    id TEXT NOT NULL PRIMARY KEY,
    usr BIGINT NOT NULL REFERENCES users (key),
    created_at BIGINT NOT NULL,
    revoked_at BIGINT,
    ends_at BIGINT NOT NULL
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

DROP TABLE deletions;
DROP TABLE estates;
DROP INDEX users_by_folded_email;
DROP INDEX users_by_folded_id;
DROP INDEX users_disabled;
ALTER TABLE users DROP COLUMN tokens_after;
ALTER TABLE users DROP COLUMN phone;
