-- Who does what only one process does at a time, and until when unless it asks again.
CREATE TABLE leases (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    holder TEXT COLLATE "C" NOT NULL,
    until BIGINT NOT NULL -- by the clock of the database
);
