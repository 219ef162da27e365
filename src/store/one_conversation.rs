//! The policyholders' face of the store: one conversation, opened by who holds its secret, and nothing of any other.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::{
    db::Db,
    error::StoreError,
    tables::{
        contact,
        conversation::{self, ConversationRow, EndpointRow, Fence, MessageRow},
        device::{self, Device, Leaving},
        document::{self, ADD_DOCUMENT, DocumentRow, FileQuota},
        dossier::{self, FactRow},
        handler, inspection,
        link::{self, ADD_LINK, LinkRow},
        log,
        planning::{self, Mission},
    },
    value::args,
};
use crate::{
    domain::{
        id::{ConversationId, DocumentId},
        link::LinkPurpose,
        message::Endpoint,
    },
    dossier::{Dossier, Entry},
};

/// How long it is still shown that a dossier is over, on the page that shows how it stands.
const SHOWN_WHEN_OVER: SignedDuration = SignedDuration::from_hours(60 * 24);

/// What opens a conversation to the person whose it is. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Doors {
    db: Arc<Db>,
}

impl Doors {
    pub(super) fn new(db: Arc<Db>) -> Self {
        Self { db }
    }

    /// The conversation that goes on at a device, while it is logged in.
    pub async fn session(&self, device: &Endpoint, now: Timestamp) -> Result<Option<OneConversation>, StoreError> {
        let found = device::session(&self.db, device, now).await?;
        Ok(found.map(|id| OneConversation::new(Arc::clone(&self.db), id)))
    }

    /// Counts a file that an address sends, before its first byte. False when more than `most` came until the time that the
    /// first of them set. `key` must hold nobody's address.
    pub async fn may_upload(&self, key: &str, most: u32, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        contact::may_try(&self.db, key, most, now, until).await
    }

    /// Counts one more try of a proof; see [`Self::may_upload`].
    pub async fn may_prove(&self, key: &str, most: u32, now: Timestamp, until: Timestamp) -> Result<bool, StoreError> {
        contact::may_try(&self.db, key, most, now, until).await
    }

    /// The conversation that a link leads to, while the link is good for this purpose and the dossier is not over. How it stands is
    /// still shown for some time: whoever looks reads that it is over.
    pub async fn by_link(
        &self,
        token_hash: &str,
        purpose: LinkPurpose,
        now: Timestamp,
    ) -> Result<Option<OneConversation>, StoreError> {
        let Some(id) = link::find(&self.db, token_hash, purpose, now).await? else { return Ok(None) };
        let one = OneConversation::new(Arc::clone(&self.db), id);
        let over = one.dossier().await?.filter(|dossier| dossier.status.is_over());
        let opens = |over: Dossier| purpose == LinkPurpose::Status && now < over.updated_at + SHOWN_WHEN_OVER;
        Ok(over.is_none_or(opens).then_some(one))
    }

    /// Uses up a link to the chat: its conversation goes on at this device as well. None where the link is not good, or
    /// another device used it.
    pub async fn resume(
        &self,
        token_hash: &str,
        device: &Endpoint,
        now: Timestamp,
    ) -> Result<Option<OneConversation>, StoreError> {
        let Some(one) = self.by_link(token_hash, LinkPurpose::Resume, now).await? else { return Ok(None) };
        let opened = link::resume(&self.db, token_hash, device, now).await?;
        Ok(opened.map(|_| one))
    }
}

/// One conversation, its messages, its files and its dossier. Cheap to clone.
#[derive(Clone, Debug)]
pub struct OneConversation {
    db: Arc<Db>,
    id: ConversationId,
}

impl OneConversation {
    pub(super) fn new(db: Arc<Db>, id: ConversationId) -> Self {
        Self { db, id }
    }

    pub fn id(&self) -> ConversationId {
        self.id
    }

    /// As it stands now.
    pub async fn row(&self) -> Result<Option<(ConversationRow, Fence)>, StoreError> {
        conversation::conversation(&self.db, self.id).await
    }

    /// Its messages after `after`, oldest first, at most `limit`.
    pub async fn messages(&self, after: i64, limit: i64) -> Result<Vec<MessageRow>, StoreError> {
        log::messages(&self.db, self.id, after, limit).await
    }

    /// Its dossier, where it has one.
    pub async fn dossier(&self) -> Result<Option<Dossier>, StoreError> {
        match self.row().await?.and_then(|(row, _)| row.dossier) {
            Some(id) => dossier::dossier(&self.db, id).await,
            None => Ok(None),
        }
    }

    /// The timeline of its dossier, oldest first.
    pub async fn timeline(&self) -> Result<Vec<Entry>, StoreError> {
        log::timeline(&self.db, self.id).await
    }

    /// What it learnt, oldest first: the last one of a name is what holds.
    pub async fn facts(&self) -> Result<Vec<FactRow>, StoreError> {
        log::facts(&self.db, self.id).await
    }

    /// The expert's mission for its dossier, with the appointments.
    pub async fn mission(&self) -> Result<Option<Mission>, StoreError> {
        match self.row().await?.and_then(|(row, _)| row.dossier) {
            Some(id) => planning::mission(&self.db, id).await,
            None => Ok(None),
        }
    }

    /// The addresses at which it goes on, in the order in which they came.
    pub async fn addresses(&self) -> Result<Vec<EndpointRow>, StoreError> {
        contact::addresses(&self.db, self.id).await
    }

    /// Uses up a code that was sent to one of its addresses. False where it is none, or was used.
    pub async fn spend_code(&self, code_hash: &str, now: Timestamp) -> Result<bool, StoreError> {
        link::spend(&self.db, code_hash, self.id, now).await
    }

    /// The name of the handler who speaks in it, as the person sees it.
    pub async fn speaker(&self, row: &ConversationRow) -> Result<Option<String>, StoreError> {
        let Some(login) = &row.handler else { return Ok(None) };
        let handler = handler::handler(&self.db, login).await?;
        Ok(Some(handler.map_or_else(|| login.clone(), |handler| handler.name)))
    }

    /// Its files, oldest first.
    pub async fn documents(&self) -> Result<Vec<DocumentRow>, StoreError> {
        document::documents(&self.db, self.id).await
    }

    /// How many files it holds, and how many bytes.
    pub async fn held_files(&self) -> Result<FileQuota, StoreError> {
        document::held_now(&self.db, self.id).await
    }

    /// One of its files; another conversation's is not there.
    pub async fn document(&self, id: DocumentId) -> Result<Option<DocumentRow>, StoreError> {
        let own = "WHERE id = $1 AND conversation = $2";
        self.db.row(own, &args![id.to_string(), self.id.to_string()]).await
    }

    /// The file of an upload.
    pub async fn document_by_upload(&self, upload_id: &str) -> Result<Option<DocumentRow>, StoreError> {
        let of_upload = "WHERE conversation = $1 AND upload_id = $2";
        self.db.row(of_upload, &args![self.id.to_string(), upload_id]).await
    }

    /// Keeps a received file as one of its own, in the queue of those to be looked at; an upload that was kept before is
    /// returned as it was. None where the conversation would hold more than `quota`: uploads side by side count too.
    pub async fn add_document(
        &self,
        document: DocumentRow,
        quota: FileQuota,
    ) -> Result<Option<DocumentRow>, StoreError> {
        let document = DocumentRow { conversation: self.id, ..document };
        let mut tx = self.db.begin().await?;
        if !tx.is_sqlite() {
            // One upload of a conversation after the other. SQLite has one writer.
            let sql = "SELECT revision FROM fence WHERE conversation = $1 FOR UPDATE";
            tx.fetch(sql, &args![self.id.to_string()]).await?;
        }
        if ADD_DOCUMENT.run(&mut tx, [&document]).await?.is_empty() {
            tx.rollback().await?;
            return Ok(Some(self.document_by_upload(&document.upload_id).await?.unwrap_or(document)));
        }
        if !quota.covers(document::held(&mut tx, self.id).await?) {
            tx.rollback().await?;
            return Ok(None);
        }
        inspection::queue(&mut tx, &document).await?;
        tx.commit().await?;
        Ok(Some(document))
    }

    /// Keeps a link to it; only its token's hash is given.
    pub async fn add_link(
        &self,
        token_hash: &str,
        purpose: LinkPurpose,
        expires_at: Timestamp,
    ) -> Result<(), StoreError> {
        let row = LinkRow { token_hash: token_hash.to_owned(), purpose, conversation: self.id, expires_at };
        ADD_LINK.run_alone(&self.db, &row).await.map(drop)
    }

    /// The devices on which it is open, the newest first.
    pub async fn devices(&self, now: Timestamp) -> Result<Vec<Device>, StoreError> {
        device::devices(&self.db, self.id, now).await
    }

    /// Takes it from all devices but this one, and ends the links that open it on another.
    pub async fn disconnect_others(&self, device: &Endpoint) -> Result<(), StoreError> {
        device::disconnect(&self.db, self.id, device, Leaving::Others).await
    }

    /// Takes it from this device.
    pub async fn leave(&self, device: &Endpoint) -> Result<(), StoreError> {
        device::disconnect(&self.db, self.id, device, Leaving::Itself).await
    }
}
