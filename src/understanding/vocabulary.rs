//! The vocabulary: the words that people use, read from `flows/vocabulary.yaml` and compiled once.

mod time;

use serde::Deserialize;

pub(super) use time::{Holiday, Part, TimeWord, Unit};

use time::{TimeWords, time_book};

use super::{
    Command, Danger, Tax,
    contact::Patterns,
    phrases::PhraseBook,
    small::{SmallWord, SmallWords},
    text::words_of,
};
use crate::domain::{language::Language, message::Channel};

/// What is wrong with the vocabulary's file.
#[derive(Debug, thiserror::Error)]
pub enum VocabularyError {
    #[error("flows/vocabulary.yaml cannot be read: {0}")]
    Yaml(#[from] Box<serde_saphyr::Error>),
    #[error("flows/vocabulary.yaml, {place}: `{phrase}` holds no word; remove it or write words")]
    EmptyPhrase { place: &'static str, phrase: String },
    #[error("a pattern of Guichet itself cannot be compiled, please report it: {0}")]
    Pattern(#[from] Box<regex::Error>),
    #[error("flows/vocabulary.yaml, foreign_money: `{0}` is no code of a currency; write three capitals, such as CHF")]
    Currency(String),
    #[error("flows/vocabulary.yaml, {place}: {found} lists are given where {wanted} are needed")]
    WrongCount { place: &'static str, wanted: usize, found: usize },
}

/// The words of each language for one meaning. Both languages are always recognised: people mix them.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Words {
    fr: Vec<String>,
    en: Vec<String>,
}

impl Words {
    fn iter(&self) -> impl Iterator<Item = &str> {
        self.fr.iter().chain(&self.en).map(String::as_str)
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct CommandWords {
    /// The command when the message says nothing else, polite words apart.
    alone: Words,
    /// The command wherever it stands in the message.
    within: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Commands {
    help: CommandWords,
    correct: CommandWords,
    cancel: CommandWords,
    restart: CommandWords,
    summary: CommandWords,
    dont_know: CommandWords,
    later: CommandWords,
    skip: CommandWords,
    done: CommandWords,
    human: CommandWords,
    stop: CommandWords,
    resume: CommandWords,
    french: CommandWords,
    english: CommandWords,
    elsewhere: CommandWords,
    by_sms: CommandWords,
    by_email: CommandWords,
    by_telegram: CommandWords,
    by_web: CommandWords,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct DangerWords {
    /// A danger wherever it stands in the message, unless it is denied or over.
    #[serde(default)]
    within: Words,
    /// A danger when the message says nothing else.
    #[serde(default)]
    alone: Words,
    /// Words that say, in the same clause, that the danger is over.
    #[serde(default)]
    over: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Dangers {
    injury: DangerWords,
    fire: DangerWords,
    gas: DangerWords,
    electricity: DangerWords,
    collapse: DangerWords,
    #[serde(default)]
    intruder: DangerWords,
    distress: DangerWords,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockWords {
    hour: Words,
    half: Words,
    quarter: Words,
    less_quarter: Words,
    #[serde(default)]
    three_quarters: Words,
    /// "Passées de", before minutes.
    #[serde(default)]
    past: Words,
    before_noon: Words,
    after_noon: Words,
    between: Words,
    and: Words,
    /// Words after which a duration follows, not a time: "pendant".
    lasting: Words,
    /// Exactly: "18 h pile".
    sharp: Words,
}

/// "Une dizaine de jours".
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Count {
    of: u64,
    #[serde(default)]
    fr: Vec<String>,
    #[serde(default)]
    en: Vec<String>,
}

/// The words for a currency that is not the euro.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ForeignMoney {
    code: String,
    /// The mark that stands beside its figures.
    #[serde(default)]
    sign: Option<char>,
    #[serde(default)]
    fr: Vec<String>,
    #[serde(default)]
    en: Vec<String>,
}

/// A currency that is not the euro, by its code (ISO 4217).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Currency([u8; 3]);

impl Currency {
    fn from_code(code: &str) -> Option<Self> {
        let letters = code.bytes().all(|byte| byte.is_ascii_uppercase());
        <[u8; 3]>::try_from(code.as_bytes()).ok().filter(|_| letters).map(Self)
    }

    pub fn code(&self) -> &str {
        // They are three capital letters, which was checked when they were read.
        std::str::from_utf8(&self.0).unwrap_or_default()
    }
}

/// The words that say whether an amount includes its taxes.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Taxes {
    excluded: Words,
    included: Words,
}

/// The words that tell the tense of a sentence, besides the endings of verbs.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct TenseWords {
    past: Words,
    future: Words,
    /// "Va", which forms the future with an infinitive.
    going: Words,
    /// "Avoir", which forms the past with any participle.
    auxiliaries: Words,
    /// "Être", which forms the past with some participles.
    being: Words,
    /// Participles that form the past with "être": "tombé", "arrivé".
    gone: Words,
}

/// What a word says about the tense of its sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TenseWord {
    Past,
    Future,
    Going,
    Auxiliary,
    Being,
    Gone,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Words that only one of the languages has.
    telling: Words,
    yes: Words,
    no: Words,
    /// Words for yes that also stand beside a no: "non, y en a encore".
    #[serde(default)]
    soft_yes: Words,
    /// Words that say that a text was read, and do not answer whether somebody is hurt.
    #[serde(default)]
    acknowledgements: Words,
    /// All of what was asked for: "toutes".
    #[serde(default)]
    all_of_them: Words,
    greetings: Words,
    /// Polite words without meaning.
    polite: Words,
    negations: Words,
    /// What denies a danger alone: after "rien ne", another answer would be no "no".
    #[serde(default)]
    denials: Words,
    /// Words that separate clauses, such as "mais": a negation before them does not hold after them.
    turns: Words,
    /// Words that make a danger a supposition: "s'il y a le feu".
    suppositions: Words,
    /// Words before the request for a person that refuse it.
    declines: Words,
    /// Words that take back something said before.
    amends: Words,
    commands: Commands,
    dangers: Dangers,
    ordinals: Vec<Words>,
    numbers: Words,
    /// Words that join numbers: "vingt et un".
    number_joints: Words,
    /// Articles, which name nothing.
    articles: Words,
    /// Other words that name nothing among choices: "à", "au".
    linking: Words,
    /// Words that may stand between a negation and the danger that it denies, beside articles: "il n'y a pas eu d'incendie".
    unstressed: Words,
    /// Words that begin a sentence of their own after "personne": "y avait personne on était en vacances".
    pronouns: Words,
    /// Words that deny those beside them in a phrase: "pas éteint".
    denying: Words,
    /// Words before a number that counts all there are, and is no rank: "les 2".
    counting: Words,
    /// Words that say that something is wished for: "je voudrais une attestation".
    wishes: Words,
    /// What ends a letter.
    closings: Words,
    /// Words before a date of birth.
    born: Words,
    /// What an amount is the worth of, and no damage: "une pièce de 1 euro".
    coins: Words,
    /// What completes a file after sending: the wish to go on with it.
    completing: Words,
    /// Words that may stand around a number when it picks a choice.
    around_rank: Words,
    time: TimeWords,
    clock: ClockWords,
    /// Nouns for approximate counts: "une dizaine".
    counts: Vec<Count>,
    tense: TenseWords,
    money: Words,
    foreign_money: Vec<ForeignMoney>,
    centimes: Words,
    taxes: Taxes,
    square_metres: Words,
    plate_words: Words,
    #[serde(default)]
    other_plate_words: Words,
    company_words: Words,
    thousands: Words,
    streets: Words,
    complements: Words,
    /// What figures such as "3/4" count, where they are no date: "pièces".
    #[serde(default)]
    counted: Words,
    /// Words before a surname: "Mme".
    #[serde(default)]
    titles: Words,
    /// An organisation's own delivery, whose number is no postcode: "CS 91704".
    #[serde(default)]
    deliveries: Words,
    /// Words that say that something was seen, which may be later than it happened.
    #[serde(default)]
    noticing: Words,
    place_ends: Words,
    /// Words after which a name stands: "je m'appelle".
    #[serde(default)]
    introductions: Words,
    /// Words after which a name may stand: "c'est".
    #[serde(default)]
    name_hints: Words,
    /// Words that no name has.
    #[serde(default)]
    name_ends: Words,
    /// Some of what was asked for, and some not: "pas toutes".
    #[serde(default)]
    partly: Words,
    /// Words beside the amount that is meant of several: "en tout".
    #[serde(default)]
    totals: Words,
    /// One's own home, and where the policy says that it is.
    #[serde(default)]
    own_address: Words,
    /// That an answer was given before.
    #[serde(default)]
    told_already: Words,
    /// That a policy is somebody else's.
    #[serde(default)]
    others_policy: Words,
    /// Countries, whose places have no French postcode.
    #[serde(default)]
    countries: Words,
    /// Words before a commune's name: "à", "sur", "commune de".
    place_words: Words,
    policy_prefixes: Words,
}

/// What a word means beside a time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClockWord {
    Hour,
    Half,
    Quarter,
    LessQuarter,
    ThreeQuarters,
    Past,
    BeforeNoon,
    AfterNoon,
    Between,
    And,
    Lasting,
    Sharp,
}

/// The words of `flows/vocabulary.yaml`, compiled.
#[derive(Debug)]
pub struct Vocabulary {
    pub(super) telling: PhraseBook<Language>,
    pub(super) polarity: PhraseBook<bool>,
    pub(super) soft_yes: PhraseBook<()>,
    pub(super) acknowledgements: Vec<String>,
    pub(super) all_of_them: Vec<String>,
    pub(super) greetings: PhraseBook<()>,
    pub(super) polite: PhraseBook<()>,
    pub(super) negations: PhraseBook<()>,
    pub(super) denials: PhraseBook<()>,
    pub(super) turns: PhraseBook<()>,
    pub(super) suppositions: PhraseBook<()>,
    pub(super) declines: PhraseBook<()>,
    pub(super) amends: PhraseBook<()>,
    pub(super) alone: Vec<(String, Command)>,
    pub(super) commands: PhraseBook<Command>,
    pub(super) dangers: PhraseBook<Danger>,
    pub(super) dangers_alone: Vec<(String, Danger)>,
    pub(super) over: PhraseBook<Danger>,
    pub(super) ordinals: PhraseBook<u64>,
    pub(super) numbers: PhraseBook<()>,
    pub(super) number_joints: PhraseBook<()>,
    pub(super) small: SmallWords,
    pub(super) unstressed: PhraseBook<()>,
    pub(super) pronouns: PhraseBook<()>,
    pub(super) counting: PhraseBook<()>,
    pub(super) wishes: PhraseBook<()>,
    pub(super) closings: PhraseBook<()>,
    pub(super) born: PhraseBook<()>,
    pub(super) coins: PhraseBook<()>,
    /// Phrases that wish to complete a file after sending.
    pub(super) completing: Vec<String>,
    pub(super) around_rank: PhraseBook<()>,
    pub(super) time: PhraseBook<TimeWord>,
    pub(super) clock: PhraseBook<ClockWord>,
    pub(super) counts: PhraseBook<u64>,
    pub(super) tense: PhraseBook<TenseWord>,
    pub(super) money: PhraseBook<()>,
    pub(super) foreign_money: PhraseBook<Currency>,
    pub(super) money_signs: Vec<(char, Currency)>,
    pub(super) centimes: PhraseBook<()>,
    pub(super) taxes: PhraseBook<Tax>,
    pub(super) square_metres: PhraseBook<()>,
    pub(super) plate_words: PhraseBook<()>,
    pub(super) other_plate_words: PhraseBook<()>,
    pub(super) company_words: PhraseBook<()>,
    pub(super) thousands: PhraseBook<()>,
    pub(super) streets: PhraseBook<()>,
    pub(super) complements: PhraseBook<()>,
    pub(super) counted: PhraseBook<()>,
    pub(super) titles: PhraseBook<()>,
    pub(super) deliveries: PhraseBook<()>,
    pub(super) noticing: PhraseBook<()>,
    pub(super) place_ends: PhraseBook<()>,
    pub(super) introductions: PhraseBook<()>,
    pub(super) name_hints: PhraseBook<()>,
    pub(super) name_ends: PhraseBook<()>,
    pub(super) partly: PhraseBook<()>,
    pub(super) totals: PhraseBook<()>,
    pub(super) own_address: PhraseBook<()>,
    pub(super) told_already: PhraseBook<()>,
    pub(super) countries: PhraseBook<()>,
    pub(super) others_policy: PhraseBook<()>,
    pub(super) place_words: PhraseBook<()>,
    pub(super) policy_prefixes: PhraseBook<()>,
    pub(super) patterns: Patterns,
}

impl Vocabulary {
    /// Articles and the like, which name nothing among choices.
    pub fn small_words(&self) -> &SmallWords {
        &self.small
    }

    /// Phrases that wish to complete a file after sending.
    pub fn completing(&self) -> &[String] {
        &self.completing
    }

    /// Compiles the text of `flows/vocabulary.yaml`.
    ///
    /// # Errors
    ///
    /// When the YAML cannot be read, a phrase has no word, a list has the wrong length, or a currency is no ISO 4217
    /// code.
    pub fn from_yaml(yaml: &str) -> Result<Self, VocabularyError> {
        let file: File = serde_saphyr::from_str(yaml).map_err(Box::new)?;
        let commands = [
            (&file.commands.help, Command::Help, "commands.help"),
            (&file.commands.correct, Command::Correct, "commands.correct"),
            (&file.commands.cancel, Command::Cancel, "commands.cancel"),
            (&file.commands.restart, Command::Restart, "commands.restart"),
            (&file.commands.summary, Command::Summary, "commands.summary"),
            (&file.commands.dont_know, Command::DontKnow, "commands.dont_know"),
            (&file.commands.later, Command::Later, "commands.later"),
            (&file.commands.skip, Command::Skip, "commands.skip"),
            (&file.commands.done, Command::Done, "commands.done"),
            (&file.commands.human, Command::Human, "commands.human"),
            (&file.commands.stop, Command::Stop, "commands.stop"),
            (&file.commands.resume, Command::Resume, "commands.resume"),
            (&file.commands.french, Command::French, "commands.french"),
            (&file.commands.english, Command::English, "commands.english"),
            (&file.commands.elsewhere, Command::Elsewhere(None), "commands.elsewhere"),
            (&file.commands.by_sms, Command::Elsewhere(Some(Channel::Sms)), "commands.by_sms"),
            (&file.commands.by_email, Command::Elsewhere(Some(Channel::Email)), "commands.by_email"),
            (&file.commands.by_telegram, Command::Elsewhere(Some(Channel::Telegram)), "commands.by_telegram"),
            (&file.commands.by_web, Command::Elsewhere(Some(Channel::Web)), "commands.by_web"),
        ];
        let dangers = [
            (&file.dangers.injury, Danger::Injury, "dangers.injury"),
            (&file.dangers.fire, Danger::Fire, "dangers.fire"),
            (&file.dangers.gas, Danger::Gas, "dangers.gas"),
            (&file.dangers.electricity, Danger::Electricity, "dangers.electricity"),
            (&file.dangers.collapse, Danger::Collapse, "dangers.collapse"),
            (&file.dangers.intruder, Danger::Intruder, "dangers.intruder"),
            (&file.dangers.distress, Danger::Distress, "dangers.distress"),
        ];
        let mut telling = PhraseBook::default();
        for (language, words) in [(Language::Fr, file.telling.fr), (Language::En, file.telling.en)] {
            extend(&mut telling, "telling", &Words { fr: words, en: Vec::new() }, language)?;
        }
        let mut polarity = book("yes", [(&file.yes, true)])?;
        extend(&mut polarity, "no", &file.no, false)?;
        let (mut alone, mut within) = (Vec::new(), PhraseBook::default());
        for (words, command, place) in commands {
            alone.extend(sentences(place, &words.alone)?.into_iter().map(|phrase| (phrase, command)));
            extend(&mut within, place, &words.within, command)?;
        }
        let (mut dangers_alone, mut said, mut over) = (Vec::new(), PhraseBook::default(), PhraseBook::default());
        for (words, danger, place) in dangers {
            dangers_alone.extend(sentences(place, &words.alone)?.into_iter().map(|phrase| (phrase, danger)));
            extend(&mut said, place, &words.within, danger)?;
            extend(&mut over, place, &words.over, danger)?;
        }
        let mut ordinals = PhraseBook::default();
        for (rank, words) in (1..).zip(&file.ordinals) {
            extend(&mut ordinals, "ordinals", words, rank)?;
        }
        let mut counts = PhraseBook::default();
        for Count { of, fr, en } in file.counts {
            extend(&mut counts, "counts", &Words { fr, en }, of)?;
        }
        let (mut foreign_money, mut money_signs) = (PhraseBook::default(), Vec::new());
        for ForeignMoney { code, sign, fr, en } in file.foreign_money {
            let currency = Currency::from_code(&code).ok_or(VocabularyError::Currency(code))?;
            extend(&mut foreign_money, "foreign_money", &Words { fr, en }, currency)?;
            money_signs.extend(sign.map(|sign| (sign, currency)));
        }
        let mut small = SmallWords::default();
        for (place, words, kind) in [
            ("articles", &file.articles, &SmallWord::Article),
            ("linking", &file.linking, &SmallWord::Linking),
            ("denying", &file.denying, &SmallWord::Denying),
        ] {
            small.extend(sentences(place, words)?, kind);
        }
        small.read_figures(sentences("numbers", &file.numbers)?);
        Ok(Self {
            telling,
            polarity,
            soft_yes: book("soft_yes", [(&file.soft_yes, ())])?,
            acknowledgements: sentences("acknowledgements", &file.acknowledgements)?,
            all_of_them: sentences("all_of_them", &file.all_of_them)?,
            greetings: book("greetings", [(&file.greetings, ())])?,
            polite: book("polite", [(&file.polite, ())])?,
            negations: book("negations", [(&file.negations, ())])?,
            denials: book("denials", [(&file.denials, ())])?,
            turns: book("turns", [(&file.turns, ())])?,
            suppositions: book("suppositions", [(&file.suppositions, ())])?,
            declines: book("declines", [(&file.declines, ())])?,
            amends: book("amends", [(&file.amends, ())])?,
            alone,
            commands: within,
            dangers: said,
            dangers_alone,
            over,
            ordinals,
            numbers: book("numbers", [(&file.numbers, ())])?,
            number_joints: book("number_joints", [(&file.number_joints, ())])?,
            small,
            unstressed: book("unstressed", [(&file.unstressed, ())])?,
            pronouns: book("pronouns", [(&file.pronouns, ())])?,
            counting: book("counting", [(&file.counting, ())])?,
            wishes: book("wishes", [(&file.wishes, ())])?,
            closings: book("closings", [(&file.closings, ())])?,
            born: book("born", [(&file.born, ())])?,
            coins: book("coins", [(&file.coins, ())])?,
            completing: sentences("completing", &file.completing)?,
            around_rank: book("around_rank", [(&file.around_rank, ())])?,
            time: time_book(&file.time)?,
            clock: book(
                "clock",
                [
                    (&file.clock.hour, ClockWord::Hour),
                    (&file.clock.half, ClockWord::Half),
                    (&file.clock.quarter, ClockWord::Quarter),
                    (&file.clock.less_quarter, ClockWord::LessQuarter),
                    (&file.clock.three_quarters, ClockWord::ThreeQuarters),
                    (&file.clock.past, ClockWord::Past),
                    (&file.clock.before_noon, ClockWord::BeforeNoon),
                    (&file.clock.after_noon, ClockWord::AfterNoon),
                    (&file.clock.between, ClockWord::Between),
                    (&file.clock.and, ClockWord::And),
                    (&file.clock.lasting, ClockWord::Lasting),
                    (&file.clock.sharp, ClockWord::Sharp),
                ],
            )?,
            counts,
            tense: book(
                "tense",
                [
                    (&file.tense.past, TenseWord::Past),
                    (&file.tense.future, TenseWord::Future),
                    (&file.tense.going, TenseWord::Going),
                    (&file.tense.auxiliaries, TenseWord::Auxiliary),
                    (&file.tense.being, TenseWord::Being),
                    (&file.tense.gone, TenseWord::Gone),
                ],
            )?,
            money: book("money", [(&file.money, ())])?,
            foreign_money,
            money_signs,
            centimes: book("centimes", [(&file.centimes, ())])?,
            taxes: book("taxes", [(&file.taxes.excluded, Tax::Excluded), (&file.taxes.included, Tax::Included)])?,
            square_metres: book("square_metres", [(&file.square_metres, ())])?,
            plate_words: book("plate_words", [(&file.plate_words, ())])?,
            other_plate_words: book("other_plate_words", [(&file.other_plate_words, ())])?,
            company_words: book("company_words", [(&file.company_words, ())])?,
            thousands: book("thousands", [(&file.thousands, ())])?,
            streets: book("streets", [(&file.streets, ())])?,
            complements: book("complements", [(&file.complements, ())])?,
            counted: book("counted", [(&file.counted, ())])?,
            titles: book("titles", [(&file.titles, ())])?,
            deliveries: book("deliveries", [(&file.deliveries, ())])?,
            noticing: book("noticing", [(&file.noticing, ())])?,
            place_ends: book("place_ends", [(&file.place_ends, ())])?,
            introductions: book("introductions", [(&file.introductions, ())])?,
            name_hints: book("name_hints", [(&file.name_hints, ())])?,
            name_ends: book("name_ends", [(&file.name_ends, ())])?,
            partly: book("partly", [(&file.partly, ())])?,
            totals: book("totals", [(&file.totals, ())])?,
            own_address: book("own_address", [(&file.own_address, ())])?,
            told_already: book("told_already", [(&file.told_already, ())])?,
            countries: book("countries", [(&file.countries, ())])?,
            others_policy: book("others_policy", [(&file.others_policy, ())])?,
            place_words: book("place_words", [(&file.place_words, ())])?,
            policy_prefixes: book("policy_prefixes", [(&file.policy_prefixes, ())])?,
            patterns: Patterns::new()?,
        })
    }
}

fn book<T: Copy, const N: usize>(
    place: &'static str,
    lists: [(&Words, T); N],
) -> Result<PhraseBook<T>, VocabularyError> {
    let mut book = PhraseBook::default();
    for (words, tag) in lists {
        extend(&mut book, place, words, tag)?;
    }
    Ok(book)
}

fn extend<T: Copy>(
    book: &mut PhraseBook<T>,
    place: &'static str,
    words: &Words,
    tag: T,
) -> Result<(), VocabularyError> {
    for phrase in words.iter() {
        if words_of(phrase).is_empty() {
            return Err(VocabularyError::EmptyPhrase { place, phrase: phrase.to_owned() });
        }
        book.add(phrase, tag);
    }
    Ok(())
}

/// The phrases of a list as whole messages, their words joined by one blank.
fn sentences(place: &'static str, words: &Words) -> Result<Vec<String>, VocabularyError> {
    words
        .iter()
        .map(|phrase| match words_of(phrase).join(" ") {
            empty if empty.is_empty() => Err(VocabularyError::EmptyPhrase { place, phrase: phrase.to_owned() }),
            sentence => Ok(sentence),
        })
        .collect()
}
