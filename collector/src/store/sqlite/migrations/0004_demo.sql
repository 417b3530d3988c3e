-- One row in a database of made-up data: everything that shows figures says so.
CREATE TABLE demo (
    id      INTEGER PRIMARY KEY CHECK (id = 1),
    made_at INTEGER NOT NULL,
    portals INTEGER NOT NULL,
    days    INTEGER NOT NULL
) STRICT;
