-- The newest packed result of a series, so that it is found without unpacking its chunk: columns as in `result`.
CREATE TABLE newest (
    series        INTEGER PRIMARY KEY REFERENCES series,
    slot          INTEGER NOT NULL,
    interval_s    INTEGER NOT NULL,
    outcome       INTEGER NOT NULL REFERENCES term,
    origin        INTEGER NOT NULL REFERENCES term,
    facts         INTEGER REFERENCES facts,
    address       INTEGER REFERENCES term,
    started_us    INTEGER,
    dns_us        INTEGER,
    connect_us    INTEGER,
    tls_us        INTEGER,
    first_byte_us INTEGER,
    body_us       INTEGER,
    body_bytes    INTEGER,
    attempts      TEXT
) STRICT;
ALTER TABLE series DROP COLUMN newest_window;

-- Quarantine is bounded: what is kept, and how many lines were not.
INSERT INTO counter VALUES
    ('quarantined_bytes', (SELECT coalesce(sum(length(raw)), 0) FROM quarantine)),
    ('quarantine_dropped', 0);
