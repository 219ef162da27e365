//! The flows in memory: the current revision for new conversations, and older ones for the conversations that began with
//! them. The classifiers of all of them learn what handlers teach.

use std::{
    collections::{HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError, Weak},
};

use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinError;

use crate::{
    flow::{Library, LoadError, revision_of},
    store::Engine,
};

/// Upper bound of the memory of older revisions that no conversation in memory uses.
const CACHED_BYTES: usize = 32 * 1024 * 1024;
/// The source under which earlier versions of the program stored what handlers taught.
const LEARNT_FILE: &str = "learnt.yaml";
/// A node notes every few minutes which revision its new conversations use; a revision that none noted for this long is
/// not the current one of any node.
const IN_USE: SignedDuration = SignedDuration::from_hours(24);

/// Why a revision of the flows cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    #[error("flow revision {0} is not in the database: was it restored from an older backup?")]
    Missing(String),
    #[error("flow revision {revision} does not compile any more: {problem}")]
    Broken { revision: String, problem: String },
    #[error("the thread that compiles flows and trains classifiers failed: {0}")]
    Died(#[from] JoinError),
}

#[derive(Debug)]
pub(super) struct Libraries {
    store: Engine,
    current: Arc<Library>,
    older: Mutex<Older>,
    /// Locked while a library is compiled or trained: none misses an example, none is compiled twice.
    taught: tokio::sync::Mutex<Taught>,
}

/// What handlers taught, as far as this node has read it.
#[derive(Debug, Default)]
struct Taught {
    version: i64,
    /// Texts with their intents, in the order in which they were taught.
    examples: Vec<(String, String)>,
}

impl Libraries {
    /// Keeps the sources of `current` for the conversations that begin with it, and learns what handlers taught.
    pub(super) async fn open(store: Engine, current: Arc<Library>, now: Timestamp) -> Result<Self, super::IntakeError> {
        let libraries = Self {
            store,
            current,
            older: Mutex::new(Older::within(CACHED_BYTES)),
            taught: tokio::sync::Mutex::default(),
        };
        libraries.rewrite().await?;
        libraries.look_after(now).await?;
        Ok(libraries)
    }

    pub(super) fn current(&self) -> Arc<Library> {
        Arc::clone(&self.current)
    }

    /// Removes what was taught from the revisions that an earlier version stored. Each is rewritten in a transaction, so a
    /// process that dies leaves the rest to the next start.
    async fn rewrite(&self) -> Result<(), super::IntakeError> {
        for revision in self.store.flow_revisions_to_rewrite().await? {
            let Some((_, mut sources)) = self.store.flow_revision(&revision).await? else { continue };
            if sources.remove(LEARNT_FILE).is_some() {
                let without = revision_of(&sources);
                self.store.rewrite_flow_revision(&revision, Some((&without, &sources))).await?;
            } else {
                self.store.rewrite_flow_revision(&revision, None).await?;
            }
        }
        Ok(())
    }

    /// Runs every few minutes: notes that this node uses the current revision, learns what was taught on other nodes, and
    /// deletes the revisions that no conversation has.
    pub(super) async fn look_after(&self, now: Timestamp) -> Result<(), super::IntakeError> {
        self.store.use_flow_revision(self.current.revision(), self.current.sources(), now).await?;
        self.learn().await?;
        self.store.prune_flow_revisions(now - IN_USE).await?;
        Ok(())
    }

    /// Trains the classifiers with what handlers taught since the last call; it applies to every conversation from its next
    /// message on.
    pub(super) async fn learn(&self) -> Result<(), super::IntakeError> {
        let mut taught = self.taught.lock().await;
        let more = self.store.taught(taught.version).await?;
        let Some(last) = more.last() else { return Ok(()) };
        let version = last.version;
        let mut examples = taught.examples.clone();
        examples.extend(more.into_iter().map(|example| (example.text, example.intent)));
        let mut libraries = self.older().in_memory();
        libraries.push(self.current());
        let examples = tokio::task::spawn_blocking(move || {
            for library in &libraries {
                teach(library, &examples);
            }
            examples
        });
        *taught = Taught { version, examples: examples.await.map_err(LibraryError::from)? };
        Ok(())
    }

    /// The revision with this identifier, or with this alias.
    pub(super) async fn get(&self, revision: &str) -> Result<Arc<Library>, super::IntakeError> {
        if let Some(library) = self.cached(revision) {
            return Ok(library);
        }
        let taught = self.taught.lock().await;
        let missing = || LibraryError::Missing(revision.to_owned());
        let (name, sources) = self.store.flow_revision(revision).await?.ok_or_else(missing)?;
        if name != revision {
            self.older().aliases.insert(revision.to_owned(), name.clone());
        }
        // The previous holder of the lock may have compiled it.
        if let Some(library) = self.cached(&name) {
            return Ok(library);
        }
        let examples = taught.examples.clone();
        let compiled = tokio::task::spawn_blocking(move || {
            let library = Library::from_stored(sources)?;
            teach(&library, &examples);
            Ok::<_, LoadError>(Arc::new(library))
        });
        let broken =
            |problem: LoadError| LibraryError::Broken { revision: revision.to_owned(), problem: problem.to_string() };
        let library = compiled.await.map_err(LibraryError::from)?.map_err(broken)?;
        self.older().keep(&name, Arc::clone(&library));
        Ok(library)
    }

    fn cached(&self, revision: &str) -> Option<Arc<Library>> {
        if revision == self.current.revision() {
            return Some(self.current());
        }
        let mut older = self.older();
        let name = older.aliases.get(revision).cloned().unwrap_or_else(|| revision.to_owned());
        if name == self.current.revision() { Some(self.current()) } else { older.find(&name) }
    }

    fn older(&self) -> std::sync::MutexGuard<'_, Older> {
        self.older.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn teach(library: &Library, examples: &[(String, String)]) {
    let examples = examples.iter().map(|(text, intent)| (text.as_str(), intent.as_str()));
    library.intents().classifier().teach(examples);
}

/// Compiled older revisions: all that are in use, and the last used ones within the bound.
#[derive(Debug)]
struct Older {
    /// Identifiers by alias.
    aliases: HashMap<String, String>,
    /// Every revision that is in memory, so that none is compiled twice and all are trained.
    loaded: HashMap<String, Weak<Library>>,
    /// The least recently used first.
    recent: VecDeque<(String, Arc<Library>)>,
    /// Of what `recent` takes, in bytes.
    bound: usize,
}

impl Older {
    fn within(bound: usize) -> Self {
        Self { aliases: HashMap::new(), loaded: HashMap::new(), recent: VecDeque::new(), bound }
    }

    fn find(&mut self, name: &str) -> Option<Arc<Library>> {
        let library = self.loaded.get(name)?.upgrade()?;
        self.keep(name, Arc::clone(&library));
        Some(library)
    }

    /// Keeps a revision that was used now and evicts the least recently used ones beyond the bound; the last one stays
    /// whatever its size.
    fn keep(&mut self, name: &str, library: Arc<Library>) {
        self.recent.retain(|(kept, _)| kept != name);
        self.loaded.insert(name.to_owned(), Arc::downgrade(&library));
        self.recent.push_back((name.to_owned(), library));
        let mut bytes: usize = self.recent.iter().map(|(_, library)| library.bytes()).sum();
        while bytes > self.bound && self.recent.len() > 1 {
            bytes -= self.recent.pop_front().map_or(0, |(_, library)| library.bytes());
        }
        self.loaded.retain(|_, library| library.strong_count() > 0);
    }

    fn in_memory(&self) -> Vec<Arc<Library>> {
        self.loaded.values().filter_map(Weak::upgrade).collect()
    }
}

#[cfg(test)]
mod tests;
