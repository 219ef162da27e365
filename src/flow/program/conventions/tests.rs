use jiff::civil::date;

use super::{super::diagnostics::Strictness, *};

fn conventions(yaml: &str) -> (Conventions, Vec<String>) {
    let mut problems = Diagnostics::new(Strictness::Files);
    let read = Conventions::read(&Node::parse(FILE, yaml).unwrap(), &mut problems);
    (read, problems.into_sorted().iter().map(ToString::to_string).collect())
}

#[test]
fn an_estimate_with_vat_near_an_amount_without_is_neither_below_nor_above() {
    let (conventions, problems) = conventions(include_str!("../../../../flows/conventions.yaml"));
    assert_eq!(problems, Vec::<String>::new());
    let limit = |name, above| conventions.estimate(name, above, date(2026, 11, 20)).map(FiniteNumber::get);
    // 1,700 euros with VAT are 1,545 without: the quote decides.
    assert_eq!(limit("irsi_first_tranche", false), Some(1496.0));
    assert_eq!(limit("irsi_first_tranche", true), Some(2024.0));
    assert_eq!(limit("no_such_amount", true), None);
}

#[test]
fn an_amount_is_the_one_of_the_day_of_loss() {
    let yaml = "amounts: { survey: { vat: 20, since: { 2018-01-01: 650, 2022-01-01: 850 } } }";
    let (conventions, _) = conventions(yaml);
    let on = |day| conventions.estimate("survey", true, day).map(FiniteNumber::get);
    assert_eq!(on(date(2017, 12, 31)), None);
    assert_eq!((on(date(2021, 12, 31)), on(date(2022, 1, 1))), (Some(780.0), Some(1020.0)));
}

#[test]
fn what_is_no_amount_is_reported_at_its_place() {
    let (_, problems) = conventions("amounts:\n  one: { vat: 10 }\n  two: { since: { yesterday: 5 } }");
    assert!(problems[0].contains("conventions.yaml:2:3: error: `one` needs `since`"), "{problems:?}");
    assert!(problems.iter().any(|problem| problem.contains("`yesterday` is no day")), "{problems:?}");
}
