-- Links that people are sent have a purpose; a chat's devices are logged in for as long as they are used; redeliveries are
-- known by the hashes of their keys. A node of the program before finds none of the old tables, and acknowledges nothing:
-- what it would note there, this one would not find.

CREATE TABLE link (
  token_hash {key_text} NOT NULL PRIMARY KEY,
  -- What it opens, and nothing else: 'upload' or 'resume'.
  purpose TEXT NOT NULL,
  conversation {key_text} NOT NULL,
  expires_at BIGINT NOT NULL,
  -- The address as which a link of one use was opened.
  opened_as TEXT
) {without_rowid};
CREATE INDEX link_end ON link (expires_at);
CREATE INDEX link_conversation ON link (conversation);

-- Links to the chat were good for seven days from the turn that gave them, or were given in a chat to which nothing is
-- ever sent; those of messages go to the upload page. What may be either sends files, and no more.
INSERT INTO link (token_hash, purpose, conversation, expires_at)
  SELECT token_hash,
    CASE
      WHEN NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.conversation = resume_link.conversation) THEN 'resume'
      WHEN EXISTS (SELECT 1 FROM log WHERE log.conversation = resume_link.conversation
        AND log.at = resume_link.expires_at - 604800000) THEN 'resume'
      ELSE 'upload'
    END,
    conversation, expires_at
  FROM resume_link;
DROP TABLE resume_link;

-- When a chat's device was used last, to the day; other addresses need no use.
ALTER TABLE endpoint ADD COLUMN used_at BIGINT;
-- only: sqlite
UPDATE endpoint SET used_at = CAST(strftime('%s', 'now') AS INTEGER) * 1000 WHERE channel = 'web';
-- end
-- only: postgres
UPDATE endpoint SET used_at = CAST(EXTRACT(EPOCH FROM now()) * 1000 AS BIGINT) WHERE channel = 'web';
-- end
CREATE INDEX endpoint_used ON endpoint (used_at) WHERE used_at IS NOT NULL;

-- The program hashes what is in the table of before.
DROP INDEX received_at;
ALTER TABLE received RENAME TO received_before;
CREATE TABLE received (
  -- SHA-256 of the channel, the account, the address and the provider's identifier.
  key {bytes} NOT NULL PRIMARY KEY,
  conversation {key_text} NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL
) {without_rowid};
CREATE INDEX received_at ON received (at);
