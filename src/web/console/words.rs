//! The console's texts, from `words.yaml`, for codes that only the program produces. What the flows declare is named by
//! [`super::Names`]. A code without a text is shown itself: nothing is hidden because a text is missing.

use std::{collections::BTreeMap, sync::LazyLock};

use minijinja::{Environment, UndefinedBehavior, Value};
use serde::Deserialize;

use crate::domain::language::{Language, Text};

/// The language of the console's pages.
pub(super) const LANGUAGE: Language = Language::Fr;

/// Texts by code.
pub(super) type Codes = BTreeMap<String, Text>;

/// The sections of the file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub statuses: Codes,
    pub modes: Codes,
    pub priorities: Codes,
    pub channels: Codes,
    pub languages: Codes,
    pub perils: Codes,
    pub dangers: Codes,
    pub values: Codes,
    /// Who else has to do with a claim.
    pub parties: Codes,
    /// The words of the dossier as a PDF.
    pub pdf: Codes,
    /// What lines of the access log tell.
    pub accesses: Codes,
    /// How a search found something, and by what.
    pub found: Codes,
    pub fields: Codes,
    /// The templates of the timeline's lines, by their kind.
    timeline: Codes,
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

/// A language, as one speaks it.
pub(super) fn language(code: &str) -> &str {
    word(&WORDS.languages, code)
}

/// What a line of the access log tells.
pub(super) fn access(code: &str) -> &str {
    word(&WORDS.accesses, code)
}

/// How a search found something.
pub(super) fn found(code: &str) -> &str {
    word(&WORDS.found, code)
}

/// What is known of a dossier and is no fact.
pub(super) fn field(code: &str) -> Option<&'static str> {
    WORDS.fields.get(code).map(|text| text.get(LANGUAGE))
}

/// A danger that a message told of.
pub(super) fn danger(code: &str) -> &str {
    word(&WORDS.dangers, code)
}

/// A value of a fact that has no words of its own.
pub(super) fn value(code: &str) -> &str {
    word(&WORDS.values, code)
}

/// All that somebody may be to a claim: code and name.
pub(super) fn parties() -> Vec<(String, String)> {
    WORDS.parties.iter().map(|(code, name)| (code.clone(), name.get(LANGUAGE).to_owned())).collect()
}

/// Who somebody is to a claim.
pub(super) fn party(code: &str) -> &str {
    word(&WORDS.parties, code)
}

/// A word of the dossier as a PDF.
pub(super) fn pdf(code: &str) -> &str {
    word(&WORDS.pdf, code)
}

/// The text of a timeline's line, with the values of its kind. None where the kind has no template.
pub(super) fn timeline(kind: &str, language: Language, values: BTreeMap<&'static str, Value>) -> Option<String> {
    let template = TIMELINE.get_template(&template_name(kind, language)).ok()?;
    let told = template.render(Value::from(values));
    told.inspect_err(|error| tracing::error!(kind, %error, "a line of a timeline is shown as it is stored")).ok()
}

static TIMELINE: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    for (kind, text) in &WORDS.timeline {
        for language in Language::ALL {
            let added = templates.add_template_owned(template_name(kind, language), text.get(language).to_owned());
            if let Err(error) = added {
                tracing::error!(kind, %error, "the words of a timeline's line are no template");
            }
        }
    }
    templates
});

fn template_name(kind: &str, language: Language) -> String {
    format!("{kind}.{}", language.code())
}

fn word<'a>(codes: &'a Codes, code: &'a str) -> &'a str {
    codes.get(code).map_or(code, |text| text.get(LANGUAGE))
}
