-- What is to be sent: one row for each message and each place that it goes to, written in the conversation's own
-- transaction. Only the first waiting row of a conversation at an address is ever sent, so the order is kept.
CREATE TABLE outbox (
  -- The same for every try: the provider's idempotency key.
  id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  seq BIGINT NOT NULL,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  attempts BIGINT NOT NULL,
  -- Not before this instant. While somebody sends it: the end of their lease.
  next_at BIGINT NOT NULL,
  -- Grows with every claim; whoever writes names the one that they have.
  epoch BIGINT NOT NULL,
  status TEXT NOT NULL,
  provider_id TEXT,
  reason TEXT,
  at BIGINT NOT NULL
);
CREATE INDEX outbox_conversation ON outbox (conversation, seq);
CREATE INDEX outbox_waiting ON outbox (channel, account, next_at) WHERE status = 'waiting';
CREATE INDEX outbox_provider_id ON outbox (channel, account, provider_id) WHERE provider_id IS NOT NULL;

-- Reports of providers that came before the answer to our post was stored. Small and pruned.
CREATE TABLE early_report (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  provider_id TEXT NOT NULL,
  fate TEXT NOT NULL,
  reason TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (channel, account, provider_id, fate)
);

-- By which other way a person can be reached.
CREATE INDEX endpoint_conversation ON endpoint (conversation);
