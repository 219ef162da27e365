//! A search of a handler: by what is known of a dossier, by what was said in it, among those that are open and those that are
//! over.
//!
//! References, names and telephone numbers are found as soon as they are stored, by their keys. All that is known, and the words
//! of what was said, are found by the full-text index, which follows some seconds behind. Each statement asks within the scope.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use jiff::Timestamp;

use super::Cases;
use crate::{
    domain::{
        id::{ConversationId, DossierId},
        message::Author,
    },
    dossier::{Dossier, Search, SearchField, near_keys},
    store::{
        column::json,
        db::Dialect,
        error::StoreError,
        search_index::{matches, question},
        tables::log,
        value::{Arg, args},
    },
};

/// The most dossiers that each statement finds.
const MAX_FOUND: usize = 200;
/// The most entries among which PostgreSQL finds the latest ones: it has no order of its own for what a word has.
const MAX_LOOKED_AT: i64 = 2_000;
/// With fewer dossiers it is also looked for what is spelt nearly so.
const FEW: usize = 5;
/// The most words that are meant by one.
const MAX_NEAR: usize = 6;
/// The most messages of a dossier that are read for the one to quote.
const MAX_MESSAGES: i64 = 2000;
/// Behind every text that is a key.
const LAST: &str = "\u{10ffff}";

/// Why a dossier is found. The first is the surest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matched {
    /// Its reference is what was typed.
    Reference,
    /// By what is known of it.
    Known,
    /// By what was said or noted.
    Said,
    /// By something that is spelt nearly so.
    Near,
}

/// A dossier that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    pub dossier: Dossier,
    pub matched: Matched,
    /// What is known of it, as far as it is indexed.
    pub fields: Vec<SearchField>,
    /// What was said or noted with these words.
    pub said: Option<Said>,
}

/// A message or a note.
#[derive(Clone, Debug, PartialEq)]
pub struct Said {
    pub text: String,
    pub at: Timestamp,
    /// Whether the policyholder said it.
    pub by_policyholder: bool,
}

/// What a search finds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    pub hits: Vec<Hit>,
    /// Whether it finds more.
    pub is_cut: bool,
    /// What may have been meant, where that is found.
    pub meant: Option<Search>,
}

impl Cases<'_> {
    /// The dossiers that a search finds, at most `limit`, the surest first.
    pub async fn find(self, search: &Search, limit: usize) -> Result<Hits, StoreError> {
        if search.is_empty() || search.is_short() || self.scope.expert().is_some() {
            // An expert has missions and no lists.
            return Ok(Hits::default());
        }
        let mut hits = self.hits(search, limit).await?;
        if hits.hits.len() < FEW.min(limit)
            && let Some(meant) = self.meant(search).await?
        {
            let known: HashSet<DossierId> = hits.hits.iter().map(|hit| hit.dossier.id).collect();
            let near = self.hits(&meant, limit).await?;
            let near: Vec<Hit> = near.hits.into_iter().filter(|hit| !known.contains(&hit.dossier.id)).collect();
            if !near.is_empty() {
                hits.hits.extend(near.into_iter().map(|hit| Hit { matched: Matched::Near, ..hit }));
                hits.meant = Some(meant);
            }
            hits.hits.truncate(limit);
        }
        Ok(hits)
    }

    async fn hits(self, search: &Search, limit: usize) -> Result<Hits, StoreError> {
        let mut found: BTreeMap<DossierId, Matched> = BTreeMap::new();
        let mut add = |ids: Vec<DossierId>, matched: Matched| {
            for id in ids {
                found.entry(id).or_insert(matched);
            }
        };
        if let Some(reference) = search.reference() {
            add(self.by_reference(&reference).await?, Matched::Reference);
        }
        let mut is_cut = false;
        for words in search.keys() {
            for is_over in [false, true] {
                let (ids, more) = self.with_words(&words, is_over).await?;
                is_cut |= more || ids.len() > MAX_FOUND;
                let ids = ids.iter().take(MAX_FOUND).filter_map(|id| id.parse().ok()).collect();
                add(ids, Matched::Known);
            }
        }
        for phone in search.phones() {
            add(self.by_phone(&phone).await?, Matched::Known);
        }
        let known = self.by_text(search, true).await?;
        is_cut |= known.len() >= MAX_FOUND;
        add(known, Matched::Known);
        if found.len() < limit {
            let said = self.by_text(search, false).await?;
            is_cut |= said.len() >= MAX_FOUND;
            for id in said {
                found.entry(id).or_insert(Matched::Said);
            }
        }
        let ids: Vec<DossierId> = found.keys().copied().collect();
        let mut dossiers = self.these(&ids).await?;
        let of_holder = |dossier: &Dossier| {
            let holder = dossier.holder.as_deref().unwrap_or_default();
            std::cmp::Reverse(search.filled_by(holder))
        };
        dossiers.sort_by_cached_key(|dossier| {
            let matched = found.get(&dossier.id).copied().unwrap_or(Matched::Said);
            (matched, of_holder(dossier), dossier.status.is_over(), std::cmp::Reverse(dossier.updated_at), dossier.id)
        });
        is_cut |= dossiers.len() > limit;
        dossiers.truncate(limit);
        let mut fields = self.fields_of(&dossiers).await?;
        let mut hits = Vec::with_capacity(dossiers.len());
        for dossier in dossiers {
            let matched = found.get(&dossier.id).copied().unwrap_or(Matched::Said);
            let fields = fields.remove(&dossier.conversation).unwrap_or_default();
            let said = match matched {
                Matched::Said => self.said(dossier.conversation, search).await?,
                Matched::Reference | Matched::Known | Matched::Near => None,
            };
            hits.push(Hit { dossier, matched, fields, said });
        }
        Ok(Hits { hits, is_cut, meant: None })
    }

    async fn by_reference(self, reference: &str) -> Result<Vec<DossierId>, StoreError> {
        let mut values = args![reference].to_vec();
        let within = self.within("dossier", &mut values);
        let sql = format!("SELECT id FROM dossier WHERE reference = $1{within}");
        self.ids(&sql, &values).await
    }

    /// Whose number was told and begins so, or who writes from it.
    async fn by_phone(self, begins: &str) -> Result<Vec<DossierId>, StoreError> {
        let most = i64::try_from(MAX_FOUND).unwrap_or(i64::MAX);
        let mut values = args![begins, format!("{begins}{LAST}"), most].to_vec();
        let within = self.of_dossier_within("d.id = t.dossier", &mut values);
        let told = format!(
            "SELECT t.dossier FROM told_contact t WHERE t.name = 'phone' AND t.value >= $1 AND t.value < $2{within} \
             ORDER BY t.value, t.dossier LIMIT $3"
        );
        let mut found = self.ids(&told, &values).await?;
        let mut values = args![begins].to_vec();
        let within = self.within("d", &mut values);
        let writes = format!(
            "SELECT d.id FROM endpoint e JOIN dossier d ON d.conversation = e.conversation \
             WHERE e.channel <> 'web' AND e.address = $1{within}"
        );
        found.extend(self.ids(&writes, &values).await?);
        Ok(found)
    }

    /// By the full-text index, those that were indexed first last.
    async fn by_text(self, search: &Search, known_alone: bool) -> Result<Vec<DossierId>, StoreError> {
        let dialect = self.db.dialect();
        let most = i64::try_from(MAX_FOUND).unwrap_or(i64::MAX);
        let mut values = args![question(dialect, search, self.scope, known_alone), most].to_vec();
        let asked = matches(dialect, "$1");
        let latest = match dialect {
            Dialect::Sqlite => {
                format!("SELECT rowid AS entry FROM search_text WHERE {asked} ORDER BY rowid DESC LIMIT $2")
            }
            Dialect::Postgres => {
                values.push(Arg::from(MAX_LOOKED_AT));
                format!(
                    "SELECT rowid AS entry FROM (SELECT rowid FROM search_text WHERE {asked} LIMIT $3) m \
                     ORDER BY rowid DESC LIMIT $2"
                )
            }
        };
        let within = self.within("d", &mut values);
        let sql = format!(
            "SELECT d.id FROM ({latest}) t CROSS JOIN search_entry e JOIN dossier d ON d.id = e.dossier \
             WHERE e.id = t.entry{within}"
        );
        self.ids(&sql, &values).await
    }

    async fn ids(self, sql: &str, values: &[Arg<'_>]) -> Result<Vec<DossierId>, StoreError> {
        self.db.fetch(sql, values).await?.iter().map(|row| row.parse(0)).collect()
    }

    /// What is known of dossiers that were read within the scope.
    async fn fields_of(self, dossiers: &[Dossier]) -> Result<HashMap<ConversationId, Vec<SearchField>>, StoreError> {
        if dossiers.is_empty() {
            return Ok(HashMap::new());
        }
        let conversations: Vec<ConversationId> = dossiers.iter().map(|dossier| dossier.conversation).collect();
        let list = self.db.dialect().list("$1");
        let sql = format!("SELECT conversation, fields FROM search_entry WHERE conversation IN ({list})");
        let rows = self.db.fetch(&sql, &args![json(&conversations)?]).await?;
        rows.iter().map(|row| Ok((row.parse(0)?, row.json(1)?))).collect()
    }

    /// The last message or note of a dossier in which most of what is searched for stands. The service's own sentences are none.
    async fn said(self, conversation: ConversationId, search: &Search) -> Result<Option<Said>, StoreError> {
        let mut best: Option<(usize, Said)> = None;
        let mut look_at = |text: &str, at: Timestamp, by_policyholder: bool| {
            let filled = search.filled_by(text);
            if filled > 0 && best.as_ref().is_none_or(|(most, said)| (filled, at) >= (*most, said.at)) {
                best = Some((filled, Said { text: text.to_owned(), at, by_policyholder }));
            }
        };
        for message in log::messages(self.db, conversation, 0, MAX_MESSAGES).await? {
            if message.author != Author::Guichet {
                look_at(&message.body.text, message.at, message.author == Author::Policyholder);
            }
        }
        for line in log::timeline(self.db, conversation).await? {
            for text in line.notes() {
                look_at(&text, line.at, false);
            }
        }
        Ok(best.map(|(_, said)| said))
    }

    /// What may have been meant: names and places that are one mistake away from what was typed.
    async fn meant(self, search: &Search) -> Result<Option<Search>, StoreError> {
        let mut near: HashMap<String, Vec<String>> = HashMap::new();
        let list = self.db.dialect().list("$1");
        for word in search.words().iter().filter(|word| word.chars().count() > 3) {
            let sql = format!("SELECT word FROM search_near WHERE near IN ({list}) LIMIT 500");
            let rows = self.db.fetch(&sql, &args![json(&near_keys(word))?]).await?;
            let words: BTreeSet<String> = rows.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
            let mut words: Vec<String> = words.into_iter().filter(|other| is_near(word, other)).collect();
            // What it is itself remains, and comes first.
            words.sort_by_key(|other| other != word);
            words.truncate(MAX_NEAR);
            if words.iter().any(|other| other != word) {
                near.insert(word.to_owned(), words);
            }
        }
        Ok(search.instead(|word| near.get(word).cloned().unwrap_or_default()))
    }
}

/// Whether two words are at most one letter apart: one more, one less, another one, or two that changed places.
fn is_near(one: &str, other: &str) -> bool {
    let (one, other): (Vec<char>, Vec<char>) = (one.chars().collect(), other.chars().collect());
    let begin = one.iter().zip(&other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[begin..], &other[begin..]);
    let end = one.iter().rev().zip(other.iter().rev()).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[..one.len() - end], &other[..other.len() - end]);
    match (one, other) {
        ([] | [_], [] | [_]) => true,
        ([a, b], [c, d]) => a == d && b == c,
        _ => false,
    }
}

#[cfg(test)]
mod tests;
