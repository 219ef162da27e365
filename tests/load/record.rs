//! Records a claim for the prototype: what the server answers to each of a person's messages, and how large the rows are
//! that it writes for it.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
};

use rusqlite::{Connection, OpenFlags, types::ValueRef};
use serde::Serialize;

use crate::{Received, Webhook, people::Place};

/// What turns write. What else is in the database was there before the first message.
const TABLES: [&str; 9] =
    ["received", "log", "fence", "conversation", "endpoint", "dossier", "told_contact", "timer", "outbox"];
/// An integer is as wide as PostgreSQL has it.
const INTEGER: usize = 8;

/// Whose claim is recorded, and where.
#[derive(Debug, clap::Args)]
pub(crate) struct Record {
    #[command(flatten)]
    webhook: Webhook,
    /// The file of the server's SQLite database. Nobody else writes there meanwhile.
    #[arg(long)]
    database: PathBuf,
    /// Which person.
    #[arg(long, default_value_t = 1)]
    person: u32,
}

/// One message, as `replies.json` has it.
#[derive(Serialize)]
struct Recorded {
    said: Vec<String>,
    rows: Vec<usize>,
}

impl Record {
    /// Plays the claim to its end.
    pub(crate) async fn run(&self) {
        let mut client = self.webhook.client();
        let mut place = Place::new(self.person, 1);
        let mut stored = Stored::open(&self.database);
        let mut recorded = Vec::new();
        loop {
            let Received { replies: said } = client.send(&place.message()).await.unwrap();
            let ended = place.hear(&said).is_some();
            recorded.push(serde_json::to_string(&Recorded { said, rows: stored.written() }).unwrap());
            if ended {
                println!("[\n  {}\n]", recorded.join(",\n  "));
                return;
            }
        }
    }
}

/// The rows of the database, as they were looked at last.
struct Stored {
    database: Connection,
    /// By the table and what they hold.
    rows: HashSet<(usize, Vec<u8>)>,
}

impl Stored {
    fn open(file: &Path) -> Self {
        let database = Connection::open_with_flags(file, OpenFlags::SQLITE_OPEN_READ_ONLY).unwrap();
        let mut stored = Self { database, rows: HashSet::new() };
        stored.written();
        stored
    }

    /// The sizes of the rows that were written since it was asked last.
    fn written(&mut self) -> Vec<usize> {
        let mut now = HashSet::new();
        let mut sizes = Vec::new();
        for (table, name) in TABLES.iter().enumerate() {
            let mut statement = self.database.prepare(&format!("SELECT * FROM {name}")).unwrap();
            let columns = statement.column_count();
            let mut rows = statement.query([]).unwrap();
            while let Some(row) = rows.next().unwrap() {
                let (mut holds, mut size) = (Vec::new(), 0);
                for column in 0..columns {
                    let value = row.get_ref(column).unwrap();
                    size += match value {
                        ValueRef::Text(bytes) | ValueRef::Blob(bytes) => bytes.len(),
                        ValueRef::Null => 0,
                        ValueRef::Integer(_) | ValueRef::Real(_) => INTEGER,
                    };
                    holds.extend_from_slice(format!("{value:?}|").as_bytes());
                }
                let key = (table, holds);
                if !self.rows.contains(&key) {
                    sizes.push(size);
                }
                now.insert(key);
            }
        }
        self.rows = now;
        sizes
    }
}
