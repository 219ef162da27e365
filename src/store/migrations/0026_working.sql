-- Working the list: whether somebody holds a dossier is a part of its facet, so that those that nobody holds are counted and
-- listed; who is away; what was read, what is being written, own views, tags.

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
ALTER TABLE dossier ADD COLUMN facet TEXT GENERATED ALWAYS AS
  (status || '|' || COALESCE(orientation, '-') || '|' || priority || '|' ||
   CASE WHEN waiting_since IS NULL THEN '0' ELSE '1' END || '|' || CASE WHEN handler IS NULL THEN '0' ELSE '1' END || '|' ||
   peril || '|' || insurer || '|' || COALESCE(desk, '')) VIRTUAL;
-- end
-- only: postgres
ALTER TABLE dossier DROP COLUMN facet;
ALTER TABLE dossier ADD COLUMN facet TEXT COLLATE "C" GENERATED ALWAYS AS
  (status || '|' || COALESCE(orientation, '-') || '|' || priority || '|' ||
   CASE WHEN waiting_since IS NULL THEN '0' ELSE '1' END || '|' || CASE WHEN handler IS NULL THEN '0' ELSE '1' END || '|' ||
   peril || '|' || insurer || '|' || COALESCE(desk, '')) STORED;
-- end
CREATE INDEX dossier_latest ON dossier (facet, latest, id);
CREATE INDEX dossier_waiting ON dossier (facet, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX dossier_lacking ON dossier (facet, lacking, id);
CREATE INDEX dossier_by_reference ON dossier (facet, reference, id);
CREATE INDEX dossier_by_holder ON dossier (facet, holder_key, id);
DELETE FROM dossier_count;
INSERT INTO dossier_count (facet, slot, count) SELECT facet, 0, COUNT(*) FROM dossier GROUP BY facet;
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

-- The open dossiers that somebody holds: as many as a person works on.
CREATE INDEX dossier_held ON dossier (handler, id) WHERE handler IS NOT NULL AND status NOT IN ('closed', 'withdrawn');

-- 1: its desk is what the desks say. Those of programs that kept none get theirs when this one starts: SQL cannot.
ALTER TABLE dossier ADD COLUMN placed BIGINT NOT NULL DEFAULT 0;
CREATE INDEX dossier_unplaced ON dossier (id) WHERE placed = 0;

-- Since when a user is away; nothing new is given to them.
ALTER TABLE handler ADD COLUMN away_since BIGINT;
-- When they logged out last.
ALTER TABLE handler ADD COLUMN left_at BIGINT;

-- The last message of a dossier that a user has seen.
CREATE TABLE read_mark (
  dossier {key_text} NOT NULL,
  login {key_text} NOT NULL,
  seq BIGINT NOT NULL,
  PRIMARY KEY (dossier, login)
) {without_rowid};

-- What a user is writing and has not sent: a reply, or a note.
CREATE TABLE draft (
  dossier {key_text} NOT NULL,
  login {key_text} NOT NULL,
  kind {key_text} NOT NULL,
  text TEXT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (dossier, login, kind)
) {without_rowid};

-- A user's own views of the list, each the address of its filters.
CREATE TABLE saved_view (
  login {key_text} NOT NULL,
  name {key_text} NOT NULL,
  query TEXT NOT NULL,
  PRIMARY KEY (login, name)
) {without_rowid};

-- Words that colleagues put on dossiers.
CREATE TABLE dossier_tag (
  tag {key_text} NOT NULL,
  dossier {key_text} NOT NULL,
  PRIMARY KEY (dossier, tag)
) {without_rowid};
CREATE INDEX dossier_tag_of ON dossier_tag (tag, dossier);
