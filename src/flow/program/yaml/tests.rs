use super::*;

/// On a thread of the usual size, whose stack sixty levels overflowed.
#[test]
fn what_is_nested_too_deep_is_a_mistake_with_its_place() {
    let nested = |depth: usize| Node::parse("a.yaml", &format!("a: {}1{}", "[".repeat(depth), "]".repeat(depth)));
    assert!(nested(MAX_DEPTH - 4).is_ok());
    for depth in [MAX_DEPTH + 1, 1000, 100_000] {
        let mistake = nested(depth).unwrap_err();
        assert_eq!((mistake.file.as_str(), mistake.line), ("a.yaml", 1), "{mistake}");
    }
}
