use super::*;

#[test]
fn a_secret_is_where_it_is_said_to_be_and_is_never_shown() {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), "from a file\n").unwrap();
    for (written, found) in [
        (" written here ", Some("written here")),
        (&format!("file:{}", file.path().display()), Some("from a file")),
        ("env:CARGO_PKG_NAME", Some("guichet")),
        ("env:GUICHET_TEST_IS_NOT_SET", None),
        ("file:/nowhere/at/all", None),
        ("", None),
    ] {
        let secret = Secret::new(written);
        let revealed = secret.reveal().ok();
        assert_eq!(revealed.as_deref().map(String::as_str), found, "{written}");
        assert!(found.is_none_or(|found| !format!("{revealed:?}").contains(found)), "{written}");
        assert_eq!(format!("{secret:?} {}", serde_json::to_string(&secret).unwrap()), "(hidden) \"(hidden)\"");
    }
}
