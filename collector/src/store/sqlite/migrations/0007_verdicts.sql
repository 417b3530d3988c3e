-- That a portal was judged for a day, at which instant and with which versions (a term).
CREATE TABLE judging (
    portal   INTEGER NOT NULL REFERENCES portal,
    day      INTEGER NOT NULL,          -- civil days since 1970-01-01
    at       INTEGER NOT NULL,
    versions INTEGER NOT NULL REFERENCES term,
    closed   INTEGER NOT NULL,          -- judged at the end of the day
    PRIMARY KEY (portal, day)
) STRICT, WITHOUT ROWID;
CREATE INDEX judging_day ON judging (day);

-- Verdicts in runs of days with the same outcome under the same version of the pack.
CREATE TABLE verdict (
    id         INTEGER PRIMARY KEY,
    portal     INTEGER NOT NULL REFERENCES portal,
    pack       INTEGER NOT NULL REFERENCES term,
    obligation INTEGER NOT NULL REFERENCES term,
    starts     INTEGER NOT NULL,
    ends       INTEGER NOT NULL,        -- the last day judged so
    value      TEXT    NOT NULL,
    reason     TEXT    NOT NULL,
    version    INTEGER NOT NULL REFERENCES term,
    data       TEXT    NOT NULL,        -- the verdict of the last day, as JSON
    UNIQUE (portal, obligation, starts)
) STRICT;
CREATE INDEX verdict_ends ON verdict (portal, ends);
