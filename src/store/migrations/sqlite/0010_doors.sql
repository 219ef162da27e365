-- Numbers and addresses that a person showed to be theirs without writing from them: Telegram vouches for a number that is
-- shared there.
CREATE TABLE proof (
  conversation TEXT NOT NULL,
  contact TEXT NOT NULL,
  channel TEXT NOT NULL,
  address TEXT NOT NULL,
  proof TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (conversation, channel, address)
) WITHOUT ROWID;
CREATE INDEX proof_address ON proof (channel, address);

-- How often a secret was tried of late, by the hash of where it was tried. Small and pruned.
CREATE TABLE tried (
  key TEXT NOT NULL PRIMARY KEY,
  count BIGINT NOT NULL,
  until_at BIGINT NOT NULL
) WITHOUT ROWID;

-- What one node alone may do for a while, such as ask Telegram for a bot's messages.
CREATE TABLE lease (
  name TEXT NOT NULL PRIMARY KEY,
  holder TEXT NOT NULL,
  until_at BIGINT NOT NULL
) WITHOUT ROWID;
