//! The reading of the migrations' files.

use super::{Dialect, MIGRATIONS, Source, WORDS, expand};

#[test]
fn one_file_serves_both_engines() {
    let source = "CREATE TABLE t (\n  id {key_text} NOT NULL PRIMARY KEY,\n  detail TEXT DEFAULT '{}'\n) {without_rowid};\n\
                  -- only: sqlite\nINSERT INTO t (id) SELECT json_extract(x, '$.id') FROM u;\n-- end\n\
                  -- only: postgres\nINSERT INTO t (id) SELECT x::json->>'id' FROM u;\n-- end\n\
                  CREATE INDEX t_detail ON t (detail);\n";
    assert_eq!(
        expand(source, Dialect::Sqlite),
        "CREATE TABLE t (\n  id TEXT NOT NULL PRIMARY KEY,\n  detail TEXT DEFAULT '{}'\n) WITHOUT ROWID;\n\
         INSERT INTO t (id) SELECT json_extract(x, '$.id') FROM u;\nCREATE INDEX t_detail ON t (detail);\n"
    );
    assert_eq!(
        expand(source, Dialect::Postgres),
        "CREATE TABLE t (\n  id TEXT COLLATE \"C\" NOT NULL PRIMARY KEY,\n  detail TEXT DEFAULT '{}'\n);\n\
         INSERT INTO t (id) SELECT x::json->>'id' FROM u;\nCREATE INDEX t_detail ON t (detail);\n"
    );
}

#[test]
fn every_file_is_numbered_and_every_block_and_word_is_known() {
    for (number, migration) in (1..).zip(MIGRATIONS) {
        let name = migration.name;
        assert!(name.starts_with(&format!("{number:04}_")), "{name} stands in place {number}");
        let Source::Both(source) = migration.source else { continue };
        let mut open = false;
        for line in source.lines().filter_map(|line| line.strip_prefix("-- ")) {
            match line {
                "only: sqlite" | "only: postgres" if !open => open = true,
                "end" if open => open = false,
                comment => assert!(!comment.starts_with("only") && comment != "end", "{name}: {comment}"),
            }
        }
        assert!(!open, "{name}: a block without an end");
        let known = WORDS.iter().fold(source.replace("{}", ""), |source, (word, ..)| source.replace(word, ""));
        assert!(!known.contains(['{', '}']), "{name}: an unknown word in braces");
    }
}
