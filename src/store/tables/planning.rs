//! Missions, appointments, and the experts' time. A slot is one person's because each of its quarters of an hour is a key
//! of `expert_time`, in the transaction of the turn that books it: of two turns that want the same quarter, one is not
//! stored, and finds it taken when it is made again.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::LazyLock};

use jiff::{SignedDuration, Timestamp};

use crate::{
    domain::{
        id::{AppointmentId, ConversationId, DossierId, MissionId},
        orientation_mode::OrientationMode,
    },
    planning::Assignment,
    store::{
        column::by_name,
        db::{Db, Tx},
        error::StoreError,
        table::{Insert, table},
        value::{Arg, args},
    },
};

/// The unit in which an expert's time is taken.
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
/// The most appointments that are read at once.
pub(in crate::store) const MAX_ROWS: i64 = 1_000;

/// An expert's order for a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissionRow {
    pub id: MissionId,
    pub dossier: DossierId,
    pub conversation: ConversationId,
    pub insurer: String,
    /// Of `flows/experts.yaml`.
    pub expert: String,
    pub mode: OrientationMode,
    pub state: MissionState,
    /// Why this expert, and why not the others.
    pub because: Assignment,
    /// The login of the handler.
    pub ordered_by: String,
    pub ordered_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A slot that was proposed, or is or was booked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppointmentRow {
    pub id: AppointmentId,
    pub mission: MissionId,
    pub dossier: DossierId,
    pub expert: String,
    /// On a quarter of an hour, as the other two.
    pub start: Timestamp,
    pub end: Timestamp,
    /// The end, and the way to the next one.
    pub busy_until: Timestamp,
    /// The address, or the link of the video call; empty where it is neither.
    pub place: String,
    pub state: AppointmentState,
    pub updated_at: Timestamp,
}

/// A kind of state that is kept by its name.
macro_rules! states {
    ($($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $state:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum $name { $($(#[$each])* $state),+ }

        impl $name {
            /// The name in the store.
            pub fn name(self) -> &'static str {
                match self { $(Self::$state => $text),+ }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.name())
            }
        }

        impl FromStr for $name {
            type Err = UnknownState;

            fn from_str(name: &str) -> Result<Self, UnknownState> {
                match name { $($text => Ok(Self::$state),)+ _ => Err(UnknownState) }
            }
        }
    )+};
}

states! {
    /// How far a mission is.
    MissionState {
        Ordered = "ordered",
        /// The expert takes it.
        Accepted = "accepted",
        Done = "done",
        Cancelled = "cancelled",
    }
    /// What became of a slot.
    AppointmentState {
        Proposed = "proposed",
        Booked = "booked",
        /// Another one took its place.
        Moved = "moved",
        Cancelled = "cancelled",
        /// It was proposed and not chosen.
        Lapsed = "lapsed",
    }
}

/// A state that is none of ours.
#[derive(Debug, thiserror::Error)]
#[error("unknown state of a mission or an appointment")]
pub struct UnknownState;

impl MissionState {
    /// The expert still has something to do.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Ordered | Self::Accepted)
    }
}

/// What a turn changes of the planning. Rows are written over by their id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Planning {
    pub missions: Vec<MissionRow>,
    pub appointments: Vec<AppointmentRow>,
}

/// A dossier's mission with its appointments, the earliest first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mission {
    pub row: MissionRow,
    pub appointments: Vec<AppointmentRow>,
}

impl Mission {
    pub fn booked(&self) -> Option<&AppointmentRow> {
        self.appointments.iter().find(|row| row.state == AppointmentState::Booked)
    }

    /// Where none is booked, the appointment that was cancelled last.
    pub fn cancelled(&self) -> Option<&AppointmentRow> {
        let cancelled = self.appointments.iter().filter(|row| row.state == AppointmentState::Cancelled);
        cancelled.max_by_key(|row| (row.updated_at, row.id)).filter(|_| self.booked().is_none())
    }
}

by_name!(MissionState, AppointmentState);

table! { MissionRow in "mission" {
    id,
    dossier,
    conversation,
    insurer,
    expert,
    mode,
    state,
    because,
    ordered_by,
    ordered_at,
    updated_at,
} }

table! { AppointmentRow in "appointment" {
    id,
    mission,
    dossier,
    expert,
    start as start_at,
    end as end_at,
    busy_until,
    place,
    state,
    updated_at,
} }

/// A quarter of an hour of an expert's.
struct ExpertTime {
    expert: String,
    at: Timestamp,
    appointment: AppointmentId,
}

table! { ExpertTime in "expert_time" { expert, at, appointment } }

static PUT_MISSION: LazyLock<Insert<MissionRow>> = LazyLock::new(|| Insert::upsert(&["id"], &[], ""));
static PUT_APPOINTMENT: LazyLock<Insert<AppointmentRow>> = LazyLock::new(|| Insert::upsert(&["id"], &[], ""));
/// Returns the quarters that nobody had.
static TAKE_TIME: LazyLock<Insert<ExpertTime>> = LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING RETURNING at"));

impl AppointmentRow {
    /// The quarters of an hour that it takes.
    fn quarters(&self) -> Vec<ExpertTime> {
        let mut quarters = Vec::new();
        let mut at = self.start;
        while at < self.busy_until {
            quarters.push(ExpertTime { expert: self.expert.clone(), at, appointment: self.id });
            at += QUARTER;
        }
        quarters
    }
}

impl Planning {
    /// Whether it takes an expert's time, which another turn may take first.
    pub(in crate::store) fn books(&self) -> bool {
        self.appointments.iter().any(|row| row.state == AppointmentState::Booked)
    }
}

/// Gives back the time of what is not booked any more and takes that of what is. False when somebody else has it.
pub(in crate::store) async fn reserve_slots(tx: &mut Tx, planning: &Planning) -> Result<bool, StoreError> {
    for row in planning.appointments.iter().filter(|row| row.state != AppointmentState::Booked) {
        tx.fetch("DELETE FROM expert_time WHERE appointment = $1", &args![row.id.to_string()]).await?;
    }
    for row in planning.appointments.iter().filter(|row| row.state == AppointmentState::Booked) {
        let quarters = row.quarters();
        let wanted = quarters.len();
        if TAKE_TIME.run(tx, quarters).await?.len() < wanted {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Writes the rows of a group's turns.
pub(in crate::store) async fn write<'a>(
    tx: &mut Tx,
    changes: impl Iterator<Item = &'a Planning> + Clone,
) -> Result<(), StoreError> {
    PUT_MISSION.run(tx, changes.clone().flat_map(|c| &c.missions)).await?;
    PUT_APPOINTMENT.run(tx, changes.flat_map(|c| &c.appointments)).await.map(drop)
}

/// The mission of a dossier: the last one, whatever became of it.
pub(in crate::store) async fn mission(db: &Db, dossier: DossierId) -> Result<Option<Mission>, StoreError> {
    let last = "WHERE dossier = $1 ORDER BY ordered_at DESC, id DESC LIMIT 1";
    with_appointments(db, last, &args![dossier.to_string()]).await
}

/// The mission of a condition, with all its appointments.
pub(in crate::store) async fn with_appointments(
    db: &Db,
    condition: &str,
    args: &[Arg<'_>],
) -> Result<Option<Mission>, StoreError> {
    let Some(row) = db.row::<MissionRow>(condition, args).await? else { return Ok(None) };
    let of_mission = format!("WHERE mission = $1 ORDER BY start_at, id LIMIT {MAX_ROWS}");
    let appointments = db.rows(&of_mission, &args![row.id.to_string()]).await?;
    Ok(Some(Mission { row, appointments }))
}

/// An expert's booked appointments that are not over at `from` and begin before `until`, the earliest first.
pub(in crate::store) async fn booked(
    db: &Db,
    expert: &str,
    from: Timestamp,
    until: Timestamp,
) -> Result<Vec<AppointmentRow>, StoreError> {
    // An expert's appointments do not overlap: by their ends they stand in the same order.
    let booked = format!(
        "WHERE expert = $1 AND state = 'booked' AND busy_until > $2 AND start_at < $3 ORDER BY busy_until LIMIT {MAX_ROWS}"
    );
    db.rows(&booked, &args![expert, from, until]).await
}

/// How many missions that are not done each expert has.
pub(in crate::store) async fn mission_load(db: &Db) -> Result<BTreeMap<String, usize>, StoreError> {
    let sql = "SELECT expert, COUNT(*) FROM mission WHERE state IN ('ordered', 'accepted') GROUP BY expert";
    let rows = db.fetch(sql, &[]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, usize::try_from(row.int(1)?).unwrap_or_default()))).collect()
}
