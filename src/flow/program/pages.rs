//! `pages.yaml`: the words of the pages to which people's links lead, and within how many working days they are answered.
//! Which words a page has, only that page knows.

use std::collections::{BTreeMap, HashMap};

use super::{
    diagnostics::Diagnostics,
    template::{Template, Texts},
    yaml::{Data, Fields, Node, text},
};

/// The file, in the folder of the flows.
pub(crate) const FILE: &str = "pages.yaml";

/// The names of the values that pages give to their words.
const NAMES: &[&str] = &[
    "at",
    "count",
    "date",
    "day",
    "document",
    "end",
    "from",
    "hour",
    "label",
    "minute",
    "month",
    "name",
    "number",
    "of",
    "reference",
    "time",
    "to",
    "value",
    "weekday",
    "year",
];

/// The key of the working days within which cases are answered.
const ANSWER_DAYS: &str = "answer_days";
/// The key of the days within which a case is answered that has none of its own.
const DEFAULT: &str = "default";

/// What pages say.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    words: HashMap<String, Template>,
    answer_days: BTreeMap<String, u32>,
}

impl Pages {
    /// Reads the file, where there is one; what it lacks is taken from the one that came with this program.
    pub(crate) fn read(
        own: Option<&Node>,
        shipped: Option<&Node>,
        texts: &mut Texts,
        problems: &mut Diagnostics,
    ) -> Self {
        let mut pages = Self::default();
        let mut compile = |pages: &mut Self, key: &str, node: &Node, problems: &mut Diagnostics| {
            let source = text(FILE, node, problems);
            pages.words.insert(key.to_owned(), texts.compile(FILE, node.place, source, NAMES, problems));
        };
        if let Some(root) = own {
            let mut fields = Fields::of(FILE, root, problems);
            pages.read_answer_days(&mut fields, problems);
            for (key, _, node) in fields.rest() {
                compile(&mut pages, key, node, problems);
            }
        }
        if let Some(root) = shipped {
            let mut fields = Fields::of(FILE, root, problems);
            if own.is_none() {
                pages.read_answer_days(&mut fields, problems);
            }
            for (key, _, node) in fields.rest() {
                if key != ANSWER_DAYS && !pages.words.contains_key(key) {
                    if let Some(own) = own {
                        problems.outdated(FILE, own.place, format!("the text `{key}` is missing"));
                    }
                    compile(&mut pages, key, node, problems);
                }
            }
        }
        pages
    }

    fn read_answer_days(&mut self, fields: &mut Fields, problems: &mut Diagnostics) {
        let Some(node) = fields.take(ANSWER_DAYS) else { return };
        for (reason, place, node) in Fields::of(FILE, node, problems).rest() {
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few days")]
            match node.data {
                Data::Number(days) if (1.0..=60.0).contains(&days) => {
                    self.answer_days.insert(reason.to_owned(), days as u32);
                }
                _ => problems.error(FILE, place, "give a number of working days, from 1 to 60".to_owned()),
            }
        }
    }

    pub(crate) fn get(&self, key: &str) -> Option<&Template> {
        self.words.get(key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &str> {
        self.words.keys().map(String::as_str)
    }

    /// Within how many working days a case is answered; none where nobody promised anything.
    pub(crate) fn answer_days(&self, reason: &str) -> Option<u32> {
        self.answer_days.get(reason).or_else(|| self.answer_days.get(DEFAULT)).copied()
    }
}
