-- Colleagues whom a handler's note names. The row goes when they open the dossier: the note itself stays in the log.
CREATE TABLE mention (
  login {key_text} NOT NULL,
  dossier TEXT NOT NULL,
  seq BIGINT NOT NULL,
  named_by TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (login, dossier, seq)
) {without_rowid};
CREATE INDEX mention_latest ON mention (login, at, dossier, seq);
