use super::{LogEntry, NewEntry, Tip, Verdict};
use crate::domain::id::ConversationId;

fn log() -> (Vec<LogEntry>, Tip) {
    let at = "2026-11-20T10:00:00Z".parse().unwrap();
    let conversation = ConversationId::new(at);
    let mut tip = Tip::default();
    let entries = (1..=3).map(|number| {
        let (kind, value) = ("message".to_owned(), format!("value {number}"));
        let new = NewEntry { kind, seq: Some(number), actor: "guichet".into(), at, value };
        tip.append(conversation, [7; 16], new)
    });
    (entries.collect(), tip)
}

/// Follows the entries from the first one on.
fn verify(entries: &[LogEntry], tip: &Tip) -> Verdict {
    let mut reached = Tip::default();
    match entries.iter().find_map(|entry| reached.follow(entry).err()) {
        Some(number) => Verdict::BrokenAt(number),
        None => reached.against(tip),
    }
}

#[test]
fn an_untouched_log_is_intact() {
    let (entries, tip) = log();
    assert_eq!(verify(&entries, &tip), Verdict::Intact);
}

#[test]
fn every_change_shows() {
    let (entries, tip) = log();
    let changes: [fn(&mut LogEntry); 8] = [
        |entry| entry.value = Some("another".into()),
        |entry| entry.salt = Some([8; 16]),
        |entry| entry.value = None,
        |entry| entry.kind = "state".into(),
        |entry| entry.actor = "ines".into(),
        |entry| entry.seq = None,
        |entry| entry.key = Some("k1".into()),
        |entry| entry.at += jiff::SignedDuration::from_millis(1),
    ];
    for (which, change) in changes.into_iter().enumerate() {
        let mut changed = entries.clone();
        change(&mut changed[1]);
        assert_eq!(verify(&changed, &tip), Verdict::BrokenAt(2), "change {which}");
    }
    assert_eq!(verify(&entries[1..], &tip), Verdict::BrokenAt(2), "the first entry is gone");
    assert_eq!(verify(&entries[..2], &tip), Verdict::Truncated { found: 2, expected: 3 });
}

#[test]
fn an_erased_value_breaks_nothing() {
    let (mut entries, tip) = log();
    (entries[1].value, entries[1].salt) = (None, None);
    assert_eq!(verify(&entries, &tip), Verdict::Intact);
}
