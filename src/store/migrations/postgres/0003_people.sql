-- One person at several addresses, and what time brings about.

-- What the conversation waits for by itself.
ALTER TABLE conversation ADD COLUMN timing TEXT NOT NULL DEFAULT '{}';
-- How often an address of it went to another conversation.
ALTER TABLE conversation ADD COLUMN moves BIGINT NOT NULL DEFAULT 0;

-- When a conversation wants to be looked at again. What is due then, the conversation says.
CREATE TABLE timer (
  conversation TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  due_at BIGINT NOT NULL
);
CREATE INDEX timer_due ON timer (due_at);

-- How it was proven that an address is the person's. None: somebody wrote from there, or claimed to.
ALTER TABLE endpoint ADD COLUMN proof TEXT;
ALTER TABLE endpoint ADD COLUMN verified_at BIGINT;

-- Ways to another channel, each good once: only the hash is kept, a scope of one conversation, an end.
CREATE TABLE crossing (
  secret_hash TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
CREATE INDEX crossing_end ON crossing (expires_at);

-- Web addresses are secrets, each in one conversation only.
CREATE INDEX endpoint_address ON endpoint (address) WHERE channel <> 'web';

-- By these, two open dossiers are seen to be one person's.
CREATE INDEX dossier_policy ON dossier (insurer, policy)
  WHERE policy IS NOT NULL AND status NOT IN ('closed', 'withdrawn');
CREATE INDEX dossier_conversation ON dossier (conversation);
CREATE INDEX fact_contact ON fact (name, value) WHERE name IN ('phone', 'email');
