use super::*;

#[test]
fn ibans_are_checked() {
    assert!(is_iban("fr1420041010050500013m02606"), "the example of the registry");
    assert!(is_iban("gb82west12345698765432"));
    assert!(!is_iban("fr1520041010050500013m02606"));
}

#[test]
fn companies_are_checked() {
    assert!(luhn("552100554") && luhn("55210055400013") && !luhn("552100553") && !luhn("000000000"));
    assert!(is_post_office("35600000049837") && !is_post_office("35600000049838"));
}
