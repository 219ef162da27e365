//! Coverage: the steps of the flows that transcripts reached.

use std::collections::{BTreeMap, BTreeSet};

use crate::flow::program::library::Library;

/// The steps that were reached and whose condition held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Coverage(BTreeMap<String, BTreeSet<usize>>);

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
        match self.0.get_mut(flow) {
            Some(steps) => {
                steps.insert(step);
            }
            None => {
                self.0.insert(flow.to_owned(), BTreeSet::from([step]));
            }
        }
    }

    /// Adds the steps of another coverage.
    pub fn add(&mut self, other: Self) {
        for (flow, steps) in other.0 {
            self.0.entry(flow).or_default().extend(steps);
        }
    }

    /// The coverage of each flow of `library`.
    pub fn of<'a>(&'a self, library: &'a Library) -> impl Iterator<Item = Covered<'a>> {
        library.flows().map(|flow| {
            let reached = |at: usize| self.0.get(&flow.name).is_some_and(|steps| steps.contains(&at));
            let missed: Vec<String> = (flow.steps.iter().enumerate())
                .filter(|(at, _)| !reached(*at))
                .map(|(_, step)| if step.id.is_empty() { format!("line {}", step.place.line) } else { step.id.clone() })
                .collect();
            Covered { flow: &flow.name, reached: flow.steps.len() - missed.len(), steps: flow.steps.len(), missed }
        })
    }
}
