//! `languages.yaml`: languages in which no story is told, but which are recognised and answered in before a person takes
//! over.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    diagnostics::Diagnostics,
    facts::{FactType, FactTypes},
    intents::{rules, scalars},
    template::{Saying, Texts},
    yaml::{Fields, Node},
};
use crate::{
    domain::{fact_name::FactName, language::Text},
    understanding::{Danger, Rule},
};

/// The file, in the folder of the flows.
pub(crate) const FILE: &str = "languages.yaml";

/// What is said in each language, besides what is said in danger. Every text is required.
const TEXTS: [&str; 8] = ["automatic", "safety", "hand_over", "closed", "danger", "waiting", "received", "status"];
/// The dangers that have a text of their own, which is required too (`danger_fire`); any other is answered by `danger`.
const ADVISED: [Danger; 5] = [Danger::Injury, Danger::Fire, Danger::Gas, Danger::Electricity, Danger::Intruder];

/// How many frequent words make a language probable, and which part of the message they must be at least.
const WORDS: usize = 2;
const PART: usize = 3;

/// A language in which people are answered before a person takes over.
#[derive(Debug)]
pub(crate) struct ForeignLanguage {
    /// Its ISO 639-1 code.
    pub(crate) code: String,
    /// What makes it certain.
    sure: Option<Rule>,
    words: BTreeSet<String>,
    dangers: Vec<(Danger, Vec<Rule>)>,
    not_danger: Vec<(Danger, Vec<Rule>)>,
    /// What says that it goes on, whatever else is over.
    still: Vec<Rule>,
    status: Vec<Rule>,
    texts: BTreeMap<String, Saying>,
}

/// All such languages.
#[derive(Debug, Default)]
pub(crate) struct Languages {
    languages: Vec<ForeignLanguage>,
}

impl Languages {
    pub(crate) fn read(root: &Node, types: &FactTypes, texts: &mut Texts, problems: &mut Diagnostics) -> Self {
        let mut fields = Fields::of(FILE, root, problems);
        let mut languages = Vec::new();
        if let Some(node) = fields.take("languages") {
            for (code, place, node) in Fields::of(FILE, node, problems).rest() {
                let mut fields = Fields::of(FILE, node, problems);
                let named = |kind: &FactType| matches!(kind, FactType::Choice(codes) if codes.iter().any(|known| known == code));
                if !types.get(&FactName::SPOKEN_LANGUAGE).is_some_and(named) {
                    let message = format!("`{code}` is no choice of `{}` in facts.yaml", FactName::SPOKEN_LANGUAGE);
                    problems.error(FILE, place, message);
                }
                let sure = fields.required("pattern", problems);
                let sure = Rule::new(&sure)
                    .map_err(|error| problems.error(FILE, place, format!("this is no regular expression: {error}")))
                    .ok();
                let words = fields.take("words").map(|node| scalars(FILE, node, "words", problems));
                let dangers = by_kind(&mut fields, "danger", problems);
                let not_danger = by_kind(&mut fields, "not_danger", problems);
                let still = rules(FILE, &mut fields, "still", problems);
                let status = rules(FILE, &mut fields, "status", problems);
                let mut said = BTreeMap::new();
                let own = fields.take("texts").map(|node| Fields::of(FILE, node, problems));
                if let Some(mut own) = own {
                    let advice = ADVISED.map(advice_key);
                    for key in TEXTS.map(str::to_owned).into_iter().chain(advice) {
                        let place = own.place_of(&key);
                        let text = own.required(&key, problems);
                        let source = Text { fr: text.clone(), en: text };
                        let text = texts.compile(FILE, place, source.clone(), &[], problems);
                        said.insert(key, Saying { text, source, urgent: false, place });
                    }
                    own.finish(problems);
                } else {
                    problems.error(FILE, place, format!("`{code}` has no `texts`"));
                }
                fields.finish(problems);
                languages.push(ForeignLanguage {
                    code: code.to_owned(),
                    sure,
                    words: words.unwrap_or_default().into_iter().collect(),
                    dangers,
                    not_danger,
                    still,
                    status,
                    texts: said,
                });
            }
        }
        fields.finish(problems);
        Self { languages }
    }

    pub(crate) fn get(&self, code: &str) -> Option<&ForeignLanguage> {
        self.languages.iter().find(|language| language.code == code)
    }

    /// The language of a spelled-out text: one of which something certain stands there, else the one whose frequent words
    /// make up enough of it.
    pub(crate) fn recognise(&self, spelled: &str) -> Option<&ForeignLanguage> {
        let text = plain(spelled);
        let sure =
            self.languages.iter().find(|language| language.sure.as_ref().is_some_and(|rule| rule.is_match(&text)));
        sure.or_else(|| {
            let words: Vec<&str> =
                text.split_whitespace().filter(|word| word.chars().any(char::is_alphabetic)).collect();
            let known = |language: &&ForeignLanguage| {
                words.iter().filter(|word| language.words.contains(**word)).collect::<BTreeSet<_>>().len()
            };
            let best = self.languages.iter().max_by_key(known)?;
            let count = known(&best);
            (count >= WORDS && count * PART >= words.len()).then_some(best)
        })
    }
}

impl ForeignLanguage {
    /// The danger that a spelled-out text tells of.
    pub(crate) fn danger(&self, spelled: &str) -> Option<Danger> {
        let text = plain(spelled);
        let tells = |rules: &[Rule]| rules.iter().any(|rule| rule.is_match(&text));
        let of_kind = |kinds: &[(Danger, Vec<Rule>)], danger: Danger| {
            kinds.iter().any(|(kind, rules)| *kind == danger && tells(rules))
        };
        // That nobody is hurt stays true while it burns on.
        let denied =
            |danger: Danger| of_kind(&self.not_danger, danger) && (danger == Danger::Injury || !tells(&self.still));
        Danger::ALL.into_iter().find(|danger| of_kind(&self.dangers, *danger) && !denied(*danger))
    }

    /// What is said in a danger.
    pub(crate) fn advice(&self, danger: Danger) -> Option<&Saying> {
        self.text(&advice_key(danger)).or_else(|| self.text("danger"))
    }

    /// Whether a spelled-out text asks how the claim stands.
    pub(crate) fn asks_status(&self, spelled: &str) -> bool {
        let text = plain(spelled);
        self.status.iter().any(|rule| rule.is_match(&text))
    }

    pub(crate) fn text(&self, key: &str) -> Option<&Saying> {
        self.texts.get(key)
    }
}

/// Rules under their kind of danger.
fn by_kind(fields: &mut Fields, key: &str, problems: &mut Diagnostics) -> Vec<(Danger, Vec<Rule>)> {
    let Some(node) = fields.take(key) else { return Vec::new() };
    let mut kinds = Fields::of(FILE, node, problems);
    let read = Danger::ALL.map(|danger| (danger, rules(FILE, &mut kinds, danger.as_str(), problems)));
    kinds.finish(problems);
    read.into()
}

/// The key of the text for a danger of its own.
fn advice_key(danger: Danger) -> String {
    format!("danger_{}", danger.as_str())
}

/// A spelled-out text with the letters that no accent was taken from.
fn plain(spelled: &str) -> String {
    spelled.replace('ı', "i").replace('ß', "ss")
}

#[cfg(test)]
mod tests;
