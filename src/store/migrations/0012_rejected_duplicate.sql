-- What handlers refused to merge: "not the same person". It stood in the timelines alone, and was looked for there as text.

CREATE TABLE rejected_duplicate (
  dossier TEXT NOT NULL,
  other TEXT NOT NULL,
  PRIMARY KEY (dossier, other)
) {without_rowid};

-- only: sqlite
INSERT INTO rejected_duplicate (dossier, other)
  SELECT DISTINCT dossier, json_extract(detail, '$.dossier') FROM timeline
  WHERE kind = 'kept_apart' AND json_extract(detail, '$.dossier') IS NOT NULL;
-- end
-- only: postgres
INSERT INTO rejected_duplicate (dossier, other)
  SELECT DISTINCT dossier, detail::json ->> 'dossier' FROM timeline
  WHERE kind = 'kept_apart' AND detail::json ->> 'dossier' IS NOT NULL;
-- end
