-- The verdicts that stood on a day, counted without reading them.
CREATE INDEX verdict_day ON verdict (ends, starts, portal, pack, value);

-- Looks by age: old ones are taken away.
CREATE INDEX look_at ON look (at);
