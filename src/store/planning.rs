//! Missions, appointments, and the experts' time. A slot is one person's because each of its quarters of an hour is a key
//! of `expert_time`, in the transaction of the turn that books it: of two turns that want the same quarter, one is not
//! stored, and finds it taken when it is made again.

use std::{collections::BTreeMap, fmt, str::FromStr, sync::LazyLock};

use jiff::{SignedDuration, Timestamp};

use super::{
    Store, StoreError,
    batch::{ColumnType, Insert},
    db::{Arg, Row, Tx, args},
};
use crate::domain::id::{AppointmentId, ConversationId, DossierId, MissionId};

/// What is kept of an expert's time.
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
    /// JSON: why this expert, and why not the others.
    pub because: String,
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
}

const MISSION: &str = "SELECT id, dossier, conversation, insurer, expert, mode, state, because, ordered_by, ordered_at, \
                       updated_at FROM mission";
const APPOINTMENT: &str = "SELECT a.id, a.mission, a.dossier, a.expert, a.start_at, a.end_at, a.busy_until, a.place, \
                           a.state, a.updated_at FROM appointment a";

static MISSIONS: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "mission",
        &[
            ("id", ColumnType::Text),
            ("dossier", ColumnType::Text),
            ("conversation", ColumnType::Text),
            ("insurer", ColumnType::Text),
            ("expert", ColumnType::Text),
            ("mode", ColumnType::Text),
            ("state", ColumnType::Text),
            ("because", ColumnType::Text),
            ("ordered_by", ColumnType::Text),
            ("ordered_at", ColumnType::Int),
            ("updated_at", ColumnType::Int),
        ],
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at",
    )
});

static APPOINTMENTS: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "appointment",
        &[
            ("id", ColumnType::Text),
            ("mission", ColumnType::Text),
            ("dossier", ColumnType::Text),
            ("expert", ColumnType::Text),
            ("start_at", ColumnType::Int),
            ("end_at", ColumnType::Int),
            ("busy_until", ColumnType::Int),
            ("place", ColumnType::Text),
            ("state", ColumnType::Text),
            ("updated_at", ColumnType::Int),
        ],
        "ON CONFLICT (id) DO UPDATE SET state = excluded.state, updated_at = excluded.updated_at",
    )
});

static EXPERT_TIME: LazyLock<Insert> = LazyLock::new(|| {
    Insert::new(
        "expert_time",
        &[("expert", ColumnType::Text), ("at", ColumnType::Int), ("appointment", ColumnType::Text)],
        "ON CONFLICT DO NOTHING RETURNING at",
    )
});

impl MissionRow {
    fn args(&self) -> Vec<Arg> {
        args![
            self.id.to_string(),
            self.dossier.to_string(),
            self.conversation.to_string(),
            self.insurer.as_str(),
            self.expert.as_str(),
            self.mode.as_str(),
            self.state.name(),
            self.because.as_str(),
            self.ordered_by.as_str(),
            self.ordered_at,
            self.updated_at,
        ]
        .to_vec()
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse(0)?,
            dossier: row.parse(1)?,
            conversation: row.parse(2)?,
            insurer: row.text(3)?,
            expert: row.text(4)?,
            mode: row.text(5)?,
            state: row.parse(6)?,
            because: row.text(7)?,
            ordered_by: row.text(8)?,
            ordered_at: row.time(9)?,
            updated_at: row.time(10)?,
        })
    }
}

impl AppointmentRow {
    fn args(&self) -> Vec<Arg> {
        args![
            self.id.to_string(),
            self.mission.to_string(),
            self.dossier.to_string(),
            self.expert.as_str(),
            self.start,
            self.end,
            self.busy_until,
            self.place.as_str(),
            self.state.name(),
            self.updated_at,
        ]
        .to_vec()
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse(0)?,
            mission: row.parse(1)?,
            dossier: row.parse(2)?,
            expert: row.text(3)?,
            start: row.time(4)?,
            end: row.time(5)?,
            busy_until: row.time(6)?,
            place: row.text(7)?,
            state: row.parse(8)?,
            updated_at: row.time(9)?,
        })
    }

    /// The quarters of an hour that it takes.
    fn quarters(&self) -> Vec<Vec<Arg>> {
        let mut quarters = Vec::new();
        let mut at = self.start;
        while at < self.busy_until {
            quarters.push(args![self.expert.as_str(), at, self.id.to_string()].to_vec());
            at += QUARTER;
        }
        quarters
    }
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
        if EXPERT_TIME.run(tx, quarters).await?.len() < wanted {
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
    MISSIONS.run(tx, changes.clone().flat_map(|c| &c.missions).map(MissionRow::args).collect()).await?;
    APPOINTMENTS.run(tx, changes.flat_map(|c| &c.appointments).map(AppointmentRow::args).collect()).await.map(drop)
}

impl Store {
    /// The mission of a dossier: the last one, whatever became of it.
    pub async fn mission(&self, dossier: DossierId) -> Result<Option<Mission>, StoreError> {
        let sql = format!("{MISSION} WHERE dossier = $1 ORDER BY ordered_at DESC, id DESC LIMIT 1");
        let Some(row) = self.db.fetch_one(&sql, &args![dossier.to_string()]).await? else { return Ok(None) };
        let row = MissionRow::read(&row)?;
        let sql = format!("{APPOINTMENT} WHERE a.mission = $1 ORDER BY a.start_at, a.id LIMIT {MOST}");
        let rows = self.db.fetch(&sql, &args![row.id.to_string()]).await?;
        let appointments = rows.iter().map(AppointmentRow::read).collect::<Result<_, _>>()?;
        Ok(Some(Mission { row, appointments }))
    }

    /// One appointment.
    pub async fn appointment(&self, id: AppointmentId) -> Result<Option<AppointmentRow>, StoreError> {
        let row = self.db.fetch_one(&format!("{APPOINTMENT} WHERE a.id = $1"), &args![id.to_string()]).await?;
        row.as_ref().map(AppointmentRow::read).transpose()
    }

    /// An expert's booked appointments that are not over at `from` and begin before `until`, the earliest first.
    pub async fn booked(
        &self,
        expert: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<AppointmentRow>, StoreError> {
        let sql = format!(
            "{APPOINTMENT} WHERE a.expert = $1 AND a.state = 'booked' AND a.busy_until > $2 AND a.start_at < $3 \
             ORDER BY a.start_at LIMIT {MOST}"
        );
        self.db.fetch(&sql, &args![expert, from, until]).await?.iter().map(AppointmentRow::read).collect()
    }

    /// An expert's missions that are not done, the oldest first.
    pub async fn open_missions(&self, expert: &str) -> Result<Vec<MissionRow>, StoreError> {
        let sql = format!(
            "{MISSION} WHERE expert = $1 AND state IN ('ordered', 'accepted') ORDER BY ordered_at, id LIMIT {MOST}"
        );
        self.db.fetch(&sql, &args![expert]).await?.iter().map(MissionRow::read).collect()
    }

    /// How many missions that are not done each expert has.
    pub async fn mission_load(&self) -> Result<BTreeMap<String, usize>, StoreError> {
        let sql = "SELECT expert, COUNT(*) FROM mission WHERE state IN ('ordered', 'accepted') GROUP BY expert";
        let rows = self.db.fetch(sql, &[]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, usize::try_from(row.int(1)?).unwrap_or_default()))).collect()
    }
}
