-- Files that nobody has looked at yet. A row is written with the document's, is taken for a while by one node, and goes with
-- the result.

CREATE TABLE inspection (
  document {key_text} NOT NULL PRIMARY KEY,
  conversation {key_text} NOT NULL,
  -- How many files of its conversation waited when it came: the first of each come before the second of any.
  place BIGINT NOT NULL,
  at BIGINT NOT NULL,
  -- Not taken before: a node has it until then.
  next_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL
) {without_rowid};

CREATE INDEX inspection_next ON inspection (place, at, document);
CREATE INDEX inspection_conversation ON inspection (conversation);
