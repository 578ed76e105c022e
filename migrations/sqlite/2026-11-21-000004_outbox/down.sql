DROP INDEX users_of_company_and_role;
DROP INDEX users_of_role;
DROP INDEX users_of_company;
ALTER TABLE notifications DROP COLUMN send_at;
ALTER TABLE notifications DROP COLUMN total;
DROP TABLE outbox_early;
DROP TABLE outbox_leavers;
DROP TABLE outbox;
