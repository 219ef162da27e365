use super::*;

#[test]
fn the_last_number_is_read_again_and_what_is_no_number_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let database = folder.path().join("x.db");
    let end = LogEnd::open(&database).unwrap();
    assert_eq!(end.noted(), None);
    for number in [7, 123_456, 9] {
        end.note(number);
        assert_eq!(LogEnd::open(&database).unwrap().noted(), Some(number));
    }
    fs::write(note_of(&database), "no number at all, and long").unwrap();
    assert_eq!(LogEnd::open(&database).unwrap().noted(), None);
    forget(&database).unwrap();
    forget(&database).unwrap();
    assert_eq!(LogEnd::open(&database).unwrap().noted(), None);
}
