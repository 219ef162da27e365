//! What is to be sent: claimed, settled, reported on.

use jiff::Timestamp;

use super::Engine;
use crate::{
    domain::{
        id::{ConversationId, OutboundId},
        language::Language,
        message::{Channel, Endpoint},
    },
    store::{
        db::Tx,
        error::StoreError,
        table::Table as _,
        tables::{
            conversation::MessageRow,
            log,
            outbox::{Delivery, EarlyReport, KEEP_REPORT, KeptReport, OutboxRow, Said, Settled},
        },
        value::{Row, args},
    },
};

/// Holds for a waiting row that no other waiting row of its conversation at its address stands before.
const IS_HEAD: &str = "status = 'waiting' AND NOT EXISTS (SELECT 1 FROM outbox AS before \
     WHERE before.conversation = head.conversation AND before.status = 'waiting' AND before.channel = head.channel \
     AND before.account = head.account AND before.address = head.address \
     AND (before.seq, before.id) < (head.seq, head.id))";

/// How many messages are looked through for those that a provider brought: a thread names the last few.
const MAX_LOOKED_THROUGH: i64 = 200;

impl Engine {
    /// Claims up to `limit` rows of an account that are due, oldest due first, until `lease_until`: of each conversation
    /// at an address its first waiting row.
    pub async fn claim_outbox(
        &self,
        channel: Channel,
        account: &str,
        now: Timestamp,
        lease_until: Timestamp,
        limit: usize,
    ) -> Result<Vec<OutboxRow>, StoreError> {
        let mut tx = self.db.begin().await?;
        // Several nodes claim side by side; SQLite has one writer at a time.
        let lock = if tx.is_sqlite() { "" } else { "FOR UPDATE OF head SKIP LOCKED" };
        let sql = format!(
            "WITH due AS (SELECT id FROM outbox AS head WHERE channel = $1 AND account = $2 AND next_at <= $3 \
             AND {IS_HEAD} ORDER BY next_at, id LIMIT $5 {lock}) \
             UPDATE outbox SET attempts = attempts + 1, epoch = epoch + 1, next_at = $4 \
             WHERE id IN (SELECT id FROM due) AND status = 'waiting' AND next_at <= $3 RETURNING {}",
            OutboxRow::schema().selected()
        );
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let claimed = tx.fetch(&sql, &args![channel.name(), account, now, lease_until, limit]).await?;
        tx.commit().await?;
        let mut rows: Vec<OutboxRow> = claimed.iter().map(OutboxRow::read).collect::<Result<_, _>>()?;
        rows.sort_by_key(|row| (row.at, row.seq));
        Ok(rows)
    }

    /// When the next row of an account may be claimed. None when nothing waits.
    pub async fn outbox_due(&self, channel: Channel, account: &str) -> Result<Option<Timestamp>, StoreError> {
        let sql = format!(
            "SELECT next_at FROM outbox AS head WHERE channel = $1 AND account = $2 AND {IS_HEAD} \
             ORDER BY next_at LIMIT 1"
        );
        self.db.fetch_one(&sql, &args![channel.name(), account]).await?.map(|row| row.time(0)).transpose()
    }

    /// Makes due what of an account is due after `furthest`, later than any wait can be: the clock was put back since it was
    /// written. Returns how many.
    pub async fn advance_outbox(
        &self,
        channel: Channel,
        account: &str,
        now: Timestamp,
        furthest: Timestamp,
    ) -> Result<u64, StoreError> {
        let sql = "UPDATE outbox SET next_at = $3 \
                   WHERE channel = $1 AND account = $2 AND status = 'waiting' AND next_at > $4";
        self.db.execute(sql, &args![channel.name(), account, now, furthest]).await
    }

    /// After the clock was put back: makes due what of an account is due after `furthest` and nobody has tried, and lets each of
    /// `put_off` wait until its second time, where it still waits until its first. Returns how many.
    pub async fn bring_outbox_forward(
        &self,
        channel: Channel,
        account: &str,
        now: Timestamp,
        furthest: Timestamp,
        put_off: &[(OutboundId, Timestamp, Timestamp)],
    ) -> Result<u64, StoreError> {
        let mut tx = self.db.begin().await?;
        let sql = "UPDATE outbox SET next_at = $3 WHERE channel = $1 AND account = $2 AND status = 'waiting' \
                   AND next_at > $4 AND epoch = 0 RETURNING id";
        let mut brought = tx.fetch(sql, &args![channel.name(), account, now, furthest]).await?.len();
        for (id, from, to) in put_off {
            let sql =
                "UPDATE outbox SET next_at = $3 WHERE id = $1 AND next_at = $2 AND status = 'waiting' RETURNING id";
            brought += tx.fetch(sql, &args![id.to_string(), *from, *to]).await?.len();
        }
        tx.commit().await?;
        Ok(u64::try_from(brought).unwrap_or(u64::MAX))
    }

    /// Stores what tries came to, all in one transaction. A row that somebody else claimed meanwhile stays as it is.
    pub async fn settle_outbox(&self, tries: &[(OutboxRow, Settled)]) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        for (row, settled) in tries {
            settle(&mut tx, row, settled).await?;
        }
        tx.commit().await
    }

    /// How many rows of an account wait.
    pub async fn outbox_waiting(&self, channel: Channel, account: &str) -> Result<i64, StoreError> {
        let sql = "SELECT COUNT(*) FROM outbox WHERE status = 'waiting' AND channel = $1 AND account = $2";
        self.db.fetch_one(sql, &args![channel.name(), account]).await?.map_or(Ok(0), |row| row.int(0))
    }

    /// One row.
    pub async fn outbox_row(&self, id: OutboundId) -> Result<Option<OutboxRow>, StoreError> {
        self.db.row("WHERE id = $1", &args![id.to_string()]).await
    }

    /// The row that a provider calls so; the last one, for providers that count anew.
    pub async fn outbox_by_provider_id(
        &self,
        channel: Channel,
        account: &str,
        provider_id: &str,
    ) -> Result<Option<OutboxRow>, StoreError> {
        let called_so = "WHERE channel = $1 AND account = $2 AND provider_id = $3 ORDER BY at DESC LIMIT 1";
        self.db.row(called_so, &args![channel.name(), account, provider_id]).await
    }

    /// Notes that a message was delivered or read. Late reports take nothing back; the answer tells whether it is news.
    pub async fn advance_delivery(&self, id: OutboundId, to: Delivery) -> Result<bool, StoreError> {
        let from = match to {
            Delivery::Read => "'sent', 'failed', 'delivered'",
            Delivery::Delivered => "'sent', 'failed'",
            Delivery::Waiting | Delivery::Sent | Delivery::Failed => return Ok(false),
        };
        let sql = format!("UPDATE outbox SET status = $2 WHERE id = $1 AND status IN ({from})");
        Ok(self.db.execute(&sql, &args![id.to_string(), to.name()]).await? == 1)
    }

    /// Keeps a report on a message that is not known as sent yet.
    pub async fn keep_early_report(
        &self,
        channel: Channel,
        account: &str,
        report: &EarlyReport,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let kept = KeptReport { channel, account: account.to_owned(), report: report.clone(), at: now };
        KEEP_REPORT.run_alone(&self.db, &kept).await.map(drop)
    }

    /// The reports that came early on messages that are known by now, of those that an account's provider calls so.
    pub async fn early_reports(
        &self,
        channel: Channel,
        account: &str,
        provider_ids: &[String],
    ) -> Result<Vec<EarlyReport>, StoreError> {
        let list = self.db.dialect().list("$3");
        let known = format!(
            "WHERE channel = $1 AND account = $2 AND provider_id IN ({list}) AND EXISTS (SELECT 1 FROM outbox \
             WHERE outbox.channel = $1 AND outbox.account = $2 AND outbox.provider_id = early_report.provider_id) \
             ORDER BY at"
        );
        let provider_ids = serde_json::to_string(provider_ids).map_err(StoreError::Unstorable)?;
        let kept = self.db.rows::<KeptReport>(&known, &args![channel.name(), account, provider_ids]).await?;
        Ok(kept.into_iter().map(|kept| kept.report).collect())
    }

    /// What an account's provider calls the messages on which reports came early: the `limit` first behind `after`.
    pub async fn early_provider_ids(
        &self,
        channel: Channel,
        account: &str,
        after: &str,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        let page = "SELECT DISTINCT provider_id FROM early_report \
                    WHERE channel = $1 AND account = $2 AND provider_id > $3 ORDER BY provider_id LIMIT $4";
        self.db
            .fetch(page, &args![channel.name(), account, after, limit])
            .await?
            .iter()
            .map(|row| row.text(0))
            .collect()
    }

    /// Forgets an early report that was taken.
    pub async fn forget_early_report(
        &self,
        channel: Channel,
        account: &str,
        provider_id: &str,
    ) -> Result<(), StoreError> {
        self.db
            .execute(
                "DELETE FROM early_report WHERE channel = $1 AND account = $2 AND provider_id = $3",
                &args![channel.name(), account, provider_id],
            )
            .await
            .map(drop)
    }

    /// What a message says, and to whom. None when there is no such message.
    pub async fn said(&self, conversation: ConversationId, seq: i64) -> Result<Option<Said>, StoreError> {
        let Some(message) = log::messages(&self.db, conversation, seq - 1, 1).await?.pop() else { return Ok(None) };
        let sql = "SELECT insurer, language FROM conversation WHERE id = $1";
        let Some(row) = self.db.fetch_one(sql, &args![conversation.to_string()]).await? else { return Ok(None) };
        let (insurer, language) = (row.text(0)?, Language::from_tag(&row.text(1)?));
        let MessageRow { author, body, .. } = message;
        Ok((message.seq == seq).then_some(Said { insurer, language, author, body }))
    }

    /// What the provider called our last messages to `to` in a conversation, at most `limit`, newest last.
    pub async fn sent_ids(
        &self,
        conversation: ConversationId,
        to: &Endpoint,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        let sql = "SELECT provider_id FROM outbox WHERE conversation = $1 AND channel = $2 AND account = $3 \
             AND address = $4 AND provider_id IS NOT NULL ORDER BY seq DESC, id DESC LIMIT $5";
        let address = to.address.as_str();
        let args = args![conversation.to_string(), to.channel.name(), to.account.as_str(), address, limit];
        newest_last(&self.db.fetch(sql, &args).await?)
    }

    /// What the provider called the person's last messages on a channel before `seq`, at most `limit`, newest last. Files
    /// from the upload page came by no provider.
    pub async fn received_ids(
        &self,
        conversation: ConversationId,
        channel: Channel,
        before: i64,
        limit: i64,
    ) -> Result<Vec<String>, StoreError> {
        let messages = log::messages_before(&self.db, conversation, before, MAX_LOOKED_THROUGH).await?;
        let on_channel = messages.into_iter().filter(|message| message.channel == channel);
        let ids = on_channel.filter_map(|message| message.client_id).filter(|id| !id.starts_with("upload:"));
        let mut ids: Vec<String> = ids.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect();
        ids.reverse();
        Ok(ids)
    }
}

async fn settle(tx: &mut Tx, row: &OutboxRow, settled: &Settled) -> Result<(), StoreError> {
    const OURS: &str = "id = $1 AND epoch = $2 AND status = 'waiting'";
    let id = row.id.to_string();
    match settled {
        Settled::Sent { provider_id } => {
            let sql = format!("UPDATE outbox SET status = 'sent', provider_id = $3, reason = NULL WHERE {OURS}");
            tx.fetch(&sql, &args![id, row.epoch, provider_id.clone()]).await?;
        }
        Settled::Again { next_at, reason, counted } => {
            let sql = format!(
                "UPDATE outbox SET next_at = $3, reason = $4, attempts = attempts - $5 WHERE {OURS} RETURNING id"
            );
            let back = i64::from(!counted);
            let ours = tx.fetch(&sql, &args![id, row.epoch, *next_at, *reason, back]).await?;
            if !ours.is_empty() {
                // What stands behind waits as long: it would only be looked at in vain.
                tx.fetch(
                    "UPDATE outbox SET next_at = $5 WHERE conversation = $1 AND channel = $2 AND account = $3 \
                     AND address = $4 AND status = 'waiting' AND next_at < $5",
                    &args![
                        row.conversation.to_string(),
                        row.to.channel.name(),
                        row.to.account.as_str(),
                        row.to.address.as_str(),
                        *next_at
                    ],
                )
                .await?;
            }
        }
    }
    Ok(())
}

fn newest_last(rows: &[Row]) -> Result<Vec<String>, StoreError> {
    rows.iter().rev().map(|row| row.text(0)).collect()
}
