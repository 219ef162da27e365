//! Missions, appointments, and the experts' time.

use std::{collections::BTreeMap, fmt};

use jiff::Timestamp;

use super::Cases;
use crate::{
    domain::id::{AppointmentId, DossierId, MissionId},
    store::{
        error::StoreError,
        tables::planning::{self, AppointmentRow, MAX_ROWS, Mission, MissionRow},
        value::{Arg, args},
    },
};

impl Cases<'_> {
    /// The mission of a dossier: the last one, whatever became of it.
    pub async fn mission(self, dossier: DossierId) -> Result<Option<Mission>, StoreError> {
        let mut values = args![dossier.to_string()].to_vec();
        let within = self.of_dossier_within("d.id = $1", &mut values);
        if !within.is_empty() && self.db.look_up(&format!("SELECT 1 WHERE TRUE{within}"), &values).await?.is_empty() {
            return Ok(None);
        }
        planning::mission(self.db, dossier).await
    }

    /// An expert's booked appointments that are not over at `from` and begin before `until`, the earliest first: of every
    /// insurer, for their time is one. It says when they are free, and is shown to nobody.
    pub async fn booked(
        self,
        expert: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<AppointmentRow>, StoreError> {
        planning::booked(self.db, expert, from, until).await
    }

    /// How many missions that are not done each expert has, of every insurer.
    pub async fn mission_load(self) -> Result<BTreeMap<String, usize>, StoreError> {
        planning::mission_load(self.db).await
    }

    /// The mission to which an appointment belongs, with all its appointments.
    pub async fn mission_of_appointment(self, id: AppointmentId) -> Result<Option<Mission>, StoreError> {
        let mut values = args![id.to_string()].to_vec();
        let within = self.of_dossier_within("d.id = mission.dossier", &mut values);
        let its = format!("WHERE id = (SELECT mission FROM appointment WHERE id = $1){within}");
        planning::with_appointments(self.db, &its, &values).await
    }

    /// A page of an expert's booked appointments whose missions are open, each with its mission, in the order of time from
    /// `from` on: the `limit` first behind the key.
    pub async fn agenda(
        self,
        expert: &str,
        from: Timestamp,
        after: Option<(Timestamp, AppointmentId)>,
        limit: usize,
    ) -> Result<Vec<(AppointmentRow, MissionRow)>, StoreError> {
        let (at, id) = page_key(after);
        let limit = i64::try_from(limit).unwrap_or(MAX_ROWS);
        let mut values = args![expert, from, at, id, limit].to_vec();
        let within = self.of_dossier_within("d.id = appointment.dossier", &mut values);
        let page = format!(
            "WHERE expert = $1 AND state = 'booked' AND start_at >= $2 AND (start_at, id) > ($3, $4) \
             AND EXISTS (SELECT 1 FROM mission m \
                         WHERE m.id = appointment.mission AND m.state IN ('ordered', 'accepted')){within} \
             ORDER BY start_at, id LIMIT $5"
        );
        let booked: Vec<AppointmentRow> = self.db.rows(&page, &values).await?;
        if booked.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Arg<'_>> = booked.iter().map(|row| Arg::from(row.mission.to_string())).collect();
        let marks: Vec<String> = (1..=ids.len()).map(|number| format!("${number}")).collect();
        let missions: Vec<MissionRow> = self.db.rows(&format!("WHERE id IN ({})", marks.join(", ")), &ids).await?;
        let missions: BTreeMap<MissionId, MissionRow> = missions.into_iter().map(|row| (row.id, row)).collect();
        let with_mission = |row: AppointmentRow| missions.get(&row.mission).cloned().map(|mission| (row, mission));
        Ok(booked.into_iter().filter_map(with_mission).collect())
    }

    /// A page of an expert's open missions for which nothing is booked from `from` on, the oldest first: the `limit` first
    /// behind the key.
    pub async fn missions_to_arrange(
        self,
        expert: &str,
        from: Timestamp,
        after: Option<(Timestamp, MissionId)>,
        limit: usize,
    ) -> Result<Vec<MissionRow>, StoreError> {
        let (at, id) = page_key(after);
        let mut values = args![expert, from, at, id, i64::try_from(limit).unwrap_or(MAX_ROWS)].to_vec();
        let within = self.of_dossier_within("d.id = mission.dossier", &mut values);
        let page = format!(
            "WHERE expert = $1 AND state IN ('ordered', 'accepted') AND (ordered_at, id) > ($3, $4) \
             AND NOT EXISTS (SELECT 1 FROM appointment a \
                             WHERE a.mission = mission.id AND a.state = 'booked' AND a.start_at >= $2){within} \
             ORDER BY ordered_at, id LIMIT $5"
        );
        self.db.rows(&page, &values).await
    }
}

/// Where a page begins, as a query compares it: before everything where no key is given.
fn page_key<Id: fmt::Display>(after: Option<(Timestamp, Id)>) -> (Timestamp, String) {
    after.map_or((Timestamp::MIN, String::new()), |(at, id)| (at, id.to_string()))
}
