-- A revocation may be of an API key; its usr is 0.
ALTER TABLE revocations ADD COLUMN api_key BIGINT;
