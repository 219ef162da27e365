//! The full-text index: what is known of each dossier and what was said in it, by words. Only this file writes it, and it finds
//! again what it wrote by the conversation alone.
//!
//! It is written beside the way of messages, by the room `finding`: a conversation is indexed up to a revision, and whatever
//! has another revision than its entry is still to be indexed. So nothing has to be noted while a message is stored, and
//! nothing is lost when a process dies.
//!
//! A term is a word with a letter before it: `k` for what is known, `w` for what was said, `i` for the insurer, `d` for the
//! desk. The last two let each engine count only what a user may see.

use std::{collections::BTreeSet, fmt::Write as _, sync::LazyLock};

use sha2::{Digest as _, Sha256};

use super::{
    column::json,
    db::{Db, Dialect, Tx},
    error::StoreError,
    table::{Insert, table},
    value::args,
};
use crate::{
    domain::id::{ConversationId, DossierId},
    dossier::{Search, SearchField, near_keys, near_words, terms, words},
    identity::{Reach, Scope},
};

/// Any number, the same on every node: entries are written by one transaction at a time.
const POSTGRES_LOCK: i64 = 0x4755_4943_4845_5432;
/// The most terms of one conversation.
const MAX_TERMS: usize = 20_000;
/// The letters of what is known that are kept to be shown.
const MAX_SHOWN: usize = 300;

/// A conversation with its dossier, as the index has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SearchEntry {
    pub conversation: ConversationId,
    pub dossier: DossierId,
    /// The conversation's revision when it was read.
    pub revision: i64,
    pub insurer: String,
    pub desk: Option<String>,
    /// What is known, in the order in which it is shown.
    pub fields: Vec<SearchField>,
    /// The words of what was said and noted.
    pub said: BTreeSet<String>,
}

/// A page of all dossiers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unindexed {
    /// The conversations whose entry is missing or of another revision.
    pub conversations: Vec<ConversationId>,
    /// Where the next page begins, if there is one.
    pub next: Option<DossierId>,
}

/// A word and one by which it is found with a mistake.
#[derive(Clone, Debug)]
struct Near {
    near: String,
    word: String,
}

table! { Near in "search_near" { near, word } }

static ADD_NEAR: LazyLock<Insert<Near>> = LazyLock::new(|| Insert::with("ON CONFLICT DO NOTHING"));

impl SearchEntry {
    /// All terms, with spaces between them.
    fn terms(&self) -> String {
        let mut known: BTreeSet<String> = self.fields.iter().flat_map(|field| terms(&field.text)).collect();
        // Whoever reads a reference aloud makes one word of it, be there a digit in it or not.
        let reference = self.fields.iter().filter(|field| field.name == "reference");
        known.extend(reference.map(|field| words(&field.text).concat()));
        let desk = self.desk.as_deref().map_or_else(|| NO_DESK.to_owned(), desk_term);
        let mut all = format!("{} {desk}", insurer_term(&self.insurer));
        let said = self.said.difference(&known);
        for (kind, word) in known.iter().map(|word| ('k', word)).chain(said.map(|word| ('w', word))).take(MAX_TERMS) {
            let _ = write!(all, " {kind}{word}");
        }
        all
    }

    /// What is known, as it is kept.
    fn kept(&self) -> Vec<SearchField> {
        let cut = |field: &SearchField| SearchField {
            name: field.name.clone(),
            text: field.text.chars().take(MAX_SHOWN).collect(),
        };
        self.fields.iter().map(cut).collect()
    }
}

/// The desk's term of a dossier that is at none.
const NO_DESK: &str = "d";

fn insurer_term(insurer: &str) -> String {
    format!("i{}", letters(insurer))
}

fn desk_term(desk: &str) -> String {
    format!("d{}", letters(desk))
}

/// A code as a word. Two codes may become one: what is found is looked at again by its dossier.
fn letters(code: &str) -> String {
    code.chars().map(|letter| if letter.is_ascii_alphanumeric() { letter.to_ascii_lowercase() } else { '0' }).collect()
}

/// Writes entries, each unless a later revision of it is there. Returns how many were written.
pub(super) async fn put(db: &Db, entries: &[SearchEntry]) -> Result<usize, StoreError> {
    let mut tx = begin(db).await?;
    let mut written = 0;
    for entry in entries {
        written += usize::from(put_one(&mut tx, entry).await?);
    }
    tx.commit().await?;
    Ok(written)
}

/// Takes a conversation out of the index, with the words that no other one has.
pub(super) async fn forget(db: &Db, conversation: ConversationId) -> Result<(), StoreError> {
    let mut tx = begin(db).await?;
    if let Some(Stored { id, fields, .. }) = stored(&mut tx, conversation).await? {
        tx.fetch("DELETE FROM search_entry WHERE id = $1", &args![id]).await?;
        tx.fetch("DELETE FROM search_text WHERE rowid = $1", &args![id]).await?;
        change_near(&mut tx, &near_words(&fields), &BTreeSet::new()).await?;
    }
    tx.commit().await
}

async fn begin(db: &Db) -> Result<Tx, StoreError> {
    let mut tx = db.begin().await?;
    if !tx.is_sqlite() {
        tx.fetch("SELECT pg_advisory_xact_lock($1)", &args![POSTGRES_LOCK]).await?;
    }
    Ok(tx)
}

struct Stored {
    id: i64,
    revision: i64,
    digest: String,
    fields: Vec<SearchField>,
}

async fn stored(tx: &mut Tx, conversation: ConversationId) -> Result<Option<Stored>, StoreError> {
    let sql = "SELECT id, revision, digest, fields FROM search_entry WHERE conversation = $1";
    let rows = tx.fetch(sql, &args![conversation.to_string()]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let fields = serde_json::from_str(&row.text(3)?).map_err(StoreError::Unreadable)?;
    Ok(Some(Stored { id: row.int(0)?, revision: row.int(1)?, digest: row.text(2)?, fields }))
}

async fn put_one(tx: &mut Tx, entry: &SearchEntry) -> Result<bool, StoreError> {
    let (terms, kept) = (entry.terms(), entry.kept());
    let fields = json(&kept)?;
    let digest = hex::encode(&Sha256::digest(terms.as_bytes())[..16]);
    let dossier = entry.dossier.to_string();
    let before = stored(tx, entry.conversation).await?;
    let id = match &before {
        Some(before) if before.revision >= entry.revision => return Ok(false),
        Some(before) => {
            let sql = "UPDATE search_entry SET dossier = $2, revision = $3, digest = $4, fields = $5 WHERE id = $1";
            tx.fetch(sql, &args![before.id, dossier, entry.revision, digest.as_str(), fields]).await?;
            if before.digest == digest {
                return Ok(true);
            }
            tx.fetch("DELETE FROM search_text WHERE rowid = $1", &args![before.id]).await?;
            before.id
        }
        None => {
            let sql = "INSERT INTO search_entry (conversation, dossier, revision, digest, fields) \
                       VALUES ($1, $2, $3, $4, $5) RETURNING id";
            let values = args![entry.conversation.to_string(), dossier, entry.revision, digest.as_str(), fields];
            let rows = tx.fetch(sql, &values).await?;
            rows.first().map_or(Err(StoreError::UnreadableColumn("id".to_owned())), |row| row.int(0))?
        }
    };
    let cast = if tx.is_sqlite() { "$2" } else { "$2::tsvector" };
    tx.fetch(&format!("INSERT INTO search_text (rowid, terms) VALUES ($1, {cast})"), &args![id, terms]).await?;
    let gone = before.map(|before| near_words(&before.fields)).unwrap_or_default();
    change_near(tx, &gone, &near_words(&kept)).await?;
    Ok(true)
}

/// Adds the words that are new, and takes away those that no entry has any more.
async fn change_near(tx: &mut Tx, before: &BTreeSet<String>, after: &BTreeSet<String>) -> Result<(), StoreError> {
    let dialect = if tx.is_sqlite() { Dialect::Sqlite } else { Dialect::Postgres };
    let list = dialect.list("$1");
    let new: BTreeSet<&String> = after.difference(before).collect();
    if !new.is_empty() {
        let sql = format!("SELECT word FROM search_near WHERE near IN ({list}) AND near = word");
        let known = tx.fetch(&sql, &args![json(&new)?]).await?;
        let known: BTreeSet<String> = known.iter().map(|row| row.text(0)).collect::<Result<_, _>>()?;
        let new = new.into_iter().filter(|word| !known.contains(*word));
        let rows = new.flat_map(|word| near_keys(word).into_iter().map(|near| Near { near, word: word.clone() }));
        ADD_NEAR.run(tx, rows).await?;
    }
    for word in before.difference(after) {
        let matches = matches(dialect, "$1");
        let borne = match dialect {
            Dialect::Sqlite => format!("SELECT 1 FROM search_text WHERE {matches} LIMIT 1"),
            // For one row it would read all that there are: it takes a word that few have for one that many have.
            Dialect::Postgres => format!(
                "WITH bearing AS MATERIALIZED (SELECT rowid FROM search_text WHERE {matches}) SELECT 1 FROM bearing LIMIT 1"
            ),
        };
        if tx.fetch(&borne, &args![term(dialect, "k", word, false)]).await?.is_empty() {
            let sql = format!("DELETE FROM search_near WHERE near IN ({list}) AND word = $2");
            tx.fetch(&sql, &args![json(&near_keys(word))?, word.as_str()]).await?;
        }
    }
    Ok(())
}

/// The condition that an entry's terms are what is asked for.
pub(super) fn matches(dialect: Dialect, placeholder: &str) -> String {
    match dialect {
        Dialect::Sqlite => format!("search_text MATCH {placeholder}"),
        Dialect::Postgres => format!("terms @@ {placeholder}::tsquery"),
    }
}

/// One term. Words hold letters and digits only.
fn term(dialect: Dialect, kind: &str, word: &str, is_beginning: bool) -> String {
    match (dialect, is_beginning) {
        (Dialect::Sqlite, false) => format!("\"{kind}{word}\""),
        (Dialect::Sqlite, true) => format!("\"{kind}{word}\" *"),
        (Dialect::Postgres, false) => format!("'{kind}{word}'"),
        (Dialect::Postgres, true) => format!("'{kind}{word}':*"),
    }
}

/// What an engine is asked for a search within a scope, by what is known alone or also by what was said.
pub(super) fn question(dialect: Dialect, search: &Search, scope: &Scope, known_alone: bool) -> String {
    let (and, or) = match dialect {
        Dialect::Sqlite => (" AND ", " OR "),
        Dialect::Postgres => (" & ", " | "),
    };
    let kinds: &[&str] = if known_alone { &["k"] } else { &["k", "w"] };
    let in_brackets = |all: Vec<String>, between: &str| format!("({})", all.join(between));
    let place = |words: &Vec<String>| {
        let words = words.iter().flat_map(|word| kinds.iter().map(|kind| term(dialect, kind, word, true)));
        in_brackets(words.collect(), or)
    };
    let alternative = |places: &Vec<Vec<String>>| in_brackets(places.iter().map(place).collect(), and);
    let mut all = vec![in_brackets(search.alternatives.iter().map(alternative).collect(), or)];
    let codes = |reach: &Reach, term: fn(&str) -> String| match reach {
        Reach::All => None,
        Reach::Only(codes) => Some(codes.iter().map(|code| term(code)).collect::<Vec<_>>()),
    };
    let exact = |word: String| term(dialect, "", &word, false);
    if let Some(insurers) = codes(scope.insurers(), insurer_term) {
        // None at all is nobody's.
        let insurers = if insurers.is_empty() { vec!["i".to_owned()] } else { insurers };
        all.push(in_brackets(insurers.into_iter().map(exact).collect(), or));
    }
    if let Some(desks) = codes(scope.desks(), desk_term) {
        let desks = desks.into_iter().chain([NO_DESK.to_owned()]);
        all.push(in_brackets(desks.map(exact).collect(), or));
    }
    all.join(and)
}
