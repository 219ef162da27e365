//! `desks.yaml`: the teams that work on cases and on what people ask for, which cases are at which, and who is kept out.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::{
    diagnostics::{Diagnostics, SourcePosition},
    hours::Hours,
    insurer::Insurer,
    requests::{self, RequestBook},
    rota::Rota,
    table::Table,
    yaml::{Fields, Node},
};
use crate::{
    contract::Calendar,
    domain::{
        desk::Desk,
        language::{Language, Text},
    },
};

pub(crate) const FILE: &str = "desks.yaml";
/// The key of a table's row that names a desk.
const DESK: &str = "desk";

/// A desk of the file.
#[derive(Debug)]
struct Team {
    code: Desk,
    name: Text,
    /// Those whose cases it takes; without, each.
    insurers: Vec<String>,
    /// The perils whose cases it takes where nothing else decides.
    perils: Vec<String>,
    closed: bool,
    /// Who is told of what cannot wait, while nobody looks.
    rota: Option<Rota>,
    /// When its members are given new cases; without, always.
    hours: Hours,
    /// How many open cases each member holds, where nothing else is said of them.
    holds: i64,
    members: BTreeMap<String, Member>,
    place: SourcePosition,
}

/// What a desk says of one of its members, by their log-in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// The perils that they know; none: all that come to the desk.
    pub skills: Vec<String>,
    pub languages: Vec<Language>,
    /// How many open cases they hold.
    pub holds: i64,
}

/// How many open cases a member holds where the file does not say.
const HOLDS: i64 = 30;

/// The desks, in the order of the file.
#[derive(Debug, Default)]
pub struct DeskBook(Vec<Team>);

impl DeskBook {
    pub(crate) fn read(root: &Node, problems: &mut Diagnostics) -> Self {
        let mut desks = Vec::new();
        let mut fields = Fields::of(FILE, root, problems);
        if let Some(node) = fields.take("desks") {
            for (code, place, node) in Fields::of(FILE, node, problems).rest() {
                let mut fields = Fields::of(FILE, node, problems);
                let name = fields.text("name", problems);
                if name.is_none() {
                    problems.error(FILE, place, format!("the desk `{code}` needs a `name` (fr and en)"));
                }
                if code.contains(['|', '*']) {
                    problems.error(FILE, place, format!("the code `{code}` must be without | and *"));
                }
                let mut words = |key: &str, problems: &mut Diagnostics| {
                    fields.list(key, problems).iter().filter_map(Node::scalar).collect()
                };
                let (insurers, perils) = (words("insurers", problems), words("perils", problems));
                let closed = fields.bool("closed", problems);
                let holds = number(&mut fields, "holds", problems).unwrap_or(HOLDS);
                let hours = fields.take("hours").map(|node| Hours::read(FILE, node, problems)).unwrap_or_default();
                let members = fields.take("members").map(|node| members(node, holds, problems)).unwrap_or_default();
                let rota = fields.take("rota").map(|node| Rota::read(FILE, node, problems));
                fields.finish(problems);
                let name = name.map(|(name, _)| name).unwrap_or_default();
                let code = code.into();
                desks.push(Team { code, name, insurers, perils, closed, rota, hours, holds, members, place });
            }
        }
        fields.finish(problems);
        Self(desks)
    }

    /// The desks that an earlier revision named among its requests.
    #[must_use]
    pub(crate) fn or_earlier(self, earlier: BTreeMap<Desk, Text>) -> Self {
        if !self.0.is_empty() {
            return self;
        }
        let team = |(code, name)| Team {
            code,
            name,
            insurers: Vec::new(),
            perils: Vec::new(),
            closed: false,
            rota: None,
            hours: Hours::default(),
            holds: HOLDS,
            members: BTreeMap::new(),
            place: SourcePosition::default(),
        };
        Self(earlier.into_iter().map(team).collect())
    }

    /// Whether what the other files name is there, and what this one names.
    pub(crate) fn check(
        &self,
        requests: &RequestBook,
        tables: &BTreeMap<String, Table>,
        insurers: &BTreeMap<String, Insurer>,
        problems: &mut Diagnostics,
    ) {
        if self.0.is_empty() {
            return;
        }
        for request in requests.iter().filter(|request| self.name(&request.desk).is_none()) {
            let message = format!("there is no desk `{}` in {FILE}", request.desk);
            problems.outdated(requests::FILE, request.place, message);
        }
        for table in tables.values() {
            for row in &table.rows {
                if let Some(desk) = row.then.get(DESK).filter(|desk| self.name(&desk.as_str().into()).is_none()) {
                    problems.outdated(&table.file, row.place, format!("there is no desk `{desk}` in {FILE}"));
                }
            }
        }
        for team in &self.0 {
            for insurer in team.insurers.iter().filter(|insurer| !insurers.contains_key(*insurer)) {
                let message = format!("the desk `{}` is for the insurer `{insurer}`, which has no file", team.code);
                problems.outdated(FILE, team.place, message);
            }
        }
    }

    pub fn name(&self, desk: &Desk) -> Option<&Text> {
        self.team(desk).map(|team| &team.name)
    }

    /// All desks with their names, in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&Desk, &Text)> {
        self.0.iter().map(|team| (&team.code, &team.name))
    }

    /// The desk of an insurer that takes a peril's cases.
    pub fn of(&self, insurer: &str, peril: &str) -> Option<&Desk> {
        let takes = |team: &&Team| {
            team.perils.iter().any(|own| own == peril)
                && (team.insurers.is_empty() || team.insurers.iter().any(|own| own == insurer))
        };
        self.0.iter().find(takes).map(|team| &team.code)
    }

    /// Whether only its members see what is there. A desk that the file does not name is nobody's.
    pub fn is_closed(&self, desk: &Desk) -> bool {
        self.team(desk).is_none_or(|team| team.closed)
    }

    /// The codes of the desks whose cases everybody of their insurer sees.
    pub fn open(&self) -> impl Iterator<Item = &str> {
        self.0.iter().filter(|team| !team.closed).map(|team| team.code.as_str())
    }

    /// Who is on call for a desk's cases; where it has no rota, or a case no desk, for those of the first desk that has one
    /// and takes the insurer's.
    pub fn rota(&self, desk: Option<&Desk>, insurer: &str) -> Option<&Rota> {
        let own = desk.and_then(|desk| self.team(desk)).and_then(|team| team.rota.as_ref());
        let takes = |team: &&Team| team.insurers.is_empty() || team.insurers.iter().any(|own| own == insurer);
        own.or_else(|| self.0.iter().filter(takes).find_map(|team| team.rota.as_ref()))
    }

    /// Whether a desk works at a time, which is where the insurers are.
    pub fn is_open(&self, desk: &Desk, now: DateTime, calendar: &Calendar) -> bool {
        self.team(desk).is_some_and(|team| team.hours.reopening(now, calendar).is_none())
    }

    /// What a desk says of somebody whose log-in this is. Where it says nothing, `belongs` decides: whoever belongs to it
    /// knows all that comes there, in French.
    pub fn member(&self, desk: &Desk, login: &str, belongs: bool) -> Option<Member> {
        let team = self.team(desk)?;
        let said = team.members.get(login).cloned();
        said.or_else(|| {
            let plain = Member { skills: Vec::new(), languages: vec![Language::default()], holds: team.holds };
            belongs.then_some(plain)
        })
    }

    fn team(&self, desk: &Desk) -> Option<&Team> {
        self.0.iter().find(|team| team.code == *desk)
    }
}

/// A whole number that is not negative.
fn number(fields: &mut Fields<'_>, key: &str, problems: &mut Diagnostics) -> Option<i64> {
    let node = fields.take(key)?;
    let number = node.scalar().and_then(|text| text.parse::<u32>().ok());
    if number.is_none() {
        problems.error(FILE, node.place, format!("`{key}` is a number of cases, such as 15"));
    }
    number.map(i64::from)
}

fn members(node: &Node, holds: i64, problems: &mut Diagnostics) -> BTreeMap<String, Member> {
    let mut members = BTreeMap::new();
    for (login, place, node) in Fields::of(FILE, node, problems).rest() {
        let mut fields = Fields::of(FILE, node, problems);
        let skills = fields.list("skills", problems).iter().filter_map(Node::scalar).collect();
        let spoken: Vec<String> = fields.list("languages", problems).iter().filter_map(Node::scalar).collect();
        let mut languages = vec![Language::default()];
        for code in &spoken {
            match Language::ALL.into_iter().find(|language| language.code() == code) {
                Some(language) if languages.contains(&language) => {}
                Some(language) => languages.push(language),
                None => problems.error(FILE, place, format!("`{code}` is no language of ours: fr, en")),
            }
        }
        let holds = number(&mut fields, "holds", problems).unwrap_or(holds);
        fields.finish(problems);
        members.insert(login.to_owned(), Member { skills, languages, holds });
    }
    members
}

#[cfg(test)]
mod tests;
