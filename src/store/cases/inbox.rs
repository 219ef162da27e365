//! What the console's inbox asks: the open dossiers, filtered, sorted and counted.
//!
//! A closed dossier costs nothing here: unless somebody asks for what is over, every query walks the partial index of what
//! is open. One grouped query gives all the counts, however many filters the page shows.

use super::Cases;
use crate::{
    domain::orientation_mode::OrientationMode,
    dossier::{Dossier, Status},
    store::{
        error::StoreError,
        value::{Arg, Row, args},
    },
};

/// Which dossiers to show. An empty filter shows what is open.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InboxFilter {
    /// One status; what is over is shown only when its status is named.
    pub status: Option<Status>,
    pub orientation: Option<Oriented>,
    pub peril: Option<String>,
    pub insurer: Option<String>,
    /// Only where the policyholder waits for a person's answer.
    pub waiting: bool,
    /// A part of a reference or of a policyholder's name.
    pub search: Option<String>,
    pub sort: InboxSort,
    /// From the other end.
    pub reversed: bool,
}

/// A filter on the orientation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Oriented {
    To(OrientationMode),
    NotYet,
}

/// What the inbox is sorted by; ties go by the time of the last change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum InboxSort {
    /// The most urgent first, then who waits longest.
    #[default]
    Priority,
    Waiting,
    Reference,
    Holder,
    Peril,
    Status,
    Orientation,
    Insurer,
    Missing,
    Updated,
}

/// How many dossiers share these values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxCount {
    pub status: Status,
    pub orientation: Option<OrientationMode>,
    pub peril: String,
    pub insurer: String,
    pub waiting: bool,
    pub count: i64,
}

impl InboxCount {
    fn read(row: &Row) -> Result<Self, StoreError> {
        Ok(Self {
            status: row.parse(0)?,
            orientation: row.parse_or_null(1)?,
            peril: row.text(2)?,
            insurer: row.text(3)?,
            waiting: row.int(4)? == 1,
            count: row.int(5)?,
        })
    }
}

const OPEN: &str = "status NOT IN ('closed', 'withdrawn')";
const URGENCY: &str = "CASE priority WHEN 'urgent' THEN 0 WHEN 'high' THEN 1 ELSE 2 END";
/// Those who do not wait come after those who do.
const WAITING: &str = "COALESCE(waiting_since, 9223372036854775807)";

impl InboxSort {
    /// The terms to sort by, each with whether it grows when the sort is not reversed.
    fn terms(self) -> &'static [(&'static str, bool)] {
        match self {
            Self::Priority => &[(URGENCY, true), (WAITING, true), ("updated_at", false)],
            Self::Waiting => &[(WAITING, true), ("updated_at", false)],
            Self::Reference => &[("reference", true)],
            Self::Holder => &[("COALESCE(LOWER(holder), '~')", true), ("updated_at", false)],
            Self::Peril => &[("peril", true), ("updated_at", false)],
            Self::Status => &[
                (
                    "CASE status WHEN 'handed_over' THEN 0 WHEN 'oriented' THEN 1 WHEN 'qualified' THEN 2 ELSE 3 END",
                    true,
                ),
                ("updated_at", false),
            ],
            Self::Orientation => &[("COALESCE(orientation, '~')", true), ("updated_at", false)],
            Self::Insurer => &[("insurer", true), ("updated_at", false)],
            Self::Missing => &[("missing", false), ("updated_at", false)],
            Self::Updated => &[("updated_at", false)],
        }
    }
}

impl InboxFilter {
    fn order(&self) -> String {
        let terms = self.sort.terms().iter().map(|(term, grows)| {
            let direction = if *grows == self.reversed { "DESC" } else { "ASC" };
            format!("{term} {direction}")
        });
        terms.collect::<Vec<_>>().join(", ")
    }

    /// The condition and its values; placeholders from `$1`.
    fn condition(&self) -> (String, Vec<Arg<'static>>) {
        let mut values = Vec::new();
        let mut terms = Vec::new();
        let mut test = |term: &str, value: &str| {
            values.push(Arg::from(value.to_owned()));
            terms.push(term.replace('?', &format!("${}", values.len())));
        };
        if let Some(status) = self.status {
            test("status = ?", status.name());
        }
        if let Some(Oriented::To(mode)) = &self.orientation {
            test("orientation = ?", mode.name());
        }
        if let Some(peril) = &self.peril {
            test("peril = ?", peril);
        }
        if let Some(insurer) = &self.insurer {
            test("insurer = ?", insurer);
        }
        if let Some(search) = &self.search {
            let pattern = format!("%{}%", like(&search.to_lowercase()));
            test("(LOWER(reference) LIKE ? ESCAPE '!' OR LOWER(holder) LIKE ? ESCAPE '!')", &pattern);
        }
        // The words of the partial indexes, so that they serve.
        match self.status {
            Some(status) if status.is_over() => terms.push("status IN ('closed', 'withdrawn')".to_owned()),
            _ => terms.push(OPEN.to_owned()),
        }
        if self.orientation == Some(Oriented::NotYet) {
            terms.push("orientation IS NULL".to_owned());
        }
        if self.waiting {
            terms.push("waiting_since IS NOT NULL".to_owned());
        }
        (terms.join(" AND "), values)
    }
}

/// The text as a pattern. SQLite lowers ASCII only, so that an accented letter stands for any one letter: whoever searches
/// "élé" finds "Éléonore" on both engines.
fn like(text: &str) -> String {
    let escaped = text.replace('!', "!!").replace('%', "!%").replace('_', "!_");
    escaped.chars().map(|letter| if letter.is_ascii() { letter } else { '_' }).collect()
}

impl Cases<'_> {
    /// The dossiers of a filter in its order, at most `limit`.
    pub async fn inbox(self, filter: &InboxFilter, limit: i64) -> Result<Vec<Dossier>, StoreError> {
        let (condition, mut values) = filter.condition();
        values.extend(args![limit]);
        let rest = format!("WHERE {condition} ORDER BY {}, id LIMIT ${}", filter.order(), values.len());
        self.db.rows(&rest, &values).await
    }

    /// How many dossiers are open for each combination of what the inbox filters by, those that `search` finds only.
    pub async fn inbox_counts(self, search: Option<&str>) -> Result<Vec<InboxCount>, StoreError> {
        let filter = InboxFilter { search: search.map(str::to_owned), ..InboxFilter::default() };
        let (condition, values) = filter.condition();
        let sql = format!(
            "SELECT status, orientation, peril, insurer, CAST(CASE WHEN waiting_since IS NULL THEN 0 ELSE 1 END AS BIGINT), COUNT(*) \
             FROM dossier WHERE {condition} GROUP BY 1, 2, 3, 4, 5"
        );
        self.db.fetch(&sql, &values).await?.iter().map(InboxCount::read).collect()
    }
}

#[cfg(test)]
mod tests;
