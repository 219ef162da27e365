//! Open dossiers that may be one person's.

use jiff::Timestamp;

use super::Cases;
use crate::{
    domain::id::{ConversationId, DossierId},
    dossier::{Dossier, Status},
    store::{
        error::StoreError,
        value::{Arg, Row, args},
    },
};

/// An open dossier that may be the same person's, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DuplicateCandidate {
    pub dossier: DossierId,
    pub reference: String,
    pub peril: String,
    pub opened_at: Timestamp,
    pub reason: MatchReason,
}

/// Why two dossiers may be one person's. None of these proves it: a handler decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MatchReason {
    /// The same policy, and no other holder.
    Policy,
    /// The same telephone number or e-mail address was told.
    Contact,
    /// Both wrote from the same address, to different accounts of ours.
    Address,
    /// A letter in the one names the other: it answers its thread, or bears its reference.
    Letter,
    /// One showed that the number from which the other wrote is theirs, or both did.
    Proof,
}

/// The most dossiers that are proposed for each reason.
const MAX_DUPLICATE_CANDIDATES: i64 = 5;

/// Open dossiers of an insurer other than one, without those that a handler refused to merge, here or there.
const ANOTHER_OPEN: &str = "d.insurer = $1 AND d.id <> $2 AND d.status NOT IN ('closed', 'withdrawn') \
     AND NOT EXISTS (SELECT 1 FROM rejected_duplicate r WHERE r.dossier = d.id AND r.other = $2) \
     AND NOT EXISTS (SELECT 1 FROM rejected_duplicate r WHERE r.dossier = $2 AND r.other = d.id)";

impl Cases<'_> {
    /// The open dossiers that may be the same person's, each once.
    pub async fn duplicate_candidates(self, dossier: &Dossier) -> Result<Vec<DuplicateCandidate>, StoreError> {
        let (insurer, id) = (dossier.insurer.as_str(), dossier.id.to_string());
        let another = |values: &mut Vec<Arg<'_>>| format!("{ANOTHER_OPEN}{}", self.within("d", values));
        let select = "SELECT DISTINCT d.id, d.reference, d.peril, d.opened_at, d.holder FROM";
        let mut found: Vec<DuplicateCandidate> = Vec::new();
        if let Some(policy) = &dossier.policy {
            let mut values = args![insurer, id.as_str(), policy.as_str()].to_vec();
            let another = another(&mut values);
            let sql = format!(
                "{select} dossier d WHERE {another} AND d.policy = $3 ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
            );
            for row in self.db.fetch(&sql, &values).await? {
                let holder = row.text_or_null(4)?;
                let same = |other: &String| dossier.holder.as_ref().is_none_or(|own| is_same_name(own, other));
                if holder.as_ref().is_none_or(same) {
                    add(&mut found, &row, MatchReason::Policy)?;
                }
            }
        }
        let mut values = args![insurer, id.as_str(), dossier.conversation.to_string()].to_vec();
        let in_conversation = another(&mut values);
        let proven = format!(
            "{select} (SELECT o.conversation FROM proof p JOIN endpoint o ON o.address = p.address AND o.channel = p.channel \
             WHERE p.conversation = $3 AND o.channel <> 'web' \
             UNION SELECT p.conversation FROM endpoint o JOIN proof p ON p.address = o.address AND p.channel = o.channel \
             WHERE o.conversation = $3 \
             UNION SELECT o.conversation FROM proof p JOIN proof o ON o.address = p.address AND o.channel = p.channel \
             WHERE p.conversation = $3) s JOIN dossier d ON d.conversation = s.conversation WHERE {in_conversation} \
             ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
        );
        for row in self.db.fetch(&proven, &values).await? {
            add(&mut found, &row, MatchReason::Proof)?;
        }
        let mut of_told = args![insurer, id.as_str()].to_vec();
        let another = another(&mut of_told);
        let told = format!(
            "{select} told_contact f JOIN told_contact g ON g.name = f.name AND g.value = f.value \
             JOIN dossier d ON d.id = g.dossier WHERE f.dossier = $2 AND {another} \
             ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
        );
        for row in self.db.fetch(&told, &of_told).await? {
            add(&mut found, &row, MatchReason::Contact)?;
        }
        let wrote = format!(
            "{select} endpoint e JOIN endpoint o ON o.address = e.address AND o.channel = e.channel \
             JOIN dossier d ON d.conversation = o.conversation \
             WHERE e.conversation = $3 AND e.channel <> 'web' AND o.channel <> 'web' AND {in_conversation} \
             ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
        );
        for row in self.db.fetch(&wrote, &values).await? {
            add(&mut found, &row, MatchReason::Address)?;
        }
        let cited = format!(
            "{select} dossier d WHERE {in_conversation} AND d.conversation IN \
             (SELECT cited FROM citation WHERE conversation = $3 UNION SELECT conversation FROM citation WHERE cited = $3) \
             ORDER BY d.id LIMIT {MAX_DUPLICATE_CANDIDATES}"
        );
        for row in self.db.fetch(&cited, &values).await? {
            add(&mut found, &row, MatchReason::Letter)?;
        }
        Ok(found)
    }
}

/// Another dossier of a person, whatever became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonsDossier {
    pub id: DossierId,
    pub conversation: ConversationId,
    pub reference: String,
    pub peril: String,
    pub status: Status,
    pub policy: Option<String>,
    pub opened_at: Timestamp,
}

/// The most dossiers of a person that are shown.
const MAX_OF_PERSON: i64 = 30;

impl Cases<'_> {
    /// The other dossiers of whom seems to be the same person: with the same telephone number or e-mail address, open and closed.
    pub async fn dossiers_of_person(self, dossier: &Dossier) -> Result<Vec<PersonsDossier>, StoreError> {
        let (insurer, id) = (dossier.insurer.as_str(), dossier.id.to_string());
        let select = "SELECT DISTINCT d.id, d.conversation, d.reference, d.peril, d.status, d.policy, d.opened_at FROM";
        let mut found: Vec<PersonsDossier> = Vec::new();
        let mut values = args![insurer, id.as_str()].to_vec();
        let within = self.within("d", &mut values);
        let sql = format!(
            "{select} told_contact f JOIN told_contact g ON g.name = f.name AND g.value = f.value \
             JOIN dossier d ON d.id = g.dossier WHERE f.dossier = $2 AND d.insurer = $1 AND d.id <> $2{within} \
             ORDER BY d.id LIMIT {MAX_OF_PERSON}"
        );
        for row in self.db.fetch(&sql, &values).await? {
            add_of_person(&mut found, &row)?;
        }
        found.sort_by_key(|other| std::cmp::Reverse(other.opened_at));
        Ok(found)
    }
}

fn add_of_person(found: &mut Vec<PersonsDossier>, row: &Row) -> Result<(), StoreError> {
    let id = row.parse(0)?;
    if found.iter().all(|known| known.id != id) {
        found.push(PersonsDossier {
            id,
            conversation: row.parse(1)?,
            reference: row.text(2)?,
            peril: row.text(3)?,
            status: row.parse(4)?,
            policy: row.text_or_null(5)?,
            opened_at: row.time(6)?,
        });
    }
    Ok(())
}

fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

/// Adds a dossier that is not proposed yet.
fn add(found: &mut Vec<DuplicateCandidate>, row: &Row, reason: MatchReason) -> Result<(), StoreError> {
    let dossier = row.parse(0)?;
    if found.iter().all(|known| known.dossier != dossier) {
        let (reference, peril, opened_at) = (row.text(1)?, row.text(2)?, row.time(3)?);
        found.push(DuplicateCandidate { dossier, reference, peril, opened_at, reason });
    }
    Ok(())
}
