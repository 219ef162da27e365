//! A random person: the same number makes the same person, whatever is asked and in whatever order.

use std::collections::BTreeMap;

use guichet::{
    contract::{Cover, Policy},
    domain::{
        fact::{Address, Moment, Precision, Value},
        fact_name::FactName,
        message::Input,
        number::FiniteNumber,
    },
    flow::{Library, Question},
};
use jiff::{
    ToSpan as _,
    civil::{Date, Time, date},
};

pub(super) const FAMILIES: [&str; 16] = [
    "water_damage",
    "fire",
    "burglary",
    "vandalism",
    "storm",
    "flood",
    "drought",
    "glass",
    "electrical",
    "liability",
    "injury",
    "car_collision",
    "car_glass",
    "car_theft",
    "assistance",
    "other",
];

/// The day on which everybody declares: within what `events.yaml` knows of.
pub(super) const TODAY: Date = date(2026, 11, 20);

/// What a person does with a question.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Answer {
    Value(Value),
    /// "Passer".
    Skip,
}

pub(super) struct Person {
    seed: u64,
    family: String,
    /// How likely each yes is, and each "je ne sais pas": who is badly off is so in many things.
    yes: f64,
    vague: f64,
    /// Whether every choice is the first one, mostly: the commonest case.
    plain: f64,
    /// Whether every required document is sent at once.
    pub(super) sends_documents: bool,
    pub(super) policies: Vec<Policy>,
    /// What is settled beforehand.
    settled: BTreeMap<String, Value>,
}

impl Person {
    pub(super) fn new(family: &str, number: u64) -> Self {
        let seed = mix(number ^ mix(text_seed(family)));
        let draw = |what: &str| fraction(seed, what);
        let pick = |what: &str, all: &[f64]| all[index(draw(what), all.len())];
        let mut person = Self {
            seed,
            family: family.to_owned(),
            yes: pick("yes", &[0.03, 0.1, 0.3, 0.6]),
            vague: pick("vague", &[0.0, 0.0, 0.08, 0.4]),
            plain: pick("plain", &[0.0, 0.3, 0.7]),
            sends_documents: draw("sends documents") < 0.5,
            policies: Vec::new(),
            settled: BTreeMap::new(),
        };
        person.settle();
        person
    }

    fn settle(&mut self) {
        let draw = |what: &str| fraction(self.seed, what);
        let by_car = draw("by car") < 0.3;
        let (incident, kind) = match self.family.as_str() {
            "fire" | "storm" | "flood" | "vandalism" | "assistance" if by_car => ("car", Some("car_event")),
            "burglary" | "vandalism" => ("theft", Some("theft_event")),
            "storm" | "flood" | "drought" => ("weather", Some("weather_event")),
            "car_collision" | "car_glass" | "car_theft" => ("car", Some("car_event")),
            family => (family, None),
        };
        let choice = |value: &str| Value::Choice(value.to_owned());
        let mut settled = BTreeMap::from([("incident".to_owned(), choice(incident))]);
        if let Some(kind) = kind {
            settled.insert(kind.to_owned(), choice(&self.family));
        }
        let danger = if draw("in danger") < 0.85 {
            "none"
        } else {
            ["injured", "fire", "gas", "electricity"][index(draw("which danger"), 4)]
        };
        settled.insert("danger".to_owned(), choice(danger));

        let postcodes = ["69003", "38200", "44000", "31000", "75011"];
        let insured = postcodes[index(draw("insured postcode"), postcodes.len())];
        let of_loss = if draw("elsewhere") < 0.75 {
            insured
        } else {
            postcodes[index(draw("postcode of loss"), postcodes.len())]
        };
        let place = Address {
            line: format!("12 rue des Lilas, {of_loss} {}", city(of_loss)),
            postcode: Some(of_loss.to_owned()),
            city: Some(city(of_loss).to_owned()),
            ..Address::default()
        };
        self.policies.push(self.policy(insured));
        settled.insert(
            "loss_place".to_owned(),
            if draw("no place") < self.vague / 2.0 { Value::Unknown } else { Value::Address(place) },
        );

        let days = [0, 0, 1, 1, 2, 3, 5, 6, 7, 9, 12, 20, 40, 90, 200];
        let date = TODAY.saturating_sub(i64::from(days[index(draw("days ago"), days.len())]).days());
        settled.insert(
            "loss_date".to_owned(),
            if draw("no date") < self.vague / 2.0 { Value::Unknown } else { day(date) },
        );

        let number = match draw("policy number") {
            known if known < 0.65 => Value::Text("7600001".to_owned()),
            known if known < 0.75 => Value::Text("7699999".to_owned()),
            _ => Value::Unknown,
        };
        settled.insert("policy_number".to_owned(), number);
        let name = if draw("another name") < 0.85 { "Vidal" } else { "Inconnu" };
        settled.insert("last_name".to_owned(), Value::Text(name.to_owned()));
        settled.insert("birth_date".to_owned(), if draw("born") < 0.7 { day(date_of_birth()) } else { Value::Unknown });
        settled.insert("postcode".to_owned(), Value::Text(insured.to_owned()));
        settled.insert(
            "built_year".to_owned(),
            if draw("built known") < self.vague {
                Value::Unknown
            } else {
                number_of([1920.0, 1975.0, 1999.0, 2012.0, 2015.0, 2016.0, 2024.0][index(draw("built"), 7)])
            },
        );
        self.settled = settled;
    }

    fn policy(&self, postcode: &str) -> Policy {
        let draw = |what: &str| fraction(self.seed, what);
        let cover = Cover { deductible: Some(15_000), limit: Some(6_000_000), declaration_days: None };
        let covered = FAMILIES.into_iter().filter(|peril| *peril != self.family || draw("covered") < 0.88);
        let recent = TODAY.saturating_sub(4.days());
        Policy {
            insurer: "demo".to_owned(),
            number: "7600001".to_owned(),
            last_name: "Vidal".to_owned(),
            first_name: "Thierry".to_owned(),
            birth_date: Some(date_of_birth()),
            phone: None,
            email: None,
            address: "12 rue des Lilas".to_owned(),
            postcode: Some(postcode.to_owned()),
            city: city(postcode).to_owned(),
            starts_on: date(2021, 1, 1),
            ends_on: (draw("ended") < 0.06).then_some(recent),
            suspended_on: (draw("suspended") < 0.06).then_some(recent),
            covers: covered.map(|peril| (peril.to_owned(), cover)).collect(),
            declaration_days: (draw("more days") < 0.3).then_some(10),
        }
    }

    /// What the person tells before any question: a few things, and of some people nothing.
    pub(super) fn told(&self, library: &Library) -> BTreeMap<FactName, Value> {
        let often = [0.0, 0.0, 0.05, 0.15][index(fraction(self.seed, "tells"), 4)];
        let chosen = |question: &&Question| matches!(question.input, Input::YesNo | Input::Choice | Input::Choices);
        let questions = library.flows().flat_map(|flow| flow.questions().map(|(_, question)| question)).filter(chosen);
        let free = questions.filter(|question| {
            let fact = question.fact.as_str();
            !self.settled.contains_key(fact) && fraction(self.seed, &format!("{fact}: told")) < often
        });
        free.filter_map(|question| match self.answer(question) {
            Answer::Value(value) if value != Value::Unknown => Some((question.fact.clone(), value)),
            _ => None,
        })
        .collect()
    }

    /// The answer to a question. It depends on the fact alone, and on what the question offers.
    pub(super) fn answer(&self, question: &Question) -> Answer {
        let fact = question.fact.as_str();
        let draw = |what: &str| fraction(self.seed, &format!("{fact}: {what}"));
        if let Some(value) = self.settled.get(fact) {
            return settled_answer(question, value);
        }
        if question.optional && draw("skips") < 0.5 {
            return Answer::Skip;
        }
        if question.unknown && draw("knows") < self.vague {
            return Answer::Value(Value::Unknown);
        }
        let offered: Vec<&str> = question.choices.iter().map(|(value, _)| value.as_str()).collect();
        let one = |what: &str| {
            let first = draw(&format!("{what} plain")) < self.plain;
            offered[if first { 0 } else { index(draw(what), offered.len()) }].to_owned()
        };
        Answer::Value(match question.input {
            Input::YesNo | Input::Consent => Value::Bool(draw("says yes") < self.yes),
            Input::Choice => Value::Choice(one("choice")),
            Input::Choices => {
                let mut chosen = vec![one("choice")];
                if draw("more") < 0.4 {
                    chosen.push(one("another"));
                }
                // In the order in which they are offered, each once.
                Value::Choices(
                    offered
                        .iter()
                        .filter(|value| chosen.iter().any(|one| one == *value))
                        .map(|value| (*value).to_owned())
                        .collect(),
                )
            }
            Input::Number => number_of([0.0, 1.0, 1.0, 2.0, 3.0, 12.0, 60.0][index(draw("number"), 7)]),
            Input::Amount => {
                let euros = [
                    50, 120, 300, 650, 700, 800, 900, 1_000, 1_300, 1_600, 1_700, 2_900, 3_000, 3_100, 4_900, 5_100,
                    9_000, 12_000, 21_000,
                ];
                Value::Amount(euros[index(draw("amount"), euros.len())] * 100)
            }
            Input::Date | Input::DateTime => {
                day(TODAY.saturating_sub(i64::from([0, 1, 3, 30, 400][index(draw("date"), 5)]).days()))
            }
            Input::Duration => Value::Duration(90),
            Input::Phone => Value::Phone("+33639980121".to_owned()),
            Input::Email => Value::Email("thierry.vidal@example.org".to_owned()),
            Input::Plate => Value::Text("AB-123-CD".to_owned()),
            Input::Address => Value::Address(Address::default()),
            _ => Value::Text("quelques mots".to_owned()),
        })
    }
}

/// A settled answer, as far as the question takes it.
fn settled_answer(question: &Question, value: &Value) -> Answer {
    match value {
        Value::Unknown if !question.unknown => Answer::Skip,
        Value::Choice(choice) if !question.choices.iter().any(|(offered, _)| offered == choice) => {
            panic!("{}: {choice} is not offered", question.fact)
        }
        value => Answer::Value(value.clone()),
    }
}

/// What stands for an answer in a list of them.
pub(super) fn in_words(answer: &Answer) -> String {
    match answer {
        Answer::Skip => "skipped".to_owned(),
        Answer::Value(value) => payload(value).unwrap_or_else(|| "an address".to_owned()),
    }
}

/// What the button of a value carries; none for an address, which is written.
pub(super) fn payload(value: &Value) -> Option<String> {
    Some(match value {
        Value::Unknown => "unknown".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Choice(text) | Value::Text(text) | Value::Phone(text) | Value::Email(text) => text.clone(),
        Value::Choices(values) => values.join(","),
        Value::Number(number) => number.get().to_string(),
        Value::Amount(cents) => (cents / 100).to_string(),
        Value::Moment(moment) => moment.start.date().to_string(),
        Value::Duration(minutes) => minutes.to_string(),
        Value::Address(_) | Value::Files(_) => return None,
    })
}

pub(super) fn day(date: Date) -> Value {
    Value::Moment(Moment { start: date.to_datetime(Time::midnight()), end: None, precision: Precision::Day })
}

fn date_of_birth() -> Date {
    date(1970, 6, 6)
}

fn number_of(number: f64) -> Value {
    Value::Number(FiniteNumber::new(number).unwrap())
}

fn city(postcode: &str) -> &'static str {
    match postcode {
        "69003" => "Lyon",
        "38200" => "Vienne",
        "44000" => "Nantes",
        "31000" => "Toulouse",
        _ => "Paris",
    }
}

/// One of the numbers below `all`, by a fraction.
fn index(fraction: f64, all: usize) -> usize {
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a short list"
    )]
    let at = (fraction * all as f64) as usize;
    at.min(all - 1)
}

/// From 0 to 1, the same for the same seed and word.
fn fraction(seed: u64, what: &str) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "53 bits are kept")]
    let bits = (mix(seed ^ text_seed(what)) >> 11) as f64;
    bits / 9_007_199_254_740_992.0
}

/// FNV-1a.
fn text_seed(text: &str) -> u64 {
    text.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}

/// A step of SplitMix64.
fn mix(seed: u64) -> u64 {
    let mut z = seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
