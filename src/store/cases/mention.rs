//! Notes of colleagues that name the user who asks.

use super::Cases;
use crate::{
    domain::id::DossierId,
    store::{
        error::StoreError,
        tables::mention::MentionRow,
        value::{Row, args},
    },
};

/// The most that a list shows.
const MAX: i64 = 50;

/// A note that names a user, with the dossier that it stands in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    pub row: MentionRow,
    pub reference: String,
    pub holder: Option<String>,
}

impl Cases<'_> {
    /// What names a user and they have not opened yet, the latest first.
    pub async fn mentions(self, login: &str) -> Result<Vec<Mention>, StoreError> {
        let mut values = args![login].to_vec();
        let within = self.of_dossier_within("d.id = m.dossier", &mut values);
        let of_dossier = |column: &str| format!("(SELECT {column} FROM dossier WHERE dossier.id = m.dossier)");
        let sql = format!(
            "SELECT m.login, m.dossier, m.seq, m.named_by, m.at, {}, {} FROM mention m WHERE m.login = $1{within} \
             ORDER BY m.at DESC, m.dossier DESC, m.seq DESC LIMIT {MAX}",
            of_dossier("reference"),
            of_dossier("holder")
        );
        let read = |row: &Row| {
            let known = MentionRow {
                login: row.text(0)?,
                dossier: row.parse(1)?,
                seq: row.int(2)?,
                by: row.text(3)?,
                at: row.time(4)?,
            };
            Ok(Mention { row: known, reference: row.text(5)?, holder: row.text_or_null(6)? })
        };
        self.db.fetch(&sql, &values).await?.iter().map(read).collect()
    }

    /// Whether a dossier's notes name a user who has not opened it since.
    pub async fn is_mentioned(self, login: &str, dossier: DossierId) -> Result<bool, StoreError> {
        let sql = "SELECT 1 FROM mention WHERE login = $1 AND dossier = $2 LIMIT 1";
        Ok(!self.db.look_up(sql, &args![login, dossier.to_string()]).await?.is_empty())
    }

    /// A user has opened a dossier: what names them there is read.
    pub async fn read_mentions(self, login: &str, dossier: DossierId) -> Result<(), StoreError> {
        let mut tx = self.db.begin().await?;
        tx.fetch("DELETE FROM mention WHERE login = $1 AND dossier = $2", &args![login, dossier.to_string()]).await?;
        tx.commit().await
    }
}
