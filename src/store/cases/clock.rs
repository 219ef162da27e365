//! What is owed by a time, and what is due.

use std::{collections::BTreeMap, fmt::Write as _};

use jiff::Timestamp;

use super::Cases;
use crate::{
    domain::{
        clock_kind::ClockKind,
        id::{ConversationId, DossierId},
    },
    identity::Reach,
    store::{
        error::StoreError,
        tables::{
            clock::{self, ClockRow},
            due::{self, DueRow},
            request::{DUE, RequestRow},
        },
        value::{Arg, args},
    },
};

/// Something that is owed and not done, as lists show it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Owed {
    pub id: String,
    /// None: what a person asked for beside the claim.
    pub kind: Option<ClockKind>,
    /// The rule's code, the request's, or what a handler wrote.
    pub what: String,
    pub owner: String,
    pub assignee: Option<String>,
    pub started_at: Timestamp,
    pub due_at: Timestamp,
    pub dossier: DossierId,
    /// The dossier's, for the line.
    pub reference: String,
    pub holder: Option<String>,
    pub handler: Option<String>,
}

/// What of it a list shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OwedFilter {
    /// Only what this login is to do, or what is owed in a dossier of theirs.
    pub login: Option<String>,
    /// Only what is of this rule, or of this kind of request.
    pub what: Option<String>,
}

/// How much is owed of one rule or request, of what is due before a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwedCount {
    /// None: what a person asked for.
    pub kind: Option<ClockKind>,
    /// The rule's code or the request's; empty for tasks.
    pub what: String,
    pub all: i64,
    pub overdue: i64,
    /// Not overdue, and due today.
    pub today: i64,
}

/// How many tasks and deadlines, and how many requests, are counted: the first to be due.
pub const COUNTED: i64 = 1000;
/// Who owes what a request asks for.
const INSURER: &str = "insurer";

impl Cases<'_> {
    /// All that is or was owed in a conversation's dossier, the earliest first.
    pub async fn clocks(self, conversation: ConversationId) -> Result<Vec<ClockRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        clock::of_conversation(self.db, conversation).await
    }

    /// What is due of a conversation beside its own timer.
    pub async fn due(self, conversation: ConversationId) -> Result<Vec<DueRow>, StoreError> {
        if !self.sees(conversation).await? {
            return Ok(Vec::new());
        }
        due::of_conversation(self.db, conversation).await
    }

    /// A page of what is owed and not done, the first to be due first: the `limit` first behind the key.
    pub async fn owed(
        self,
        filter: &OwedFilter,
        after: Option<(Timestamp, String)>,
        limit: i64,
    ) -> Result<Vec<Owed>, StoreError> {
        if self.scope.expert().is_some() {
            return Ok(Vec::new());
        }
        let (at, id) = after.unwrap_or((Timestamp::MIN, String::new()));
        let mut owed = Vec::new();
        // Of each insurer the first ones, so that none of another is passed over.
        let insurers: Vec<Option<&str>> = match self.scope.insurers() {
            Reach::All => vec![None],
            Reach::Only(insurers) => insurers.iter().map(|insurer| Some(insurer.as_str())).collect(),
        };
        for insurer in insurers {
            owed.extend(self.clocks_owed(filter, insurer, (at, &id), limit).await?);
            owed.extend(self.requests_owed(filter, insurer, (at, &id), limit).await?);
        }
        owed.sort_by(|a, b| (a.due_at, &a.id).cmp(&(b.due_at, &b.id)));
        owed.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        self.with_dossiers(&mut owed).await?;
        Ok(owed)
    }

    async fn clocks_owed(
        self,
        filter: &OwedFilter,
        insurer: Option<&str>,
        (at, id): (Timestamp, &str),
        limit: i64,
    ) -> Result<Vec<Owed>, StoreError> {
        let mut values = args![at, id.to_owned(), limit].to_vec();
        let mut conditions = String::new();
        if let Some(insurer) = insurer {
            values.push(Arg::from(insurer.to_owned()));
            let _ = write!(conditions, " AND insurer = ${}", values.len());
        }
        if let Some(what) = &filter.what {
            values.push(Arg::from(what.clone()));
            let _ = write!(conditions, " AND rule = ${}", values.len());
        }
        if let Some(login) = &filter.login {
            values.push(Arg::from(login.clone()));
            let _ = write!(
                conditions,
                " AND COALESCE(assignee, (SELECT d.handler FROM dossier d WHERE d.id = clock.dossier)) = ${}",
                values.len()
            );
        }
        let within = self.of_dossier_within("d.id = clock.dossier", &mut values);
        let rest = format!(
            "WHERE ended_at IS NULL AND (due_at, id) > ($1, $2){conditions}{within} ORDER BY due_at, id LIMIT $3"
        );
        let rows: Vec<ClockRow> = self.db.rows(&rest, &values).await?;
        Ok(rows.into_iter().map(Owed::from).collect())
    }

    async fn requests_owed(
        self,
        filter: &OwedFilter,
        insurer: Option<&str>,
        (at, id): (Timestamp, &str),
        limit: i64,
    ) -> Result<Vec<Owed>, StoreError> {
        let mut values = args![at, id.to_owned(), limit].to_vec();
        let mut conditions = String::new();
        if let Some(insurer) = insurer {
            values.push(Arg::from(insurer.to_owned()));
            let _ = write!(conditions, " AND insurer = ${}", values.len());
        }
        if let Some(what) = &filter.what {
            values.push(Arg::from(what.clone()));
            let _ = write!(conditions, " AND kind = ${}", values.len());
        }
        if let Some(login) = &filter.login {
            values.push(Arg::from(login.clone()));
            let _ = write!(
                conditions,
                " AND (SELECT d.handler FROM dossier d WHERE d.id = request.dossier) = ${}",
                values.len()
            );
        }
        let within = self.request_within(&mut values);
        let rest = format!(
            "WHERE done_at IS NULL AND {DUE} >= $1 AND ({DUE} > $1 OR id > $2){conditions}{within} \
             ORDER BY {DUE}, id LIMIT $3"
        );
        let rows: Vec<RequestRow> = self.db.rows(&rest, &values).await?;
        Ok(rows.into_iter().filter_map(Owed::of_request).collect())
    }

    /// Adds what the lines show of their dossiers.
    async fn with_dossiers(self, owed: &mut [Owed]) -> Result<(), StoreError> {
        for owed in owed {
            let values = args![owed.dossier.to_string()];
            let sql = "SELECT reference, holder, handler FROM dossier WHERE id = $1";
            if let Some(row) = self.db.fetch_one(sql, &values).await? {
                (owed.reference, owed.holder, owed.handler) =
                    (row.text(0)?, row.text_or_null(1)?, row.text_or_null(2)?);
            }
        }
        Ok(())
    }

    /// How much of each rule and each request is owed and due before `until`: all, what is overdue, and what is due before
    /// `tomorrow`.
    pub async fn owed_counts(
        self,
        now: Timestamp,
        tomorrow: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<OwedCount>, StoreError> {
        if self.scope.expert().is_some() {
            return Ok(Vec::new());
        }
        let mut values = args![until].to_vec();
        let within = self.of_dossier_within("d.id = clock.dossier", &mut values);
        let sql = format!(
            "SELECT kind, rule, due_at FROM clock WHERE ended_at IS NULL AND due_at < $1{within} \
             ORDER BY due_at LIMIT {COUNTED}"
        );
        let clocks = self.db.fetch(&sql, &values).await?;
        let mut values = args![until].to_vec();
        let within = self.request_within(&mut values);
        let sql = format!(
            "SELECT CAST(NULL AS TEXT), kind, {DUE} FROM request WHERE done_at IS NULL AND {DUE} < $1{within} \
             ORDER BY {DUE} LIMIT {COUNTED}"
        );
        let requests = self.db.fetch(&sql, &values).await?;
        let mut counts: BTreeMap<(Option<String>, String), OwedCount> = BTreeMap::new();
        for row in clocks.iter().chain(&requests) {
            let (kind, what, due) = (row.text_or_null(0)?, row.text(1)?, row.time(2)?);
            let parsed = kind.as_deref().and_then(|kind| kind.parse().ok());
            let count = counts.entry((kind, what.clone())).or_insert(OwedCount {
                kind: parsed,
                what,
                all: 0,
                overdue: 0,
                today: 0,
            });
            count.all += 1;
            count.overdue += i64::from(due <= now);
            count.today += i64::from(due > now && due < tomorrow);
        }
        Ok(counts.into_values().collect())
    }

    /// How much is overdue, of tasks and deadlines, of each who is to do it, the most first; none: nobody has it.
    pub async fn overdue_by_handler(self, now: Timestamp) -> Result<Vec<(Option<String>, i64)>, StoreError> {
        if self.scope.expert().is_some() {
            return Ok(Vec::new());
        }
        let mut values = args![now].to_vec();
        let within = self.of_dossier_within("d.id = clock.dossier", &mut values);
        let sql = format!(
            "SELECT COALESCE(assignee, (SELECT d.handler FROM dossier d WHERE d.id = clock.dossier)) AS who, COUNT(*) \
             FROM clock WHERE ended_at IS NULL AND due_at <= $1{within} GROUP BY who ORDER BY COUNT(*) DESC, who"
        );
        let rows = self.db.fetch(&sql, &values).await?;
        rows.iter().map(|row| Ok((row.text_or_null(0)?, row.int(1)?))).collect()
    }
}

impl From<ClockRow> for Owed {
    fn from(row: ClockRow) -> Self {
        Self {
            id: row.id,
            what: if row.kind == ClockKind::Rule { row.rule } else { row.text },
            kind: Some(row.kind),
            owner: row.owner,
            assignee: row.assignee,
            started_at: row.started_at,
            due_at: row.due_at,
            dossier: row.dossier,
            reference: String::new(),
            holder: None,
            handler: None,
        }
    }
}

impl Owed {
    fn of_request(row: RequestRow) -> Option<Self> {
        Some(Self {
            id: row.id.to_string(),
            kind: None,
            due_at: row.due()?,
            what: row.kind,
            owner: INSURER.to_owned(),
            assignee: None,
            started_at: row.asked_at,
            dossier: row.dossier,
            reference: String::new(),
            holder: None,
            handler: None,
        })
    }
}
