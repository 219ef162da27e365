//! Feasts by which people date: "à la Toussaint", "le lundi de Pâques".

use jiff::{ToSpan, civil::Date};

use super::{
    TimeReader, TimeWord,
    days::{Days, Stretch},
};
use crate::understanding::vocabulary::Holiday;

impl TimeReader<'_> {
    pub(super) fn holiday(&self, at: usize) -> Option<(Days, usize)> {
        let (TimeWord::Holiday(holiday), end) = self.word(at)? else { return None };
        self.in_year(end, |year| day_of(holiday, year).map(Stretch::unit))
    }
}

fn day_of(holiday: Holiday, year: i16) -> Option<Date> {
    match holiday {
        Holiday::Fixed(month, day) => Date::new(year, month, day).ok(),
        Holiday::Easter(after) => easter(year)?.checked_add(i64::from(after).days()).ok(),
    }
}

/// Easter Sunday in the Gregorian calendar: the computus of Meeus, Jones and Butcher.
fn easter(year: i16) -> Option<Date> {
    let year = i32::from(year);
    let (golden, century, rest) = (year % 19, year / 100, year % 100);
    let correction = (8 * century + 13) / 25;
    let epact = (19 * golden + century - century / 4 - correction + 15) % 30;
    let weekday = (32 + 2 * (century % 4) + 2 * (rest / 4) - epact - rest % 4) % 7;
    let late = (golden + 11 * epact + 22 * weekday) / 451;
    let days = epact + weekday - 7 * late + 114;
    Date::new(i16::try_from(year).ok()?, i8::try_from(days / 31).ok()?, i8::try_from(days % 31 + 1).ok()?).ok()
}

#[cfg(test)]
mod tests;
