//! Missions and the experts' time as conversations plan with them.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::Engine;
use crate::{
    domain::id::DossierId,
    store::{
        error::StoreError,
        tables::planning::{self, AppointmentRow, Mission},
    },
};

impl Engine {
    /// The mission of a dossier: the last one, whatever became of it.
    pub async fn mission(&self, dossier: DossierId) -> Result<Option<Mission>, StoreError> {
        planning::mission(&self.db, dossier).await
    }

    /// An expert's booked appointments that are not over at `from` and begin before `until`, the earliest first.
    pub async fn booked(
        &self,
        expert: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<AppointmentRow>, StoreError> {
        planning::booked(&self.db, expert, from, until).await
    }

    /// How many missions that are not done each expert has.
    pub async fn mission_load(&self) -> Result<BTreeMap<String, usize>, StoreError> {
        planning::mission_load(&self.db).await
    }
}
