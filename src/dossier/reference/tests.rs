#[test]
fn it_is_short_stable_and_tells_dossiers_apart() {
    let one = "0190a0b0-c0d0-7e0f-8a0b-0123456789ab".parse().unwrap();
    let other = "0190a0b0-c0d0-7e0f-8a0b-0123456789ac".parse().unwrap();
    assert_eq!(super::reference_of(one), super::reference_of(one));
    assert_ne!(super::reference_of(one), super::reference_of(other));
    assert_eq!(super::reference_of(one).len(), 9);
}
