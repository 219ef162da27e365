-- What people ask for beside a claim, with the desk that answers and by when. Days are kept as the instant of their end.
CREATE TABLE request (
  id TEXT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  dossier TEXT NOT NULL,
  insurer TEXT NOT NULL,
  kind TEXT NOT NULL,
  desk TEXT NOT NULL,
  text TEXT NOT NULL,
  asked_at BIGINT NOT NULL,
  acknowledge_by BIGINT,
  answer_by BIGINT NOT NULL,
  done_at BIGINT,
  done_by TEXT
) WITHOUT ROWID;
-- What is done only grows in number; it stays out of the index of what is to do.
CREATE INDEX request_open ON request (answer_by) WHERE done_at IS NULL;

-- What was not understood. `intent`: a handler said what it means, and it is an example from then on.
CREATE TABLE missed (
  id TEXT NOT NULL PRIMARY KEY,
  conversation TEXT NOT NULL,
  dossier TEXT,
  text TEXT NOT NULL,
  question BIGINT NOT NULL,
  at BIGINT NOT NULL,
  intent TEXT,
  settled_at BIGINT,
  settled_by TEXT
) WITHOUT ROWID;
CREATE INDEX missed_open ON missed (at) WHERE settled_at IS NULL;
CREATE INDEX missed_taught ON missed (intent) WHERE intent IS NOT NULL;
