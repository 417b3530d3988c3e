-- Parts of what visits found, once by content: zstd of JSON.
CREATE TABLE part (
    id        INTEGER PRIMARY KEY,
    digest    BLOB    NOT NULL UNIQUE,
    data      BLOB    NOT NULL,
    last_used INTEGER NOT NULL         -- newest look that refers to it, exact to a day
) STRICT;

-- One section of a portal; the one without a name stands for everything else that a visit finds.
CREATE TABLE section (
    id     INTEGER PRIMARY KEY,
    portal INTEGER NOT NULL REFERENCES portal,
    name   TEXT    NOT NULL,
    UNIQUE (portal, name)
) STRICT;

-- One look at one section.
CREATE TABLE look (
    section       INTEGER NOT NULL REFERENCES section,
    at            INTEGER NOT NULL,
    agent         INTEGER NOT NULL REFERENCES agent,
    head          INTEGER NOT NULL REFERENCES part, -- the section without its items
    items         INTEGER REFERENCES part,
    whole         INTEGER NOT NULL,    -- 0 not read or capped, 1 the whole list, 2 the list was empty
    newest        TEXT,                -- newest posting date
    oldest_shown  TEXT,                -- oldest posting date in the list: older items may have left it
    oldest_issued TEXT,
    reindexed     INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (section, at, agent)
) STRICT, WITHOUT ROWID;

-- One item of a section over all looks.
CREATE TABLE item (
    section     INTEGER NOT NULL REFERENCES section,
    key         BLOB    NOT NULL,
    first_seen  INTEGER NOT NULL,
    last_seen   INTEGER NOT NULL,
    last_absent INTEGER,
    shown       TEXT,                  -- of the earliest look that had one
    shown_at    INTEGER,
    issued      TEXT,                  -- the earliest that was written
    facts       TEXT    NOT NULL,      -- as the last look saw it
    PRIMARY KEY (section, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX item_by_sight ON item (section, first_seen);

-- Bodies of pages, once by content: zstd.
CREATE TABLE evidence (
    id           INTEGER PRIMARY KEY,
    digest       BLOB    NOT NULL UNIQUE,
    data         BLOB    NOT NULL
) STRICT;

-- Which portal's page a body was. The newest go last when a portal's budget is full.
CREATE TABLE evidence_use (
    portal       INTEGER NOT NULL REFERENCES portal,
    evidence     INTEGER NOT NULL REFERENCES evidence,
    at           INTEGER NOT NULL,
    agent        INTEGER NOT NULL REFERENCES agent,
    kind         TEXT    NOT NULL,
    url          TEXT    NOT NULL,
    content_type TEXT,
    bytes        INTEGER NOT NULL,     -- compressed
    PRIMARY KEY (portal, evidence)
) STRICT, WITHOUT ROWID;
CREATE INDEX evidence_used ON evidence_use (evidence);
