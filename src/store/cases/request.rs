//! What people ask for beside a claim, and what was not understood.

use jiff::Timestamp;

use super::Cases;
use crate::{
    domain::{
        desk::Desk,
        id::{ConversationId, MissedId, RequestId},
    },
    identity::Reach,
    store::{
        db::Dialect,
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
        if self.scope.expert().is_some() {
            return Ok(Vec::new());
        }
        let Reach::Only(insurers) = self.scope.insurers() else {
            return self.requests_of(None, desk, done, most).await;
        };
        // Of each insurer the first ones, so that none of another is passed over.
        let mut requests = Vec::new();
        for insurer in insurers {
            requests.extend(self.requests_of(Some(insurer), desk, done, most).await?);
        }
        requests.sort_by_cached_key(|row| {
            let done = row.done.as_ref().map(|done| std::cmp::Reverse(done.at));
            (done, row.due(), row.id.to_string())
        });
        requests.truncate(usize::try_from(most).unwrap_or(usize::MAX));
        Ok(requests)
    }

    async fn requests_of(
        self,
        insurer: Option<&str>,
        desk: Option<&Desk>,
        done: bool,
        most: i64,
    ) -> Result<Vec<RequestRow>, StoreError> {
        let (state, order) = if done { ("IS NOT NULL", "done_at DESC") } else { ("IS NULL", DUE) };
        // SQLite would think that few are left to sort, and read all that were ever done.
        let likely = if self.db.dialect() == Dialect::Sqlite { "likely" } else { "" };
        let of_desk = if desk.is_some() { format!("AND {likely}(desk = $2)") } else { String::new() };
        let mut values = args![most].to_vec();
        values.extend(desk.map(|desk| Arg::from(desk.as_str())));
        let mut of_insurer = String::new();
        if let Some(insurer) = insurer {
            values.push(Arg::from(insurer));
            of_insurer = format!(" AND insurer = ${}", values.len());
        }
        let within = self.request_within(&mut values);
        let rest = format!("WHERE done_at {state} {of_desk}{of_insurer}{within} ORDER BY {order}, id LIMIT $1");
        self.db.rows(&rest, &values).await
    }

    /// How many open requests each desk has.
    pub async fn request_counts(self, now: Timestamp) -> Result<Vec<DeskCount>, StoreError> {
        if self.scope.expert().is_some() {
            return Ok(Vec::new());
        }
        let mut values = args![now].to_vec();
        let within = self.of_dossier_within("d.id = request.dossier", &mut values);
        let sql = format!(
            "SELECT desk, COUNT(*), SUM(CASE WHEN {DUE} < $1 THEN 1 ELSE 0 END) \
             FROM request WHERE done_at IS NULL{within} GROUP BY desk ORDER BY desk"
        );
        let rows = self.db.fetch(&sql, &values).await?;
        rows.iter()
            .map(|row| Ok(DeskCount { desk: row.text(0)?.into(), open: row.int(1)?, overdue: row.int(2)? }))
            .filter(|count| {
                count.as_ref().ok().is_none_or(|DeskCount { desk, .. }| self.scope.desks().holds(desk.as_str()))
            })
            .collect()
    }

    /// One request.
    pub async fn request(self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        let mut values = args![id.to_string()].to_vec();
        let within = self.request_within(&mut values);
        self.db.row(&format!("WHERE id = $1{within}"), &values).await
    }

    /// The requests of a conversation that are not done, the oldest first.
    pub async fn open_requests(self, conversation: ConversationId) -> Result<Vec<RequestRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        let mut requests = request::open_requests(self.db, conversation).await?;
        requests.retain(|request| self.scope.sees(&request.insurer, Some(request.desk.as_str())));
        Ok(requests)
    }

    /// What was not understood and nobody has looked at yet, the latest first.
    pub async fn missed(self, most: i64) -> Result<Vec<MissedRow>, StoreError> {
        if self.scope.expert().is_some() {
            return Ok(Vec::new());
        }
        let mut values = args![most].to_vec();
        let within = self.of_dossier_within("d.conversation = missed.conversation", &mut values);
        let rest = format!("WHERE settled_at IS NULL{within} ORDER BY at DESC, id DESC LIMIT $1");
        self.db.rows(&rest, &values).await
    }

    /// A text that was not understood, whether somebody has looked at it or not.
    pub async fn missed_text(self, id: MissedId) -> Result<Option<MissedRow>, StoreError> {
        let mut values = args![id.to_string()].to_vec();
        let within = self.of_dossier_within("d.conversation = missed.conversation", &mut values);
        self.db.row(&format!("WHERE id = $1{within}"), &values).await
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
        let mut values = args![id.to_string(), intent.map(str::to_owned), by, now].to_vec();
        let within = self.of_dossier_within("d.conversation = missed.conversation", &mut values);
        let sql = format!(
            "UPDATE missed SET intent = $2, settled_by = $3, settled_at = $4 \
             WHERE id = $1 AND settled_at IS NULL{within} RETURNING text"
        );
        let mut tx = self.db.begin().await?;
        let settled = tx.fetch(&sql, &values).await?;
        if let (Some(row), Some(intent)) = (settled.first(), intent) {
            taught::teach(&mut tx, intent, &row.text(0)?, by, now).await?;
        }
        tx.commit().await?;
        Ok(!settled.is_empty())
    }

    /// The condition that a request and its dossier are within the scope, which begins with `AND`; nothing where all are. A
    /// closed desk keeps what is asked of it, at whichever desk the dossier is.
    pub(super) fn request_within(self, values: &mut Vec<Arg<'_>>) -> String {
        let within = self.of_dossier_within("d.id = request.dossier", values);
        match self.scope.desks() {
            Reach::All => within,
            desks @ Reach::Only(_) => format!(" AND {}{within}", self.among("request.desk", desks, values)),
        }
    }
}
