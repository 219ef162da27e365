use std::os::unix::fs::symlink;

use super::*;

fn mode(path: &Path) -> u32 {
    fs::metadata(path).unwrap().mode() & 0o777
}

fn leave_open(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn what_was_left_open_is_made_private_with_all_that_is_in_it() {
    let home = tempfile::tempdir().unwrap();
    let documents = home.path().join("documents");
    let deep = documents.join("sha256/ab");
    fs::create_dir_all(&deep).unwrap();
    let paper = deep.join("cdef");
    fs::write(&paper, "a paper").unwrap();
    for path in [&documents, &documents.join("sha256"), &deep] {
        leave_open(path, 0o755);
    }
    leave_open(&paper, 0o664);
    folder(&documents).unwrap();
    assert_eq!((mode(&documents), mode(&deep), mode(&paper)), (0o700, 0o700, 0o600));

    // What a private folder hides is not walked through.
    leave_open(&paper, 0o644);
    folder(&documents).unwrap();
    assert_eq!(mode(&paper), 0o644);
}

#[test]
fn a_database_is_private_with_its_folder_and_what_a_link_leads_to_is_left_alone() {
    let home = tempfile::tempdir().unwrap();
    let data = home.path().join("data");
    fs::create_dir(&data).unwrap();
    let file = data.join("guichet.db");
    for name in ["guichet.db", "guichet.db-wal", "guichet.db-shm", "elsewhere"] {
        fs::write(data.join(name), "").unwrap();
        leave_open(&data.join(name), 0o644);
    }
    leave_open(&data, 0o755);
    database(&file).unwrap();
    assert_eq!(mode(&data), 0o700);
    for name in ["guichet.db", "guichet.db-wal", "guichet.db-shm"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    assert_eq!(mode(&data.join("elsewhere")), 0o644);
    let many = home.path().join("many");
    fs::create_dir(&many).unwrap();
    leave_open(&many, 0o1777);
    database(&many.join("guichet.db")).unwrap();
    assert_eq!(mode(&many), 0o777, "a folder where many write is not ours to close");
    assert!(!is_for_data(Path::new("/")) && !is_for_data(Path::new("..")) && !is_for_data(Path::new("")));
    let link = data.join("link");
    symlink(data.join("elsewhere"), &link).unwrap();
    assert!(!one(&link).unwrap());
    assert!(!one(&data.join("missing")).unwrap());
}
