//! What people ask for beside a claim, and what was not understood: two lists for the handlers.

use std::sync::LazyLock;

use jiff::Timestamp;

use super::{
    Store, StoreError,
    batch::{ColumnType, Insert},
    db::{Arg, Row, Tx, args},
};
use crate::domain::id::{ConversationId, DossierId, MissedId, RequestId};

/// The longest text that is kept of either: enough to act on.
const MAX_TEXT: usize = 2_000;

/// A request with its deadline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestRow {
    pub id: RequestId,
    pub conversation: ConversationId,
    pub dossier: DossierId,
    pub insurer: String,
    /// Of `flows/requests.yaml`.
    pub kind: String,
    pub desk: String,
    pub text: String,
    pub asked_at: Timestamp,
    /// The last instant to acknowledge its receipt, where that is owed.
    pub acknowledge_by: Option<Timestamp>,
    /// The last instant to answer it.
    pub answer_by: Timestamp,
    /// When it was done and by whom.
    pub done: Option<(Timestamp, String)>,
}

/// Something that was not understood, or a question that nothing answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MissedRow {
    pub id: MissedId,
    pub conversation: ConversationId,
    pub dossier: Option<DossierId>,
    pub text: String,
    pub question: bool,
    pub at: Timestamp,
}

/// What a turn changes in the two lists.
#[derive(Clone, Debug, Default)]
pub struct Requests {
    pub asked: Vec<RequestRow>,
    /// Requests that a handler did, when and by whom.
    pub done: Vec<(RequestId, Timestamp, String)>,
    pub missed: Vec<MissedRow>,
}

/// How many open requests a desk has, and how many of them are overdue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeskCount {
    pub desk: String,
    pub open: i64,
    pub overdue: i64,
}

const REQUEST: &str = "SELECT id, conversation, dossier, insurer, kind, desk, text, asked_at, acknowledge_by, \
                       answer_by, done_at, done_by FROM request";
const MISSED: &str = "SELECT id, conversation, dossier, text, question, at FROM missed";

impl RequestRow {
    const COLUMNS: &[(&str, ColumnType)] = &[
        ("id", ColumnType::Text),
        ("conversation", ColumnType::Text),
        ("dossier", ColumnType::Text),
        ("insurer", ColumnType::Text),
        ("kind", ColumnType::Text),
        ("desk", ColumnType::Text),
        ("text", ColumnType::Text),
        ("asked_at", ColumnType::Int),
        ("acknowledge_by", ColumnType::Int),
        ("answer_by", ColumnType::Int),
    ];

    /// A new one is not done yet.
    fn args(&self) -> Vec<Arg> {
        args![
            self.id.to_string(),
            self.conversation.to_string(),
            self.dossier.to_string(),
            self.insurer.as_str(),
            self.kind.as_str(),
            self.desk.as_str(),
            cut(&self.text),
            self.asked_at,
            self.acknowledge_by,
            self.answer_by,
        ]
        .to_vec()
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        let done = row.time_or_null(10)?.zip(row.text_or_null(11)?);
        Ok(Self {
            id: row.parse(0)?,
            conversation: row.parse(1)?,
            dossier: row.parse(2)?,
            insurer: row.text(3)?,
            kind: row.text(4)?,
            desk: row.text(5)?,
            text: row.text(6)?,
            asked_at: row.time(7)?,
            acknowledge_by: row.time_or_null(8)?,
            answer_by: row.time(9)?,
            done,
        })
    }
}

impl MissedRow {
    const COLUMNS: &[(&str, ColumnType)] = &[
        ("id", ColumnType::Text),
        ("conversation", ColumnType::Text),
        ("dossier", ColumnType::Text),
        ("text", ColumnType::Text),
        ("question", ColumnType::Int),
        ("at", ColumnType::Int),
    ];

    fn args(&self) -> Vec<Arg> {
        args![
            self.id.to_string(),
            self.conversation.to_string(),
            self.dossier.map(|id| id.to_string()),
            cut(&self.text),
            i64::from(self.question),
            self.at,
        ]
        .to_vec()
    }

    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.parse(0)?,
            conversation: row.parse(1)?,
            dossier: row.parse_or_null(2)?,
            text: row.text(3)?,
            question: row.int(4)? == 1,
            at: row.time(5)?,
        })
    }
}

static ASKED: LazyLock<Insert> = LazyLock::new(|| Insert::new("request", RequestRow::COLUMNS, ""));
static MISSES: LazyLock<Insert> = LazyLock::new(|| Insert::new("missed", MissedRow::COLUMNS, ""));

/// Writes what a group of turns changes.
pub(super) async fn write<'a>(
    tx: &mut Tx,
    changes: impl Iterator<Item = &'a Requests> + Clone,
) -> Result<(), StoreError> {
    ASKED.run(tx, changes.clone().flat_map(|c| &c.asked).map(RequestRow::args).collect()).await?;
    MISSES.run(tx, changes.clone().flat_map(|c| &c.missed).map(MissedRow::args).collect()).await?;
    for (id, at, by) in changes.flat_map(|c| &c.done) {
        let sql = "UPDATE request SET done_at = $2, done_by = $3 WHERE id = $1 AND done_at IS NULL";
        tx.fetch(sql, &args![id.to_string(), *at, by.as_str()]).await?;
    }
    Ok(())
}

fn cut(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

impl Store {
    /// The requests that are open, the most pressing first, or those that were done last; of one desk, or of all.
    pub async fn requests(&self, desk: Option<&str>, done: bool, most: i64) -> Result<Vec<RequestRow>, StoreError> {
        let (state, order) = if done { ("IS NOT NULL", "done_at DESC") } else { ("IS NULL", "answer_by") };
        let of_desk = if desk.is_some() { "AND desk = $2" } else { "" };
        let sql = format!("{REQUEST} WHERE done_at {state} {of_desk} ORDER BY {order}, id LIMIT $1");
        let mut values = args![most].to_vec();
        values.extend(desk.map(Arg::from));
        self.db.fetch(&sql, &values).await?.iter().map(RequestRow::read).collect()
    }

    /// How many open requests each desk has.
    pub async fn request_counts(&self, now: Timestamp) -> Result<Vec<DeskCount>, StoreError> {
        let sql = "SELECT desk, COUNT(*), SUM(CASE WHEN COALESCE(acknowledge_by, answer_by) < $1 THEN 1 ELSE 0 END) \
                   FROM request WHERE done_at IS NULL GROUP BY desk ORDER BY desk";
        let rows = self.db.fetch(sql, &args![now]).await?;
        rows.iter().map(|row| Ok(DeskCount { desk: row.text(0)?, open: row.int(1)?, overdue: row.int(2)? })).collect()
    }

    /// One request.
    pub async fn request(&self, id: RequestId) -> Result<Option<RequestRow>, StoreError> {
        let row = self.db.fetch_one(&format!("{REQUEST} WHERE id = $1"), &args![id.to_string()]).await?;
        row.as_ref().map(RequestRow::read).transpose()
    }

    /// What was not understood and nobody has looked at yet, the latest first.
    pub async fn missed(&self, most: i64) -> Result<Vec<MissedRow>, StoreError> {
        let sql = format!("{MISSED} WHERE settled_at IS NULL ORDER BY at DESC, id DESC LIMIT $1");
        self.db.fetch(&sql, &args![most]).await?.iter().map(MissedRow::read).collect()
    }

    /// A handler says what it means (it is an example of that intent from now on), or, with none, that it teaches
    /// nothing. False when somebody settled it before.
    pub async fn settle_missed(
        &self,
        id: MissedId,
        intent: Option<&str>,
        by: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE missed SET intent = $2, settled_by = $3, settled_at = $4 WHERE id = $1 AND settled_at IS NULL";
        let changed = self.db.execute(sql, &args![id.to_string(), intent.map(str::to_owned), by, now]).await?;
        Ok(changed == 1)
    }

    /// What handlers taught: the intent and the text, oldest first, so that every node learns in the same order.
    pub async fn taught(&self) -> Result<Vec<(String, String)>, StoreError> {
        let sql = "SELECT intent, text FROM missed WHERE intent IS NOT NULL ORDER BY settled_at, id";
        let rows = self.db.fetch(sql, &[]).await?;
        rows.iter().map(|row| Ok((row.text(0)?, row.text(1)?))).collect()
    }
}
