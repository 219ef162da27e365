use super::*;

#[test]
fn what_a_test_asks_is_read_back() {
    let threshold = |value| Limit::Threshold { name: "desk_limit".into(), value };
    let bound = |relation: &str, limit| Bound { relation: relation.into(), limit };
    for expected in [
        Expectation::Yes,
        Expectation::OneOf(vec!["leak".into()]),
        Expectation::Within(vec![bound("<=", threshold(Some(800.0))), bound(">", Limit::Number(3.0))]),
        Expectation::Within(vec![bound("<", Limit::Date("2026-11-20".parse().unwrap())), bound("=", threshold(None))]),
    ] {
        let stored = serde_json::to_string(&expected).unwrap();
        assert_eq!(serde_json::from_str::<Expectation>(&stored).unwrap(), expected, "{stored}");
    }
}
