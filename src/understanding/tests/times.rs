//! Dates and times against `tests/corpus/times.csv`, which was written by hand, and against generated dates.

use jiff::civil::{DateTime, date};
use proptest::prelude::*;

use super::{
    super::{Answer, Entity, Listening, Open, ValueKind, Vocabulary, Want},
    friday, vocabulary, want,
};
use crate::domain::{
    fact::{Moment, Precision, Value},
    language::Language,
    message::Input,
};

const CORPUS: &str = include_str!("../../../tests/corpus/times.csv");

/// One text of the corpus and the moments that it holds, each as `start end precision open`.
struct Case<'a> {
    at: DateTime,
    future: bool,
    text: &'a str,
    moments: Vec<String>,
}

fn corpus() -> Vec<Case<'static>> {
    let mut cases: Vec<Case<'static>> = Vec::new();
    for line in CORPUS.lines().skip(1) {
        let fields: Vec<&str> = line.split(';').collect();
        let [at, prefer, text, start, end, precision, open] = fields[..] else { panic!("{line}") };
        let (at, future) = (at.parse().unwrap(), prefer == "future");
        if !cases.last().is_some_and(|last| last.text == text && last.at == at && last.future == future) {
            cases.push(Case { at, future, text, moments: Vec::new() });
        }
        if !start.is_empty() {
            cases.last_mut().unwrap().moments.push(format!("{start} {end} {precision} {open}"));
        }
    }
    cases
}

fn meant(found: &Entity, future: bool) -> Moment {
    let value = if future { found.ahead.as_ref().unwrap_or(&found.value) } else { &found.value };
    let Value::Moment(moment) = value else { panic!("{found:?} is no moment") };
    moment.clone()
}

fn told(found: &Entity, future: bool) -> String {
    let moment = meant(found, future);
    let name = |json: String| json.trim_matches('"').to_owned();
    let precision = name(serde_json::to_string(&moment.precision).unwrap());
    let open = found.open.map(|open| name(serde_json::to_string(&open).unwrap())).unwrap_or_default();
    let end = moment.end.map(|end| end.to_string()).unwrap_or_default();
    format!("{} {end} {precision} {open}", moment.start)
}

#[test]
fn the_corpus_is_read_as_its_writer_meant_it() {
    let vocabulary = vocabulary();
    let cases = corpus();
    let mut wrong = Vec::new();
    for case in &cases {
        let ctx = Listening { now: case.at, language: Language::Fr };
        let parsed = vocabulary.read(case.text, &ctx);
        let times = parsed.values().iter().filter(|found| found.kind == ValueKind::Time);
        let read: Vec<String> = times.map(|found| told(found, case.future)).collect();
        if read != case.moments {
            wrong.push(format!("{} at {}: {read:?} and not {:?}", case.text, case.at, case.moments));
        }
    }
    assert!(cases.len() >= 300, "the corpus has {} phrases", cases.len());
    assert!(wrong.is_empty(), "{} of {} are read otherwise:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn parse(vocabulary: &Vocabulary, text: &str, ctx: &Listening) -> Option<Moment> {
    match vocabulary.answer(&vocabulary.read(text, ctx), &want(Input::DateTime), ctx) {
        Answer::Value(Value::Moment(moment)) => Some(moment),
        _ => None,
    }
}

#[test]
fn two_days_are_no_answer_and_the_more_precise_of_one_day_is() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    assert_eq!(parse(vocabulary, "lundi ou mardi", &ctx), None);
    let moment = parse(vocabulary, "hier, jeudi vers 18 h", &ctx).unwrap();
    assert_eq!((moment.start, moment.precision), (date(2026, 11, 19).at(18, 0, 0, 0), Precision::Hour));
    let want = Want { prefer_past: false, ..want(Input::Date) };
    assert!(matches!(vocabulary.answer(&vocabulary.read("mardi", &ctx), &want, &ctx), Answer::Value(_)));
}

#[test]
fn english_speakers_may_write_the_month_first() {
    let (vocabulary, french) = (vocabulary(), friday());
    let english = Listening { language: Language::En, ..french };
    let day = |text: &str, ctx| parse(vocabulary, text, ctx).map(|moment| moment.start.date());
    assert_eq!(day("11/23/2025", &english), Some(date(2025, 11, 23)));
    assert_eq!(day("11/23/2025", &french), None);
    assert_eq!(day("03/11/2025", &english), Some(date(2025, 11, 3)));
}

#[test]
fn what_does_not_agree_is_doubted() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for (text, uncertain) in [
        ("mardi 3 novembre", false),
        ("lundi 3 novembre 2026", true),
        ("il y a une dizaine de jours", true),
        ("il y a 10 jours", false),
        ("hier vers 18h", false),
    ] {
        assert_eq!(vocabulary.read(text, &ctx).values()[0].uncertain, uncertain, "{text}");
    }
}

#[test]
fn an_open_end_is_told() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    assert_eq!(vocabulary.read("depuis samedi", &ctx).values()[0].open, Some(Open::After));
    assert_eq!(vocabulary.read("avant samedi", &ctx).values()[0].open, Some(Open::Before));
}

const MONTHS: [&str; 12] = [
    "janvier",
    "février",
    "mars",
    "avril",
    "mai",
    "juin",
    "juillet",
    "août",
    "septembre",
    "octobre",
    "novembre",
    "décembre",
];
const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];

proptest! {
    /// Any date written in French or English is read back unchanged.
    #[test]
    fn a_date_in_full_is_read_back(days in 0i32..15_000, form in 0usize..12) {
        let day = date(1985, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let month = MONTHS[usize::try_from(day.month()).unwrap() - 1];
        let weekday = DAYS[usize::try_from(day.weekday().to_monday_zero_offset()).unwrap()];
        let number = if day.day() == 1 { "1er".to_owned() } else { day.day().to_string() };
        let text = match form {
            0 => format!("le {weekday} {number} {month} {}", day.year()),
            1 => format!("{number} {month} {}", day.year()),
            2 => format!("le {} {} {}", day.day(), month.to_uppercase(), day.year()),
            3 => day.strftime("le %d/%m/%Y").to_string(),
            4 => day.strftime("%d.%m.%Y").to_string(),
            5 => day.strftime("%d-%m-%Y").to_string(),
            6 => day.strftime("%Y-%m-%d").to_string(),
            7 => day.strftime("%d %m %Y").to_string(),
            8 => day.strftime("on %B %-d, %Y").to_string(),
            9 => day.strftime("%-d %B %Y").to_string(),
            10 => day.strftime("%A %-d %b %Y").to_string(),
            _ => format!("ça s'est passé {weekday} {number} {month} {}, je crois", day.year()),
        };
        let moment = Moment { start: day.at(0, 0, 0, 0), end: None, precision: Precision::Day };
        prop_assert_eq!(parse(vocabulary(), &text, &friday()), Some(moment), "{}", text);
    }

    /// A day and a month without a year are their last or their next occurrence.
    #[test]
    fn a_date_without_its_year_is_the_nearest(days in 0i32..1_500) {
        let day = date(2024, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let text = format!("le {} {}", day.day(), MONTHS[usize::try_from(day.month()).unwrap() - 1]);
        let ctx = friday();
        let parsed = vocabulary().read(&text, &ctx);
        let read = |future| meant(&parsed.values()[0], future).start.date();
        let (past, ahead) = (read(false), read(true));
        prop_assert_eq!((past.month(), past.day()), (day.month(), day.day()));
        prop_assert!(past <= ctx.now.date() && ahead >= ctx.now.date(), "{}: {} {}", text, past, ahead);
    }

    /// Any time of the day, in several forms, is read to the minute.
    #[test]
    fn a_time_of_the_day_is_read_back(hour in 0i8..24, minute in 1i8..60, form in 0usize..6) {
        let text = match form {
            0 => format!("hier à {hour}h{minute:02}"),
            1 => format!("hier à {hour:02}:{minute:02}"),
            2 => format!("à {hour} h {minute:02} hier"),
            3 => format!("hier {hour} heures {minute:02}"),
            4 => format!("le 19/11 {hour:02}h{minute:02}"),
            _ => format!("jeudi 19 novembre 2026 à {hour}H{minute:02}"),
        };
        let moment =
            Moment { start: date(2026, 11, 19).at(hour, minute, 0, 0), end: None, precision: Precision::Minute };
        prop_assert_eq!(parse(vocabulary(), &text, &friday()), Some(moment), "{}", text);
    }
}
