-- One table of what is due and when, with one poller: conversations that want to be looked at, cases that come back, replies to
-- be sent later, deadlines, alerts. What has to be kept of a thing beside its time stands in a table of its own, or in
-- `payload`.

CREATE TABLE due (
  -- The identifier of what is due; things of different kinds share none.
  subject {key_text} NOT NULL PRIMARY KEY,
  kind TEXT NOT NULL,
  -- When it is looked at next. While a node does so: the end of its claim.
  at BIGINT NOT NULL,
  -- In whose turn it is done. None where the subject is the conversation.
  conversation {key_text},
  payload TEXT
) {without_rowid};
CREATE INDEX due_at ON due (at);
CREATE INDEX due_of ON due (conversation) WHERE conversation IS NOT NULL;

INSERT INTO due (subject, kind, at) SELECT conversation, 'wake', due_at FROM timer;
INSERT INTO due (subject, kind, at, conversation)
  SELECT id, 'request', CASE WHEN acknowledged_at IS NULL THEN COALESCE(acknowledge_by, answer_by) ELSE answer_by END, conversation
  FROM request WHERE done_at IS NULL;
DELETE FROM timer;
-- A node of the program before goes on with `timer` until it is replaced; then the table goes. SQLite has one node.
-- only: postgres
CREATE FUNCTION timer_is_due() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    DELETE FROM due WHERE subject = OLD.conversation;
    RETURN OLD;
  END IF;
  INSERT INTO due (subject, kind, at) VALUES (NEW.conversation, 'wake', NEW.due_at)
    ON CONFLICT (subject) DO UPDATE SET at = EXCLUDED.at;
  RETURN NEW;
END $$;
CREATE TRIGGER timer_is_due AFTER INSERT OR UPDATE OR DELETE ON timer FOR EACH ROW EXECUTE FUNCTION timer_is_due();
-- end

-- What is owed by a time: tasks of handlers, and deadlines that a rule of flows/clocks.yaml sets.
CREATE TABLE clock (
  id {key_text} NOT NULL PRIMARY KEY,
  -- rule, task or call_back.
  kind TEXT NOT NULL,
  -- Of flows/clocks.yaml; empty for a task.
  rule TEXT NOT NULL,
  dossier {key_text} NOT NULL,
  conversation {key_text} NOT NULL,
  insurer {key_text} NOT NULL,
  -- Who owes it: insurer, insured, expert, …
  owner TEXT NOT NULL,
  -- The login of whoever is to do it.
  assignee TEXT,
  text TEXT NOT NULL,
  started_at BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  made_by TEXT NOT NULL,
  ended_at BIGINT,
  ended_by TEXT
) {without_rowid};
CREATE INDEX clock_open ON clock (due_at, id) WHERE ended_at IS NULL;
CREATE INDEX clock_open_of ON clock (insurer, due_at, id) WHERE ended_at IS NULL;
CREATE INDEX clock_of ON clock (conversation, due_at, id);

-- Until when a case is out of the list.
ALTER TABLE dossier ADD COLUMN snoozed_until BIGINT;

-- What is to be sent is a message of its conversation, or something else to somebody else, whose words stand in `payload`.
ALTER TABLE outbox ADD COLUMN kind TEXT NOT NULL DEFAULT 'message';
ALTER TABLE outbox ADD COLUMN payload TEXT;
