//! Experts as `flows/experts.yaml` has them.

use jiff::civil::Time;

use crate::domain::orientation_mode::OrientationMode;

/// The entry among an expert's departments that means all of them.
pub const ANYWHERE: &str = "*";

/// Working hours, from and until, of each day of the week from Monday on.
pub type Week = [Vec<(Time, Time)>; 7];

/// An expert.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expert {
    /// Their identifier in the store, and their login at the console where they have one.
    pub id: String,
    pub name: String,
    pub phone: String,
    /// The perils that they know.
    pub skills: Vec<String>,
    pub modes: Vec<OrientationMode>,
    /// The departments where they look at damage, or [`ANYWHERE`].
    pub departments: Vec<String>,
    /// In the insurer's time zone. They do not work on public holidays.
    pub hours: Week,
    pub lengths: Lengths,
    /// Minutes that stay free for the way after an appointment on the spot.
    pub travel: u16,
    /// The most appointments in a day; none means no limit.
    pub per_day: Option<usize>,
    /// The link to their video room.
    pub link: Option<String>,
}

/// How long an appointment lasts in each mode, in minutes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    pub field: u16,
    pub visio: u16,
    pub tele: u16,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { field: 60, visio: 30, tele: 30 }
    }
}

impl Lengths {
    pub fn of(self, mode: OrientationMode) -> u16 {
        match mode {
            OrientationMode::Visio => self.visio,
            OrientationMode::Tele => self.tele,
            OrientationMode::Field | OrientationMode::Desk => self.field,
        }
    }
}

/// All experts, and the rules that hold for each of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Experts {
    pub experts: Vec<Expert>,
    /// Nobody is sent out sooner than this many hours from now.
    pub notice_hours: u16,
    /// Slots are looked for within this many working days.
    pub days_ahead: u16,
}

impl Default for Experts {
    fn default() -> Self {
        Self { experts: Vec::new(), notice_hours: 24, days_ahead: 10 }
    }
}

impl Experts {
    pub fn get(&self, id: &str) -> Option<&Expert> {
        self.experts.iter().find(|expert| expert.id == id)
    }
}

#[cfg(test)]
impl Expert {
    /// Works on the perils given, from Monday to Friday, 9 to 12 and 14 to 17, in Lyon.
    pub(crate) fn sample(id: &str, skills: &[&str]) -> Self {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        let at = |hour| Time::constant(hour, 0, 0, 0);
        let day = vec![(at(9), at(12)), (at(14), at(17))];
        Self {
            id: id.to_owned(),
            name: id.to_uppercase(),
            phone: "06 39 98 20 00".to_owned(),
            skills: owned(skills),
            modes: OrientationMode::WITH_EXPERT.to_vec(),
            departments: owned(&["69"]),
            hours: [day.clone(), day.clone(), day.clone(), day.clone(), day, Vec::new(), Vec::new()],
            lengths: Lengths::default(),
            travel: 0,
            per_day: None,
            link: None,
        }
    }
}
