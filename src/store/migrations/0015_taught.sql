-- What handlers taught: each row an example of an intent from then on. It stood in the sources of the flow revisions, which
-- are no place for people's words, and each example made a revision.
CREATE TABLE taught (
  -- Grows with each: whoever learnt up to one asks for those after it.
  version BIGINT NOT NULL PRIMARY KEY,
  intent TEXT NOT NULL,
  text TEXT NOT NULL,
  taught_by TEXT,
  at BIGINT NOT NULL
);
INSERT INTO taught (version, intent, text, taught_by, at)
  SELECT row_number() OVER (ORDER BY settled_at, id), intent, text, settled_by, COALESCE(settled_at, at)
  FROM missed WHERE intent IS NOT NULL;
DROP INDEX missed_taught;

-- Two names of one revision: what it was called with what was taught in it, and what it is called without.
CREATE TABLE flow_revision_alias (
  revision {key_text} NOT NULL PRIMARY KEY,
  same_as {key_text} NOT NULL
) {without_rowid};
CREATE INDEX flow_revision_alias_of ON flow_revision_alias (same_as);

-- The revisions that an earlier program stored. What was taught is taken out of each when this one starts: SQL cannot.
CREATE TABLE flow_revision_rewrite (
  revision {key_text} NOT NULL PRIMARY KEY
) {without_rowid};
INSERT INTO flow_revision_rewrite (revision) SELECT revision FROM flow_revision;

-- When a node last said that its conversations begin with a revision.
CREATE TABLE flow_revision_use (
  revision {key_text} NOT NULL PRIMARY KEY,
  at BIGINT NOT NULL
) {without_rowid};

-- Whether a revision has conversations is asked before it is pruned.
CREATE INDEX conversation_flow_revision ON conversation (flow_revision);
