-- What tells whether the service can receive: a row that each node writes every few seconds.
CREATE TABLE probe (
  node {key_text} NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL,
  -- Empty, or as much as shows that a disk that was full has room again.
  filling {bytes} NOT NULL
) {without_rowid};
CREATE INDEX probe_at ON probe (at);

-- only: sqlite
-- How many transactions were written. Beside the file stands how many were acknowledged: where these are fewer, the log lost
-- its end.
CREATE TABLE written (number BIGINT NOT NULL);
INSERT INTO written (number) VALUES (0);
-- end

-- Files that are put off, or that a node looks at, no longer stand before those that can be looked at: of these next_at is
-- zero.
DROP INDEX inspection_next;
CREATE INDEX inspection_queue ON inspection (next_at, place, at, document);
