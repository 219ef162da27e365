use serde::Deserialize as _;
use serde_json::json;

use super::*;
use crate::{domain::id::DossierId, web::console::dossier::tests::with};

/// Lines of every kind, as they are stored.
const STORED: &str = include_str!("../../../../dossier/event/golden.tsv");

/// The kinds of lines that the program can write, as the enum's own error message lists them.
fn kinds() -> Vec<String> {
    let unknown = TimelineEvent::deserialize(json!({ "no_such_kind": {} })).unwrap_err().to_string();
    let (_, expected) = unknown.split_once("expected one of ").unwrap();
    expected.split(", ").map(|kind| kind.trim_matches('`').to_owned()).collect()
}

#[test]
fn every_kind_of_line_has_words_in_both_languages() {
    let lines: Vec<(&str, &str)> = STORED.lines().map(|line| line.split_once('\t').unwrap()).collect();
    let kinds = kinds();
    assert!(kinds.len() > 40, "{kinds:?}");
    for kind in &kinds {
        let of_kind: Vec<_> = lines.iter().filter(|(stored, _)| stored == kind).collect();
        assert!(!of_kind.is_empty(), "no stored line shows what {kind} tells");
        for (_, detail) in of_kind {
            let event = TimelineEvent::read(kind, detail);
            let detail = with(|lexicon| Detail::of(&event, lexicon));
            for language in Language::ALL {
                let told = detail.told(kind, &Actor::Guichet, language);
                assert!(told.as_ref().is_some_and(|told| !told.trim().is_empty()), "{kind} in {language:?}: {event:?}");
            }
        }
    }
}

#[test]
fn a_line_tells_names_and_leads_to_its_message_and_to_the_other_dossier() {
    let other = DossierId::new(jiff::Timestamp::UNIX_EPOCH);
    let told = |event: &TimelineEvent, kind: &str| {
        with(|lexicon| {
            let detail = Detail::of(event, lexicon);
            (detail.told(kind, &Actor::Guichet, Language::Fr).unwrap(), detail.message, detail.dossier)
        })
    };
    let collapse = TimelineEvent::Danger { detail: "collapse".into() };
    assert_eq!(told(&collapse, "danger").0, "a entendu un danger et donné les consignes\u{a0}: effondrement");
    let cited = TimelineEvent::Cited { message: 4, dossier: other, reference: "K7QF-93MX".into() };
    assert_eq!(
        told(&cited, "cited"),
        ("a écrit en citant le dossier K7QF-93MX, dont ce n’est pas l’adresse connue".into(), Some(4), Some(other))
    );
    let undecided = TimelineEvent::Oriented { mode: None, missing: vec!["damage_amount".into()] };
    assert_eq!(told(&undecided, "oriented").0, "n’a pas pu orienter, il manque\u{a0}: Montant estimé");
}
