//! Working days: Monday to Friday, less the public holidays of `flows/holidays.yaml`.

use jiff::{
    ToSpan,
    civil::{Date, Weekday},
};
use serde::Deserialize;

/// What is wrong with `holidays.yaml`.
#[derive(Debug, thiserror::Error)]
pub enum CalendarError {
    #[error("holidays.yaml: {0}")]
    Syntax(String),
    #[error("holidays.yaml: `{0}`: give either `on` (month-day, as 07-14) or `easter` (days from Easter Sunday)")]
    Day(String),
}

/// The public holidays.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    holidays: Vec<Holiday>,
}

#[derive(Clone, Debug)]
struct Holiday {
    day: Day,
    /// The departments in which it is a holiday; empty means everywhere.
    departments: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
enum Day {
    Fixed { month: i8, day: i8 },
    Easter(i32),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    holidays: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    #[serde(default)]
    on: Option<String>,
    #[serde(default)]
    easter: Option<i32>,
    #[serde(default)]
    departments: Vec<String>,
    fr: String,
}

impl Calendar {
    /// Reads `flows/holidays.yaml`.
    ///
    /// # Errors
    ///
    /// When the YAML cannot be read, or a holiday has not exactly one of `on` and `easter`.
    pub fn from_yaml(text: &str) -> Result<Self, CalendarError> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| CalendarError::Syntax(error.to_string()))?;
        let holidays = file
            .holidays
            .into_iter()
            .map(|entry| {
                let day = match (entry.on.as_deref().map(fixed), entry.easter) {
                    (Some(Some(day)), None) => day,
                    (None, Some(offset)) => Day::Easter(offset),
                    _ => return Err(CalendarError::Day(entry.fr)),
                };
                Ok(Holiday { day, departments: entry.departments })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { holidays })
    }

    /// Whether `date` is a working day in the department of `postcode`; without a postcode only holidays that hold
    /// everywhere count.
    pub fn is_working_day(&self, date: Date, postcode: Option<&str>) -> bool {
        !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.is_holiday(date, postcode)
    }

    /// Whether `date` is a public holiday in the department of `postcode`; without a postcode, one that holds
    /// everywhere.
    pub fn is_holiday(&self, date: Date, postcode: Option<&str>) -> bool {
        self.holidays.iter().any(|holiday| holiday.is_on(date) && holiday.is_kept(postcode))
    }

    /// The last day of a delay of `days` working days ("jours ouvrés") that begins to run the day after `from`.
    pub fn deadline(&self, from: Date, days: u32, postcode: Option<&str>) -> Date {
        Self::count(from, days, |date| self.is_working_day(date, postcode))
    }

    /// As [`Self::deadline`], with Saturdays counted: the law's "jours ouvrables". A complaint is acknowledged within
    /// ten of them (ACPR, recommandation 2024-R-02).
    pub fn deadline_with_saturdays(&self, from: Date, days: u32, postcode: Option<&str>) -> Date {
        Self::count(from, days, |date| date.weekday() != Weekday::Sunday && !self.is_holiday(date, postcode))
    }

    fn count(from: Date, days: u32, counts: impl Fn(Date) -> bool) -> Date {
        let mut date = from;
        let mut left = days;
        while left > 0 {
            let Ok(next) = date.tomorrow() else { return date };
            date = next;
            if counts(date) {
                left -= 1;
            }
        }
        date
    }
}

impl Holiday {
    fn is_on(&self, date: Date) -> bool {
        match self.day {
            Day::Fixed { month, day } => (date.month(), date.day()) == (month, day),
            Day::Easter(offset) => easter(date.year())
                .and_then(|easter| easter.checked_add(offset.days()).ok())
                .is_some_and(|holiday| holiday == date),
        }
    }

    fn is_kept(&self, postcode: Option<&str>) -> bool {
        self.departments.is_empty()
            || postcode.is_some_and(|postcode| {
                self.departments.iter().any(|department| postcode.starts_with(department.as_str()))
            })
    }
}

fn fixed(text: &str) -> Option<Day> {
    let (month, day) = text.split_once('-')?;
    let (month, day) = (month.parse().ok()?, day.parse().ok()?);
    // 2024 is a leap year, so that 29 February is a day too.
    Date::new(2024, month, day).ok().map(|_| Day::Fixed { month, day })
}

/// Easter Sunday of a Gregorian year, by the anonymous algorithm (Meeus, Astronomical Algorithms, chapter 8).
#[expect(clippy::many_single_char_names, reason = "the letters of the published algorithm")]
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (a, b, c) = (year % 19, year / 100, year % 100);
    let (d, e) = (b / 4, b % 4);
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 19 * l) / 433;
    let n = h + l - 7 * m;
    let month = (n + 90) / 25;
    let day = (n + 33 * month + 19) % 32;
    Date::new(year.try_into().ok()?, month.try_into().ok()?, day.try_into().ok()?).ok()
}

#[cfg(test)]
mod tests;
