//! Where each kind of step leads, and the steps ahead of a conversation's position.
//!
//! [`StepKind::continuation`] is the only place that says where a step leads: the checks, the graph, the batched
//! questions and the answers to questions not yet asked use it. What a step does when the conversation reaches it is
//! the interpreter's.

use super::{
    condition::{Condition, Scope, Truth},
    library::Library,
    steps::{Flow, Step, StepKind},
};

/// How many steps are looked ahead: more than any claim has. It ends the look-ahead in a flow that jumps back.
const MAX_LOOKED_AHEAD: usize = 300;

/// Where the flow goes on after a step. Positions are those of the step's own flow.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Continuation<'a> {
    /// At the next step.
    Next,
    Jump(usize),
    /// At the first case that holds.
    Branch {
        cases: &'a [(Condition, usize)],
        otherwise: usize,
    },
    /// At one of two steps, by the register's answer.
    Policy {
        found: usize,
        not_found: usize,
    },
    /// In another flow, and after its end at the next step.
    Call(&'a str),
    /// At the next step, once this has happened.
    Wait(Wait),
    /// Nowhere: the conversation is over.
    End,
}

/// Something other than an answer that a step waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wait {
    Documents,
    /// The person checks the summary and sends it.
    Summary,
    /// A table decides the orientation.
    Decision,
    /// A person takes over.
    Person,
}

impl StepKind {
    pub(crate) fn continuation(&self) -> Continuation<'_> {
        match self {
            Self::Ask(_) | Self::Say(_) | Self::Set(_) | Self::Clear(_) | Self::CheckEvent => Continuation::Next,
            Self::Goto(target) => Continuation::Jump(*target),
            Self::Branch { cases, otherwise } => Continuation::Branch { cases, otherwise: *otherwise },
            Self::CheckPolicy { found, not_found } => Continuation::Policy { found: *found, not_found: *not_found },
            Self::Call(flow) => Continuation::Call(flow),
            Self::Collect(_) => Continuation::Wait(Wait::Documents),
            Self::Review => Continuation::Wait(Wait::Summary),
            Self::Orient(_) => Continuation::Wait(Wait::Decision),
            Self::HandOver { .. } => Continuation::Wait(Wait::Person),
            Self::End(_) => Continuation::End,
        }
    }
}

impl Flow {
    /// Where the step at `at` leads when it is due, each with the label of its arrow. The position after the last step
    /// leaves the flow.
    pub(crate) fn exits(&self, at: usize) -> Vec<(usize, &'static str)> {
        match self.steps[at].kind.continuation() {
            Continuation::Next | Continuation::Call(_) | Continuation::Wait(_) => vec![(at + 1, "")],
            Continuation::Jump(target) => vec![(target, "")],
            Continuation::Branch { cases, otherwise } => {
                cases.iter().map(|(_, target)| (*target, "when")).chain([(otherwise, "else")]).collect()
            }
            Continuation::Policy { found, not_found } => vec![(found, "found"), (not_found, "not found")],
            Continuation::End => Vec::new(),
        }
    }

    /// Where the flow may go on after the step at `at`: its exits, and the next step where it has a condition.
    pub(crate) fn successors(&self, at: usize) -> impl Iterator<Item = usize> {
        let passed_over = self.steps[at].is_conditional().then_some(at + 1);
        self.exits(at).into_iter().map(|(target, _)| target).chain(passed_over)
    }

    /// The steps of this flow that call another, with its name.
    pub(crate) fn calls(&self) -> impl Iterator<Item = (&Step, &str)> {
        self.steps.iter().filter_map(|step| match step.kind.continuation() {
            Continuation::Call(flow) => Some((step, flow)),
            _ => None,
        })
    }
}

impl Step {
    pub(crate) fn is_conditional(&self) -> bool {
        self.when != Condition::always()
    }

    /// Whether nothing follows in the flow: the conversation is over, or a person takes over.
    pub(crate) fn leaves(&self) -> bool {
        matches!(self.kind.continuation(), Continuation::End | Continuation::Wait(Wait::Person))
    }
}

/// A step ahead.
pub(crate) struct StepAhead<'a> {
    pub(crate) flow: &'a str,
    pub(crate) at: usize,
    pub(crate) step: &'a Step,
    /// The truth of its condition by the known facts: true or unknown.
    pub(crate) due: Truth,
}

/// Iterates over the steps ahead of a conversation, as far as the path is known, without running them.
///
/// A step whose condition is false is left out. One whose condition is unknown is included, but its jumps are not
/// followed. The path ends at a branch on unknown facts, where the person sends the summary, and where a person takes
/// over. A policy is assumed to be found: where it is not, the answers stay, and another number is asked for.
pub(crate) struct LookAhead<'a, 's> {
    library: &'a Library,
    scope: Scope<'s>,
    /// The flows on the call stack with their next positions; the innermost is the last.
    stack: Vec<(&'a Flow, usize)>,
    left: usize,
}

impl<'a, 's> LookAhead<'a, 's> {
    /// Looks ahead from a conversation's position: its flows with their positions, the innermost last. The position of
    /// a caller is its call.
    pub(crate) fn from(library: &'a Library, scope: Scope<'s>, stands: impl Iterator<Item = (&'s str, usize)>) -> Self {
        let known = stands.filter_map(|(flow, at)| Some((library.flow(flow)?, at + 1)));
        let mut stack: Vec<_> = known.collect();
        if let Some((_, at)) = stack.last_mut() {
            *at -= 1;
        }
        Self { library, scope, stack, left: MAX_LOOKED_AHEAD }
    }

    /// Moves to where a due step leads.
    fn follow(&mut self, kind: &'a StepKind) {
        let Some((_, next)) = self.stack.last_mut() else { return };
        match kind.continuation() {
            Continuation::Next | Continuation::Wait(Wait::Documents | Wait::Decision) => {}
            Continuation::Jump(target) => *next = target,
            Continuation::Policy { found, .. } => *next = found,
            Continuation::Branch { cases, otherwise } => {
                let open = cases.iter().map(|(when, target)| (when.truth(&self.scope), *target));
                match open.into_iter().find(|(truth, _)| *truth != Truth::False) {
                    Some((Truth::True, target)) => *next = target,
                    Some(_) => self.left = 0,
                    None => *next = otherwise,
                }
            }
            Continuation::Call(flow) => self.stack.extend(self.library.flow(flow).map(|flow| (flow, 0))),
            Continuation::Wait(Wait::Summary | Wait::Person) | Continuation::End => self.left = 0,
        }
    }
}

impl<'a> Iterator for LookAhead<'a, '_> {
    type Item = StepAhead<'a>;

    fn next(&mut self) -> Option<StepAhead<'a>> {
        while self.left > 0 {
            self.left -= 1;
            let (flow, next) = self.stack.last_mut()?;
            let (flow, at) = (*flow, *next);
            *next += 1;
            let Some(step) = flow.steps.get(at) else {
                self.stack.pop();
                continue;
            };
            let due = step.when.truth(&self.scope);
            if due == Truth::False {
                continue;
            }
            if due == Truth::True {
                self.follow(&step.kind);
            }
            return Some(StepAhead { flow: &flow.name, at, step, due });
        }
        None
    }
}

#[cfg(test)]
mod tests;
