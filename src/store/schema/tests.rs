//! The reading of the migrations' files.

use sha2::{Digest as _, Sha256};

use super::{Dialect, MIGRATIONS, Source, WORDS, expand};

/// What databases have applied: each migration and the SHA-256 of what SQLite and PostgreSQL run of it. A database refuses a
/// program that has another text. A new migration gets its line; a line that is here never changes.
const RELEASED: &[(&str, &str, &str)] = &[
    (
        "0001_start",
        "16ff9e47cf607913093261a9f2a7c077fc59f5cf03056408d5fcb00b33fa3238",
        "9db693b449a8c7fb6694d2314c161b2fc506a8a2d7b05347dc23997ebdbd6f91",
    ),
    (
        "0002_outbox",
        "c5db803e05e3e871006d49c80186390d9743e6462306f49e844efa1d735a801e",
        "da571525427f7ecbcf65fd22030abe4e98473789d46ac2f30c7148b31b02b418",
    ),
    (
        "0003_people",
        "1bf91b9f25f4a0775e5785a6c0e3f010b36e3a1eafdde78e177e804551d9fe7e",
        "df0cc34df04ea2c61a8198a0679c95a7170912a02fb0c2fbf5d118dcb3e3d904",
    ),
    (
        "0004_intents",
        "22db6b929f4c1c982d220fdffa306f4d371c5dc1efa8d82747201c0862e8bdd0",
        "d2ac4aa9ab79ae4e0c638b0ce078acb591b734d7096eb4d1a6526379605a2b9c",
    ),
    (
        "0005_opt_out",
        "11a80d5af63160c796b7e7881509230c05086315eae08693de8df2beca3b7a2a",
        "2226839e6261c1194cca58462f5d399793c5374cfea48515e15b9bfabd43dfa2",
    ),
    (
        "0006_secret",
        "b2c734569a9f24712efe79524239e063522a74519e0981acd4d61f78b32a0295",
        "05923240c6f318e5b2a9630855aef12b7d186d8b91bf531130ca6cb06d6949f6",
    ),
    (
        "0007_sms_part",
        "2120082aed63fc973f3c2557633b4feeca6eea1d7768fcc881289009c3709168",
        "a2e53e9c298e769008ed8d76bfa3757d7aa882a1d55edc938ac9af17c31c5451",
    ),
    (
        "0008_planning",
        "a6f47c72dff2a9faf07384133c6c56247ef7fee95f689e8dc3c0b28d64ecaf1c",
        "525d80b2e837343231e4ff9b2803bda686eb7e2e8989d5dab6581797c41111e3",
    ),
    (
        "0009_mail",
        "6244b696103d19457a93b8d18e52bba6a8d147f2617a37eda977b20406922d87",
        "b787336c043a4e9405eef97b63fa86a963fb1ae79276b90ce80ebaf9d0b6921f",
    ),
    (
        "0010_doors",
        "f46912729c9d5f57be2b16800d0421d41aa93ff9f459a8acffa9fd2d1db055f5",
        "565db1141c0e3af9c2c2dfdc708c9afc88c81fce04fb22bb9e50efa456e77f4d",
    ),
    (
        "0011_acknowledged",
        "099d78d8fed5a78dd225652e0f8334ffc35faebdf0c0e64f8b8cfea30de38d4a",
        "099d78d8fed5a78dd225652e0f8334ffc35faebdf0c0e64f8b8cfea30de38d4a",
    ),
    (
        "0012_rejected_duplicate",
        "ff56a476db091cb5f7aa8289ff7c90a728eb1a740bf3c68852c8be47a6ea5d77",
        "a95ce286efde174b637bc61fb97e2806777e0a5d1c226f91b1e4d299c45ecf99",
    ),
    (
        "0013_log",
        "10eab0c91857f154fea07cb76f1954a69c7c36ac856dc8d3a8b7fc9fdcf78200",
        "647450f3061482d7721d322bc630e3d6343d8dc1a181fdf960a6b7caca7adb69",
    ),
    (
        "0014_ends",
        "136da42cace25bdd73ec007299f7efe61deae6f105161a124fe4a64afe955a5c",
        "136da42cace25bdd73ec007299f7efe61deae6f105161a124fe4a64afe955a5c",
    ),
    (
        "0015_taught",
        "13807d78af447f0f126ae124a6931736df1b7a99b61785e780dca94753f0fbb3",
        "551ee899795754e8fb659f4c868c051ffc99d6dd52c3aa018ec9b83b60fb3677",
    ),
    (
        "0016_lists",
        "535d731a48c922e04963779bbee8948498341f4cc9b7f5f5a4ac4168486858ac",
        "5071f9fb99dab3ea4ce54fcf48cee0602540342d1a48acba6a2b1db0f5f10090",
    ),
    (
        "0017_links",
        "c49e334b5cf614e617822c2d53d61c3c851d1bfbcc06a071840e4da6fb2912f9",
        "271601c8b379b589ddfaf24b1d8ad36119835e90128ce5ad77be5988248d9f5f",
    ),
    (
        "0018_inspection",
        "de79f73f7eebece861d1c9bd3f54aa594a19950160cdb8a1e34c7b9e81c1d8e0",
        "32b54c2f99b8ddb11c9dae64e4e44bc098786e1bce4afb0b7e0b09f481d421d8",
    ),
    (
        "0019_keys",
        "d3038ded676539d5a7cb0ad3d410232e2e33f7c07b36379420edf482789e2204",
        "d3038ded676539d5a7cb0ad3d410232e2e33f7c07b36379420edf482789e2204",
    ),
    (
        "0020_slots",
        "cdb197437f4c3856be51078d785a7454aed30d0c1f5a7b616425ae394d6c66bf",
        "18eaeb3c9c40faec604f3b93a80fb3e9bd4f09913551c5cd4365d25db0934afc",
    ),
    (
        "0021_watch",
        "b177515017303ae9a0031b836ffeb31218562b1fe3438c777c211030b00cca5a",
        "ef3e9e24143ae585db95adaf5caa9a20d92e764f108db49744b4c6a4dc6ed99b",
    ),
    (
        "0022_supposed",
        "1b8387a28fd907e9be33aa3feee748ac420a856cac8e5c3bcf27da5e6f2ba6aa",
        "1b8387a28fd907e9be33aa3feee748ac420a856cac8e5c3bcf27da5e6f2ba6aa",
    ),
    (
        "0023_scope",
        "fb2c0980c265d421bd0ca4f98557a0baf2b684fdeb671c73e16722b25e22673f",
        "d574ad049f281ea41b4f5529aafc70be79c568aff2241d3bdb71571e80a7f266",
    ),
    (
        "0024_search",
        "6ec83a5578f201677254d18c11770966818c74759b1e8248925d529ddf432eed",
        "168bbc3f5e8bfb2709432f44935483a7010a40b11b8e28dae87e6d24d31b4abe",
    ),
    (
        "0025_due",
        "cc82fa826a09f7897f774b9c98d6782743336d3fe1d4a234f46b2662a54b2d2d",
        "0d7f8692eabb9c99c53ee0fd77a0f13725997756d06bd3f552a181fe6f879ecc",
    ),
    (
        "0026_working",
        "bd9c49549424fd030099bcd10f8bb0b54dcf04c65c2632319c4536ba9a72c221",
        "1af6f6651c6c51931c7b649eab0aa6cccee06a408071754f319e1fb32c87ba04",
    ),
    (
        "0027_mention",
        "d8c9ab1aa53d9396e177e922ddd50dc0e41eb0b3282f9ee4bca4374d069e4709",
        "83bdcf771dced3220dc758d95feb1e55ec31b7fd809f40a09deeb627587b1cb6",
    ),
];

#[test]
fn what_databases_have_applied_never_changes() {
    for (place, migration) in MIGRATIONS.iter().enumerate() {
        let [sqlite, postgres] = [Dialect::Sqlite, Dialect::Postgres]
            .map(|dialect| hex::encode(Sha256::digest(migration.script(dialect).as_bytes())));
        let line = (migration.name, sqlite.as_str(), postgres.as_str());
        assert_eq!(
            RELEASED.get(place),
            Some(&line),
            "a new migration gets this line; one that is released is not changed"
        );
    }
    assert_eq!(RELEASED.len(), MIGRATIONS.len());
}

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
