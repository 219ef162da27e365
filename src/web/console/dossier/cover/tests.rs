use jiff::Timestamp;

use super::*;
use crate::{
    domain::{
        fact::{Source, Value},
        id::DossierId,
    },
    web::console::dossier::tests,
};

#[test]
fn a_number_is_not_looked_up_not_found_or_found() {
    let at = |second| Timestamp::from_second(second).unwrap();
    let dossier = tests::dossier(DossierId::new(at(0)));
    let number = |seq, number: &str| FactRow {
        seq,
        name: "policy_number".into(),
        value: Some(Value::Text(number.into())),
        source: Source::Policyholder,
        message_seq: None,
        at: at(seq),
    };
    let (first, again, other) = (number(1, "7541289"), number(3, "7541289"), number(4, "7541290"));
    let not_found = Entry::new(1, "guichet", &TimelineEvent::PolicyNotFound {}, at(2)).unwrap();
    let register = |rows: &[FactRow], entries: &[Entry]| {
        let events: Vec<_> = entries.iter().map(Entry::event).collect();
        tests::with(|lexicon| Cover::of(&dossier, None, rows, entries, &events, lexicon).register)
    };
    assert!(matches!(register(&[], &[]), Register::NoNumber));
    assert!(matches!(register(std::slice::from_ref(&first), &[]), Register::NotLookedUp));
    let answered = [not_found];
    assert!(matches!(register(&[first.clone(), again.clone()], &answered), Register::NotFound));
    assert!(matches!(register(&[first, again, other], &answered), Register::NotLookedUp), "another number");
}
