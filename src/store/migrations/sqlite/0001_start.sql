-- What is only ever appended has a rowid: the rows of all the conversations of a group commit land on the same few pages.
-- What is rewritten in place is clustered by its key.
--
-- Ids are UUIDv7 in text, so keys grow with time and new rows land side by side. Times are Unix milliseconds, money is in cents.

CREATE TABLE conversation (
  id TEXT NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  contact TEXT NOT NULL,
  insurer TEXT NOT NULL,
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  language TEXT NOT NULL,
  handler TEXT,
  flow_revision TEXT NOT NULL,
  state TEXT NOT NULL,
  dossier TEXT,
  last_seq BIGINT NOT NULL,
  read_seq BIGINT NOT NULL,
  opened_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Where a person is, and the conversation that goes on there.
CREATE TABLE endpoint (
  channel TEXT NOT NULL,
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  conversation TEXT NOT NULL,
  contact TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (channel, account, address)
) WITHOUT ROWID;

-- What was received, for as long as a provider may deliver it again. Small and pruned: random keys stay cheap.
CREATE TABLE received (
  key TEXT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  seq BIGINT NOT NULL,
  at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE INDEX received_at ON received (at);

CREATE TABLE message (
  conversation TEXT NOT NULL,
  seq BIGINT NOT NULL,
  author TEXT NOT NULL,
  channel TEXT NOT NULL,
  body TEXT NOT NULL,
  client_id TEXT,
  at BIGINT NOT NULL,
  PRIMARY KEY (conversation, seq)
);

CREATE TABLE dossier (
  id TEXT NOT NULL PRIMARY KEY,
  reference TEXT NOT NULL,
  insurer TEXT NOT NULL,
  conversation TEXT NOT NULL,
  peril TEXT NOT NULL,
  status TEXT NOT NULL,
  policy TEXT,
  holder TEXT,
  orientation TEXT,
  priority TEXT NOT NULL,
  handover TEXT,
  handler TEXT,
  wanted TEXT NOT NULL,
  missing BIGINT NOT NULL,
  waiting_since BIGINT,
  fact_seq BIGINT NOT NULL,
  timeline_seq BIGINT NOT NULL,
  timeline_hash TEXT NOT NULL,
  opened_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX dossier_reference ON dossier (reference);
-- The inbox shows what is open; the closed ones, which only grow in number, stay out of its index.
CREATE INDEX dossier_open ON dossier (updated_at) WHERE status NOT IN ('closed', 'withdrawn');
CREATE INDEX dossier_over ON dossier (status, updated_at) WHERE status IN ('closed', 'withdrawn');

CREATE TABLE fact (
  dossier TEXT NOT NULL,
  seq BIGINT NOT NULL,
  name TEXT NOT NULL,
  value TEXT,
  source TEXT NOT NULL,
  message_seq BIGINT,
  at BIGINT NOT NULL,
  PRIMARY KEY (dossier, seq)
);

CREATE TABLE timeline (
  dossier TEXT NOT NULL,
  seq BIGINT NOT NULL,
  actor TEXT NOT NULL,
  kind TEXT NOT NULL,
  detail TEXT NOT NULL,
  at BIGINT NOT NULL,
  hash TEXT NOT NULL,
  PRIMARY KEY (dossier, seq)
);

CREATE TABLE decision (
  dossier TEXT NOT NULL,
  seq BIGINT NOT NULL,
  decision TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (dossier, seq)
);

CREATE TABLE document (
  id TEXT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  dossier TEXT,
  kind TEXT,
  upload_id TEXT NOT NULL,
  name TEXT NOT NULL,
  media_type TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  sha256 TEXT NOT NULL,
  inspection TEXT NOT NULL,
  at BIGINT NOT NULL
) WITHOUT ROWID;
CREATE UNIQUE INDEX document_upload ON document (conversation, upload_id);

CREATE TABLE policy (
  insurer TEXT NOT NULL,
  number_key TEXT NOT NULL,
  name_key TEXT NOT NULL,
  birth_date TEXT,
  postcode TEXT,
  policy TEXT NOT NULL,
  imported_at BIGINT NOT NULL,
  PRIMARY KEY (insurer, number_key)
) WITHOUT ROWID;
CREATE INDEX policy_name ON policy (insurer, name_key);

CREATE TABLE handler (
  login TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  password_hash TEXT NOT NULL,
  created_at BIGINT NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
  token_hash TEXT NOT NULL PRIMARY KEY,
  login TEXT NOT NULL,
  csrf TEXT NOT NULL,
  expires_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Links to people: only the hash is kept, a scope of one conversation, an end.
CREATE TABLE resume_link (
  token_hash TEXT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  expires_at BIGINT NOT NULL
) WITHOUT ROWID;

-- The flows as they were, for the conversations that began with them.
CREATE TABLE flow_revision (
  revision TEXT NOT NULL PRIMARY KEY,
  sources TEXT NOT NULL,
  at BIGINT NOT NULL
) WITHOUT ROWID;
