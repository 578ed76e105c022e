DROP TABLE mutes;
DROP TABLE subscriptions;
DROP TABLE topics;
