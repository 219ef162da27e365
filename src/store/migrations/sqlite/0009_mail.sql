-- Which conversations a conversation's letters name (by the thread that they answer, by a reference in the subject) without
-- being that person's: proposed to a handler.
CREATE TABLE citation (
  conversation TEXT NOT NULL,
  cited TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (conversation, cited)
) WITHOUT ROWID;
CREATE INDEX citation_cited ON citation (cited);
