use super::*;

#[test]
fn one_mistake_is_near_and_two_are_not() {
    for (typed, meant) in [
        ("dupont", "dupont"),
        ("dupond", "dupont"),
        ("dupon", "dupont"),
        ("duppont", "dupont"),
        ("matrin", "martin"),
        ("oeuvrar", "oeuvrard"),
        ("éé", "é"),
    ] {
        assert!(is_near(typed, meant) && is_near(meant, typed), "{typed}");
    }
    for (typed, other) in [("dupont", "durand"), ("martin", "marti na"), ("abcd", "badc"), ("abc", "cba")] {
        assert!(!is_near(typed, other), "{typed}");
    }
}
