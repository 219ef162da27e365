//! Whether the logs of conversations are as they were written: one, or all of them one after the other.

use crate::{
    domain::{
        id::ConversationId,
        log::{Tip, Verdict},
    },
    dossier::reference_of,
    store::{
        db::Db,
        error::StoreError,
        tables::{conversation::Fence, log},
        value::args,
    },
};

/// Entries, or conversations, that are read at once.
const PAGE: i64 = 500;

/// A log that is not as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenLog {
    /// The reference of the conversation's dossier, such as people know it.
    pub reference: String,
    pub verdict: Verdict,
}

impl std::fmt::Display for BrokenLog {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let reference = &self.reference;
        match self.verdict {
            Verdict::Intact => write!(f, "{reference}: intact"),
            Verdict::BrokenAt(number) => write!(f, "{reference}: entry {number} is not as it was written"),
            Verdict::Truncated { found, expected } => {
                write!(f, "{reference}: ends at entry {found}, but {expected} were written")
            }
        }
    }
}

/// A page of the conversations, in the order of their identifiers, from after one on: how far each is.
pub(super) async fn fences(db: &Db, after: Option<ConversationId>, limit: i64) -> Result<Vec<Fence>, StoreError> {
    let after = after.map_or_else(String::new, |id| id.to_string());
    db.rows("WHERE conversation > $1 ORDER BY conversation LIMIT $2", &args![after, limit]).await
}

/// Whether a conversation's log is as it was written, up to the end that it had when the fence was read.
pub(super) async fn verify_log(db: &Db, fence: &Fence) -> Result<Verdict, StoreError> {
    let mut reached = Tip::default();
    loop {
        let entries = log::entries(db, fence.conversation, reached.number, PAGE).await?;
        // What stands beyond the end is another turn's, or what a fence that was put back does not know.
        let is_last = entries.last().is_none_or(|entry| entry.number >= fence.tip.number)
            || entries.len() < usize::try_from(PAGE).unwrap_or(usize::MAX);
        for entry in entries.iter().filter(|entry| entry.number <= fence.tip.number) {
            if let Err(number) = reached.follow(entry) {
                return Ok(Verdict::BrokenAt(number));
            }
        }
        if is_last {
            return Ok(reached.against(&fence.tip));
        }
    }
}

/// As [`verify_log`]; none when it is intact.
pub(super) async fn broken_log(db: &Db, fence: &Fence) -> Result<Option<BrokenLog>, StoreError> {
    Ok(match verify_log(db, fence).await? {
        Verdict::Intact => None,
        verdict => Some(BrokenLog { reference: reference_of(fence.conversation), verdict }),
    })
}

/// Verifies every log: `told` hears how many are done, and of each that is broken. Returns how many there are.
pub(super) async fn verify_logs(db: &Db, mut told: impl FnMut(u64, Option<BrokenLog>)) -> Result<u64, StoreError> {
    let (mut done, mut after) = (0, None);
    loop {
        let page = fences(db, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(done) };
        after = Some(last.conversation);
        for fence in &page {
            done += 1;
            told(done, broken_log(db, fence).await?);
        }
    }
}
