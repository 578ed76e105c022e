DELETE FROM revocations WHERE api_key IS NOT NULL;
ALTER TABLE revocations DROP COLUMN api_key;
