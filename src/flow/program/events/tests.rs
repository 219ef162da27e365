use jiff::civil::date;

use super::{BTreeSet, Diagnostics, Moment, Node, check, read};
use crate::domain::fact::Precision;

const STORM: &str = "events:\n  - name: { fr: Tempête, en: Storm }\n    perils: [storm]\n    from: 2026-11-13\n    \
                     to: 2026-11-15\n    postcodes: [\"69\", \"38200\"]\n";

fn problems_of(source: &str) -> Vec<String> {
    let mut problems = Diagnostics::default();
    let events = read(&Node::parse("events.yaml", source).unwrap(), &mut problems);
    check(&events, &BTreeSet::from(["storm"]), &mut problems);
    problems.into_sorted().iter().map(ToString::to_string).collect()
}

#[test]
fn an_event_strikes_by_peril_place_and_date() {
    let mut problems = Diagnostics::default();
    let events = read(&Node::parse("events.yaml", STORM).unwrap(), &mut problems);
    let on = |day| Moment { start: date(2026, 11, day).at(0, 0, 0, 0), end: None, precision: Precision::Day };
    let month = Moment { start: date(2026, 11, 1).at(0, 0, 0, 0), end: None, precision: Precision::Month };
    let cases = [
        ("storm", on(13), "69003", true),
        ("storm", on(15), "38200", true),
        ("storm", month, "69100", true),
        ("storm", on(12), "69003", false),
        ("storm", on(16), "69003", false),
        ("storm", on(14), "38000", false),
        ("flood", on(14), "69003", false),
    ];
    for (peril, when, postcode, struck) in cases {
        assert_eq!(events[0].struck(peril, &when, postcode), struck, "{peril} {when:?} {postcode}");
    }
}

#[test]
fn mistakes_are_named() {
    assert_eq!(problems_of(STORM), Vec::<String>::new());
    let cases = [
        ("[storm]", "[storms]", "no flow has the peril `storms`"),
        ("2026-11-15", "2026-11-01", "the event ends before it begins"),
        ("2026-11-13", "soon", "`from` is a date"),
        ("\"69\"", "Rhône", "`Rhône` is no postcode"),
        ("[\"69\", \"38200\"]", "[]", "the event needs `postcodes`"),
    ];
    for (right, wrong, message) in cases {
        let problems = problems_of(&STORM.replace(right, wrong));
        assert!(problems.iter().any(|problem| problem.contains(message)), "{wrong}: {problems:?}");
    }
}
