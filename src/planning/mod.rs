//! Planning: which expert can take a mission and why, and when they are free.
//!
//! [`rank`] puts the experts of `flows/experts.yaml` in the order in which they are proposed for a case, each with its
//! reasons, and tells of every other one why not. [`survey_place`] says where the damage is looked at, [`free_slots`] finds an expert's free time within their hours, and
//! [`propose`] picks from it the few slots that are worth offering to a person.
//!
//! This room is pure: busy times, the time of day and the holidays come in as values. It appoints nobody (a handler
//! does) and reserves no slot: a unique key of the database keeps two people from booking the same one.

mod calendar;
mod candidates;
mod expert;
mod place;
mod slots;

pub use calendar::{Event, to_ics};
pub use candidates::{Assignment, Because, Candidate, Case, OtherCandidate, PassedOver, Ranking, Unsuitable, rank};
pub use expert::{ANYWHERE, Expert, Experts, Lengths, Week};
pub use place::{SurveyPlace, loss_postcode, survey_place};
pub use slots::{Busy, Proposal, Rules, Slot, Wish, eve_of, free_slots, propose};
