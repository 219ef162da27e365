-- Parts of long text messages, until all are there and for a day after, so that one delivered again is known.
CREATE TABLE sms_part (
  account TEXT NOT NULL,
  address TEXT NOT NULL,
  reference BIGINT NOT NULL,
  total BIGINT NOT NULL,
  number BIGINT NOT NULL,
  content TEXT NOT NULL,
  coding BIGINT NOT NULL,
  id TEXT NOT NULL,
  done BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (account, address, reference, number)
);
