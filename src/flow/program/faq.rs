//! `faq.yaml`: questions that people ask, and their answers, some of them from the person's own dossier.

use super::{
    condition::Condition,
    diagnostics::Diagnostics,
    facts::FactTypes,
    intents::{lines, scalars},
    template::Saying,
    template::Texts,
    yaml::{Data, Fields, Node, phrases, text},
};
use crate::{
    domain::{language::Language, sms},
    understanding::{Faq, FaqHit, FaqSource, Lexicon},
};

pub(crate) const FILE: &str = "faq.yaml";
/// The longest answer, in text messages: nobody reads more on a telephone.
const MAX_SMS: usize = 3;

/// A question with its answers.
#[derive(Debug)]
pub struct FaqEntry {
    pub id: String,
    /// The intent that it answers where no entry is found.
    default_of: Option<String>,
    /// The kind of request that it tells how to make: who made one today hears what becomes of it.
    pub(crate) request: Option<String>,
    /// Whether the answer tells where to send files: where the channel carries none, a link goes with it.
    pub(crate) files: bool,
    /// Whether the answer tells how the claim stands: once it is sent, the link to the page that shows it goes with it.
    pub(crate) follow: bool,
    /// Answers from the person's own dossier: the first whose condition holds is given.
    pub(crate) own: Vec<(Condition, Saying)>,
    pub(crate) answer: Saying,
}

/// All questions of a library.
#[derive(Debug, Default)]
pub struct FaqBook {
    entries: Vec<FaqEntry>,
    faq: Faq,
}

impl FaqBook {
    pub(crate) fn read(
        root: &Node,
        lexicon: &Lexicon,
        types: &FactTypes,
        texts: &mut Texts,
        problems: &mut Diagnostics,
    ) -> Self {
        let mut fields = Fields::of(FILE, root, problems);
        let mut source = FaqSource {
            asking: both(FILE, &mut fields, "asking", problems),
            told: both(FILE, &mut fields, "told", problems),
            cuts: both(FILE, &mut fields, "cuts", problems),
            stop: both(FILE, &mut fields, "stop", problems),
            weak: both(FILE, &mut fields, "weak", problems),
            ..FaqSource::default()
        };
        source.synonyms =
            fields.list("synonyms", problems).iter().map(|node| scalars(FILE, node, "words", problems)).collect();
        let mut entries = Vec::new();
        if let Some(node) = fields.take("entries") {
            for (id, place, node) in Fields::of(FILE, node, problems).rest() {
                let mut fields = Fields::of(FILE, node, problems);
                let asked = fields.take("asked").map(|node| {
                    let mut fields = Fields::of(FILE, node, problems);
                    let asked = phrases(&mut fields, problems);
                    fields.finish(problems);
                    lines(&asked.fr).chain(lines(&asked.en)).collect::<Vec<_>>()
                });
                let mut saying = |node: &Node, problems: &mut Diagnostics| {
                    let source = text(FILE, node, problems);
                    for language in Language::ALL {
                        if sms::segment(&sms::shorten(source.get(language))).parts.len() > MAX_SMS {
                            let message = format!("the `{}` answer is longer than {MAX_SMS} SMS", language.code());
                            problems.warn(FILE, node.place, message);
                        }
                    }
                    let text = texts.compile(FILE, node.place, source.clone(), &[], problems);
                    Saying { text, source, urgent: false, place: node.place }
                };
                let mut own = Vec::new();
                for node in fields.list("own", problems) {
                    let mut fields = Fields::of(FILE, node, problems);
                    if let (Some(when), Some(text)) = (fields.take("when"), fields.take("text")) {
                        let when = Condition::read(FILE, when, types, problems);
                        own.push((when, saying(text, problems)));
                    } else {
                        problems.error(FILE, node.place, "an own answer needs `when` and `text`".to_owned());
                    }
                    fields.finish(problems);
                }
                let answer = fields.take("answer").map(|node| saying(node, problems));
                let default_of = fields.string("default_of", problems);
                let request = fields.string("request", problems);
                let files = fields.bool("files", problems);
                let follow = fields.bool("follow", problems);
                fields.finish(problems);
                match (asked, answer) {
                    (Some(asked), Some(answer)) if !asked.is_empty() => {
                        source.entries.push(asked);
                        entries.push(FaqEntry { id: id.to_owned(), default_of, request, files, follow, own, answer });
                    }
                    _ => problems.error(FILE, place, format!("`{id}` needs `asked` and `answer`")),
                }
            }
        }
        fields.finish(problems);
        Self { entries, faq: Faq::new(&source, lexicon) }
    }

    /// The entries that a question resembles, the nearest first.
    pub fn find(&self, question: &str) -> Vec<(&FaqEntry, f32)> {
        self.faq.find(question).into_iter().map(|FaqHit { entry, score }| (&self.entries[entry], score)).collect()
    }

    /// The entry that answers an intent where none is found.
    pub fn default_of(&self, intent: &str) -> Option<&FaqEntry> {
        self.entries.iter().find(|entry| entry.default_of.as_deref() == Some(intent))
    }

    pub fn entries(&self) -> &[FaqEntry] {
        &self.entries
    }

    /// The search by which questions are found in a message and compared.
    pub fn search(&self) -> &Faq {
        &self.faq
    }
}

/// A list of words in each language.
pub(crate) fn both(file: &str, fields: &mut Fields, key: &str, problems: &mut Diagnostics) -> Vec<String> {
    let Some(node) = fields.take(key) else { return Vec::new() };
    let Data::Map(languages) = &node.data else {
        problems.error(file, node.place, format!("`{key}` needs `fr` and `en`, found {}", node.kind()));
        return Vec::new();
    };
    languages.iter().flat_map(|(_, _, node)| scalars(file, node, "words", problems)).collect()
}
