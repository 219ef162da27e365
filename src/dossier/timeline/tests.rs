use jiff::Timestamp;

use super::{Entry, Tip, Verdict, append, verify};
use crate::domain::id::DossierId;

fn chain() -> (DossierId, Vec<Entry>, Tip) {
    let dossier = DossierId::new(Timestamp::UNIX_EPOCH);
    let mut tip = Tip::default();
    let entries = ["opened", "fact", "oriented"]
        .iter()
        .map(|kind| {
            let entry = append(dossier, &tip, "guichet", (*kind).into(), "{}".into(), Timestamp::UNIX_EPOCH);
            tip = Tip { seq: entry.seq, hash: entry.hash.clone() };
            entry
        })
        .collect();
    (dossier, entries, tip)
}

#[test]
fn an_untouched_timeline_is_intact() {
    let (dossier, entries, tip) = chain();
    assert_eq!(verify(dossier, &entries, &tip), Verdict::Intact);
}

#[test]
fn a_changed_a_removed_and_a_cut_line_show() {
    let (dossier, entries, tip) = chain();
    let mut changed = entries.clone();
    changed[1].detail = "{\"amount\":1}".into();
    assert_eq!(verify(dossier, &changed, &tip), Verdict::BrokenAt(2));
    let mut removed = entries.clone();
    removed.remove(1);
    assert_eq!(verify(dossier, &removed, &tip), Verdict::BrokenAt(3));
    assert_eq!(verify(dossier, &entries[..2], &tip), Verdict::Truncated { found: 2, expected: 3 });
}
