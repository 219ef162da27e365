use super::*;

#[test]
fn originals_are_attachments_that_may_do_nothing() {
    let headers = original_headers(MediaType::Pdf, "dégât \"1\".pdf");
    assert_eq!(
        headers,
        [
            ("content-type", "application/pdf".to_owned()),
            (
                "content-disposition",
                "attachment; filename=\"d_g_t _1_.pdf\"; filename*=UTF-8''d%C3%A9g%C3%A2t%20%221%22.pdf".to_owned()
            ),
            ("x-content-type-options", "nosniff".to_owned()),
            ("content-security-policy", "sandbox; default-src 'none'".to_owned()),
            ("cache-control", "private, no-cache".to_owned()),
        ]
    );
}

#[test]
fn no_name_breaks_out_of_its_header() {
    for name in ["a\r\nb: c.jpg", "\"; x=\"", "💧.jpg", "a'b*c%.jpg"] {
        for (_, value) in original_headers(MediaType::Jpeg, name) {
            assert!(axum::http::HeaderValue::from_str(&value).is_ok(), "{value:?}");
            assert_eq!(value.matches('"').count() % 2, 0);
            assert!(value.is_ascii());
        }
    }
}

#[test]
fn a_preview_is_kept_by_no_browser() {
    let kept = preview_headers().into_iter().find(|(name, _)| *name == "cache-control").unwrap();
    assert_eq!(kept.1, "no-store, private");
}
