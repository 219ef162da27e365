//! The people: who they are, what happened to them, and how they say it.

use std::{collections::BTreeMap, path::Path};

use serde::Deserialize;

use super::questions::bare;
use crate::support::Stopped;

/// The two ways in which everybody speaks.
pub(super) const REGISTERS: [Register; 2] = [Register::Careful, Register::Careless];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Register {
    Careful,
    /// Short forms, no accents, typing mistakes.
    Careless,
}

impl Register {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Careful => "careful",
            Self::Careless => "careless",
        }
    }

    /// The other wording, for whoever is not understood.
    fn other(self) -> Self {
        match self {
            Self::Careful => Self::Careless,
            Self::Careless => Self::Careful,
        }
    }
}

/// The same in both registers.
type Pair = [String; 2];

/// `people.yaml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Sheet {
    everyone: BTreeMap<String, Pair>,
    pub(super) stories: Vec<Story>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Story {
    pub(super) name: String,
    /// The claim family, by its folder.
    pub(super) family: String,
    /// Whether the case is one that a handler follows from the first day.
    #[serde(default)]
    pub(super) needs_a_person: bool,
    pub(super) policy: PolicyLine,
    pub(super) first: [First; 2],
    answers: BTreeMap<String, Pair>,
    /// What the summary must say of these facts, where it lists them.
    means: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct First {
    pub(super) says: String,
    /// The facts that it tells.
    pub(super) tells: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct PolicyLine {
    number: String,
    last_name: String,
    first_name: String,
    birth_date: String,
    address: String,
    postcode: String,
    city: String,
}

impl PolicyLine {
    /// "69003 Lyon".
    pub(super) fn town(&self) -> String {
        format!("{} {}", self.postcode, self.city)
    }
}

impl Story {
    /// The lines of a summary that say something else than the person meant.
    pub(super) fn misunderstood(&self, summary: &[(String, String)]) -> Vec<String> {
        let otherwise =
            |(fact, value): &&(String, String)| self.means.get(fact).is_some_and(|meant| bare(meant) != bare(value));
        summary.iter().filter(otherwise).map(|(fact, value)| format!("{fact}: {value}")).collect()
    }

    pub(super) fn first(&self, register: Register) -> &First {
        &self.first[register as usize]
    }
}

impl Sheet {
    pub(super) fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories/people.yaml");
        serde_saphyr::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    /// What a person answers to the question of a fact that was put to them for the nth time.
    pub(super) fn answer<'s>(&'s self, story: &'s Story, fact: &str, register: Register, nth: usize) -> &'s str {
        let register = if nth == 1 { register.other() } else { register };
        let pair = story.answers.get(fact).or_else(|| self.everyone.get(fact)).filter(|_| nth < 2);
        match (pair, register) {
            (Some(pair), register) => &pair[register as usize],
            (None, Register::Careful) => "Je ne sais pas.",
            (None, Register::Careless) => "jsp",
        }
    }

    /// All answers, with whose they are and the fact.
    pub(super) fn answers(&self) -> impl Iterator<Item = (&str, &str, &Pair)> {
        let everyone = self.everyone.iter().map(|(fact, pair)| ("everyone", fact.as_str(), pair));
        let own = self
            .stories
            .iter()
            .flat_map(|story| story.answers.iter().map(move |(fact, pair)| (story.name.as_str(), fact.as_str(), pair)));
        everyone.chain(own)
    }

    /// Everybody's policy, with every peril that a flow has.
    pub(super) fn import_policies(&self, site: &Stopped) {
        let mut lines = vec![
            "insurer,number,last_name,first_name,birth_date,address,postcode,city,starts_on,perils,deductible,limit"
                .to_owned(),
        ];
        for story in &self.stories {
            let PolicyLine { number, last_name, first_name, birth_date, address, postcode, city } = &story.policy;
            let family = &story.family;
            lines.push(format!(
                "demo,{number},{last_name},{first_name},{birth_date},{address},{postcode},{city},2021-01-01,{family},150,60000"
            ));
        }
        std::fs::write(site.folder().join("policies.csv"), lines.join("\n")).unwrap();
        let done = site.command().args(["import", "policies", "policies.csv"]).output().unwrap();
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    }
}
