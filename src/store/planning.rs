//! Missions, appointments, and the experts' time. A slot is one person's because each of its quarters of an hour is a key
//! of `expert_time`, in the transaction of the turn that books it: of two turns that want the same quarter, one is not
//! stored, and finds it taken when it is made again.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::LazyLock};

use jiff::{SignedDuration, Timestamp};

use super::{
    Store, StoreError,
    column::by_name,
    db::{Arg, Tx, args},
    table::{Insert, table},
};
use crate::{
    domain::id::{AppointmentId, ConversationId, DossierId, MissionId},
    planning::Assignment,
};

/// The unit in which an expert's time is taken.
const QUARTER: SignedDuration = SignedDuration::from_mins(15);
/// The most appointments that are read at once.
const MOST: i64 = 1_000;

/// An expert's order for a dossier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissionRow {
    pub id: MissionId,
    pub dossier: DossierId,
    pub conversation: ConversationId,
    pub insurer: String,
    /// Of `flows/experts.yaml`.
    pub expert: String,
    /// `field`, `visio` or `tele`.
    pub mode: String,
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

/// Where a page begins, as a query compares it: before everything where no key is given.
fn page_key<Id: fmt::Display>(after: Option<(Timestamp, Id)>) -> (Timestamp, String) {
    after.map_or((Timestamp::MIN, String::new()), |(at, id)| (at, id.to_string()))
}

impl Planning {
    /// Whether it takes an expert's time, which another turn may take first.
    pub(super) fn books(&self) -> bool {
        self.appointments.iter().any(|row| row.state == AppointmentState::Booked)
    }
}

/// Gives back the time of what is not booked any more and takes that of what is. False when somebody else has it.
pub(super) async fn reserve_slots(tx: &mut Tx, planning: &Planning) -> Result<bool, StoreError> {
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
pub(super) async fn write<'a>(
    tx: &mut Tx,
    changes: impl Iterator<Item = &'a Planning> + Clone,
) -> Result<(), StoreError> {
    PUT_MISSION.run(tx, changes.clone().flat_map(|c| &c.missions)).await?;
    PUT_APPOINTMENT.run(tx, changes.flat_map(|c| &c.appointments)).await.map(drop)
}

impl Store {
    /// The mission of a dossier: the last one, whatever became of it.
    pub async fn mission(&self, dossier: DossierId) -> Result<Option<Mission>, StoreError> {
        let last = "WHERE dossier = $1 ORDER BY ordered_at DESC, id DESC LIMIT 1";
        self.with_appointments(last, &args![dossier.to_string()]).await
    }

    /// The mission to which an appointment belongs, with all its appointments.
    pub async fn mission_of_appointment(&self, id: AppointmentId) -> Result<Option<Mission>, StoreError> {
        let its = "WHERE id = (SELECT mission FROM appointment WHERE id = $1)";
        self.with_appointments(its, &args![id.to_string()]).await
    }

    async fn with_appointments(&self, condition: &str, args: &[Arg]) -> Result<Option<Mission>, StoreError> {
        let Some(row) = self.db.row::<MissionRow>(condition, args).await? else { return Ok(None) };
        let of_mission = format!("WHERE mission = $1 ORDER BY start_at, id LIMIT {MOST}");
        let appointments = self.db.rows(&of_mission, &args![row.id.to_string()]).await?;
        Ok(Some(Mission { row, appointments }))
    }

    /// An expert's booked appointments that are not over at `from` and begin before `until`, the earliest first.
    pub async fn booked(
        &self,
        expert: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<AppointmentRow>, StoreError> {
        let booked = format!(
            "WHERE expert = $1 AND state = 'booked' AND busy_until > $2 AND start_at < $3 ORDER BY start_at LIMIT {MOST}"
        );
        self.db.rows(&booked, &args![expert, from, until]).await
    }

    /// A page of an expert's booked appointments whose missions are open, each with its mission, in the order of time from
    /// `from` on: the `limit` first behind the key.
    pub async fn agenda(
        &self,
        expert: &str,
        from: Timestamp,
        after: Option<(Timestamp, AppointmentId)>,
        limit: usize,
    ) -> Result<Vec<(AppointmentRow, MissionRow)>, StoreError> {
        let page = "WHERE expert = $1 AND state = 'booked' AND start_at >= $2 AND (start_at, id) > ($3, $4) \
                    AND EXISTS (SELECT 1 FROM mission m \
                                WHERE m.id = appointment.mission AND m.state IN ('ordered', 'accepted')) \
                    ORDER BY start_at, id LIMIT $5";
        let (at, id) = page_key(after);
        let limit = i64::try_from(limit).unwrap_or(MOST);
        let booked: Vec<AppointmentRow> = self.db.rows(page, &args![expert, from, at, id, limit]).await?;
        if booked.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Arg> = booked.iter().map(|row| Arg::from(row.mission.to_string())).collect();
        let marks: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
        let missions: Vec<MissionRow> = self.db.rows(&format!("WHERE id IN ({})", marks.join(", ")), &ids).await?;
        let missions: BTreeMap<MissionId, MissionRow> = missions.into_iter().map(|row| (row.id, row)).collect();
        let with_mission = |row: AppointmentRow| missions.get(&row.mission).cloned().map(|mission| (row, mission));
        Ok(booked.into_iter().filter_map(with_mission).collect())
    }

    /// A page of an expert's open missions for which nothing is booked from `from` on, the oldest first: the `limit` first
    /// behind the key.
    pub async fn missions_to_arrange(
        &self,
        expert: &str,
        from: Timestamp,
        after: Option<(Timestamp, MissionId)>,
        limit: usize,
    ) -> Result<Vec<MissionRow>, StoreError> {
        let page = "WHERE expert = $1 AND state IN ('ordered', 'accepted') AND (ordered_at, id) > ($3, $4) \
                    AND NOT EXISTS (SELECT 1 FROM appointment a \
                                    WHERE a.mission = mission.id AND a.state = 'booked' AND a.start_at >= $2) \
                    ORDER BY ordered_at, id LIMIT $5";
        let (at, id) = page_key(after);
        self.db.rows(page, &args![expert, from, at, id, i64::try_from(limit).unwrap_or(MOST)]).await
    }

    /// How many missions that are not done each expert has.
    pub async fn mission_load(&self) -> Result<BTreeMap<String, usize>, StoreError> {
        let sql = "SELECT expert, COUNT(*) FROM mission WHERE state IN ('ordered', 'accepted') GROUP BY expert";
        let rows = self.db.fetch(sql, &[]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, usize::try_from(row.int(1)?).unwrap_or_default()))).collect()
    }
}
