use super::*;

#[test]
fn words_are_found_by_their_hash_and_told_apart_where_it_is_the_same() {
    let mut map = WordMap::default();
    *map.get_or_insert_with("fuite", || 0) = 1;
    *map.get_or_insert_with("eau", || 2) += 1;
    assert_eq!(map.get_word("fuite"), Some(&1));
    assert_eq!(map.get_word("eau"), Some(&3));
    assert_eq!(map.get_word("feu"), None);
    assert_eq!(map.get(fnv(b"fuite"), "feu"), None);
}

#[test]
fn a_word_that_shares_the_hash_of_another_has_its_own_place() {
    let mut map = WordMap::default();
    map.by_hash.insert(fnv(b"eau"), ("another word".into(), 1));
    *map.get_or_insert_with("eau", || 0) = 2;
    assert_eq!(map.get_word("eau"), Some(&2));
    assert_eq!(map.get(fnv(b"eau"), "another word"), Some(&1));
}
