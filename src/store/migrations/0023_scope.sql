-- Who sees what: the desk that a dossier is at, the insurers and desks of users, their sessions and invitations, and who read
-- what. `identity::Scope` says what a user sees; `store::cases` asks for nothing else.

-- The desk becomes a part of the facet, by which lists filter, order and count.
-- only: sqlite
DROP TRIGGER dossier_added;
DROP TRIGGER dossier_changed;
DROP TRIGGER dossier_removed;
DROP INDEX dossier_latest;
DROP INDEX dossier_waiting;
DROP INDEX dossier_lacking;
DROP INDEX dossier_by_reference;
DROP INDEX dossier_by_holder;
ALTER TABLE dossier DROP COLUMN facet;
ALTER TABLE dossier ADD COLUMN desk TEXT;
ALTER TABLE dossier ADD COLUMN facet TEXT GENERATED ALWAYS AS
  (status || '|' || COALESCE(orientation, '-') || '|' || priority || '|' ||
   CASE WHEN waiting_since IS NULL THEN '0' ELSE '1' END || '|' || peril || '|' || insurer || '|' ||
   COALESCE(desk, '')) VIRTUAL;
-- end
-- only: postgres
ALTER TABLE dossier DROP COLUMN facet;
ALTER TABLE dossier ADD COLUMN desk TEXT COLLATE "C";
ALTER TABLE dossier ADD COLUMN facet TEXT COLLATE "C" GENERATED ALWAYS AS
  (status || '|' || COALESCE(orientation, '-') || '|' || priority || '|' ||
   CASE WHEN waiting_since IS NULL THEN '0' ELSE '1' END || '|' || peril || '|' || insurer || '|' ||
   COALESCE(desk, '')) STORED;
-- end
CREATE INDEX dossier_latest ON dossier (facet, latest, id);
CREATE INDEX dossier_waiting ON dossier (facet, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX dossier_lacking ON dossier (facet, lacking, id);
CREATE INDEX dossier_by_reference ON dossier (facet, reference, id);
CREATE INDEX dossier_by_holder ON dossier (facet, holder_key, id);
-- No dossier has a desk yet.
UPDATE dossier_count SET facet = facet || '|';
-- only: sqlite
CREATE TRIGGER dossier_added AFTER INSERT ON dossier BEGIN
  INSERT INTO dossier_count (facet, slot, count) VALUES (NEW.facet, 0, 1)
    ON CONFLICT (facet, slot) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER dossier_changed AFTER UPDATE ON dossier WHEN OLD.facet <> NEW.facet BEGIN
  UPDATE dossier_count SET count = count - 1 WHERE facet = OLD.facet AND slot = 0;
  INSERT INTO dossier_count (facet, slot, count) VALUES (NEW.facet, 0, 1)
    ON CONFLICT (facet, slot) DO UPDATE SET count = count + 1;
END;
CREATE TRIGGER dossier_removed AFTER DELETE ON dossier BEGIN
  UPDATE dossier_count SET count = count - 1 WHERE facet = OLD.facet AND slot = 0;
END;
-- end

-- What was done last for one insurer, whoever else's stands between.
CREATE INDEX request_done_of ON request (insurer, done_at) WHERE done_at IS NOT NULL;

-- Insurers and desks: `*` is each of them, else their codes between bars. Whoever was here saw everything.
ALTER TABLE handler ADD COLUMN insurers TEXT NOT NULL DEFAULT '*';
ALTER TABLE handler ADD COLUMN desks TEXT NOT NULL DEFAULT '*';
ALTER TABLE handler ADD COLUMN disabled_at BIGINT;
-- 1: the password was given by somebody else, and is changed at the next log-in.
ALTER TABLE handler ADD COLUMN must_change BIGINT NOT NULL DEFAULT 0;
ALTER TABLE handler ADD COLUMN seen_at BIGINT;

-- Where a session was opened, and when its person did something last. None where an earlier program opened it.
ALTER TABLE session ADD COLUMN opened_at BIGINT;
ALTER TABLE session ADD COLUMN seen_at BIGINT;
ALTER TABLE session ADD COLUMN origin TEXT NOT NULL DEFAULT '';
ALTER TABLE session ADD COLUMN browser TEXT NOT NULL DEFAULT '';

-- Links by which a user chooses a password, once. Only the hash is kept.
CREATE TABLE invitation (
  token_hash {key_text} NOT NULL PRIMARY KEY,
  login {key_text} NOT NULL,
  made_by TEXT NOT NULL,
  expires_at BIGINT NOT NULL
) {without_rowid};
CREATE INDEX invitation_login ON invitation (login);
CREATE INDEX invitation_end ON invitation (expires_at);

-- Who read what and who came in. `slot` makes one line of what is read again and again: a quarter of an hour.
CREATE TABLE access (
  login {key_text} NOT NULL,
  kind {key_text} NOT NULL,
  subject {key_text} NOT NULL,
  slot BIGINT NOT NULL,
  at BIGINT NOT NULL,
  dossier {key_text},
  origin TEXT NOT NULL,
  detail TEXT NOT NULL,
  PRIMARY KEY (login, kind, subject, slot)
) {without_rowid};
CREATE INDEX access_at ON access (at, login, kind, subject, slot);
CREATE INDEX access_login ON access (login, at, kind, subject, slot);
CREATE INDEX access_dossier ON access (dossier, at, login, kind, subject, slot) WHERE dossier IS NOT NULL;
-- Lines are added only. What is older than a year may go, by the database's own clock and with some days for others.
-- only: sqlite
CREATE TRIGGER access_unchanged BEFORE UPDATE ON access BEGIN
  SELECT RAISE(ABORT, 'the access log only grows');
END;
CREATE TRIGGER access_kept BEFORE DELETE ON access
  WHEN OLD.at > (CAST(strftime('%s', 'now') AS INTEGER) - 360 * 86400) * 1000 BEGIN
  SELECT RAISE(ABORT, 'the access log is kept for a year');
END;
-- end
-- only: postgres
CREATE FUNCTION keep_access() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'DELETE' THEN
    IF OLD.at <= (EXTRACT(EPOCH FROM now()) - 360 * 86400) * 1000 THEN
      RETURN OLD;
    END IF;
    RAISE EXCEPTION 'the access log is kept for a year';
  END IF;
  RAISE EXCEPTION 'the access log only grows';
END $$;
CREATE TRIGGER access_unchanged BEFORE UPDATE OR DELETE ON access FOR EACH ROW EXECUTE FUNCTION keep_access();
CREATE TRIGGER access_whole BEFORE TRUNCATE ON access FOR EACH STATEMENT EXECUTE FUNCTION keep_access();
-- end
