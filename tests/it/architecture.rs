//! Holds the rooms' edges of docs/design: a room names only the rooms below it.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

/// Each room with the rooms that it may name. A room may name only rooms that stand above it here, so that there is no
/// circle: whoever adds a line keeps the order.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
    ("contract", &["domain"]),
    ("document", &["domain"]),
    ("understanding", &["domain"]),
    ("planning", &["domain", "contract"]),
    ("dossier", &["domain", "contract", "planning"]),
    ("flow", &["domain", "contract", "understanding", "planning"]),
    ("orientation", &["domain", "flow"]),
    ("store", &["domain", "dossier"]),
    (
        "conversation",
        &["domain", "dossier", "contract", "document", "understanding", "planning", "flow", "orientation", "store"],
    ),
    ("replay", &["domain", "dossier", "contract", "flow", "store", "conversation"]),
    (
        "intake",
        &[
            "domain",
            "telemetry",
            "config",
            "dossier",
            "contract",
            "document",
            "flow",
            "orientation",
            "store",
            "conversation",
        ],
    ),
    ("channel", &["domain", "telemetry", "config", "document", "store", "intake"]),
    ("outbox", &["domain", "telemetry", "dossier", "store", "intake", "channel"]),
    (
        "web",
        &[
            "domain",
            "telemetry",
            "config",
            "dossier",
            "contract",
            "document",
            "planning",
            "flow",
            "orientation",
            "store",
            "conversation",
            "intake",
            "channel",
        ],
    ),
    (
        "cli",
        &[
            "domain",
            "telemetry",
            "config",
            "dossier",
            "contract",
            "document",
            "understanding",
            "flow",
            "orientation",
            "store",
            "conversation",
            "replay",
            "intake",
            "channel",
            "outbox",
            "web",
        ],
    ),
];

/// Words that stand in one place only: the word, where it may stand, and why.
const ONLY_IN: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["store/"], "only the store speaks SQL"),
    ("teloxide", &["channel/telegram/"], "only the Telegram channel knows its library"),
    ("lettre", &["channel/email/"], "only the e-mail channel knows its library"),
    ("println!", &["cli/"], "only the command line prints"),
    ("eprintln!", &["cli/", "main.rs"], "only the command line prints"),
    ("askama", &["web/"], "pages are the web's"),
    ("axum", &["web/", "channel/", "cli/"], "requests are the web's and the channels'"),
];

/// Words that a pure room must not know: its time, its lookups and its randomness come in as values.
const IMPURE: &[&str] =
    &["tokio", "std::fs", "std::net", "std::env", "std::process", "std::time::Instant", "Clock::system", "getrandom"];
const PURE: &[&str] = &["domain", "understanding", "flow", "dossier", "orientation", "planning"];
/// Where a pure room opens a door on purpose: the clock that the others are handed, and the flows' own folder.
const DOORS: &[&str] = &["domain/clock.rs", "flow/program/library.rs"];

#[test]
fn each_room_names_only_the_rooms_below_it() {
    let edges: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for source in sources() {
        let Some(room) = source.room() else { continue };
        let Some(allowed) = edges.get(room.as_str()) else {
            wrong.push(format!("src/{room}: a new room needs its line in EDGES of tests/it/architecture.rs"));
            continue;
        };
        for (line, named) in source.rooms_named() {
            if named != room && !allowed.contains(&named.as_str()) {
                wrong.push(format!(
                    "{}:{line}: `{room}` names `{named}`; it may name {allowed:?}",
                    source.path.display()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "the rooms' edges are broken:\n{}", wrong.join("\n"));
}

#[test]
fn the_table_itself_has_no_circle() {
    for (i, (room, allowed)) in EDGES.iter().enumerate() {
        for named in *allowed {
            assert!(EDGES[..i].iter().any(|(below, _)| below == named), "{room} -> {named} is no edge downward");
        }
    }
}

#[test]
fn what_belongs_to_one_room_is_named_in_no_other() {
    let mut wrong = Vec::new();
    for source in sources() {
        let place = source.place();
        for (word, places, why) in ONLY_IN {
            if !places.iter().any(|allowed| place.starts_with(allowed)) {
                wrong.extend(source.lines_with(word).map(|at| format!("{at}: `{word}`: {why}")));
            }
        }
        let pure = PURE.iter().any(|room| place.starts_with(&format!("{room}/")));
        if pure && !DOORS.contains(&place.as_str()) {
            for word in IMPURE {
                wrong.extend(source.lines_with(word).map(|at| format!("{at}: `{word}`: this room is pure")));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_reader_sees_every_form_of_an_import() {
    let text = "use crate::{\n    domain::{id::DossierId, message},\n    store::Store,\n    web,\n};\n\
                // use crate::cli;\nlet x = crate::config::load(); let y = \"a // b\"; super::super::intake::go();\n\
                use super::sibling;\n#[cfg(test)]\nmod tests { use crate::cli; }\n";
    let source = Source { path: PathBuf::from("src/flow/step/parse.rs"), lines: code_lines(text) };
    let named: Vec<_> = source.rooms_named();
    let expected = [(1, "domain"), (1, "store"), (1, "web"), (7, "config")];
    assert!(named.iter().map(|(line, room)| (*line, room.as_str())).eq(expected), "{named:?}");
    let shallow = Source { path: PathBuf::from("src/flow/step.rs"), lines: code_lines(text) };
    assert!(shallow.rooms_named().contains(&(7, "intake".to_owned())));
}

/// A source file without its comments and its tests.
struct Source {
    path: PathBuf,
    lines: Vec<String>,
}

impl Source {
    /// The path below `src`.
    fn place(&self) -> String {
        self.path.to_string_lossy().split_once("src/").unwrap().1.to_owned()
    }

    /// The room that it is in; `lib.rs` and `main.rs` are in none.
    fn room(&self) -> Option<String> {
        self.place().split_once('/').map(|(room, _)| room.to_owned())
    }

    fn lines_with(&self, word: &str) -> impl Iterator<Item = String> {
        self.lines
            .iter()
            .enumerate()
            .filter(move |(_, line)| names(line, word))
            .map(|(i, _)| format!("{}:{}", self.path.display(), i + 1))
    }

    /// The rooms named by `crate::room`, `crate::{room, …}` and a `super::` that climbs to the crate's root.
    fn rooms_named(&self) -> Vec<(usize, String)> {
        let text = self.lines.join("\n");
        let place = self.place();
        let levels = place.matches('/').count() + usize::from(!place.ends_with("/mod.rs"));
        let mut found = Vec::new();
        for root in ["crate::".to_owned(), "super::".repeat(levels)] {
            for (start, _) in text.match_indices(&root) {
                if text[..start].ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':') {
                    continue;
                }
                let line = text[..start].matches('\n').count() + 1;
                let rest = &text[start + root.len()..];
                found.extend(heads(rest).into_iter().map(|room| (line, room)));
            }
        }
        found
    }
}

/// The first names of what follows a `crate::`: one, or those at the top of its braces.
fn heads(rest: &str) -> Vec<String> {
    let Some(inner) = rest.strip_prefix('{') else {
        return vec![identifier(rest)];
    };
    let (mut depth, mut heads, mut fresh) = (0, Vec::new(), true);
    for (i, c) in inner.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => fresh = true,
            c if fresh && !c.is_whitespace() => {
                heads.push(identifier(&inner[i..]));
                fresh = false;
            }
            _ => {}
        }
    }
    heads
}

fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// Whether a line names a word: not as a part of a longer one.
fn names(line: &str, word: &str) -> bool {
    line.match_indices(word).any(|(i, _)| {
        !line[..i].ends_with(|c: char| c.is_alphanumeric() || c == '_')
            && !line[i + word.len()..].starts_with(|c: char| c.is_alphanumeric() || c == '_')
    })
}

/// The lines before the file's tests, comments emptied.
fn code_lines(text: &str) -> Vec<String> {
    text.lines()
        .take_while(|line| line.trim() != "#[cfg(test)]")
        .map(|line| if line.trim_start().starts_with("//") { String::new() } else { line.to_owned() })
        .collect()
}

fn sources() -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                // A room's tests may use what they need.
                if path.file_name().is_some_and(|name| name != "tests") {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|ext| ext == "rs")
                && path.file_name().is_some_and(|name| name != "tests.rs")
            {
                let lines = code_lines(&fs::read_to_string(&path).unwrap());
                found.push(Source { path, lines });
            }
        }
    }
    assert!(found.len() > 20, "the sources were not found");
    found
}
