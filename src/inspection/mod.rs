//! Files are looked at after they were acknowledged: from a queue in the store, which survives a restart and takes one file
//! of each conversation before the second of any.
//!
//! Whoever receives a file writes its row as pending, in the same transaction as the file's place in the queue, and calls
//! [`Inspections::wake`]. Who would tell the person at once what was seen waits for it, but not for long
//! ([`Inspections::seen`]): a file is received whatever becomes of its inspection.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use jiff::SignedDuration;
use tokio::sync::{Notify, oneshot};

use crate::{
    document::{DECODERS, DocumentError, Documents, Inspection, LONGEST_INSPECTION, ScanError, Stored},
    domain::{clock::Clock, id::DocumentId},
    intake::Intake,
    store::{ClaimedInspection, DocumentRow, Engine, StoreError},
};

/// How long a node has a file that it claimed: longer than it may take to look at it.
const LEASE: SignedDuration = SignedDuration::from_mins(3);
const _: () = assert!(LEASE.unsigned_abs().as_secs() > LONGEST_INSPECTION.as_secs());
/// How often a file is tried: one on which the program itself ends, or that is never decoded in time, is given up.
const ATTEMPTS: i64 = 3;
/// How long to wait where the store of the documents fails.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);
/// Longer than any file is put off, on the clock of any node.
const FURTHEST: SignedDuration = SignedDuration::from_mins(10);
/// The longest time between two looks at the queue: another node may have died with files that it had claimed.
const LOOK_AGAIN: Duration = Duration::from_secs(15);
/// How long an upload's response waits for what is seen in the file.
const PATIENCE: Duration = Duration::from_secs(3);

/// The files that are being looked at. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Inspections(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    store: Engine,
    documents: Documents,
    intake: Intake,
    clock: Clock,
    /// Notified when a file was queued on this node.
    waker: Notify,
    /// Who waits for what is seen in a file, while its response is open.
    waiting: Mutex<HashMap<DocumentId, Vec<oneshot::Sender<()>>>>,
}

impl Inspections {
    pub fn new(store: Engine, documents: Documents, intake: Intake, clock: Clock) -> Self {
        Self(Arc::new(Inner { store, documents, intake, clock, waker: Notify::new(), waiting: Mutex::default() }))
    }

    /// Tells that a file was queued.
    pub fn wake(&self) {
        self.0.waker.notify_one();
    }

    /// Looks at what is queued, for as long as the service runs.
    pub async fn run(self) {
        futures_util::future::join_all((0..DECODERS).map(|_| self.work())).await;
    }

    async fn work(&self) {
        loop {
            let woken = self.0.waker.notified();
            match self.inspect_next().await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "files wait to be looked at"),
            }
            // Whether notified or not, and after an error as well, it looks again.
            let _ = tokio::time::timeout(LOOK_AGAIN, woken).await;
        }
    }

    /// Looks at the next file. False when there is none at the moment.
    ///
    /// # Errors
    ///
    /// When the store fails; the file is looked at later.
    pub async fn inspect_next(&self) -> Result<bool, StoreError> {
        let now = self.0.clock.now();
        let Some(ClaimedInspection { document, attempts }) =
            self.0.store.claim_inspection(now, now + LEASE, now + FURTHEST).await?
        else {
            return Ok(false);
        };
        let seen = if attempts > ATTEMPTS {
            tracing::warn!(document = %document.id, "a file was given up: looking at it took too long or ended the program, again and again");
            // Of a file that the scanner never answers about nothing is known; it is given to nobody before it is scanned.
            match self.0.documents.awaits_scan(&document.sha256).await {
                Ok(true) => Inspection::default(),
                Ok(false) | Err(_) => Inspection::unreadable(),
            }
        } else {
            match self.look(&document).await {
                Ok(Ok(seen)) => seen,
                Ok(Err(DocumentError::NotFound)) => Inspection::unreadable(),
                Ok(Err(error)) => {
                    tracing::warn!(%error, document = %document.id, "a file is looked at later");
                    self.put_off(&document, is_counted(&error)).await?;
                    return Ok(true);
                }
                Err(error) => {
                    let _ = self.put_off(&document, false).await;
                    return Err(error);
                }
            }
        };
        if self.0.store.finish_inspection(&document, &seen).await? {
            self.0.intake.tell_change(document.conversation);
        }
        let waiting = self.waiting().remove(&document.id);
        for waiting in waiting.into_iter().flatten() {
            // Whoever went away needs no answer.
            let _ = waiting.send(());
        }
        Ok(true)
    }

    /// Looks at a file later. What is not the file's fault does not count as a try.
    async fn put_off(&self, document: &DocumentRow, is_counted: bool) -> Result<(), StoreError> {
        self.0.store.put_off_inspection(document.id, self.0.clock.now() + AGAIN, is_counted).await
    }

    async fn look(&self, document: &DocumentRow) -> Result<Result<Inspection, DocumentError>, StoreError> {
        let Ok(media_type) = document.media_type.parse() else { return Ok(Ok(Inspection::default())) };
        let stored = Stored {
            sha256: document.sha256.clone(),
            media_type,
            bytes: u64::try_from(document.bytes).unwrap_or_default(),
            name: document.name.clone(),
        };
        let mut seen = match self.0.documents.inspect(&stored).await {
            Ok(seen) => seen,
            Err(error) => return Ok(Err(error)),
        };
        let others = self.0.store.documents(document.conversation).await?;
        let others = others.iter().filter(|other| other.id != document.id);
        seen.compare(others.filter_map(|other| other.inspection.fingerprint.as_deref()));
        Ok(Ok(seen))
    }

    /// Waits for what is seen in a file, but not for long.
    ///
    /// # Errors
    ///
    /// When the store fails.
    pub async fn seen(&self, document: DocumentRow) -> Result<DocumentRow, StoreError> {
        if !document.inspection.pending {
            return Ok(document);
        }
        let one = self.0.store.one_conversation(document.conversation);
        let (finished, is_finished) = oneshot::channel();
        self.waiting().entry(document.id).or_default().push(finished);
        // It may have been looked at before anybody waited for it.
        if one.document(document.id).await?.is_some_and(|now| now.inspection.pending) {
            let _ = tokio::time::timeout(PATIENCE, is_finished).await;
        } else {
            drop(is_finished);
        }
        self.waiting().retain(|_, waiting| {
            waiting.retain(|waiting| !waiting.is_closed());
            !waiting.is_empty()
        });
        Ok(one.document(document.id).await?.unwrap_or(document))
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, HashMap<DocumentId, Vec<oneshot::Sender<()>>>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether the file may be to blame: one that no decoder and no scanner ever ends with would keep all others waiting.
fn is_counted(error: &DocumentError) -> bool {
    matches!(error, DocumentError::TimedOut | DocumentError::NotScanned(ScanError::Silent | ScanError::Strange(_)))
}
