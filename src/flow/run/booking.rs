//! The state of an expert's appointment, and the events about it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{id::AppointmentId, orientation_mode::OrientationMode},
    planning::Slot,
};

/// The state of an expert's appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Appointment {
    /// The expert's name.
    #[serde(rename = "x")]
    pub(super) expert: String,
    #[serde(rename = "m")]
    pub(super) mode: OrientationMode,
    /// The link to the expert's video room.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<String>,
    /// The offered slots.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) offers: Vec<Offer>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub(super) booked: Option<Slot>,
    /// When the person is to be reminded of the booked slot; none after they were.
    #[serde(rename = "r", default, skip_serializing_if = "Option::is_none")]
    pub(super) remind_at: Option<Timestamp>,
    #[serde(rename = "n", default, skip_serializing_if = "is_none_yet")]
    pub(super) rounds: u8,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_none_yet(rounds: &u8) -> bool {
    *rounds == 0
}

/// A free slot that the person may choose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offer {
    #[serde(rename = "i")]
    pub id: AppointmentId,
    #[serde(flatten)]
    pub slot: Slot,
}

/// An event about an expert's appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "visit")]
pub enum AppointmentEvent {
    /// A handler gave the mission to an expert.
    Ordered { expert: String, mode: OrientationMode, link: Option<String> },
    /// These slots are free.
    Offered { offers: Vec<Offer>, why: Offering },
    /// No slot is free at all.
    NoneFree,
    /// A slot was booked. `remind_at`: the evening before, where that is still to come.
    Booked { slot: Slot, remind_at: Option<Timestamp> },
    /// The booked slot was cancelled. `by_person`: at the person's request.
    Cancelled { by_person: bool },
    /// The time to remind the person has come.
    Due,
    /// The mission is over: it was done, or withdrawn.
    Over { done: bool },
    /// The mission was withdrawn because the orientation or the peril changed: another expert is to be chosen.
    /// `by_handler`: a handler changed the orientation, so none need be called.
    Withdrawn { by_handler: bool },
}

/// Why slots are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offering {
    /// The first offer, or a handler's.
    New,
    AsWished,
    /// Nothing is free at the time that was wished for.
    Nearest,
    /// The chosen slot was taken meanwhile.
    Taken,
}
