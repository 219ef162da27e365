//! Holds the order of the rooms: each names only those below it. Every line of the program is read, whatever stands in the
//! same file for tests only, and a name counts as the room's that defines it, whoever passed it on.

mod circles;
mod guide;
mod modules;
mod tokens;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use self::{
    circles::circles,
    modules::{Module, Modules, Named},
    tokens::{Token, production, tokens},
};

/// Each room with the rooms that it may name. A room may name only rooms that stand above it here, so that there is no
/// circle: whoever adds a line keeps the order. What stands in `flow/` beside its two rooms hands on what they define.
const EDGES: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("config", &["domain"]),
    ("telemetry", &["config"]),
    ("contract", &["domain"]),
    ("document", &["domain"]),
    ("understanding", &["domain"]),
    ("planning", &["domain", "contract"]),
    ("dossier", &["domain", "contract", "planning"]),
    ("flow/program", &["domain", "contract", "understanding", "planning"]),
    ("flow/run", &["domain", "understanding", "planning", "flow/program"]),
    ("flow", &["flow/program", "flow/run"]),
    ("orientation", &["domain", "dossier", "flow/program", "flow/run"]),
    ("identity", &["domain"]),
    ("store", &["domain", "document", "planning", "dossier", "identity"]),
    ("housekeeping", &["domain", "document", "store"]),
    ("finding", &["domain", "dossier", "flow/program", "store"]),
    (
        "conversation",
        &[
            "domain",
            "dossier",
            "contract",
            "document",
            "understanding",
            "planning",
            "flow/program",
            "flow/run",
            "orientation",
            "store",
        ],
    ),
    (
        "replay",
        &[
            "domain",
            "dossier",
            "contract",
            "planning",
            "flow/program",
            "flow/run",
            "orientation",
            "store",
            "conversation",
        ],
    ),
    ("intake", &["domain", "telemetry", "contract", "flow/program", "store", "conversation"]),
    ("assignment", &["domain", "dossier", "flow/program", "identity", "store", "conversation", "intake"]),
    ("inspection", &["domain", "document", "store", "intake"]),
    ("channel", &["domain", "config", "document", "store", "conversation", "intake", "inspection"]),
    ("outbox", &["domain", "telemetry", "dossier", "store", "conversation", "intake", "channel"]),
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
            "flow/program",
            "orientation",
            "identity",
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
            "flow/program",
            "flow/run",
            "orientation",
            "identity",
            "store",
            "finding",
            "housekeeping",
            "conversation",
            "replay",
            "intake",
            "assignment",
            "channel",
            "outbox",
            "web",
        ],
    ),
];

/// Rooms in which no circle of files remains.
const WITHOUT_CIRCLES: &[&str] = &["flow", "store", "conversation", "replay"];

/// Words that stand in one place only: the word, where it may stand, and why.
const ONLY_IN: &[(&str, &[&str], &str)] = &[
    ("sqlx", &["store/"], "only the store speaks SQL"),
    ("rusqlite", &["store/"], "only the store speaks SQL"),
    ("teloxide", &["channel/telegram/"], "only the Telegram channel knows its library"),
    ("teloxide_core", &["channel/telegram/"], "only the Telegram channel knows its library"),
    ("lettre", &["channel/email/"], "only the e-mail channel knows its library"),
    ("println!", &["cli/"], "only the command line prints"),
    ("eprintln!", &["cli/", "main.rs"], "only the command line prints"),
    ("askama", &["web/"], "pages are the web's"),
    (
        "everything",
        &["identity/", "assignment/"],
        "a scope is made of a session; who is given a dossier is decided for all",
    ),
    ("axum", &["web/", "channel/", "cli/"], "requests are the web's and the channels'"),
];

/// Words that do not stand in a place: the word, the place, and why.
const NEVER_IN: &[(&str, &[&str], &str)] = &[
    ("Engine", PAGES, "users get `Cases` of a scope, people their `OneConversation`"),
    ("engine", PAGES, "users get `Cases` of a scope, people their `OneConversation`"),
];
/// The pages of users and of policyholders.
const PAGES: &[&str] = &["web/console/", "web/chat/", "web/dossier/", "web/upload/"];

/// Words that a pure room must not know: its time, its lookups and its randomness come in as values.
const IMPURE: &[&str] =
    &["tokio", "std::fs", "std::net", "std::env", "std::process", "std::time::Instant", "Clock::system", "getrandom"];
const PURE: &[&str] = &["domain", "understanding", "flow", "dossier", "orientation", "planning"];
/// Where a pure room opens a door on purpose: the clock that the others are handed, and the flows' own folder.
const DOORS: &[&str] = &["domain/clock.rs", "domain/jitter.rs", "flow/program/sources.rs"];

#[test]
fn each_room_names_only_the_rooms_below_it() {
    let wrong = wrong_edges(&Modules::read(&sources()));
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
fn no_room_passes_on_what_another_defines() {
    let wrong = passed_on(&Modules::read(&sources()));
    assert!(wrong.is_empty(), "whoever needs it names the room that defines it:\n{}", wrong.join("\n"));
}

#[test]
fn no_circle_of_files_remains() {
    let modules = Modules::read(&sources());
    for room in WITHOUT_CIRCLES {
        let edges = circles::edges(&modules, &format!("{room}/"));
        assert!(edges.len() > 1, "src/{room} was not found");
        let told: Vec<_> = circles(&edges).iter().map(|circle| circles::told(&edges, circle)).collect();
        assert!(told.is_empty(), "files of src/{room} name each other in a loop:\n{}", told.join("\n"));
    }
}

#[test]
fn what_belongs_to_one_room_is_named_in_no_other() {
    let modules = Modules::read(&sources());
    let mut wrong = Vec::new();
    for module in modules.iter() {
        for (word, places, why) in ONLY_IN {
            if !places.iter().any(|allowed| module.file.starts_with(allowed)) {
                wrong
                    .extend(module.lines_with(word).map(|line| format!("src/{}:{line}: `{word}`: {why}", module.file)));
            }
        }
        for (word, places, why) in NEVER_IN {
            if places.iter().any(|place| module.file.starts_with(place)) {
                wrong
                    .extend(module.lines_with(word).map(|line| format!("src/{}:{line}: `{word}`: {why}", module.file)));
            }
        }
        let pure = PURE.iter().any(|room| module.file.starts_with(&format!("{room}/")));
        if pure && !DOORS.contains(&module.file.as_str()) {
            for word in IMPURE {
                let lines = module.lines_with(word);
                wrong.extend(lines.map(|line| format!("src/{}:{line}: `{word}`: this room is pure", module.file)));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_file_is_part_of_the_program_or_of_its_tests() {
    let files = sources();
    let modules = Modules::read(&files);
    let read: BTreeSet<&String> = modules.iter().map(|module| &module.file).chain(&modules.test_files).collect();
    let left: Vec<_> = files.keys().filter(|file| !read.contains(file)).collect();
    assert!(left.is_empty(), "no `mod` declares {left:?}");
}

#[test]
fn tests_stand_beside_their_module() {
    let modules = Modules::read(&sources());
    let name = |file: &str| file.rsplit('/').next().unwrap().to_owned();
    let support = ["tests.rs", "testing.rs"];
    let elsewhere: Vec<_> = modules
        .test_files
        .iter()
        .filter(|file| {
            !support.contains(&name(file).as_str()) && !file.contains("/tests/") && !file.contains("/testing/")
        })
        .collect();
    let inner = &modules.with_inner_tests;
    assert!(
        elsewhere.is_empty() && inner.is_empty(),
        "unit tests are in tests.rs beside the module, their support in testing.rs: {elsewhere:?} {inner:?}"
    );
}

fn wrong_edges(modules: &Modules) -> Vec<String> {
    let edges: BTreeMap<&str, &[&str]> = EDGES.iter().copied().collect();
    let mut wrong = Vec::new();
    for module in modules.iter() {
        let Some(room) = room(module) else { continue };
        let Some(allowed) = edges.get(room) else {
            wrong.push(format!("src/{room}: a new room needs its line in EDGES of tests/it/architecture"));
            continue;
        };
        for (name, named) in rooms_named(modules, module) {
            if named != room && !allowed.contains(&named) {
                let (file, line, path) = (&module.file, name.line, name.path.join("::"));
                wrong.push(format!("src/{file}:{line}: `{room}` names `{named}` ({path}); it may name {allowed:?}"));
            }
        }
    }
    wrong
}

fn passed_on(modules: &Modules) -> Vec<String> {
    let mut wrong = Vec::new();
    for module in modules.iter() {
        let Some(room) = room(module) else { continue };
        for name in module.names.iter().filter(|name| name.passed_on) {
            let Some(named) = modules.place(module, &name.path).and_then(self::room) else { continue };
            let is_its_own = named == room || named.starts_with(&format!("{room}/"));
            if !is_its_own {
                let (file, line, path) = (&module.file, name.line, name.path.join("::"));
                wrong.push(format!("src/{file}:{line}: `{room}` passes on {path} of `{named}`"));
            }
        }
    }
    wrong
}

/// What a module names of the crate, each with the room that defines it.
fn rooms_named<'a>(modules: &'a Modules, module: &'a Module) -> impl Iterator<Item = (&'a Named, &'a str)> {
    module.names.iter().filter_map(|name| Some((name, room(modules.definition(module, &name.path)?)?)))
}

/// The room that a module is in; the crate's root and `main.rs` are in none.
fn room(module: &Module) -> Option<&str> {
    if module.file == "main.rs" {
        return None;
    }
    let first = module.path.first()?;
    let two = module.path.get(1).map(|second| format!("{first}/{second}"));
    let known = EDGES.iter().map(|(room, _)| *room);
    known.into_iter().find(|room| two.as_deref() == Some(*room)).or(Some(first))
}

/// The sources by their path below `src`.
fn sources() -> BTreeMap<String, String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut found = BTreeMap::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let below = path.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                found.insert(below, fs::read_to_string(&path).unwrap());
            }
        }
    }
    assert!(found.len() > 100, "the sources were not found");
    found
}

fn crate_of(files: &[(&str, &str)]) -> Modules {
    Modules::read(&files.iter().map(|(file, text)| ((*file).to_owned(), (*text).to_owned())).collect())
}

#[test]
fn the_reader_sees_every_form_of_a_name() {
    let modules = crate_of(&[
        ("lib.rs", "mod cli; mod domain; mod flow; mod intake; mod store;"),
        ("cli/mod.rs", "pub fn go() {}"),
        ("domain/mod.rs", "pub mod id { pub struct DossierId; } pub struct Money;"),
        ("intake/mod.rs", "pub fn receive() {}"),
        ("store/mod.rs", "pub struct Store;"),
        ("flow/mod.rs", "mod program;"),
        ("flow/program/mod.rs", "mod parse;"),
        (
            "flow/program/parse.rs",
            "use crate::{\n    domain::{id::DossierId, Money as Cents},\n    store,\n};\n// use crate::cli;\n\
             /* use crate::cli; /* nested */ crate::cli::go() */ fn f<'a>(x: &'a str) -> char {\n\
             let y = \"a // b crate::cli::go()\"; super::super::super::intake::receive(); store::Store; 'x' }\n\
             const RAW: &str = r#\"crate::cli::go() \"quoted\" \"#; const QUOTE: char = '\"'; fn g() { crate::cli::go() }\n",
        ),
    ]);
    let module = modules.iter().find(|module| module.file == "flow/program/parse.rs").unwrap();
    let named: Vec<_> = rooms_named(&modules, module).map(|(name, room)| (name.line, room)).collect();
    assert_eq!(named, [(2, "domain"), (2, "domain"), (7, "intake"), (7, "store"), (8, "cli")]);
}

#[test]
fn only_what_is_compiled_for_tests_is_left_out_and_every_line_after_it_is_read() {
    let source = "#[cfg(test)]\nuse a::{b, c};\n#[cfg(test)]\n#[expect(x, reason = \"y\")]\npub(super) fn one<T: Into<[u8; 3]>>() { if x { y } }\n\
                  kept1!();\n#[cfg(test)]\nmod tests;\n#[cfg(test)]\nmod inner { fn f() { \"}\" } }\nfn kept2() {}\n\
                  struct Kept3 {\n    #[cfg(test)]\n    looks: Cell<(u8, u8)>,\n    kept4: u8,\n    #[cfg(test)]\n    pub last: u8\n}\n\
                  fn kept5() {\n    #[cfg(test)]\n    LOOKS.with(|x| { x.set(1) });\n    #[cfg(test)]\n    let x = Foo { a: 1 };\n    match kept6 {\n\
                  #[cfg(test)]\n A => { gone }\n #[cfg(test)]\n B => gone(1, 2),\n C => kept7 }\n}\n\
                  #[cfg(test)]\nconst GONE: [u8; 2] = { [1, 2] };\n#[cfg(test)]\nconst fn gone() {}\n#[cfg(test)]\nimpl Foo<A, B> for C {}\n\
                  #[cfg(not(test))]\nfn kept8() {}\n#[cfg(all(test, unix))]\nthread_local!(static GONE: u8 = 0);\nkept9";
    let kept = production(&tokens(source));
    let words: Vec<&str> = kept.iter().map(|token| token.text.as_str()).filter(|word| word.contains("ept")).collect();
    let expected = ["kept1", "kept2", "Kept3", "kept4", "kept5", "kept6", "kept7", "kept8", "kept9"];
    assert_eq!(words, expected);
    let gone = ["use", "one", "tests", "inner", "looks", "last", "LOOKS", "x", "gone", "GONE", "impl"];
    let left: Vec<&Token> = kept.iter().filter(|token| gone.contains(&token.text.as_str())).collect();
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(kept.last().unwrap().line, source.lines().count());
}

#[test]
fn a_name_counts_as_the_rooms_that_defines_it_and_may_not_be_passed_on() {
    let modules = crate_of(&[
        ("lib.rs", "mod channel; mod conversation; mod intake; mod outbox;"),
        ("channel/mod.rs", "pub fn name() {}"),
        ("conversation/mod.rs", "mod action; pub use action::Action;"),
        (
            "conversation/action.rs",
            "#[cfg(test)]\nmod tests;\npub enum Action { Close }\nfn up() { crate::outbox::send() }",
        ),
        ("conversation/action/tests.rs", "use crate::channel::name;"),
        ("intake/mod.rs", "mod inner;\npub use crate::conversation::Action;\npub(crate) use inner::mine;"),
        ("intake/inner.rs", "pub(crate) fn mine() {}"),
        ("outbox/mod.rs", "use crate::intake::Action;\npub(crate) fn send() { Action::Close }"),
    ]);
    assert_eq!(
        passed_on(&modules),
        ["src/intake/mod.rs:2: `intake` passes on crate::conversation::Action of `conversation`"]
    );
    let wrong = wrong_edges(&modules);
    assert_eq!(wrong.len(), 1, "{wrong:?}");
    assert!(
        wrong[0].starts_with("src/conversation/action.rs:4: `conversation` names `outbox` (crate::outbox::send)"),
        "{wrong:?}"
    );
    let outbox = modules.iter().find(|module| module.file == "outbox/mod.rs").unwrap();
    assert!(rooms_named(&modules, outbox).all(|(_, room)| room == "conversation"));
}

#[test]
fn a_circle_is_found_through_a_parent_that_hands_on_and_told_file_by_file() {
    let modules = crate_of(&[
        ("lib.rs", "mod store;"),
        ("store/mod.rs", "mod commit; mod db; mod row; mod timer;\npub use db::Db;\npub use timer::Timer;"),
        ("store/commit.rs", "use super::{Timer, row};\nfn f() { row::read() }"),
        ("store/db.rs", "pub struct Db;"),
        ("store/row.rs", "use super::Db;\npub(super) fn read() {}"),
        ("store/timer.rs", "use super::*;\npub struct Timer;\nimpl Timer { fn f() { commit::f(); } }"),
    ]);
    let edges = circles::edges(&modules, "store/");
    let found = circles(&edges);
    assert_eq!(found, [["store/commit.rs", "store/timer.rs"]]);
    assert_eq!(
        circles::told(&edges, &found[0]),
        "  src/store/commit.rs names src/store/timer.rs\n  src/store/timer.rs names src/store/commit.rs"
    );
}
