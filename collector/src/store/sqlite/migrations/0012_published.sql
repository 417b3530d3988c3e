-- Where frozen editions were published, as somebody stated: what agents are to ask for.
CREATE TABLE edition_published (
    id      INTEGER PRIMARY KEY,
    edition INTEGER NOT NULL REFERENCES edition (id),
    portal  TEXT    NOT NULL,         -- on which it stands
    url     TEXT    NOT NULL,
    at      INTEGER NOT NULL,
    author  TEXT    NOT NULL,
    shown   TEXT    NOT NULL
) STRICT;
CREATE INDEX edition_published_on ON edition_published (portal, id);
CREATE TRIGGER edition_published_stays BEFORE UPDATE ON edition_published
    BEGIN SELECT raise(ABORT, 'what was stated of a publication is append-only'); END;
CREATE TRIGGER edition_published_keeps BEFORE DELETE ON edition_published
    BEGIN SELECT raise(ABORT, 'what was stated of a publication is append-only'); END;
