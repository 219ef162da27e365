//! Desks for the dossiers of programs that kept none: a closed desk hides them too.

use std::collections::HashMap;

use super::Engine;
use crate::{
    domain::desk::Desk,
    dossier::{Decision, Dossier},
    store::{
        column::json,
        db::Dialect,
        error::StoreError,
        table::Table as _,
        value::{Arg, Array, args},
    },
};

/// Dossiers that are placed by one transaction.
const BATCH: i64 = 1000;

impl Engine {
    /// Gives each dossier that was never placed the desk that `desk_of` says, from the dossier and the last desk that a table
    /// decided for it. It goes in batches: one that is interrupted goes on where it stopped. Returns how many it looked at.
    pub async fn place_dossiers(
        &self,
        desk_of: impl Fn(&Dossier, Option<Desk>) -> Option<Desk>,
    ) -> Result<usize, StoreError> {
        let mut placed = 0;
        loop {
            let mut tx = self.db.begin().await?;
            let lock = if tx.is_sqlite() { "" } else { "FOR UPDATE" };
            let left = format!("WHERE placed = 0 ORDER BY id LIMIT $1 {lock}");
            let rows = tx.fetch(&Dossier::schema().select(&left), &args![BATCH]).await?;
            let dossiers: Vec<Dossier> = rows.iter().map(Dossier::read).collect::<Result<_, _>>()?;
            if dossiers.is_empty() {
                tx.rollback().await?;
                return Ok(placed);
            }
            placed += dossiers.len();
            let decided: Vec<_> = dossiers
                .iter()
                .filter(|dossier| dossier.desk.is_none() && dossier.orientation.is_some())
                .map(|dossier| dossier.conversation)
                .collect();
            let ids = match self.db.dialect() {
                Dialect::Sqlite => "json_each($1)",
                Dialect::Postgres => "json_array_elements_text($1::json)",
            };
            let sql = format!(
                "SELECT conversation, value FROM log WHERE conversation IN (SELECT value FROM {ids}) \
                 AND kind = 'decision' AND log.value IS NOT NULL ORDER BY conversation, number"
            );
            let mut desks: HashMap<String, Desk> = HashMap::new();
            for row in tx.fetch(&sql, &args![json(&decided)?]).await? {
                // A decision of another program says no desk that is known here.
                if let Ok(Decision::Table(decision)) = serde_json::from_str(&row.text(1)?)
                    && let Some(desk) = decision.desk()
                {
                    desks.insert(row.text(0)?, desk);
                }
            }
            let desk = |dossier: &Dossier| {
                let decided = desks.get(&dossier.conversation.to_string()).cloned();
                dossier.desk.clone().or_else(|| desk_of(dossier, decided)).map(|desk| desk.to_string())
            };
            let new: Vec<(String, Option<String>)> =
                dossiers.iter().map(|dossier| (dossier.id.to_string(), desk(dossier))).collect();
            if tx.is_sqlite() {
                let values: Vec<Arg<'_>> = new
                    .iter()
                    .flat_map(|(id, desk)| [Arg::from(id.as_str()), desk.as_deref().map_or(Arg::NullText, Arg::from)])
                    .collect();
                tx.fetch_each("UPDATE dossier SET desk = ?2, placed = 1 WHERE id = ?1", 2, &values).await?;
            } else {
                let (ids, desks) = new.iter().map(|(id, desk)| (Some(id.as_str()), desk.as_deref())).unzip();
                let sql = "UPDATE dossier SET desk = new.desk, placed = 1 \
                           FROM UNNEST($1::text[], $2::text[]) AS new (id, desk) WHERE dossier.id = new.id";
                tx.fetch_arrays(sql, &[Array::Text(ids), Array::Text(desks)]).await?;
            }
            tx.commit().await?;
        }
    }
}
