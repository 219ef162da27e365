//! `/console/users`: who may log in, what they are and see; and one's own password and sessions.
//!
//! Nobody gives another person a password: whoever is invited, or forgot it, gets a link that is good once, and chooses one.

pub(super) mod add;
pub(super) mod change;
pub(super) mod invitation;
pub(super) mod list;
pub(super) mod password;
pub(super) mod sessions;

use std::collections::BTreeMap;

use serde::Deserialize;

use super::Console;
use crate::identity::{Reach, Role};

/// The longest name, in characters.
const MAX_NAME: usize = 80;

/// What a form says of a user. What is ticked comes as `insurer:CODE` and `desk:CODE`.
#[derive(Deserialize)]
pub(crate) struct Described {
    name: String,
    role: String,
    #[serde(flatten)]
    ticked: BTreeMap<String, String>,
}

/// A user as a form describes them, with what exists.
#[derive(Clone, Debug)]
struct Description {
    name: String,
    role: String,
    insurers: Reach,
    desks: Reach,
}

/// What is wrong with a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Login,
    Name,
    Role,
    /// Without insurers there is nothing to see.
    Insurers,
    Taken,
}

impl Described {
    fn read(self, console: &Console) -> Description {
        let Self { name, role, ticked } = self;
        let reach = |all: &str, of: &str, known: Vec<String>| {
            if ticked.contains_key(all) {
                return Reach::All;
            }
            known.into_iter().filter(|code| ticked.contains_key(&format!("{of}:{code}"))).collect()
        };
        let insurers = console.library().insurers().map(|insurer| insurer.id.clone()).collect();
        let desks = console.library().desks().iter().map(|(code, _)| code.to_string()).collect();
        Description {
            name: name.trim().to_owned(),
            role,
            insurers: reach("all_insurers", "insurer", insurers),
            desks: reach("all_desks", "desk", desks),
        }
    }
}

impl Description {
    /// What most are: a handler of every insurer, at the open desks.
    fn usual() -> Self {
        Self { name: String::new(), role: "handler".to_owned(), insurers: Reach::All, desks: Reach::none() }
    }

    fn wrong(&self) -> Option<Wrong> {
        if self.name.is_empty() || self.name.chars().count() > MAX_NAME {
            return Some(Wrong::Name);
        }
        if Role::named(&self.role).is_none() {
            return Some(Wrong::Role);
        }
        (self.insurers == Reach::none()).then_some(Wrong::Insurers)
    }
}

/// Something to tick.
struct Tick {
    code: String,
    name: String,
    ticked: bool,
    /// A desk whose cases only its members see.
    is_closed: bool,
}

/// What there is to choose from, and what is chosen.
struct Choices {
    /// Code, name, what it does, whether it is chosen.
    roles: Vec<(&'static str, &'static str, &'static str, bool)>,
    all_insurers: bool,
    insurers: Vec<Tick>,
    all_desks: bool,
    desks: Vec<Tick>,
}

impl Choices {
    fn of(console: &Console, role: &str, insurers: &Reach, desks: &Reach) -> Self {
        let language = super::words::LANGUAGE;
        let roles = Role::all().into_iter();
        let ticked = |reach: &Reach, code: &str| *reach != Reach::All && reach.holds(code);
        let known = console.library().desks();
        Self {
            roles: roles
                .map(|(code, known)| (code, known.name.get(language), known.does.get(language), code == role))
                .collect(),
            all_insurers: *insurers == Reach::All,
            insurers: console
                .library()
                .insurers()
                .map(|insurer| Tick {
                    code: insurer.id.clone(),
                    name: insurer.name.clone(),
                    ticked: ticked(insurers, &insurer.id),
                    is_closed: false,
                })
                .collect(),
            all_desks: *desks == Reach::All,
            desks: known
                .iter()
                .map(|(code, name)| Tick {
                    code: code.to_string(),
                    name: name.get(language).to_owned(),
                    ticked: ticked(desks, code.as_str()),
                    is_closed: known.is_closed(code),
                })
                .collect(),
        }
    }

    #[cfg(test)]
    fn sample() -> Self {
        let tick = |code: &str, is_closed| Tick { code: code.into(), name: code.into(), ticked: true, is_closed };
        Self {
            roles: vec![("handler", "Gestionnaire", "traite les dossiers", true)],
            all_insurers: false,
            insurers: vec![tick("demo", false)],
            all_desks: false,
            desks: vec![tick("staff", true), tick("motor", false)],
        }
    }
}
