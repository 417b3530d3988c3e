-- What the notifier knows of each alarm, in its own JSON. A closed one is kept as long as its incident may be amended.
CREATE TABLE alarm (
    key  TEXT    PRIMARY KEY,
    open INTEGER NOT NULL,
    at   INTEGER NOT NULL,
    data TEXT    NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX alarm_by_state ON alarm (open, at);

-- Letters to be sent, each to one route. The key is the same however often one is posted or sent.
CREATE TABLE letter (
    id         INTEGER PRIMARY KEY,
    key        TEXT    NOT NULL,
    route      TEXT    NOT NULL,
    channel    TEXT    NOT NULL,
    thread     TEXT    NOT NULL,
    body       TEXT    NOT NULL,
    state      INTEGER NOT NULL,    -- 0 waiting, 1 sent, 2 given up
    posted_at  INTEGER NOT NULL,
    not_before INTEGER NOT NULL,
    attempts   INTEGER NOT NULL,
    settled_at INTEGER,
    error      TEXT,
    UNIQUE (key, route)
) STRICT;
CREATE INDEX letter_waiting ON letter (id) WHERE state = 0;
CREATE INDEX letter_settled ON letter (settled_at) WHERE state <> 0;
