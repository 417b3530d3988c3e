-- Packed results of one series in one window of time. The number is window << 32 | series: what is packed together
-- stands together, new chunks are appended, and an old window is cut off in one piece.
CREATE TABLE chunk (
    id   INTEGER PRIMARY KEY,
    rows INTEGER NOT NULL,
    data BLOB    NOT NULL
) STRICT;

-- The newest window of a series that is packed, so that its newest result is found without a search.
ALTER TABLE series ADD COLUMN newest_window INTEGER;

-- Counted as they come and go: counting rows would read the whole table.
INSERT INTO counter VALUES ('open_results', (SELECT count(*) FROM result)), ('packed_results', 0);
