-- Secrets that the program made for itself, such as the key that signs the tokens in our mail: the same on every node.
CREATE TABLE secret (
  name TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) WITHOUT ROWID;

-- How far a mailbox was read.
CREATE TABLE mailbox (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  -- The server's number for this life of the mailbox; with another one the identifiers of messages begin anew.
  validity BIGINT NOT NULL,
  last_uid BIGINT NOT NULL,
  PRIMARY KEY (channel, account)
) WITHOUT ROWID;
