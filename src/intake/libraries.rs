//! The flows at hand: the current revision for new conversations, and older ones for those that began with them.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use jiff::Timestamp;

use crate::{
    flow::Library,
    store::{Store, StoreError},
};

/// Why a revision of the flows is not at hand.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("flow revision {0} is not in the database: was it restored from an older backup?")]
    Missing(String),
    #[error("flow revision {revision} does not compile any more: {problem}")]
    Broken { revision: String, problem: String },
}

#[derive(Debug)]
pub(super) struct Libraries {
    store: Store,
    current: Arc<Library>,
    older: Mutex<HashMap<String, Arc<Library>>>,
}

impl Libraries {
    pub(super) async fn open(store: Store, current: Arc<Library>, now: Timestamp) -> Result<Self, StoreError> {
        store.add_flow_revision(current.revision(), current.sources(), now).await?;
        Ok(Self { store, current, older: Mutex::default() })
    }

    pub(super) fn current(&self) -> Arc<Library> {
        Arc::clone(&self.current)
    }

    pub(super) async fn get(&self, revision: &str) -> Result<Arc<Library>, super::IntakeError> {
        if revision == self.current.revision() {
            return Ok(self.current());
        }
        let compiled = self.older.lock().unwrap_or_else(PoisonError::into_inner).get(revision).cloned();
        if let Some(library) = compiled {
            return Ok(library);
        }
        let missing = || LibraryError::Missing(revision.to_owned());
        let sources = self.store.flow_revision(revision).await?.ok_or_else(missing)?;
        let library = Library::from_sources(sources)
            .map_err(|problem| LibraryError::Broken { revision: revision.to_owned(), problem: problem.to_string() })?;
        let library = Arc::new(library);
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        older.insert(revision.to_owned(), Arc::clone(&library));
        Ok(library)
    }
}
