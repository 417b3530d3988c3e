-- What people did about alarms. A signed link is good once; nothing is ever changed or taken out.
CREATE TABLE alarm_act (
    id     INTEGER PRIMARY KEY,
    thread TEXT    NOT NULL,
    at     INTEGER NOT NULL,
    act    TEXT    NOT NULL,
    author TEXT    NOT NULL,
    shown  TEXT    NOT NULL,
    via    TEXT    NOT NULL,
    detail TEXT    NOT NULL,
    link   BLOB    UNIQUE            -- SHA-256 of the signed link
) STRICT;
CREATE INDEX act_by_time ON alarm_act (at);
CREATE TRIGGER act_stays BEFORE UPDATE ON alarm_act BEGIN SELECT raise(ABORT, 'acts are append-only'); END;
CREATE TRIGGER act_keeps BEFORE DELETE ON alarm_act BEGIN SELECT raise(ABORT, 'acts are append-only'); END;

-- How each incident was answered: alarms are forgotten after a while, this is not.
CREATE TABLE incident_response (
    incident        INTEGER PRIMARY KEY,
    alerted_at      INTEGER NOT NULL,
    acknowledged_at INTEGER,
    acknowledged_by TEXT
) STRICT;
