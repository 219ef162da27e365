//! The flows in memory: the current revision for new conversations, and older ones for the conversations that began
//! with them.

use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use jiff::Timestamp;

use crate::{
    flow::{LEARNT_FILE, Library, LoadError},
    store::Engine,
};

/// Why a revision of the flows cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("flow revision {0} is not in the database: was it restored from an older backup?")]
    Missing(String),
    #[error("flow revision {revision} does not compile any more: {problem}")]
    Broken { revision: String, problem: String },
    #[error("the flows with what handlers taught do not compile: {0}")]
    Learnt(#[from] LoadError),
}

#[derive(Debug)]
pub(super) struct Libraries {
    store: Engine,
    current: RwLock<Arc<Library>>,
    older: Mutex<HashMap<String, Arc<Library>>>,
}

impl Libraries {
    /// Keeps the sources of `current`, with what handlers taught, for the conversations that begin with it.
    pub(super) async fn open(store: Engine, current: Arc<Library>, now: Timestamp) -> Result<Self, super::IntakeError> {
        let libraries = Self { store, current: RwLock::new(current), older: Mutex::default() };
        libraries.learn(now).await?;
        Ok(libraries)
    }

    pub(super) fn current(&self) -> Arc<Library> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Makes a revision with all that handlers taught; conversations that begin from now on begin with it.
    pub(super) async fn learn(&self, now: Timestamp) -> Result<(), super::IntakeError> {
        let taught = self.store.taught().await?;
        let before = self.current();
        let mut sources = before.sources().clone();
        sources.remove(LEARNT_FILE);
        if !taught.is_empty() {
            sources.insert(LEARNT_FILE.to_owned(), learnt(taught));
        }
        let library = if sources == *before.sources() {
            before
        } else {
            let library = Library::from_sources(sources).map_err(LibraryError::from)?;
            library.intents().classifier().train();
            Arc::new(library)
        };
        self.store.add_flow_revision(library.revision(), library.sources(), now).await?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let before = std::mem::replace(&mut *current, library);
        drop(current);
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        older.insert(before.revision().to_owned(), before);
        Ok(())
    }

    pub(super) async fn get(&self, revision: &str) -> Result<Arc<Library>, super::IntakeError> {
        let current = self.current();
        if revision == current.revision() {
            return Ok(current);
        }
        let compiled = self.older.lock().unwrap_or_else(PoisonError::into_inner).get(revision).cloned();
        if let Some(library) = compiled {
            return Ok(library);
        }
        let missing = || LibraryError::Missing(revision.to_owned());
        let sources = self.store.flow_revision(revision).await?.ok_or_else(missing)?;
        let library = Library::from_stored(sources)
            .map_err(|problem| LibraryError::Broken { revision: revision.to_owned(), problem: problem.to_string() })?;
        let library = Arc::new(library);
        let mut older = self.older.lock().unwrap_or_else(PoisonError::into_inner);
        older.insert(revision.to_owned(), Arc::clone(&library));
        Ok(library)
    }
}

/// The examples by intent, one a line. JSON is YAML too.
fn learnt(taught: Vec<(String, String)>) -> String {
    let mut examples: BTreeMap<String, String> = BTreeMap::new();
    for (intent, text) in taught {
        let lines = examples.entry(intent).or_default();
        if !lines.is_empty() {
            lines.push('\n');
        }
        lines.extend(text.chars().map(|char| if char.is_control() { ' ' } else { char }));
    }
    serde_json::to_string(&examples).unwrap_or_default()
}
