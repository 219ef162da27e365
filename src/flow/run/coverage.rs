//! Coverage: the steps of the flows that transcripts reached, and why questions were put or passed over.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt,
};

use crate::{
    domain::fact_name::FactName,
    flow::program::{library::Library, purpose::Purpose},
};

/// The steps that were reached and whose condition held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage {
    steps: BTreeMap<String, BTreeSet<usize>>,
    verdicts: Vec<Verdict>,
}

/// Why a question was put or passed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub flow: String,
    pub fact: FactName,
    pub purpose: Purpose,
    pub asked: bool,
    /// What depends on its answer; empty where nothing does.
    pub because: String,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let Self { flow, fact, purpose, asked, because } = self;
        let verdict = if *asked { "asked" } else { "passed over" };
        let because = match (because.as_str(), asked, purpose) {
            ("", true, _) => "always asked before sending",
            ("", false, Purpose::File) => "it is for the file: nothing is decided by it",
            ("", false, _) => "nothing that is still open depends on it",
            (because, ..) => because,
        };
        write!(f, "{verdict:<12}{flow}: {fact} ({purpose}): {because}")
    }
}

/// How much of one flow was reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Covered<'a> {
    pub flow: &'a str,
    pub reached: usize,
    pub steps: usize,
    /// The names of the steps that were not reached, in order; the line of a step without a name.
    pub missed: Vec<String>,
}

impl Coverage {
    pub(super) fn reach(&mut self, flow: &str, step: usize) {
        match self.steps.get_mut(flow) {
            Some(steps) => {
                steps.insert(step);
            }
            None => {
                self.steps.insert(flow.to_owned(), BTreeSet::from([step]));
            }
        }
    }

    /// Notes why a question was put or passed over; the same is noted once.
    pub(super) fn judge(&mut self, verdict: Verdict) {
        if !self.verdicts.contains(&verdict) {
            self.verdicts.push(verdict);
        }
    }

    /// Why questions were put or passed over, in the order in which they were come to.
    pub fn verdicts(&self) -> &[Verdict] {
        &self.verdicts
    }

    /// Adds the steps of another coverage.
    pub fn add(&mut self, other: Self) {
        for (flow, steps) in other.steps {
            self.steps.entry(flow).or_default().extend(steps);
        }
        for verdict in other.verdicts {
            self.judge(verdict);
        }
    }

    /// The coverage of each flow of `library`.
    pub fn of<'a>(&'a self, library: &'a Library) -> impl Iterator<Item = Covered<'a>> {
        library.flows().map(|flow| {
            let reached = |at: usize| self.steps.get(&flow.name).is_some_and(|steps| steps.contains(&at));
            let missed: Vec<String> = (flow.steps.iter().enumerate())
                .filter(|(at, _)| !reached(*at))
                .map(|(_, step)| if step.id.is_empty() { format!("line {}", step.place.line) } else { step.id.clone() })
                .collect();
            Covered { flow: &flow.name, reached: flow.steps.len() - missed.len(), steps: flow.steps.len(), missed }
        })
    }
}
