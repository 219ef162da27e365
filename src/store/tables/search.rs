//! By which words a dossier is found. What is over stands apart: a search among what is open does not pass over it.

use std::sync::LazyLock;

use crate::{
    domain::id::DossierId,
    dossier::Dossier,
    store::{
        db::Tx,
        error::StoreError,
        table::{Insert, table},
        value::args,
    },
};

/// One key by which a dossier is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchKey {
    is_over: bool,
    key: String,
    dossier: DossierId,
}

table! { SearchKey in "dossier_search" { is_over, key, dossier } }

/// The keys that a dossier gets and those that it loses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchChange {
    pub(in crate::store) new: Vec<SearchKey>,
    pub(in crate::store) gone: Vec<SearchKey>,
}

impl SearchChange {
    /// From the dossier as it is stored, if it is, to what it becomes.
    pub fn between(before: Option<&Dossier>, after: &Dossier) -> Self {
        let found_by = |dossier: &Dossier| {
            let (is_over, id) = (dossier.status.is_over(), dossier.id);
            let keys = dossier.search_keys().into_iter();
            keys.map(|key| SearchKey { is_over, key, dossier: id }).collect::<Vec<_>>()
        };
        let Some(before) = before else { return Self { new: found_by(after), gone: Vec::new() } };
        if before.holder == after.holder && before.status.is_over() == after.status.is_over() {
            return Self::default();
        }
        let (old, all) = (found_by(before), found_by(after));
        let gone = old.iter().filter(|key| !all.contains(key)).cloned().collect();
        Self { new: all.into_iter().filter(|key| !old.contains(key)).collect(), gone }
    }
}

pub(in crate::store) static ADD_SEARCH_KEY: LazyLock<Insert<SearchKey>> =
    LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));

/// Writes what changed.
pub(in crate::store) async fn write<'a>(
    tx: &mut Tx,
    changes: impl Iterator<Item = &'a SearchChange> + Clone,
) -> Result<(), StoreError> {
    for key in changes.clone().flat_map(|change| &change.gone) {
        let values = args![i64::from(key.is_over), key.key.as_str(), key.dossier.to_string()];
        tx.fetch("DELETE FROM dossier_search WHERE is_over = $1 AND key = $2 AND dossier = $3", &values).await?;
    }
    ADD_SEARCH_KEY.run(tx, changes.flat_map(|change| &change.new)).await.map(drop)
}
