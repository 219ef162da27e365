//! Makes the dossiers of earlier programs findable: their words are folded, which SQL cannot, before anything else is done
//! with the database. It goes in batches, each a transaction: one that is interrupted goes on where it stopped.

use std::time::Instant;

use super::{
    db::{Db, Tx},
    error::StoreError,
    schema::POSTGRES_LOCK,
    table::Table as _,
    tables::search::{self, SearchChange},
    value::{Arg, Array, args},
};
use crate::dossier::Dossier;

/// Dossiers that are made findable by one transaction.
const BATCH: i64 = 1000;

/// Folds what is left to fold. Nothing to do is quick to see.
pub(super) async fn run(db: &Db) -> Result<(), StoreError> {
    let (mut done, mut told) = (0, Instant::now());
    loop {
        let mut tx = db.begin().await?;
        let folded = fold_batch(&mut tx).await?;
        tx.commit().await?;
        done += folded;
        if folded == 0 {
            break;
        }
        if told.elapsed().as_secs() >= 5 {
            told = Instant::now();
            tracing::info!(done, "dossiers are made findable by their words");
        }
    }
    Ok(())
}

async fn fold_batch(tx: &mut Tx) -> Result<usize, StoreError> {
    let mut lock = "";
    if !tx.is_sqlite() {
        // One node at a time, and nobody changes a name meanwhile.
        tx.fetch("SET LOCAL lock_timeout = 0", &[]).await?;
        tx.fetch("SELECT pg_advisory_xact_lock($1)", &args![POSTGRES_LOCK]).await?;
        lock = "FOR UPDATE";
    }
    let left = format!("WHERE searchable = 0 ORDER BY id LIMIT $1 {lock}");
    let rows = tx.fetch(&Dossier::schema().select(&left), &args![BATCH]).await?;
    let dossiers: Vec<Dossier> = rows.iter().map(Dossier::read).collect::<Result<_, _>>()?;
    if dossiers.is_empty() {
        return Ok(0);
    }
    let changes: Vec<_> = dossiers.iter().map(|dossier| SearchChange::between(None, dossier)).collect();
    search::write(tx, changes.iter()).await?;
    let keys: Vec<(String, String)> =
        dossiers.iter().map(|dossier| (dossier.id.to_string(), dossier.holder_key())).collect();
    if tx.is_sqlite() {
        let values: Vec<Arg<'_>> =
            keys.iter().flat_map(|(id, key)| [Arg::from(id.as_str()), Arg::from(key.as_str())]).collect();
        tx.fetch_each("UPDATE dossier SET holder_key = ?2, searchable = 1 WHERE id = ?1", 2, &values).await?;
    } else {
        let (ids, keys) = keys.iter().map(|(id, key)| (Some(id.as_str()), Some(key.as_str()))).unzip();
        let sql = "UPDATE dossier SET holder_key = folded.key, searchable = 1 \
                   FROM UNNEST($1::text[], $2::text[]) AS folded (id, key) WHERE dossier.id = folded.id";
        tx.fetch_arrays(sql, &[Array::Text(ids), Array::Text(keys)]).await?;
    }
    Ok(dossiers.len())
}
