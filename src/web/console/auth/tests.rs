use super::*;

#[test]
fn a_secret_is_masked_otherwise_each_time_and_stays_itself() {
    let secret = random_token().unwrap();
    let (one, other) = (masked(&secret).unwrap(), masked(&secret).unwrap());
    assert_ne!(one, other);
    for masked in [&one, &other] {
        assert_eq!(unmasked(masked).map(hex::encode).as_deref(), Some(&*secret));
    }
    for wrong in ["", "x", "abc", "abcdef"] {
        assert_eq!(unmasked(wrong), None, "{wrong}");
    }
}
