-- Accounts. Only argon2 hashes of passwords and digests of keys are kept.
CREATE TABLE person (
    login       TEXT    PRIMARY KEY,
    full_name   TEXT    NOT NULL,
    role        TEXT    NOT NULL,
    portals     TEXT    NOT NULL,    -- ids, a space between
    password    TEXT    NOT NULL,
    must_change INTEGER NOT NULL,
    disabled    INTEGER NOT NULL,
    failures    INTEGER NOT NULL,
    failed_at   INTEGER,
    created_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE login_session (
    digest   BLOB    PRIMARY KEY,
    login    TEXT    NOT NULL REFERENCES person (login),
    began_at INTEGER NOT NULL,
    seen_at  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE api_token (
    name       TEXT    PRIMARY KEY,
    digest     BLOB    NOT NULL UNIQUE,
    scopes     TEXT    NOT NULL,
    portals    TEXT    NOT NULL,
    made_by    TEXT    NOT NULL,
    made_at    INTEGER NOT NULL,
    expires_at INTEGER,
    revoked_at INTEGER
) STRICT, WITHOUT ROWID;

-- Who did what. Each entry is sealed with the one before it; nothing is ever changed or taken out.
CREATE TABLE audit (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    actor   TEXT    NOT NULL,
    via     TEXT    NOT NULL,
    action  TEXT    NOT NULL,
    subject TEXT    NOT NULL,
    detail  TEXT    NOT NULL,
    digest  BLOB    NOT NULL
) STRICT;
CREATE TRIGGER audit_stays BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;
CREATE TRIGGER audit_keeps BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit log is append-only'); END;

-- What people enter in registers, in the register's own JSON. A correction is a new entry that replaces one.
CREATE TABLE register_entry (
    id        INTEGER PRIMARY KEY,
    register  TEXT    NOT NULL,
    portal    TEXT,                              -- absent: the province as a whole
    replaces  INTEGER UNIQUE REFERENCES register_entry (id),
    withdrawn INTEGER NOT NULL,                  -- it says that what it replaces does not hold at all
    at        INTEGER NOT NULL,
    author    TEXT    NOT NULL,
    shown     TEXT    NOT NULL,
    data      TEXT    NOT NULL
) STRICT;
CREATE INDEX register_by_kind ON register_entry (register, portal, id);
CREATE TRIGGER register_stays BEFORE UPDATE ON register_entry
    BEGIN SELECT raise(ABORT, 'registers are append-only'); END;
CREATE TRIGGER register_keeps BEFORE DELETE ON register_entry
    BEGIN SELECT raise(ABORT, 'registers are append-only'); END;

-- Files handed in with entries, each once by its SHA-256.
CREATE TABLE handed_file (
    digest BLOB    PRIMARY KEY,
    name   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    author TEXT    NOT NULL,
    bytes  BLOB    NOT NULL
) STRICT;

-- The newest sign of life of each portal's backups: thousands a year that nobody reads one by one.
CREATE TABLE backup_heartbeat (
    portal TEXT    NOT NULL,
    day    INTEGER NOT NULL,                     -- days since 1970 in Vietnam: one row a day is history enough
    at     INTEGER NOT NULL,
    author TEXT    NOT NULL,
    PRIMARY KEY (portal, day)
) STRICT, WITHOUT ROWID;
