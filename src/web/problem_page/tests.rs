use axum::body::Body;
use http_body_util::BodyExt as _;
use tower::ServiceExt as _;

use super::*;
use crate::web::{problem::Problem, router, testing::Trial};

/// The `Accept` header with which Chromium opens an address.
const OPENED: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8";

async fn get(router: &axum::Router, address: &str, accept: &str, language: &str) -> (StatusCode, HeaderMap, String) {
    let request = Request::get(address).header(header::ACCEPT, accept).header(header::ACCEPT_LANGUAGE, language);
    let response = router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    let (head, body) = response.into_parts();
    let body = body.collect().await.unwrap().to_bytes();
    (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
}

#[tokio::test]
async fn a_person_at_a_wrong_address_or_site_reads_a_page_and_a_program_a_problem() {
    let trial = Trial::open(Vec::new()).await;
    let router = router(trial.app.clone());
    for wrong in ["/nowhere", "/chat?site=nobody", "/chat?insurer=nobody", "/c/an-old-link", "/channels/x/y"] {
        for (language, words) in
            [("fr-FR,fr;q=0.9", "Cette page n’existe pas"), ("en-GB,en", "This page does not exist")]
        {
            let (status, headers, page) = get(&router, wrong, OPENED, language).await;
            assert_eq!(
                (status, &headers[header::CONTENT_TYPE]),
                (StatusCode::NOT_FOUND, &"text/html; charset=utf-8".parse().unwrap()),
                "{wrong}"
            );
            assert!(page.contains(words) && !page.contains('{'), "{wrong}: {page}");
            assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().contains("style-src 'self'"));
        }
        for program in ["*/*", "application/json", "image/avif,image/webp,*/*;q=0.8", ""] {
            let (status, headers, problem) = get(&router, wrong, program, "fr").await;
            assert_eq!(
                (status, &headers[header::CONTENT_TYPE]),
                (StatusCode::NOT_FOUND, &"application/problem+json".parse().unwrap()),
                "{wrong}"
            );
            assert!(problem.starts_with('{'), "{wrong}");
        }
    }
}

#[tokio::test]
async fn whoever_is_to_come_back_later_is_told_so_with_the_status_kept() {
    let shown = page(Problem::too_many(30).into_response(), Language::Fr);
    assert_eq!(
        (shown.status(), &shown.headers()[header::RETRY_AFTER]),
        (StatusCode::TOO_MANY_REQUESTS, &"30".parse().unwrap())
    );
    let body = |response: Response| async {
        String::from_utf8(response.into_body().collect().await.unwrap().to_bytes().to_vec()).unwrap()
    };
    assert!(body(shown).await.contains("Réessayez dans un instant"));
    let broken = page(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "").into_response(), Language::En);
    assert!(body(broken).await.contains("Something went wrong"));
}
