//! How far a user's view goes: over all insurers or desks, or over some.

use std::{collections::BTreeSet, fmt, str::FromStr};

/// Stands in no code of an insurer or a desk.
const BETWEEN: char = '|';
const EACH: &str = "*";

/// All there are, whatever is added later; or those with these codes.
///
/// In text it is `*`, or the codes between bars: `|demo|phare|`. So a code is among them where it stands there between bars,
/// which a statement of the store asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reach {
    All,
    Only(BTreeSet<String>),
}

/// A text that is no reach.
#[derive(Debug, thiserror::Error)]
#[error("insurers and desks are * or codes between bars")]
pub struct UnknownReach;

impl Reach {
    pub fn none() -> Self {
        Self::Only(BTreeSet::new())
    }

    pub fn holds(&self, code: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(codes) => codes.contains(code),
        }
    }

    /// With these as well.
    #[must_use]
    pub fn and<'a>(self, codes: impl IntoIterator<Item = &'a str>) -> Self {
        match self {
            Self::All => Self::All,
            Self::Only(own) => Self::Only(own.into_iter().chain(codes.into_iter().map(str::to_owned)).collect()),
        }
    }
}

impl<S: Into<String>> FromIterator<S> for Reach {
    fn from_iter<T: IntoIterator<Item = S>>(codes: T) -> Self {
        let codes =
            codes.into_iter().map(Into::into).filter(|code: &String| !code.is_empty() && !code.contains(BETWEEN));
        Self::Only(codes.collect())
    }
}

impl fmt::Display for Reach {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self::Only(codes) = self else { return f.pad(EACH) };
        let mut text = BETWEEN.to_string();
        for code in codes {
            text.push_str(code);
            text.push(BETWEEN);
        }
        f.pad(&text)
    }
}

impl FromStr for Reach {
    type Err = UnknownReach;

    fn from_str(text: &str) -> Result<Self, UnknownReach> {
        if text == EACH {
            return Ok(Self::All);
        }
        let codes = text.strip_prefix(BETWEEN).ok_or(UnknownReach)?;
        if !codes.is_empty() && !codes.ends_with(BETWEEN) {
            return Err(UnknownReach);
        }
        Ok(codes.split(BETWEEN).collect())
    }
}

#[cfg(test)]
mod tests;
