-- Who asked, at an address, for no more messages. Nothing is sent there but the one message that confirms it, until the
-- person writes again.
CREATE TABLE opt_out (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  conversation TEXT NOT NULL,
  -- The number of the message that confirms it.
  confirmation BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (channel, account, address)
) WITHOUT ROWID;
CREATE INDEX opt_out_conversation ON opt_out (conversation);
