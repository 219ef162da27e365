//! What a question is for.

use std::fmt;

/// What a question is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// Somebody may be in danger: urgent advice or a person who is called at once depends on it.
    Safety,
    /// Whose claim it is, when and where.
    Identity,
    /// Cover, orientation, hand-over, deadline, convention, required documents.
    Decision,
    /// What makes the dossier complete.
    File,
}

impl Purpose {
    const ALL: [Self; 4] = [Self::Safety, Self::Identity, Self::Decision, Self::File];

    /// The word in the flows' files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Safety => "safety",
            Self::Identity => "identity",
            Self::Decision => "decision",
            Self::File => "file",
        }
    }

    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }
}

impl fmt::Display for Purpose {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(self.name())
    }
}
