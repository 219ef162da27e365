//! Links that people are sent, each for one purpose: what it opens is no more than that.

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// Sends files. It shows what is wanted, and nothing of what was said.
    Upload,
    /// Opens the chat on one more device, once.
    Resume,
}

impl LinkPurpose {
    /// The name in the store.
    pub fn name(self) -> &'static str {
        match self {
            Self::Upload => "upload",
            Self::Resume => "resume",
        }
    }
}

/// A purpose's name that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown purpose of a link; the purposes are upload and resume")]
pub struct UnknownLinkPurpose;

impl std::str::FromStr for LinkPurpose {
    type Err = UnknownLinkPurpose;

    fn from_str(name: &str) -> Result<Self, UnknownLinkPurpose> {
        [Self::Upload, Self::Resume].into_iter().find(|purpose| purpose.name() == name).ok_or(UnknownLinkPurpose)
    }
}
