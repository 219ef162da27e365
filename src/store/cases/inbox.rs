//! What the console's inbox asks: a page of the dossiers that are open, or that are over, filtered, sorted and counted.
//!
//! It costs the same however many dossiers there are. What lists filter by makes a dossier's *facet*, and the database
//! counts the dossiers of each: the counts say which facets a filter shows, and in which blocks an order shows them. Within
//! a facet each order has an index, so that a page is the merge of the first lines behind the page's key of a few facets.
//! How many facets there are depends on what is insured and by whom.
//!
//! A search finds a bounded number of dossiers by the rarest of its words; these are filtered, sorted and counted here.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    fmt,
    str::FromStr,
};

use super::Cases;
use crate::{
    domain::{id::DossierId, orientation_mode::OrientationMode, priority::Priority},
    dossier::{Dossier, Status, words},
    store::{
        column::json,
        db::{Db, Dialect},
        error::StoreError,
        value::{Arg, Row, args},
    },
};

/// The most dossiers of a scope that a search looks at, of those that are open and of those that are over.
const MAX_FOUND: i64 = 1000;
/// The most keys of its rarest word that a search of several words looks at, of either.
const MAX_WALKED: i64 = 2000;
/// From so many facets on it is asked first which of them have the first lines.
const MANY_FACETS: usize = 64;

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
    pub priority: Option<Priority>,
    /// Only those on which a person is to work: they are told, or somebody waits.
    pub ready: bool,
    /// Only those that nobody holds.
    pub unassigned: bool,
    /// Only those at one of these desks.
    pub desks: Option<BTreeSet<String>>,
    /// Only those that this user holds.
    pub handler: Option<String>,
    /// Only those with this tag.
    pub tag: Option<String>,
    /// What the words of a reference or of a policyholder's name begin with.
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

/// What the inbox is sorted by; ties go by the time of the last change, or else by age.
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

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct InboxPage {
    pub dossiers: Vec<Dossier>,
    /// Where the next page begins, if there is one.
    pub next: Option<InboxCursor>,
    /// How many dossiers each combination has of what lists filter by, whatever the filter; of those that the search finds.
    pub counts: Vec<InboxCount>,
    /// Whether the search finds more than it looked at.
    pub is_cut: bool,
}

/// The line of a list behind which a page begins. It says where that is even if the dossier of that line has moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxCursor {
    block: String,
    /// Its place in the block; of a name nothing, for cursors stand in addresses: the dossier has it.
    key: String,
    id: DossierId,
}

/// Stands in no code of a peril or an insurer.
const IN_CURSOR: char = '!';

impl fmt::Display for InboxCursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{IN_CURSOR}{}{IN_CURSOR}{}", self.block, self.key, self.id)
    }
}

/// A text that is no cursor.
#[derive(Debug, thiserror::Error)]
#[error("no place in a list")]
pub struct UnknownCursor;

impl FromStr for InboxCursor {
    type Err = UnknownCursor;

    fn from_str(text: &str) -> Result<Self, UnknownCursor> {
        let (rest, id) = text.rsplit_once(IN_CURSOR).ok_or(UnknownCursor)?;
        let (block, key) = rest.rsplit_once(IN_CURSOR).ok_or(UnknownCursor)?;
        let id = id.parse().map_err(|_| UnknownCursor)?;
        Ok(Self { block: block.to_owned(), key: key.to_owned(), id })
    }
}

/// How many dossiers share these values: a facet of the lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InboxCount {
    pub status: Status,
    pub orientation: Option<OrientationMode>,
    pub priority: Priority,
    pub waiting: bool,
    /// Whether somebody holds it.
    pub held: bool,
    pub peril: String,
    pub insurer: String,
    /// Empty where the dossier is at none.
    pub desk: String,
    pub count: i64,
}

/// Between the parts of a facet, in the order of [`InboxCount`]'s fields.
const IN_FACET: char = '|';
/// The facet's orientation where there is none.
const NOT_ORIENTED: &str = "-";

impl InboxCount {
    /// Reads what the column `facet` holds.
    fn of(facet: &str, count: i64) -> Option<Self> {
        let mut parts = facet.splitn(7, IN_FACET);
        let status = parts.next()?.parse().ok()?;
        let orientation = match parts.next()? {
            NOT_ORIENTED => None,
            mode => Some(mode.parse().ok()?),
        };
        let priority = parts.next()?.parse().ok()?;
        let waiting = parts.next()? == "1";
        let held = parts.next()? == "1";
        let peril = parts.next()?.to_owned();
        let (insurer, desk) = parts.next()?.rsplit_once(IN_FACET)?;
        let (insurer, desk) = (insurer.to_owned(), desk.to_owned());
        Some(Self { status, orientation, priority, waiting, held, peril, insurer, desk, count })
    }

    fn facet(&self) -> String {
        let orientation = self.orientation.map_or(NOT_ORIENTED, OrientationMode::name);
        let bit = |is| if is { "1" } else { "0" };
        let (waiting, held) = (bit(self.waiting), bit(self.held));
        let (status, priority) = (self.status.name(), self.priority.name());
        [status, orientation, priority, waiting, held, &self.peril, &self.insurer, &self.desk]
            .join(&IN_FACET.to_string())
    }
}

impl InboxFilter {
    /// Whether a facet's dossiers are shown.
    pub fn shows(&self, of: &InboxCount) -> bool {
        let status = self.status.map_or(!of.status.is_over(), |status| status == of.status);
        let orientation = match &self.orientation {
            None => true,
            Some(Oriented::NotYet) => of.orientation.is_none(),
            Some(Oriented::To(mode)) => of.orientation == Some(*mode),
        };
        status
            && orientation
            && self.peril.as_ref().is_none_or(|peril| *peril == of.peril)
            && self.insurer.as_ref().is_none_or(|insurer| *insurer == of.insurer)
            && (!self.waiting || of.waiting)
            && self.priority.is_none_or(|priority| priority == of.priority)
            && (!self.ready || of.waiting || of.status != Status::Collecting)
            && !(self.unassigned && of.held)
            && self.desks.as_ref().is_none_or(|desks| desks.contains(&of.desk))
    }

    /// Whether it shows few enough for all of them to be looked at.
    fn is_of_few(&self) -> bool {
        self.handler.is_some() || self.tag.is_some()
    }

    /// How many dossiers it shows.
    pub fn count(&self, counts: &[InboxCount]) -> i64 {
        counts.iter().filter(|of| self.shows(of)).map(|of| of.count).sum()
    }

    /// Where a page begins in its block: behind everything before it, or behind the line of a cursor.
    fn begin(&self, within: Within, cursor: Option<&InboxCursor>) -> (Key, String) {
        let start = |key: Option<Key>, id: Option<String>| match (key, id) {
            (Some(key), Some(id)) => (key, id),
            _ if self.reversed => (within.last(), LAST.to_owned()),
            _ => (within.first(), String::new()),
        };
        let Some(cursor) = cursor else { return start(None, None) };
        let key = match within.first() {
            Key::Text(_) => Some(Key::Text(cursor.key.clone())),
            Key::Number(_) => cursor.key.parse().ok().map(Key::Number),
        };
        start(key, Some(cursor.id.to_string()))
    }
}

impl InboxSort {
    /// The block of a facet's lines: blocks follow each other in the order of their names.
    fn block(self, of: &InboxCount) -> String {
        let waiting = if of.waiting { "0" } else { "1" };
        match self {
            Self::Priority => match of.priority {
                Priority::Urgent => format!("0{waiting}"),
                Priority::High => format!("1{waiting}"),
                Priority::Normal => format!("2{waiting}"),
            },
            Self::Waiting => waiting.to_owned(),
            Self::Peril => of.peril.clone(),
            Self::Status => match of.status {
                Status::HandedOver => "0".to_owned(),
                Status::Oriented => "1".to_owned(),
                Status::Qualified => "2".to_owned(),
                Status::Collecting | Status::Closed | Status::Withdrawn => "3".to_owned(),
            },
            // What is not oriented yet comes last.
            Self::Orientation => of.orientation.map_or("~", OrientationMode::name).to_owned(),
            Self::Insurer => of.insurer.clone(),
            Self::Reference | Self::Holder | Self::Missing | Self::Updated => String::new(),
        }
    }

    /// The order of the lines within a block, all of whose lines wait or none.
    fn within(self, waiting: bool) -> Within {
        match self {
            Self::Priority | Self::Waiting if waiting => Within::Waiting,
            Self::Reference => Within::Reference,
            Self::Holder => Within::Holder,
            Self::Missing => Within::Missing,
            _ => Within::Latest,
        }
    }
}

/// An order for which each facet has an index; dossiers of the same key go by their identifiers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Within {
    Latest,
    Waiting,
    Reference,
    Holder,
    Missing,
}

/// A dossier's place in an order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(untagged)]
enum Key {
    Number(i64),
    Text(String),
}

/// Behind every text that is a key.
const LAST: &str = "\u{10ffff}";

impl Key {
    fn arg(&self) -> Arg<'static> {
        match self {
            Self::Number(number) => Arg::from(*number),
            Self::Text(text) => Arg::from(text.clone()),
        }
    }
}

impl Within {
    const ALL: [Self; 5] = [Self::Latest, Self::Waiting, Self::Reference, Self::Holder, Self::Missing];

    fn column(self) -> &'static str {
        match self {
            Self::Latest => "latest",
            Self::Waiting => "waiting_since",
            Self::Reference => "reference",
            Self::Holder => "holder_key",
            Self::Missing => "lacking",
        }
    }

    /// The words of the partial index, so that it serves.
    fn condition(self) -> &'static str {
        if self == Self::Waiting { "AND d.waiting_since IS NOT NULL" } else { "" }
    }

    fn first(self) -> Key {
        match self {
            Self::Reference | Self::Holder => Key::Text(String::new()),
            Self::Latest | Self::Waiting | Self::Missing => Key::Number(i64::MIN),
        }
    }

    fn last(self) -> Key {
        match self {
            Self::Reference | Self::Holder => Key::Text(LAST.to_owned()),
            Self::Latest | Self::Waiting | Self::Missing => Key::Number(i64::MAX),
        }
    }

    fn read(self, row: &Row, column: usize) -> Result<Key, StoreError> {
        Ok(match self {
            Self::Reference | Self::Holder => Key::Text(row.text(column)?),
            Self::Latest | Self::Waiting | Self::Missing => Key::Number(row.int(column)?),
        })
    }
}

/// A line of a list, before its dossier is read.
struct Line {
    block: String,
    key: Key,
    id: DossierId,
}

impl Cases<'_> {
    /// The page of a filter's dossiers that begins behind `after`, at most `limit` of them.
    pub async fn inbox(
        self,
        filter: &InboxFilter,
        after: Option<&InboxCursor>,
        limit: usize,
    ) -> Result<InboxPage, StoreError> {
        if self.scope.expert().is_some() {
            // An expert has missions and no lists.
            return Ok(InboxPage::default());
        }
        let after = self.in_full(filter, after).await?;
        // One more tells whether there is a next page.
        let wanted = limit.saturating_add(1);
        let (mut lines, counts, is_cut) = if filter.search.is_some() || filter.is_of_few() {
            let found = self.found(filter).await?;
            (found.lines(filter, after.as_ref(), wanted), found.counts(), found.is_cut)
        } else {
            let counts = self.facets().await?;
            (self.lines(filter, &counts, after.as_ref(), wanted).await?, counts, false)
        };
        let is_last = lines.len() < wanted;
        lines.truncate(limit);
        let next = lines.last().filter(|_| !is_last).map(|line| InboxCursor {
            block: line.block.clone(),
            key: match &line.key {
                Key::Number(number) => number.to_string(),
                Key::Text(_) if filter.sort == InboxSort::Holder => String::new(),
                Key::Text(text) => text.clone(),
            },
            id: line.id,
        });
        Ok(InboxPage { dossiers: self.in_order(&lines).await?, next, counts, is_cut })
    }

    /// The cursor with the name that it leaves out.
    async fn in_full(
        self,
        filter: &InboxFilter,
        after: Option<&InboxCursor>,
    ) -> Result<Option<InboxCursor>, StoreError> {
        let Some(cursor) = after else { return Ok(None) };
        if filter.sort != InboxSort::Holder {
            return Ok(Some(cursor.clone()));
        }
        // Only a line that was shown leads on.
        let mut values = args![cursor.id.to_string()].to_vec();
        let within = self.within("dossier", &mut values);
        let sql = format!("SELECT holder_key FROM dossier WHERE id = $1{within}");
        let row = self.db.fetch_one(&sql, &values).await?;
        row.map(|row| Ok(InboxCursor { key: row.text(0)?, ..cursor.clone() })).transpose()
    }

    /// How many dossiers each facet has, of those that the scope sees.
    async fn facets(self) -> Result<Vec<InboxCount>, StoreError> {
        let sql = format!(
            "SELECT CAST({}(facet, count) AS TEXT) FROM (SELECT facet, CAST(SUM(count) AS BIGINT) AS count FROM dossier_count \
             GROUP BY facet HAVING SUM(count) > 0) AS counted",
            object(self.db)
        );
        let mut counts = Vec::new();
        for (facet, count) in self.object::<i64>(&sql, &[]).await? {
            let count =
                InboxCount::of(&facet, count).ok_or_else(|| StoreError::UnreadableColumn("facet".to_owned()))?;
            if self.shows(&count) {
                counts.push(count);
            }
        }
        Ok(counts)
    }

    /// Whether a facet's dossiers are within the scope. Only such facets are asked for.
    fn shows(self, of: &InboxCount) -> bool {
        self.scope.sees(&of.insurer, Some(of.desk.as_str()).filter(|desk| !desk.is_empty()))
    }

    /// The members of the one JSON object that a statement makes of its rows: reading thousands of rows takes longer.
    async fn object<V: serde::de::DeserializeOwned>(
        self,
        sql: &str,
        args: &[Arg<'_>],
    ) -> Result<BTreeMap<String, V>, StoreError> {
        let text = self.db.fetch_one(sql, args).await?.map(|row| row.text_or_null(0)).transpose()?.flatten();
        text.map_or_else(|| Ok(BTreeMap::new()), |text| serde_json::from_str(&text).map_err(StoreError::Unreadable))
    }

    /// The first lines behind a cursor, block by block.
    async fn lines(
        self,
        filter: &InboxFilter,
        counts: &[InboxCount],
        after: Option<&InboxCursor>,
        wanted: usize,
    ) -> Result<Vec<Line>, StoreError> {
        let mut blocks: BTreeMap<String, Block> = BTreeMap::new();
        for count in counts.iter().filter(|count| filter.shows(count)) {
            let within = filter.sort.within(count.waiting);
            let block = blocks.entry(filter.sort.block(count));
            block.or_insert_with(|| Block { within, facets: Vec::new() }).facets.push(count.facet());
        }
        let mut blocks: Vec<_> = blocks.into_iter().collect();
        if filter.reversed {
            blocks.reverse();
        }
        let mut lines = Vec::with_capacity(wanted);
        for (name, block) in blocks {
            let mut cursor = None;
            if let Some(after) = after {
                let (passed, here) = (after.block.cmp(&name), after.block == name);
                if !here && passed.is_lt() == filter.reversed {
                    continue;
                }
                cursor = Some(after).filter(|_| here);
            }
            let begin = filter.begin(block.within, cursor);
            for (key, id) in self.first(block, filter.reversed, &begin, wanted - lines.len()).await? {
                lines.push(Line { block: name.clone(), key, id });
            }
            if lines.len() >= wanted {
                break;
            }
        }
        Ok(lines)
    }

    /// The dossiers of lines, in their order. One that is gone meanwhile is left out.
    async fn in_order(self, lines: &[Line]) -> Result<Vec<Dossier>, StoreError> {
        self.these(&lines.iter().map(|line| line.id).collect::<Vec<_>>()).await
    }

    /// The dossiers with these identifiers, in this order. One that is gone meanwhile, or that the scope does not see, is left out.
    pub(super) async fn these(self, ids: &[DossierId]) -> Result<Vec<Dossier>, StoreError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let list = ids;
        let ids = json(&ids)?;
        let mut values = args![ids].to_vec();
        let within = self.within("dossier", &mut values);
        let of_ids = format!("WHERE id IN (SELECT value FROM {}){within}", elements(self.db));
        let dossiers: Vec<Dossier> = self.db.rows(&of_ids, &values).await?;
        let mut dossiers: HashMap<_, _> = dossiers.into_iter().map(|dossier| (dossier.id, dossier)).collect();
        Ok(list.iter().filter_map(|id| dossiers.remove(id)).collect())
    }

    /// How many dossiers each combination has of what lists filter by, of those that the scope sees.
    pub async fn counts(self) -> Result<Vec<InboxCount>, StoreError> {
        if self.scope.expert().is_some() { Ok(Vec::new()) } else { self.facets().await }
    }

    /// How many of the open dossiers that a user holds the scope sees, as far as [`MAX_FOUND`].
    pub async fn count_held(self, handler: &str) -> Result<i64, StoreError> {
        let mut values = args![handler, MAX_FOUND].to_vec();
        let within = self.within("d", &mut values);
        let sql = format!("SELECT COUNT(*) FROM (SELECT 1 {}{within} LIMIT $2) AS held", held("d"));
        let row = self.db.fetch_one(&sql, &values).await?;
        row.map_or(Ok(0), |row| row.int(0))
    }

    /// The open dossiers that a user holds, at most [`MAX_FOUND`] of them, and whether there are more.
    async fn held_by(self, handler: &str) -> Result<(Vec<String>, bool), StoreError> {
        let sql = format!("SELECT d.id {} ORDER BY d.id LIMIT $2", held("d"));
        let rows = self.db.fetch(&sql, &args![handler, MAX_FOUND + 1]).await?;
        Self::ids_of(&rows)
    }

    /// The dossiers with a tag, at most [`MAX_FOUND`] of them, and whether there are more.
    async fn tagged(self, tag: &str) -> Result<(Vec<String>, bool), StoreError> {
        let sql = "SELECT dossier FROM dossier_tag WHERE tag = $1 ORDER BY dossier LIMIT $2";
        let rows = self.db.fetch(sql, &args![tag, MAX_FOUND + 1]).await?;
        Self::ids_of(&rows)
    }

    fn ids_of(rows: &[Row]) -> Result<(Vec<String>, bool), StoreError> {
        let mut ids: Vec<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
        let most = usize::try_from(MAX_FOUND).unwrap_or(usize::MAX);
        let is_cut = ids.len() > most;
        ids.truncate(most);
        Ok((ids, is_cut))
    }

    /// The dossiers that have all the words of a search, open ones and those that are over, or that are held or tagged as is
    /// asked for: each of these alone leaves few enough to look at them all.
    async fn found(self, filter: &InboxFilter) -> Result<Found, StoreError> {
        let (mut found, mut ids) = (Found::default(), Vec::new());
        if let Some(search) = &filter.search {
            let words = words(search);
            for is_over in [false, true] {
                let (of_side, is_cut) = self.with_words(&words, is_over).await?;
                ids.extend(of_side);
                found.is_cut |= is_cut;
            }
        }
        let mut narrow = |(few, is_cut): (Vec<String>, bool), is_first: bool| {
            found.is_cut |= is_cut;
            if is_first {
                ids = few;
            } else {
                let few: HashSet<String> = few.into_iter().collect();
                ids.retain(|id| few.contains(id));
            }
        };
        let is_searched = filter.search.is_some();
        if let Some(handler) = &filter.handler {
            narrow(self.held_by(handler).await?, !is_searched);
        }
        if let Some(tag) = &filter.tag {
            narrow(self.tagged(tag).await?, !is_searched && filter.handler.is_none());
        }
        if ids.is_empty() {
            return Ok(found);
        }
        let columns = Within::ALL.map(Within::column).join(", d.");
        let sql = format!(
            "SELECT d.id, d.facet, d.{columns} FROM dossier d WHERE d.id IN (SELECT value FROM {})",
            elements(self.db)
        );
        for row in self.db.fetch(&sql, &args![json(&ids)?]).await? {
            let of = InboxCount::of(&row.text(1)?, 1).ok_or_else(|| row.unreadable(1))?;
            if self.shows(&of) {
                let mut keys = HashMap::new();
                for (within, column) in Within::ALL.into_iter().zip(2..) {
                    if !row.is_null(column)? {
                        keys.insert(within.column(), within.read(&row, column)?);
                    }
                }
                found.dossiers.push(FoundDossier { id: row.parse(0)?, of, keys });
            }
        }
        Ok(found)
    }

    /// The dossiers that are over, or those that are not, that have all these words, at most [`MAX_FOUND`] of them; and
    /// whether there may be more.
    pub(super) async fn with_words(self, words: &[String], is_over: bool) -> Result<(Vec<String>, bool), StoreError> {
        let (mut ids, mut known) = (Vec::new(), HashSet::new());
        let mut is_cut = false;
        let most = usize::try_from(MAX_FOUND).unwrap_or(usize::MAX);
        let beginnings = match words {
            [] => return Ok((ids, is_cut)),
            [word] => vec![(word.clone(), Vec::new())],
            _ => {
                let counts = self.count_keys(words, is_over).await?;
                let rarest = counts.iter().enumerate().min_by_key(|(_, count)| **count);
                let Some((rarest, count)) = rarest.filter(|(_, count)| **count > 0) else { return Ok((ids, is_cut)) };
                is_cut = *count > MAX_WALKED;
                beginnings(words, rarest, is_cut)
            }
        };
        for (begins, others) in beginnings {
            let walked = self.walk(&begins, &others, is_over).await?;
            // Behind as many keys as are looked at there may be more, although one dossier has several of them.
            is_cut |= others.is_empty() && walked.len() > most;
            for id in walked {
                if known.insert(id.clone()) {
                    ids.push(id);
                }
            }
        }
        is_cut |= ids.len() > most;
        ids.truncate(most);
        Ok((ids, is_cut))
    }

    /// How many keys begin with each word; whatever is above [`MAX_WALKED`] is not counted on.
    async fn count_keys(self, words: &[String], is_over: bool) -> Result<Vec<i64>, StoreError> {
        let mut values = args![i64::from(is_over), MAX_WALKED + 1].to_vec();
        let within = self.of_dossier_within("d.id = s.dossier", &mut values);
        let counts: Vec<String> = words
            .iter()
            .map(|word| {
                values.extend(args![word.clone(), format!("{word}{LAST}")]);
                let (from, to) = (values.len() - 1, values.len());
                format!(
                    "(SELECT COUNT(*) FROM (SELECT 1 FROM dossier_search s \
                     WHERE s.is_over = $1 AND s.key >= ${from} AND s.key < ${to}{within} LIMIT $2) AS k{from})"
                )
            })
            .collect();
        let sql = format!("SELECT {}", counts.join(", "));
        let row = self.db.fetch_one(&sql, &values).await?;
        row.map_or_else(|| Ok(Vec::new()), |row| (0..words.len()).map(|column| row.int(column)).collect())
    }

    /// The dossiers of the first keys that begin with a text, in the order of the keys; of these keys only those that have the
    /// other words too.
    async fn walk(self, begins: &str, others: &[&String], is_over: bool) -> Result<Vec<String>, StoreError> {
        let most = if others.is_empty() { MAX_FOUND + 1 } else { MAX_WALKED };
        let mut values = args![i64::from(is_over), begins, format!("{begins}{LAST}"), most].to_vec();
        let mut also = Vec::new();
        for word in others {
            // Words hold letters and digits only.
            values.push(Arg::from(format!("% {word}%")));
            also.push(format!("' ' || key LIKE ${}", values.len()));
        }
        let also = if also.is_empty() { String::new() } else { format!(" WHERE {}", also.join(" AND ")) };
        let within = self.of_dossier_within("d.id = s.dossier", &mut values);
        let sql = format!(
            "SELECT dossier FROM (SELECT s.key, s.dossier FROM dossier_search s \
             WHERE s.is_over = $1 AND s.key >= $2 AND s.key < $3{within} ORDER BY s.key, s.dossier LIMIT $4) AS walked{also}"
        );
        self.db.fetch(&sql, &values).await?.iter().map(|row| row.text(0)).collect()
    }
}

/// By which beginnings of keys the dossiers with all of several words are looked up, each with the words that the keys must
/// have beside. Where the rarest word has too many keys to look at them all, those first of which it and another word are
/// neighbours: a name that is written out is found however many bear one of its parts.
fn beginnings(words: &[String], rarest: usize, is_common: bool) -> Vec<(String, Vec<&String>)> {
    let without = |left_out: &[usize]| {
        words.iter().enumerate().filter(|(place, _)| !left_out.contains(place)).map(|(_, word)| word).collect()
    };
    let mut all = Vec::new();
    for other in (0..words.len()).filter(|other| is_common && *other != rarest) {
        for (first, second) in [(rarest, other), (other, rarest)] {
            all.push((format!("{} {}", words[first], words[second]), without(&[rarest, other])));
        }
    }
    all.push((words[rarest].clone(), without(&[rarest])));
    all
}

/// Lines of a list that stand together, in one order.
struct Block {
    within: Within,
    facets: Vec<String>,
}

impl Block {
    /// The part of a statement that gives a facet's lines behind the place in `$2` and `$3`, in order.
    fn of_facet(&self, reversed: bool) -> String {
        let (key, order) = (self.within.column(), direction(reversed));
        format!(
            "FROM dossier d WHERE d.facet = g.value {} AND (d.{key}, d.id) {} ($2, $3) \
             ORDER BY d.{key} {order}, d.id {order}",
            self.within.condition(),
            if reversed { "<" } else { ">" },
        )
    }
}

fn direction(reversed: bool) -> &'static str {
    if reversed { "DESC" } else { "ASC" }
}

impl Cases<'_> {
    /// The first `limit` places of a block behind `begin`.
    async fn first(
        self,
        mut block: Block,
        reversed: bool,
        begin: &(Key, String),
        limit: usize,
    ) -> Result<Vec<(Key, DossierId)>, StoreError> {
        if block.facets.len() > MANY_FACETS.max(limit) {
            block.facets = self.foremost(&block, reversed, begin, limit).await?;
        }
        // A few lines of each facet; then more of those whose lines all stand among the first.
        let mut each = (2 * limit / block.facets.len().max(1) + 1).min(limit);
        let mut lines: HashMap<usize, Vec<(Key, DossierId)>> = HashMap::new();
        let mut facets: Vec<usize> = (0..block.facets.len()).collect();
        loop {
            for (facet, read) in self.some_of_each(&block, &facets, reversed, begin, each).await? {
                lines.insert(facet, read);
            }
            let mut first: Vec<_> = lines.values().flatten().cloned().collect();
            first.sort_unstable();
            if reversed {
                first.reverse();
            }
            first.truncate(limit);
            let last = first.get(limit.saturating_sub(1));
            facets.retain(|facet| {
                lines.get(facet).is_some_and(|read| {
                    let end = read.last().filter(|_| read.len() == each);
                    end.is_some_and(|end| last.is_none_or(|last| if reversed { end > last } else { end < last }))
                })
            });
            if facets.is_empty() || each >= limit {
                return Ok(first);
            }
            each = (4 * each).min(limit);
        }
    }

    /// The facets of a block that can have one of the first `limit` lines behind `begin`.
    async fn foremost(
        self,
        block: &Block,
        reversed: bool,
        begin: &(Key, String),
        limit: usize,
    ) -> Result<Vec<String>, StoreError> {
        let sql = format!(
            "SELECT CAST({}(value, head) AS TEXT) FROM (SELECT g.value, (SELECT d.{} {} LIMIT 1) AS head FROM {} g) AS heads",
            object(self.db),
            block.within.column(),
            block.of_facet(reversed),
            elements(self.db),
        );
        let values = args![json(&block.facets)?, begin.0.arg(), begin.1.clone()];
        // Facets without a line behind `begin` have no head.
        let heads = self.object::<Option<Key>>(&sql, &values).await?;
        let mut heads: Vec<(Key, String)> =
            heads.into_iter().filter_map(|(facet, head)| Some((head?, facet))).collect();
        heads.sort_unstable();
        if reversed {
            heads.reverse();
        }
        // Another facet has one only where it begins at the very same key.
        if let Some((last, _)) = heads.get(limit.saturating_sub(1)).cloned() {
            heads.retain(|(head, _)| if reversed { *head >= last } else { *head <= last });
        }
        Ok(heads.into_iter().map(|(_, facet)| facet).collect())
    }

    /// The first lines of some of a block's facets behind `begin`, `each` of them.
    async fn some_of_each(
        self,
        block: &Block,
        facets: &[usize],
        reversed: bool,
        begin: &(Key, String),
        each: usize,
    ) -> Result<HashMap<usize, Vec<(Key, DossierId)>>, StoreError> {
        let (within, key) = (block.within, block.within.column());
        let (of_facet, order) = (block.of_facet(reversed), direction(reversed));
        let sql = match self.db.dialect() {
            Dialect::Sqlite => format!(
                "SELECT g.key, o.{key}, o.id FROM json_each($1) g CROSS JOIN dossier o \
                 WHERE o.id IN (SELECT d.id {of_facet} LIMIT $4) ORDER BY 1, 2 {order}, 3 {order}"
            ),
            Dialect::Postgres => format!(
                "SELECT g.place - 1, o.{key}, o.id \
                 FROM json_array_elements_text($1::json) WITH ORDINALITY AS g (value, place) \
                 CROSS JOIN LATERAL (SELECT d.{key}, d.id {of_facet} LIMIT $4) o ORDER BY 1, 2 {order}, 3 {order}"
            ),
        };
        let names: Vec<&String> = facets.iter().map(|facet| &block.facets[*facet]).collect();
        let limit = i64::try_from(each).unwrap_or(i64::MAX);
        let mut lines: HashMap<usize, Vec<(Key, DossierId)>> = HashMap::new();
        for row in self.db.fetch(&sql, &args![json(&names)?, begin.0.arg(), begin.1.clone(), limit]).await? {
            let facet = usize::try_from(row.int(0)?).ok().and_then(|place| facets.get(place).copied());
            let facet = facet.ok_or_else(|| row.unreadable(0))?;
            lines.entry(facet).or_default().push((within.read(&row, 1)?, row.parse(2)?));
        }
        Ok(lines)
    }
}

/// The open dossiers that the user `$1` holds, by the words of the partial index.
fn held(dossier: &str) -> String {
    format!(
        "FROM dossier {dossier} WHERE {dossier}.handler = $1 AND {dossier}.handler IS NOT NULL \
         AND {dossier}.status NOT IN ('closed', 'withdrawn')"
    )
}

/// Makes one JSON object of the keys and values of all rows.
fn object(db: &Db) -> &'static str {
    match db.dialect() {
        Dialect::Sqlite => "json_group_object",
        Dialect::Postgres => "json_object_agg",
    }
}

/// The elements of `$1`, an array in JSON, as a table with the column `value`.
pub(super) fn elements(db: &Db) -> &'static str {
    match db.dialect() {
        Dialect::Sqlite => "json_each($1)",
        Dialect::Postgres => "json_array_elements_text($1::json)",
    }
}

/// What a search finds.
#[derive(Default)]
struct Found {
    dossiers: Vec<FoundDossier>,
    is_cut: bool,
}

struct FoundDossier {
    id: DossierId,
    /// Its facet.
    of: InboxCount,
    /// Its places, by the column of each order.
    keys: HashMap<&'static str, Key>,
}

impl Found {
    fn counts(&self) -> Vec<InboxCount> {
        let mut counts: BTreeMap<String, InboxCount> = BTreeMap::new();
        for FoundDossier { of, .. } in &self.dossiers {
            let count = counts.entry(of.facet()).or_insert_with(|| InboxCount { count: 0, ..of.clone() });
            count.count += 1;
        }
        counts.into_values().collect()
    }

    /// The first lines behind a cursor.
    fn lines(&self, filter: &InboxFilter, after: Option<&InboxCursor>, wanted: usize) -> Vec<Line> {
        let shown = self.dossiers.iter().filter(|found| filter.shows(&found.of));
        let mut lines: Vec<_> = shown
            .filter_map(|found| {
                let key = found.keys.get(filter.sort.within(found.of.waiting).column())?.clone();
                Some((filter.sort.block(&found.of), key, found.id))
            })
            .collect();
        lines.sort_unstable();
        if filter.reversed {
            lines.reverse();
        }
        let begin = after.map(|cursor| {
            let (key, _) = filter.begin(filter.sort.within(false), Some(cursor));
            (cursor.block.clone(), key, cursor.id)
        });
        let is_behind = |line: &(String, Key, DossierId)| {
            begin.as_ref().is_none_or(|begin| if filter.reversed { line < begin } else { line > begin })
        };
        let behind = lines.into_iter().filter(is_behind).take(wanted);
        behind.map(|(block, key, id)| Line { block, key, id }).collect()
    }
}

#[cfg(test)]
mod tests;
