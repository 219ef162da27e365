//! What the pages of docs and the README tell of is there.

use std::{fs, path::Path};

const FOLDERS: [&str; 4] = ["src/", "flows/", "tests/", "docs/"];
/// The guides, and how many files each tells of at least.
const GUIDES: [(&str, usize); 5] = [
    ("docs/architecture.md", 20),
    ("docs/security.md", 20),
    ("docs/asvs.md", 100),
    ("docs/postgres.md", 3),
    ("README.md", 0),
];
/// What stands for a name that the reader chooses.
const PLACEHOLDERS: [&str; 3] = ["NAME", "FAMILY", "NNNN"];

#[test]
fn the_guides_tell_of_files_and_names_that_are_there() {
    let mut wrong = Vec::new();
    for (guide, least) in GUIDES {
        let text = fs::read_to_string(root().join(guide)).unwrap();
        let told = told(&text);
        assert!(told.len() >= least, "{guide} was not read");
        for (file, name) in told {
            let path = root().join(file);
            if !path.exists() {
                wrong.push(format!("{guide}: there is no {file}"));
            } else if let Some(name) = name
                && !has_word(&fs::read_to_string(path).unwrap(), name)
            {
                wrong.push(format!("{guide}: {file} has no {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_file_is_told_with_the_name_behind_it() {
    let text =
        "`src/a.rs`: `go` and `src/b/` or `crate::c`, (`flows/x.yaml`); `src/NAME.rs`: `new`,\n`src/d.rs`:\n`Late`";
    let expected = [("src/a.rs", Some("go")), ("src/b/", None), ("flows/x.yaml", None), ("src/d.rs", Some("Late"))];
    assert_eq!(told(text), expected);
    assert!(has_word("fn going() { go!() }", "go") && !has_word("fn going()", "go"));
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files that a text names between backquotes, each with the name that stands behind a colon.
fn told(text: &str) -> Vec<(&str, Option<&str>)> {
    let parts: Vec<&str> = text.split('`').collect();
    let quoted = (1..parts.len()).step_by(2).map(|at| (parts[at], &parts[at + 1..]));
    let files = quoted.filter(|(file, _)| {
        FOLDERS.iter().any(|folder| file.starts_with(folder))
            && !file.contains(' ')
            && !PLACEHOLDERS.iter().any(|placeholder| file.contains(placeholder))
    });
    files
        .map(|(file, rest)| (file, rest.first().filter(|between| between.trim() == ":").and(rest.get(1)).copied()))
        .collect()
}

fn has_word(text: &str, word: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(part) && !text[at + word.len()..].starts_with(part))
}
