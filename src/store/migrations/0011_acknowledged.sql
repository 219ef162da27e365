-- When the receipt of a request was acknowledged, by whom, and in which message of the conversation where one did it.
ALTER TABLE request ADD COLUMN acknowledged_at BIGINT;
ALTER TABLE request ADD COLUMN acknowledged_by TEXT;
ALTER TABLE request ADD COLUMN acknowledged_in BIGINT;

-- Open requests stand by the first deadline that is still to be kept.
DROP INDEX request_open;
CREATE INDEX request_due ON request
  ((CASE WHEN acknowledged_at IS NULL THEN COALESCE(acknowledge_by, answer_by) ELSE answer_by END))
  WHERE done_at IS NULL;
CREATE INDEX request_done ON request (done_at) WHERE done_at IS NOT NULL;
CREATE INDEX request_conversation ON request (conversation);
