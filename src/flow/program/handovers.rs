//! `handovers.yaml`: the reasons for handing a conversation over, with their texts for handlers.

use std::collections::BTreeMap;

use super::{
    diagnostics::{Diagnostics, SourcePosition},
    requests::{self, RequestBook},
    steps::{Flow, StepKind},
    yaml::{Fields, Node, text},
};
use crate::domain::language::Text;

pub(crate) const FILE: &str = "handovers.yaml";

/// A reason that the program itself gives, independent of the flows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnReason {
    Danger,
    /// The person asked for a human.
    Asked,
    NotUnderstood,
    /// The flow turned in a circle.
    FlowLoop,
    /// The person writes in a language that Guichet does not speak.
    Language,
    /// The person did not answer the reminders.
    Silent,
    /// The expert's appointment is to be arranged by a person.
    Appointment,
    /// The expert's mission was withdrawn, and another expert is to be chosen.
    ExpertWithdrawn,
}

impl OwnReason {
    pub const ALL: [Self; 8] = [
        Self::Danger,
        Self::Asked,
        Self::NotUnderstood,
        Self::FlowLoop,
        Self::Language,
        Self::Silent,
        Self::Appointment,
        Self::ExpertWithdrawn,
    ];

    /// The code in `handovers.yaml` and in dossiers.
    pub fn code(self) -> &'static str {
        match self {
            Self::Danger => "danger",
            Self::Asked => "asked",
            Self::NotUnderstood => "not_understood",
            Self::FlowLoop => "flow_loop",
            Self::Language => "language",
            Self::Silent => "silent",
            Self::Appointment => "appointment",
            Self::ExpertWithdrawn => "expert_withdrawn",
        }
    }
}

/// The reasons by code.
#[derive(Debug, Default)]
pub(crate) struct HandoverReasons(BTreeMap<String, (Text, SourcePosition)>);

impl HandoverReasons {
    pub(crate) fn read(root: &Node, problems: &mut Diagnostics) -> Self {
        let mut reasons = Self::default();
        let mut fields = Fields::of(FILE, root, problems);
        if let Some(node) = fields.take("reasons") {
            for (code, place, node) in Fields::of(FILE, node, problems).rest() {
                reasons.0.insert(code.to_owned(), (text(FILE, node, problems), place));
            }
        }
        fields.finish(problems);
        reasons
    }

    pub(crate) fn get(&self, code: &str) -> Option<&Text> {
        self.0.get(code).map(|(text, _)| text)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Text)> {
        self.0.iter().map(|(code, (text, _))| (code.as_str(), text))
    }

    /// Reports reasons that are used and not declared, and those that are declared and not used.
    pub(crate) fn check<'a>(
        &self,
        flows: impl Iterator<Item = &'a Flow>,
        requests: &'a RequestBook,
        problems: &mut Diagnostics,
    ) {
        let of_flows = flows.flat_map(|flow| {
            flow.steps.iter().filter_map(|step| match &step.kind {
                StepKind::HandOver { reason, .. } => Some((reason.as_str(), flow.file.as_str(), step.place)),
                _ => None,
            })
        });
        let calling = requests.iter().filter(|request| request.hand_over.is_some());
        let of_requests = calling.map(|request| (request.kind.as_str(), requests::FILE, request.place));
        let own = OwnReason::ALL.into_iter().map(|reason| (reason.code(), FILE, SourcePosition::default()));
        let given: Vec<_> = of_flows.chain(of_requests).chain(own).collect();
        for (reason, file, place) in &given {
            if !self.0.contains_key(*reason) {
                problems.outdated(file, *place, format!("{FILE} has no words for the reason `{reason}`"));
            }
        }
        for (code, (_, place)) in &self.0 {
            if !given.iter().any(|(reason, ..)| reason == code) {
                problems.warn(FILE, *place, format!("nothing hands over for the reason `{code}`"));
            }
        }
    }
}
