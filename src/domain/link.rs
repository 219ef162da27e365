//! Links that people are sent, each for one purpose: what it opens is no more than that.

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Sends files. It shows what is wanted, and nothing of what was said.
    Upload,
    /// Opens the chat on one more device, once.
    Resume,
    /// Shows how the claim stands, without a value, a name or a message.
    Status,
    /// Opens what was declared, and completes it. Given for a short time to who holds the chat's session, or proved on the
    /// status page who they are.
    Complete,
    /// No link but a code, which is typed on the status page: whoever reads what arrives at the person's address knows it.
    Code,
}

impl LinkPurpose {
    pub const ALL: [Self; 5] = [Self::Upload, Self::Resume, Self::Status, Self::Complete, Self::Code];

    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Resume => "resume",
            Self::Status => "status",
            Self::Complete => "complete",
            Self::Code => "code",
        }
    }
}

/// A purpose's name that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown purpose of a link; the purposes are upload, resume, status, complete and code")]
pub struct UnknownLinkPurpose;

impl std::str::FromStr for LinkPurpose {
    type Err = UnknownLinkPurpose;

    fn from_str(name: &str) -> Result<Self, UnknownLinkPurpose> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name).ok_or(UnknownLinkPurpose)
    }
}
