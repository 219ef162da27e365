use super::*;

#[test]
fn counted_identifiers_are_the_same_each_time_and_end_with_their_number() {
    let now = Timestamp::UNIX_EPOCH;
    let two = |ids: Ids| [ids.next::<DossierId>(now), ids.clone().next(now)].map(|id| id.to_string());
    let counted = two(Ids::counted_from(0xAB));
    assert_eq!(counted, two(Ids::counted_from(0xAB)));
    assert!(counted[0].ends_with("ab") && counted[1].ends_with("ac"), "{counted:?}");
    let random = two(Ids::Random);
    assert_ne!(random[0], random[1]);
}
