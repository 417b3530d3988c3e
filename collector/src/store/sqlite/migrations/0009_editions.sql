-- Editions of reports. A draft is replaced by the next draft; a frozen edition never changes.
CREATE TABLE edition (
    id       INTEGER PRIMARY KEY,
    duty     TEXT    NOT NULL,
    period   TEXT    NOT NULL,
    unit     TEXT    NOT NULL,        -- id of a portal; empty for the consolidated report
    number   INTEGER NOT NULL,
    made_at  INTEGER NOT NULL,
    made_by  TEXT    NOT NULL,
    manifest TEXT    NOT NULL,
    seal     BLOB    NOT NULL,        -- SHA-256 of the list of files as it was written
    reason   TEXT    NOT NULL,
    changes  TEXT    NOT NULL,
    frozen   INTEGER NOT NULL,
    UNIQUE (duty, period, unit, number)
) STRICT;
CREATE TRIGGER edition_stays BEFORE UPDATE ON edition WHEN old.frozen
    BEGIN SELECT raise(ABORT, 'a frozen edition never changes'); END;
CREATE TRIGGER edition_keeps BEFORE DELETE ON edition WHEN old.frozen
    BEGIN SELECT raise(ABORT, 'a frozen edition never changes'); END;

CREATE TABLE edition_file (
    edition INTEGER NOT NULL REFERENCES edition (id),
    name    TEXT    NOT NULL,
    size    INTEGER NOT NULL,         -- bytes before compression
    body    BLOB    NOT NULL,         -- zstd
    PRIMARY KEY (edition, name)
) STRICT;
CREATE TRIGGER edition_file_new BEFORE INSERT ON edition_file
    WHEN (SELECT frozen FROM edition WHERE id = new.edition)
    BEGIN SELECT raise(ABORT, 'a frozen edition never changes'); END;
CREATE TRIGGER edition_file_stays BEFORE UPDATE ON edition_file
    BEGIN SELECT raise(ABORT, 'files of editions are replaced whole'); END;
CREATE TRIGGER edition_file_keeps BEFORE DELETE ON edition_file
    WHEN (SELECT frozen FROM edition WHERE id = old.edition)
    BEGIN SELECT raise(ABORT, 'a frozen edition never changes'); END;

-- Frozen, signed, sent: each once, by whom and when.
CREATE TABLE edition_step (
    edition INTEGER NOT NULL REFERENCES edition (id),
    state   TEXT    NOT NULL,
    data    TEXT    NOT NULL,
    PRIMARY KEY (edition, state)
) STRICT;
CREATE TRIGGER edition_step_stays BEFORE UPDATE ON edition_step
    BEGIN SELECT raise(ABORT, 'steps of editions are append-only'); END;
CREATE TRIGGER edition_step_keeps BEFORE DELETE ON edition_step
    BEGIN SELECT raise(ABORT, 'steps of editions are append-only'); END;

-- What people write for a report before it is frozen. The newest of a name stands.
CREATE TABLE report_passage (
    id     INTEGER PRIMARY KEY,
    duty   TEXT    NOT NULL,
    period TEXT    NOT NULL,
    unit   TEXT    NOT NULL,
    name   TEXT    NOT NULL,
    text   TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    author TEXT    NOT NULL,
    shown  TEXT    NOT NULL
) STRICT;
CREATE INDEX report_passage_of ON report_passage (duty, period, unit, name, id);
CREATE TRIGGER report_passage_stays BEFORE UPDATE ON report_passage
    BEGIN SELECT raise(ABORT, 'passages are append-only'); END;
CREATE TRIGGER report_passage_keeps BEFORE DELETE ON report_passage
    BEGIN SELECT raise(ABORT, 'passages are append-only'); END;

-- What units contest in drafts (giải trình), and what was decided.
CREATE TABLE report_objection (
    id     INTEGER PRIMARY KEY,
    duty   TEXT    NOT NULL,
    period TEXT    NOT NULL,
    unit   TEXT    NOT NULL,
    portal TEXT    NOT NULL,
    figure TEXT    NOT NULL,
    claim  TEXT    NOT NULL,
    file   BLOB,                      -- evidence, among the files handed in
    at     INTEGER NOT NULL,
    author TEXT    NOT NULL,
    shown  TEXT    NOT NULL
) STRICT;
CREATE INDEX report_objection_of ON report_objection (duty, period, unit, id);
CREATE TRIGGER report_objection_stays BEFORE UPDATE ON report_objection
    BEGIN SELECT raise(ABORT, 'objections are append-only'); END;
CREATE TRIGGER report_objection_keeps BEFORE DELETE ON report_objection
    BEGIN SELECT raise(ABORT, 'objections are append-only'); END;

CREATE TABLE report_decision (
    objection INTEGER PRIMARY KEY REFERENCES report_objection (id),
    data      TEXT    NOT NULL
) STRICT;
CREATE TRIGGER report_decision_stays BEFORE UPDATE ON report_decision
    BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
CREATE TRIGGER report_decision_keeps BEFORE DELETE ON report_decision
    BEGIN SELECT raise(ABORT, 'decisions are append-only'); END;
