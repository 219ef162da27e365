use super::*;

#[test]
fn the_cookie_is_protected_and_plain_only_over_plain_http() {
    let safe = Cookies::for_public_url("https://guichet.example");
    assert_eq!(
        safe.set(Cookies::SESSION, "abc", 60),
        "__Host-guichet=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax; Secure"
    );
    let demo = Cookies::for_public_url("http://127.0.0.1:8080");
    assert_eq!(demo.set(Cookies::SESSION, "abc", 60), "guichet=abc; Path=/; Max-Age=60; HttpOnly; SameSite=Lax");
}

#[test]
fn a_cookie_is_read_by_its_whole_name() {
    let mut headers = HeaderMap::new();
    headers.insert(header::COOKIE, HeaderValue::from_static("a=1; guichet-log-in=2; guichet=3"));
    let demo = Cookies::for_public_url("http://127.0.0.1:8080");
    assert_eq!(demo.read(&headers, Cookies::SESSION), Some("3"));
    assert_eq!(demo.read(&headers, Cookies::LOG_IN), Some("2"));
    assert_eq!(Cookies::for_public_url("https://x").read(&headers, Cookies::SESSION), None);
}
