-- What is over is found by its end, and a file's rows by its hash: nothing that grows is scanned for them.
CREATE INDEX session_end ON session (expires_at);
CREATE INDEX resume_link_end ON resume_link (expires_at);
CREATE INDEX tried_end ON tried (until_at);
CREATE INDEX early_report_at ON early_report (at);
CREATE INDEX document_sha256 ON document (sha256);
