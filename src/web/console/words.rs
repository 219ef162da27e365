//! The console's words for the codes that only the program produces, by `words.yaml`. What the flows declare is named by
//! [`super::Names`]. A code without a word is shown as it is: nothing is hidden for want of one.

use std::{collections::BTreeMap, sync::LazyLock};

use serde::Deserialize;

use crate::domain::language::{Language, Text};

/// The language of the console's pages.
pub(super) const LANGUAGE: Language = Language::Fr;

/// Words by code.
pub(super) type Codes = BTreeMap<String, Text>;

/// The sections of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub statuses: Codes,
    pub modes: Codes,
    pub priorities: Codes,
    pub channels: Codes,
    pub perils: Codes,
    /// Why a conversation was handed over to a person.
    pub handovers: Codes,
}

pub(super) static WORDS: LazyLock<Words> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("words.yaml")).unwrap_or_else(|error| {
        tracing::error!(%error, "the console shows codes instead of words");
        Words::default()
    })
});

/// A dossier's status.
pub(super) fn status(code: &str) -> &str {
    word(&WORDS.statuses, code)
}

/// A mode of expertise.
pub(super) fn mode(code: &str) -> &str {
    word(&WORDS.modes, code)
}

pub(super) fn priority(code: &str) -> &str {
    word(&WORDS.priorities, code)
}

pub(super) fn channel(code: &str) -> &str {
    word(&WORDS.channels, code)
}

fn word<'a>(codes: &'a Codes, code: &'a str) -> &'a str {
    codes.get(code).map_or(code, |text| text.get(LANGUAGE))
}
