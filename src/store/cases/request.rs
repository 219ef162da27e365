//! What people ask for beside a claim, and what was not understood.

use jiff::Timestamp;

use super::Cases;
use crate::{
    domain::{
        desk::Desk,
        id::{ConversationId, MissedId, RequestId},
    },
    store::{
        error::StoreError,
        tables::{
            request::{self, DUE, DeskCount, MissedRow, RequestRow},
            taught,
        },
        value::{Arg, args},
    },
};

impl Cases<'_> {
    /// The requests that are open, the most pressing first, or those that were done last; of one desk, or of all.
    pub async fn requests(self, desk: Option<&Desk>, done: bool, most: i64) -> Result<Vec<RequestRow>, StoreError> {
        let (state, order) = if done { ("IS NOT NULL", "done_at DESC") } else { ("IS NULL", DUE) };
        let of_desk = if desk.is_some() { "AND desk = $2" } else { "" };
        let rest = format!("WHERE done_at {state} {of_desk} ORDER BY {order}, id LIMIT $1");
        let mut values = args![most].to_vec();
        values.extend(desk.map(|desk| Arg::from(desk.as_str())));
        self.db.rows(&rest, &values).await
    }

    /// How many open requests each desk has.
    pub async fn request_counts(self, now: Timestamp) -> Result<Vec<DeskCount>, StoreError> {
        let sql = format!(
            "SELECT desk, COUNT(*), SUM(CASE WHEN {DUE} < $1 THEN 1 ELSE 0 END) \
             FROM request WHERE done_at IS NULL GROUP BY desk ORDER BY desk"
        );
        let rows = self.db.fetch(&sql, &args![now]).await?;
        rows.iter()
            .map(|row| Ok(DeskCount { desk: row.text(0)?.into(), open: row.int(1)?, overdue: row.int(2)? }))
            .collect()
    }

    /// One request.
    pub async fn request(self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        self.db.row("WHERE id = $1", &args![id.to_string()]).await
    }

    /// The requests of a conversation that are not done, the oldest first.
    pub async fn open_requests(self, conversation: ConversationId) -> Result<Vec<RequestRow>, StoreError> {
        request::open_requests(self.db, conversation).await
    }

    /// What was not understood and nobody has looked at yet, the latest first.
    pub async fn missed(self, most: i64) -> Result<Vec<MissedRow>, StoreError> {
        self.db.rows("WHERE settled_at IS NULL ORDER BY at DESC, id DESC LIMIT $1", &args![most]).await
    }

    /// A handler says what it means (it is an example of that intent from now on), or, with none, that it teaches
    /// nothing. False when somebody settled it before.
    pub async fn settle_missed(
        self,
        id: MissedId,
        intent: Option<&str>,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE missed SET intent = $2, settled_by = $3, settled_at = $4 \
                   WHERE id = $1 AND settled_at IS NULL RETURNING text";
        let mut tx = self.db.begin().await?;
        let settled = tx.fetch(sql, &args![id.to_string(), intent.map(str::to_owned), by, now]).await?;
        if let (Some(row), Some(intent)) = (settled.first(), intent) {
            taught::teach(&mut tx, intent, &row.text(0)?, by, now).await?;
        }
        tx.commit().await?;
        Ok(!settled.is_empty())
    }
}
