-- One log a conversation, in place of messages, facts, timeline and decisions each in a table of its own. What every turn
-- writes of a conversation is a small row beside it. What is there already is moved by `store::relog`, batch by batch,
-- which takes the old tables away at its end.

ALTER TABLE conversation RENAME TO conversation_before;

CREATE TABLE conversation (
  id {key_text} NOT NULL PRIMARY KEY,
  contact {key_text} NOT NULL,
  insurer {key_text} NOT NULL,
  channel {key_text} NOT NULL,
  account {key_text} NOT NULL,
  address {key_text} NOT NULL,
  language TEXT NOT NULL,
  handler TEXT,
  flow_revision {key_text} NOT NULL,
  dossier {key_text},
  opened_at BIGINT NOT NULL
) {without_rowid};

-- How far a conversation is: what fences two nodes, and what every turn writes.
CREATE TABLE fence (
  conversation {key_text} NOT NULL PRIMARY KEY,
  revision BIGINT NOT NULL,
  last_seq BIGINT NOT NULL,
  read_seq BIGINT NOT NULL,
  timeline_seq BIGINT NOT NULL,
  -- The end of the log: the last entry's number and chain.
  log_number BIGINT NOT NULL,
  log_chain {bytes} NOT NULL,
  -- The number of the last entry that holds the whole state of the flow.
  whole BIGINT NOT NULL,
  timing TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  -- How often an address of it went to another conversation.
  moves BIGINT NOT NULL DEFAULT 0
) {without_rowid};

-- Only ever appended: the entries of all the conversations of a group commit land on the same few pages.
CREATE TABLE log (
  conversation {key_text} NOT NULL,
  -- From 1, without gaps.
  number BIGINT NOT NULL,
  -- 'message', 'state', 'decision', or the kind of a line of the timeline.
  kind {key_text} NOT NULL,
  -- The number of this message, or of this line of the timeline, as people and links know it.
  seq BIGINT,
  actor TEXT NOT NULL,
  at BIGINT NOT NULL,
  -- The key under which the value is encrypted; none: it is plain.
  key TEXT,
  -- Erased together with its salt.
  value TEXT,
  salt {bytes},
  -- SHA-256 of the salt and the value.
  digest {bytes} NOT NULL,
  -- SHA-256 of the chain before and of all the columns above, with the digest in the value's place.
  chain {bytes} NOT NULL,
  PRIMARY KEY (conversation, number)
);

-- Telephone numbers and e-mail addresses that were told: by these, two dossiers are seen to be one person's.
CREATE TABLE told_contact (
  name {key_text} NOT NULL,
  value {key_text} NOT NULL,
  dossier {key_text} NOT NULL,
  PRIMARY KEY (name, value, dossier)
) {without_rowid};
CREATE INDEX told_contact_dossier ON told_contact (dossier);

-- only: sqlite
-- Policies are found by their number or by their holder's name, each within an insurer. With the insurer first in the key,
-- SQLite looked for a name by reading all policies of the insurer: it took the key for as good as the index, and nearer.
CREATE TABLE policy_by_number (
  insurer TEXT NOT NULL,
  number_key TEXT NOT NULL,
  name_key TEXT NOT NULL,
  birth_date TEXT,
  postcode TEXT,
  policy TEXT NOT NULL,
  imported_at BIGINT NOT NULL,
  PRIMARY KEY (number_key, insurer)
) WITHOUT ROWID;
INSERT INTO policy_by_number SELECT insurer, number_key, name_key, birth_date, postcode, policy, imported_at FROM policy;
DROP TABLE policy;
ALTER TABLE policy_by_number RENAME TO policy;
CREATE INDEX policy_name ON policy (name_key, insurer);
-- end
