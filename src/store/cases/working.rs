//! What colleagues see of each other's work in a list and on a dossier: the last words, what was read, what is being written,
//! tags.

use std::collections::HashMap;

use jiff::{SignedDuration, Timestamp};

use super::{Cases, inbox::elements};
use crate::{
    domain::id::{ConversationId, DossierId},
    dossier::Dossier,
    store::{
        column::json,
        error::StoreError,
        notify,
        tables::{
            conversation::MessageRow,
            log::message_of,
            working::{ADD_TAG, Draft, PUT_DRAFT, PUT_MARK, ReadMark, Tag},
        },
        value::args,
    },
};

/// Whoever goes on with a draft after so long begins anew.
const STILL: SignedDuration = SignedDuration::from_secs(15);

impl Cases<'_> {
    /// The last message of each of these conversations.
    pub async fn last_words(
        self,
        conversations: &[ConversationId],
    ) -> Result<HashMap<ConversationId, MessageRow>, StoreError> {
        let mut values = args![json(&conversations)?].to_vec();
        let within = self.of_dossier_within("d.conversation = g.value", &mut values);
        let last = format!(
            "WHERE (conversation, number) IN (SELECT g.value, (SELECT k.number FROM log k WHERE k.conversation = g.value \
             AND k.kind = 'message' ORDER BY k.number DESC LIMIT 1) FROM {} g WHERE g.value IS NOT NULL{within})",
            elements(self.db)
        );
        let entries = self.db.rows(&last, &values).await?;
        let words = entries.iter().filter_map(|entry| message_of(entry).transpose());
        words.map(|message| message.map(|message| (message.conversation, message))).collect()
    }

    /// When something is due next in each of these conversations' dossiers.
    pub async fn next_dates(
        self,
        conversations: &[ConversationId],
    ) -> Result<HashMap<ConversationId, Timestamp>, StoreError> {
        let mut values = args![json(&conversations)?].to_vec();
        let within = self.of_dossier_within("d.id = clock.dossier", &mut values);
        let sql = format!(
            "SELECT conversation, MIN(due_at) FROM clock WHERE conversation IN (SELECT value FROM {}) \
             AND ended_at IS NULL{within} GROUP BY conversation",
            elements(self.db)
        );
        self.db.fetch(&sql, &values).await?.iter().map(|row| Ok((row.parse(0)?, row.time(1)?))).collect()
    }

    /// How far these dossiers were read, and by whom.
    pub async fn read_marks(self, dossiers: &[DossierId]) -> Result<Vec<ReadMark>, StoreError> {
        self.of_dossiers(dossiers, "read_mark").await
    }

    /// What is being written to the people of these dossiers, by whom and since when.
    pub async fn drafts(self, dossiers: &[DossierId]) -> Result<Vec<Draft>, StoreError> {
        self.of_dossiers(dossiers, "draft").await
    }

    /// The tags of these dossiers.
    pub async fn tags(self, dossiers: &[DossierId]) -> Result<Vec<Tag>, StoreError> {
        self.of_dossiers(dossiers, "dossier_tag").await
    }

    async fn of_dossiers<T: crate::store::table::Table>(
        self,
        dossiers: &[DossierId],
        table: &str,
    ) -> Result<Vec<T>, StoreError> {
        let mut values = args![json(&dossiers)?].to_vec();
        let within = self.of_dossier_within(&format!("d.id = {table}.dossier"), &mut values);
        self.db.rows(&format!("WHERE dossier IN (SELECT value FROM {}){within}", elements(self.db)), &values).await
    }

    /// A user has seen a dossier's messages up to `seq`.
    pub async fn mark_read(self, dossier: &Dossier, login: &str, seq: i64) -> Result<(), StoreError> {
        let mark = ReadMark { dossier: dossier.id, login: login.to_owned(), seq };
        PUT_MARK.run_alone(self.db, &mark).await.map(drop)
    }

    /// Keeps what a user is writing; an empty text is nothing. True where it begins or ends, of which the other nodes are told
    /// too: not of every letter.
    pub async fn keep_draft(
        self,
        dossier: &Dossier,
        login: &str,
        kind: &str,
        text: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "SELECT at FROM draft WHERE dossier = $1 AND login = $2 AND kind = $3";
        let before = tx.fetch(sql, &args![dossier.id.to_string(), login, kind]).await?;
        let before = before.first().map(|row| row.time(0)).transpose()?;
        let is_news = if text.trim().is_empty() {
            before.is_some()
        } else {
            before.is_none_or(|at| now.duration_since(at) >= STILL)
        };
        if text.trim().is_empty() {
            let sql = "DELETE FROM draft WHERE dossier = $1 AND login = $2 AND kind = $3";
            tx.fetch(sql, &args![dossier.id.to_string(), login, kind]).await?;
        } else {
            let (login, kind, text) = (login.to_owned(), kind.to_owned(), text.to_owned());
            PUT_DRAFT.run(&mut tx, [&Draft { dossier: dossier.id, login, kind, text, at: now }]).await?;
        }
        if is_news {
            notify::tell(&mut tx, std::iter::once((dossier.conversation, Some(dossier.id))), std::iter::empty())
                .await?;
        }
        tx.commit().await?;
        Ok(is_news)
    }

    /// Puts a tag on a dossier, or takes it off.
    pub async fn tag(self, dossier: &Dossier, tag: &str, on: bool) -> Result<(), StoreError> {
        if on {
            return ADD_TAG.run_alone(self.db, &Tag { tag: tag.to_owned(), dossier: dossier.id }).await.map(drop);
        }
        let sql = "DELETE FROM dossier_tag WHERE dossier = $1 AND tag = $2";
        self.db.execute(sql, &args![dossier.id.to_string(), tag]).await.map(drop)
    }
}
