use super::ends_with_secret;

#[test]
fn the_secret_is_the_last_part_of_the_path() {
    for (url, expected) in [
        ("https://g.example/channels/sms/a/s3cret", true),
        ("https://g.example/channels/sms/a/s3cret?id=1", true),
        ("https://g.example/channels/sms/a/s3%63ret", true),
        ("https://g.example/channels/sms/a/s3cret2", false),
        ("https://g.example/channels/sms/a/", false),
        ("https://g.example/channels/sms/a?x=/s3cret", false),
    ] {
        assert_eq!(ends_with_secret(url, "s3cret"), expected, "{url}");
    }
    assert!(!ends_with_secret("https://g.example/", ""));
}
