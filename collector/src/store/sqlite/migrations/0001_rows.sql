-- People's names and machine's numbers: every other table refers to the numbers.
CREATE TABLE portal (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE          -- only portals of an inventory that was once in force stand here
) STRICT;

CREATE TABLE agent (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
) STRICT;

-- Outcomes, span verdicts, agent sets, addresses, origins: small JSON texts that come again and again.
CREATE TABLE term (
    id   INTEGER PRIMARY KEY,
    text TEXT NOT NULL UNIQUE
) STRICT;

-- One spool of one agent.
CREATE TABLE stream (
    id            INTEGER PRIMARY KEY,
    agent         INTEGER NOT NULL REFERENCES agent,
    epoch         BLOB    NOT NULL,
    through       INTEGER NOT NULL,    -- every number up to here is kept or given up
    last_batch_at INTEGER NOT NULL,
    last_slot     INTEGER,
    skew_ms       INTEGER NOT NULL,
    UNIQUE (agent, epoch)
) STRICT;

-- What arrived lately, a row a batch: the first delivery key.
CREATE TABLE delivery (
    stream      INTEGER NOT NULL REFERENCES stream,
    last        INTEGER NOT NULL,      -- the highest number of the row
    first       INTEGER NOT NULL,      -- the lowest
    after       INTEGER NOT NULL,      -- numbers above this and below `first` were given up
    received_at INTEGER NOT NULL,
    digests     BLOB    NOT NULL,      -- per record: number as varint step, 8 bytes of its SHA-256
    PRIMARY KEY (stream, last)
) STRICT, WITHOUT ROWID;

-- One grid of slots: the second delivery key is (series, slot).
CREATE TABLE series (
    id     INTEGER PRIMARY KEY,
    portal INTEGER NOT NULL REFERENCES portal,
    probe  TEXT    NOT NULL,
    family INTEGER NOT NULL,           -- 4, 6, or 0 for probes that are not made per family
    agent  INTEGER NOT NULL REFERENCES agent,
    UNIQUE (portal, probe, family, agent)
) STRICT;

-- What probes learnt besides the outcome, once by content.
CREATE TABLE facts (
    id        INTEGER PRIMARY KEY,
    digest    BLOB    NOT NULL UNIQUE,
    json      TEXT    NOT NULL,
    last_used INTEGER NOT NULL         -- newest slot that refers to it, exact to a day
) STRICT;

-- Raw results of the open hours.
CREATE TABLE result (
    series        INTEGER NOT NULL REFERENCES series,
    slot          INTEGER NOT NULL,
    interval_s    INTEGER NOT NULL,
    outcome       INTEGER NOT NULL REFERENCES term,
    origin        INTEGER NOT NULL REFERENCES term,
    facts         INTEGER REFERENCES facts,
    address       INTEGER REFERENCES term,
    started_us    INTEGER,             -- start of the last attempt, after the slot
    dns_us        INTEGER,
    connect_us    INTEGER,
    tls_us        INTEGER,
    first_byte_us INTEGER,
    body_us       INTEGER,
    body_bytes    INTEGER,
    attempts      TEXT,                -- all attempts as JSON, unless there is one and it says what the slot says
    PRIMARY KEY (series, slot)
) STRICT, WITHOUT ROWID;

CREATE TABLE gap (
    id     INTEGER PRIMARY KEY,
    agent  INTEGER NOT NULL REFERENCES agent,
    portal INTEGER REFERENCES portal,  -- NULL: everything the agent measures
    probe  TEXT,                       -- NULL: every probe
    family INTEGER,                    -- NULL: both
    starts INTEGER NOT NULL,
    ends   INTEGER NOT NULL,
    why    TEXT    NOT NULL
) STRICT;
CREATE INDEX gap_ends ON gap (ends);

-- Presented certificate chains, once by digest: DER certificates, each after its length (4 bytes).
CREATE TABLE chain (
    digest BLOB PRIMARY KEY,
    der    BLOB NOT NULL
) STRICT, WITHOUT ROWID;

-- Lines that were not understood, or of portals never known, or from the future: kept as they came.
CREATE TABLE quarantine (
    id          INTEGER PRIMARY KEY,
    stream      INTEGER NOT NULL REFERENCES stream,
    digest      BLOB    NOT NULL,
    seq         INTEGER,
    received_at INTEGER NOT NULL,
    why         TEXT    NOT NULL,
    raw         BLOB    NOT NULL,
    UNIQUE (stream, digest)
) STRICT;

CREATE TABLE dirty (
    portal INTEGER PRIMARY KEY REFERENCES portal,
    since  INTEGER NOT NULL
) STRICT;

CREATE TABLE span (
    portal  INTEGER NOT NULL REFERENCES portal,
    track   INTEGER NOT NULL,          -- 4, 6, or 0 for both families together
    starts  INTEGER NOT NULL,
    ends    INTEGER NOT NULL,
    verdict INTEGER NOT NULL REFERENCES term,
    agents  INTEGER NOT NULL REFERENCES term,
    PRIMARY KEY (portal, track, starts)
) STRICT, WITHOUT ROWID;

CREATE TABLE checkpoint (
    portal INTEGER NOT NULL REFERENCES portal,
    at     INTEGER NOT NULL,
    carry  TEXT    NOT NULL,
    PRIMARY KEY (portal, at)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
    id        INTEGER PRIMARY KEY,
    portal    INTEGER NOT NULL REFERENCES portal,
    track     INTEGER NOT NULL,
    kind      TEXT    NOT NULL,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER,
    cause     TEXT,
    agents    TEXT    NOT NULL,
    notes     TEXT    NOT NULL,
    withdrawn INTEGER NOT NULL
) STRICT;
CREATE INDEX incident_opened ON incident (opened_at);
CREATE INDEX incident_of_portal ON incident (portal, opened_at);

CREATE TABLE inventory_version (
    version BLOB PRIMARY KEY,
    json    TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE inventory (
    id        INTEGER PRIMARY KEY,
    loaded_at INTEGER NOT NULL,
    version   BLOB    NOT NULL REFERENCES inventory_version
) STRICT;

CREATE TABLE counter (
    name  TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO counter VALUES ('slot_conflicts', 0);
