-- Whether a file's kind is only supposed, by the order of arrival, as that of every file was before. A slot, the person or a
-- handler says what a file is.
ALTER TABLE document ADD COLUMN supposed BIGINT NOT NULL DEFAULT 1;
