//! The words of time: days, months, holidays, parts of the day, and the words that combine them.

use serde::Deserialize;

use super::{PhraseBook, VocabularyError, Words, book, extend};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Units {
    minute: Words,
    hour: Words,
    day: Words,
    week: Words,
    fortnight: Words,
    month: Words,
    quarter: Words,
    year: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Parts {
    dawn: Words,
    morning: Words,
    noon: Words,
    afternoon: Words,
    evening: Words,
    night: Words,
}

/// Meals, each for its part of the day. A meal is a time only where a word before it says so: "pendant le déjeuner".
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Meals {
    morning: Words,
    noon: Words,
    evening: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Holidays {
    new_year: Words,
    epiphany: Words,
    valentine: Words,
    shrove_tuesday: Words,
    good_friday: Words,
    easter: Words,
    easter_monday: Words,
    labour_day: Words,
    victory_day: Words,
    ascension: Words,
    pentecost: Words,
    whit_monday: Words,
    midsummer: Words,
    bastille_day: Words,
    assumption: Words,
    halloween: Words,
    all_saints: Words,
    armistice: Words,
    christmas_eve: Words,
    christmas: Words,
    new_years_eve: Words,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TimeWords {
    today: Words,
    yesterday: Words,
    before_yesterday: Words,
    tomorrow: Words,
    after_tomorrow: Words,
    now: Words,
    tonight: Words,
    weekdays: Vec<Words>,
    /// Abbreviations that are also other words: they count only before a figure or a part of the day.
    short_weekdays: Vec<Words>,
    /// "Mar": the Tuesday of the French and the March of the English.
    #[serde(default)]
    tuesday_or_march: Words,
    weekend: Words,
    months: Vec<Words>,
    /// Spring first.
    seasons: Vec<Words>,
    holidays: Holidays,
    units: Units,
    /// "Une demi-heure", "un quart d'heure".
    half_hour: Words,
    quarter_hour: Words,
    #[serde(default)]
    three_quarters_hour: Words,
    /// "Et demi", after a count of units.
    and_a_half: Words,
    parts: Parts,
    #[serde(default)]
    meals: Meals,
    midnight: Words,
    ago_before: Words,
    ago_after: Words,
    ahead: Words,
    ahead_after: Words,
    since: Words,
    until: Words,
    before: Words,
    after: Words,
    last: Words,
    before_last: Words,
    next: Words,
    this: Words,
    middle: Words,
    beginning: Words,
    /// "Très tôt", before the beginning.
    #[serde(default)]
    earliest: Words,
    ending: Words,
    about: Words,
    /// "Quelques", before a unit: an unknown count.
    few: Words,
    /// "L'autre jour": some days ago.
    other_day: Words,
    eve: Words,
    #[serde(default)]
    two_days_before: Words,
    morrow: Words,
    #[serde(default)]
    two_days_after: Words,
    /// "Lundi en huit": a week after the next Monday.
    in_eight: Words,
    in_fifteen: Words,
    /// Small words that may lead to a date: "le", "du", "on the".
    leading: Words,
}

/// What a word means for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::understanding) enum TimeWord {
    /// A day, counted from today.
    Day(i8),
    Now,
    Tonight,
    /// Monday is 0.
    Weekday(i8),
    ShortWeekday(i8),
    TuesdayOrMarch,
    Weekend,
    /// January is 1.
    Month(i8),
    /// Spring is 0.
    Season(i8),
    Holiday(Holiday),
    Unit(Unit),
    HalfHour,
    QuarterHour,
    ThreeQuartersHour,
    AndAHalf,
    Part(Part),
    Meal(Part),
    Midnight,
    AgoBefore,
    AgoAfter,
    Ahead,
    AheadAfter,
    Since,
    Until,
    Before,
    After,
    Last,
    BeforeLast,
    Next,
    This,
    Middle,
    Beginning,
    Earliest,
    Ending,
    About,
    Few,
    OtherDay,
    /// So many days after the day that is named beside it: "la veille", "le lendemain".
    Beside(i8),
    /// A week, or two, after the day that was named.
    WeeksOn(i8),
    Leading,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::understanding) enum Unit {
    Minute,
    Hour,
    Day,
    Week,
    Fortnight,
    Month,
    Quarter,
    Year,
}

/// A part of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::understanding) enum Part {
    Dawn,
    Morning,
    Noon,
    Afternoon,
    Evening,
    Night,
}

/// A feast that people date their claims by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::understanding) enum Holiday {
    /// The same day every year: month and day.
    Fixed(i8, i8),
    /// So many days after Easter Sunday.
    Easter(i8),
}

pub(super) fn time_book(time: &TimeWords) -> Result<PhraseBook<TimeWord>, VocabularyError> {
    let mut book = book(
        "time",
        [
            (&time.today, TimeWord::Day(0)),
            (&time.yesterday, TimeWord::Day(-1)),
            (&time.before_yesterday, TimeWord::Day(-2)),
            (&time.tomorrow, TimeWord::Day(1)),
            (&time.after_tomorrow, TimeWord::Day(2)),
            (&time.now, TimeWord::Now),
            (&time.tonight, TimeWord::Tonight),
            (&time.tuesday_or_march, TimeWord::TuesdayOrMarch),
            (&time.weekend, TimeWord::Weekend),
            (&time.units.minute, TimeWord::Unit(Unit::Minute)),
            (&time.units.hour, TimeWord::Unit(Unit::Hour)),
            (&time.units.day, TimeWord::Unit(Unit::Day)),
            (&time.units.week, TimeWord::Unit(Unit::Week)),
            (&time.units.fortnight, TimeWord::Unit(Unit::Fortnight)),
            (&time.units.month, TimeWord::Unit(Unit::Month)),
            (&time.units.quarter, TimeWord::Unit(Unit::Quarter)),
            (&time.units.year, TimeWord::Unit(Unit::Year)),
            (&time.half_hour, TimeWord::HalfHour),
            (&time.quarter_hour, TimeWord::QuarterHour),
            (&time.three_quarters_hour, TimeWord::ThreeQuartersHour),
            (&time.and_a_half, TimeWord::AndAHalf),
            (&time.parts.dawn, TimeWord::Part(Part::Dawn)),
            (&time.parts.morning, TimeWord::Part(Part::Morning)),
            (&time.parts.noon, TimeWord::Part(Part::Noon)),
            (&time.parts.afternoon, TimeWord::Part(Part::Afternoon)),
            (&time.parts.evening, TimeWord::Part(Part::Evening)),
            (&time.parts.night, TimeWord::Part(Part::Night)),
            (&time.meals.morning, TimeWord::Meal(Part::Morning)),
            (&time.meals.noon, TimeWord::Meal(Part::Noon)),
            (&time.meals.evening, TimeWord::Meal(Part::Evening)),
            (&time.midnight, TimeWord::Midnight),
            (&time.ago_before, TimeWord::AgoBefore),
            (&time.ago_after, TimeWord::AgoAfter),
            (&time.ahead, TimeWord::Ahead),
            (&time.ahead_after, TimeWord::AheadAfter),
            (&time.since, TimeWord::Since),
            (&time.until, TimeWord::Until),
            (&time.before, TimeWord::Before),
            (&time.after, TimeWord::After),
            (&time.last, TimeWord::Last),
            (&time.before_last, TimeWord::BeforeLast),
            (&time.next, TimeWord::Next),
            (&time.this, TimeWord::This),
            (&time.middle, TimeWord::Middle),
            (&time.beginning, TimeWord::Beginning),
            (&time.earliest, TimeWord::Earliest),
            (&time.ending, TimeWord::Ending),
            (&time.about, TimeWord::About),
            (&time.few, TimeWord::Few),
            (&time.other_day, TimeWord::OtherDay),
            (&time.eve, TimeWord::Beside(-1)),
            (&time.two_days_before, TimeWord::Beside(-2)),
            (&time.morrow, TimeWord::Beside(1)),
            (&time.two_days_after, TimeWord::Beside(2)),
            (&time.in_eight, TimeWord::WeeksOn(1)),
            (&time.in_fifteen, TimeWord::WeeksOn(2)),
            (&time.leading, TimeWord::Leading),
        ],
    )?;
    let lists = [
        ("time.weekdays", &time.weekdays, 7),
        ("time.short_weekdays", &time.short_weekdays, 7),
        ("time.months", &time.months, 12),
        ("time.seasons", &time.seasons, 4),
    ];
    for (place, lists, wanted) in lists {
        if lists.len() != wanted {
            return Err(VocabularyError::WrongCount { place, wanted, found: lists.len() });
        }
    }
    for (day, words) in (0..).zip(&time.weekdays) {
        extend(&mut book, "time.weekdays", words, TimeWord::Weekday(day))?;
    }
    for (day, words) in (0..).zip(&time.short_weekdays) {
        extend(&mut book, "time.short_weekdays", words, TimeWord::ShortWeekday(day))?;
    }
    for (month, words) in (1..).zip(&time.months) {
        extend(&mut book, "time.months", words, TimeWord::Month(month))?;
    }
    for (season, words) in (0..).zip(&time.seasons) {
        extend(&mut book, "time.seasons", words, TimeWord::Season(season))?;
    }
    for (words, holiday) in holidays(&time.holidays) {
        extend(&mut book, "time.holidays", words, TimeWord::Holiday(holiday))?;
    }
    Ok(book)
}

fn holidays(words: &Holidays) -> [(&Words, Holiday); 21] {
    [
        (&words.new_year, Holiday::Fixed(1, 1)),
        (&words.epiphany, Holiday::Fixed(1, 6)),
        (&words.valentine, Holiday::Fixed(2, 14)),
        (&words.shrove_tuesday, Holiday::Easter(-47)),
        (&words.good_friday, Holiday::Easter(-2)),
        (&words.easter, Holiday::Easter(0)),
        (&words.easter_monday, Holiday::Easter(1)),
        (&words.labour_day, Holiday::Fixed(5, 1)),
        (&words.victory_day, Holiday::Fixed(5, 8)),
        (&words.ascension, Holiday::Easter(39)),
        (&words.pentecost, Holiday::Easter(49)),
        (&words.whit_monday, Holiday::Easter(50)),
        (&words.midsummer, Holiday::Fixed(6, 24)),
        (&words.bastille_day, Holiday::Fixed(7, 14)),
        (&words.assumption, Holiday::Fixed(8, 15)),
        (&words.halloween, Holiday::Fixed(10, 31)),
        (&words.all_saints, Holiday::Fixed(11, 1)),
        (&words.armistice, Holiday::Fixed(11, 11)),
        (&words.christmas_eve, Holiday::Fixed(12, 24)),
        (&words.christmas, Holiday::Fixed(12, 25)),
        (&words.new_years_eve, Holiday::Fixed(12, 31)),
    ]
}
