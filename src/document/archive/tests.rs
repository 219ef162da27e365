use super::*;

#[test]
fn what_is_written_is_listed_with_its_checksum_and_its_place() {
    let mut archive = Archive::default();
    let mut file = archive.begin("a.txt");
    for part in [&b"1234"[..], b"56789"] {
        archive.note(part);
        file.extend_from_slice(part);
    }
    file.extend(archive.end());
    file.extend(archive.begin("../b/a.txt"));
    file.extend(archive.end());
    let written = u32::try_from(file.len()).unwrap();
    let list = archive.finish();
    let at = |bytes: &[u8], place: usize| u32::from_le_bytes(bytes[place..place + 4].try_into().unwrap());

    assert_eq!(at(&file, 0), LOCAL);
    assert_eq!(&file[30..44], b"a.txt123456789");
    // The check value of CRC-32.
    assert_eq!((at(&file, 44), at(&file, 48), at(&file, 52)), (DESCRIPTOR, 0xcbf4_3926, 9));
    assert_eq!((at(&list, 0), at(&list, 16), at(&list, 20), at(&list, 42)), (CENTRAL, 0xcbf4_3926, 9, 0));
    let second = 46 + 5;
    assert_eq!((at(&list, second), at(&list, second + 16), at(&list, second + 42)), (CENTRAL, 0, 60));
    assert_eq!(&list[second + 46..second + 56], b".._b_a.txt");
    let end = list.len() - 22;
    assert_eq!((at(&list, end), at(&list, end + 16)), (END, written));
}

#[test]
fn names_are_in_no_folder_and_each_is_one_files() {
    let mut archive = Archive::default();
    for name in ["a.jpg", "A.jpg", "a.jpg", "x\\y", "x/y"] {
        archive.begin(name);
        archive.end();
    }
    let names: Vec<&str> = archive.entries.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(names, ["a.jpg", "A (2).jpg", "a (3).jpg", "x_y", "x_y (2)"]);
}
