-- Transactions that count dossiers at the same time do not wait for each other: each takes a slot that nobody has until it
-- ends. By the number of its process, as before, two groups of turns could have the same one, and every group then waited for
-- the other's flush; and one that counted twice could wait for another in a circle.

-- only: postgres
CREATE FUNCTION free_count_slot() RETURNS BIGINT LANGUAGE plpgsql AS $$
BEGIN
  FOR slot IN 0..15 LOOP
    -- The first number is any, the same on every node. A transaction gets its own slot again.
    IF pg_try_advisory_xact_lock(1196769604, slot) THEN
      RETURN slot;
    END IF;
  END LOOP;
  PERFORM pg_advisory_xact_lock(1196769604, pg_backend_pid() % 16);
  RETURN pg_backend_pid() % 16;
END $$;
CREATE OR REPLACE FUNCTION count_dossiers_added() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dossier_count (facet, slot, count)
    SELECT facet, (SELECT free_count_slot()), COUNT(*) FROM added GROUP BY facet ORDER BY facet
    ON CONFLICT (facet, slot) DO UPDATE SET count = dossier_count.count + excluded.count;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION count_dossiers_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dossier_count (facet, slot, count)
    SELECT facet, (SELECT free_count_slot()), SUM(change)
      FROM (SELECT facet, 1 AS change FROM after_it UNION ALL SELECT facet, -1 FROM before_it) AS changes
      GROUP BY facet HAVING SUM(change) <> 0 ORDER BY facet
    ON CONFLICT (facet, slot) DO UPDATE SET count = dossier_count.count + excluded.count;
  RETURN NULL;
END $$;
CREATE OR REPLACE FUNCTION count_dossiers_removed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO dossier_count (facet, slot, count)
    SELECT facet, (SELECT free_count_slot()), -COUNT(*) FROM removed GROUP BY facet ORDER BY facet
    ON CONFLICT (facet, slot) DO UPDATE SET count = dossier_count.count + excluded.count;
  RETURN NULL;
END $$;

-- What was counted so far, once for each facet. A page keeps room for its rows as they change, which are those of a few
-- facets again and again.
LOCK TABLE dossier_count;
CREATE TEMP TABLE counted ON COMMIT DROP AS
  SELECT facet, CAST(SUM(count) AS BIGINT) AS count FROM dossier_count GROUP BY facet;
TRUNCATE dossier_count;
ALTER TABLE dossier_count SET (fillfactor = 50);
INSERT INTO dossier_count (facet, slot, count) SELECT facet, 0, count FROM counted;
-- end
