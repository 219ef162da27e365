-- What lists show costs the same however many dossiers there are: each order has an index within each facet (what lists
-- filter by), facets are counted, and names are found by their words. `store::cases::inbox` reads them.

-- only: sqlite
ALTER TABLE dossier ADD COLUMN facet TEXT GENERATED ALWAYS AS
  (status || '|' || COALESCE(orientation, '-') || '|' || priority || '|' ||
   CASE WHEN waiting_since IS NULL THEN '0' ELSE '1' END || '|' || peril || '|' || insurer) VIRTUAL;
-- The latest first, and the one that lacks most documents.
ALTER TABLE dossier ADD COLUMN latest BIGINT GENERATED ALWAYS AS (-updated_at) VIRTUAL;
ALTER TABLE dossier ADD COLUMN lacking BIGINT GENERATED ALWAYS AS (-(missing * 4398046511104 + updated_at)) VIRTUAL;
-- end
-- only: postgres
ALTER TABLE dossier
  ADD COLUMN facet TEXT COLLATE "C" GENERATED ALWAYS AS
    (status || '|' || COALESCE(orientation, '-') || '|' || priority || '|' ||
     CASE WHEN waiting_since IS NULL THEN '0' ELSE '1' END || '|' || peril || '|' || insurer) STORED,
  -- The latest first, and the one that lacks most documents.
  ADD COLUMN latest BIGINT GENERATED ALWAYS AS (-updated_at) STORED,
  ADD COLUMN lacking BIGINT GENERATED ALWAYS AS (-(missing * 4398046511104 + updated_at)) STORED;
-- end
-- The holder's name as it is sorted.
ALTER TABLE dossier ADD COLUMN holder_key {key_text} NOT NULL DEFAULT '~';
-- 1: its words are in dossier_search. Those of earlier programs are folded when this one starts: SQL cannot.
ALTER TABLE dossier ADD COLUMN searchable BIGINT NOT NULL DEFAULT 0;
CREATE INDEX dossier_unsearchable ON dossier (id) WHERE searchable = 0;

DROP INDEX dossier_open;
DROP INDEX dossier_over;
CREATE INDEX dossier_latest ON dossier (facet, latest, id);
CREATE INDEX dossier_waiting ON dossier (facet, waiting_since, id) WHERE waiting_since IS NOT NULL;
CREATE INDEX dossier_lacking ON dossier (facet, lacking, id);
CREATE INDEX dossier_by_reference ON dossier (facet, reference, id);
CREATE INDEX dossier_by_holder ON dossier (facet, holder_key, id);

-- The words of references and holders, once from each word on; what is over stands apart.
CREATE TABLE dossier_search (
  is_over BIGINT NOT NULL,
  key {key_text} NOT NULL,
  dossier {key_text} NOT NULL,
  PRIMARY KEY (is_over, key, dossier)
) {without_rowid};

-- How many dossiers each facet has. The database itself counts, so that it is right whoever writes. `slot`: transactions
-- that count at the same time do not wait for each other; the sum is what holds.
CREATE TABLE dossier_count (
  facet {key_text} NOT NULL,
  slot BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (facet, slot)
) {without_rowid};
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
-- only: postgres
-- Once a statement, and always in the order of the facets: two transactions do not wait for each other in a circle.
CREATE FUNCTION count_dossiers_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dossier_count (facet, slot, count)
    SELECT facet, pg_backend_pid() % 8, COUNT(*) FROM added GROUP BY facet ORDER BY facet
    ON CONFLICT (facet, slot) DO UPDATE SET count = dossier_count.count + excluded.count;
  RETURN NULL;
END $$;
CREATE FUNCTION count_dossiers_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dossier_count (facet, slot, count)
    SELECT facet, pg_backend_pid() % 8, SUM(change)
      FROM (SELECT facet, 1 AS change FROM after_it UNION ALL SELECT facet, -1 FROM before_it) AS changes
      GROUP BY facet HAVING SUM(change) <> 0 ORDER BY facet
    ON CONFLICT (facet, slot) DO UPDATE SET count = dossier_count.count + excluded.count;
  RETURN NULL;
END $$;
CREATE FUNCTION count_dossiers_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dossier_count (facet, slot, count)
    SELECT facet, pg_backend_pid() % 8, -COUNT(*) FROM removed GROUP BY facet ORDER BY facet
    ON CONFLICT (facet, slot) DO UPDATE SET count = dossier_count.count + excluded.count;
  RETURN NULL;
END $$;
CREATE TRIGGER dossier_added AFTER INSERT ON dossier
  REFERENCING NEW TABLE AS added FOR EACH STATEMENT EXECUTE FUNCTION count_dossiers_added();
CREATE TRIGGER dossier_changed AFTER UPDATE ON dossier
  REFERENCING OLD TABLE AS before_it NEW TABLE AS after_it FOR EACH STATEMENT EXECUTE FUNCTION count_dossiers_changed();
CREATE TRIGGER dossier_removed AFTER DELETE ON dossier
  REFERENCING OLD TABLE AS removed FOR EACH STATEMENT EXECUTE FUNCTION count_dossiers_removed();
-- end
