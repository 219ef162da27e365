//! An expert's appointment as the conversation keeps it, and what may happen to it.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{
    domain::{id::AppointmentId, orientation_mode::OrientationMode},
    planning::Slot,
};

/// Where an expert's appointment stands.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Appointment {
    /// The expert's name.
    #[serde(rename = "x")]
    pub(super) expert: String,
    #[serde(rename = "m")]
    pub(super) mode: OrientationMode,
    /// Where the expert receives by video.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub(super) link: Option<String>,
    /// What the person may choose from.
    #[serde(rename = "o", default, skip_serializing_if = "Vec::is_empty")]
    pub(super) offers: Vec<Offer>,
    #[serde(rename = "b", default, skip_serializing_if = "Option::is_none")]
    pub(super) booked: Option<Slot>,
    /// When the person is reminded of what is booked, unless they were.
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

/// What happened to an expert's appointment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "visit")]
pub enum AppointmentEvent {
    /// A handler gave the mission to an expert.
    Ordered { expert: String, mode: OrientationMode, link: Option<String> },
    /// These slots are free.
    Offered { offers: Vec<Offer>, why: Offering },
    /// No slot is free at all.
    NoneFree,
    /// One is booked. `remind_at`: the evening before, where that is still to come.
    Booked { slot: Slot, remind_at: Option<Timestamp> },
    /// What was booked is not any more. `by_person`: they asked for it.
    Cancelled { by_person: bool },
    /// The evening before has come.
    Due,
    /// The mission is over: done, or taken back.
    Over { done: bool },
    /// The mission is taken back because the orientation or the peril changed: another expert is to be chosen.
    /// `by_handler`: a handler oriented otherwise, and need not be called.
    Withdrawn { by_handler: bool },
}

/// Why slots are offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Offering {
    /// Nothing was said of them yet.
    New,
    AsWished,
    /// Nothing is free at the time that was wished for.
    Nearest,
    /// Somebody else was first.
    Taken,
}
