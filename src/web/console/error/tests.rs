use super::*;

impl ProblemPage {
    pub(in crate::web::console) fn sample() -> Self {
        Self { kind: ProblemKind::NotFound }
    }
}

#[test]
fn every_problem_page_renders() {
    for kind in [
        ProblemKind::NotFound,
        ProblemKind::Forged,
        ProblemKind::Malware,
        ProblemKind::BadForm,
        ProblemKind::Overtaken,
        ProblemKind::Unavailable,
        ProblemKind::Broken,
    ] {
        let page = ProblemPage { kind }.render().unwrap();
        assert!(page.contains("<h1"), "{kind:?}");
    }
}

#[test]
fn a_fragment_sends_the_whole_page_to_the_log_in() {
    let response = ConsoleError::NotLoggedIn { is_fragment: true, back: None }.into_response();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(response.headers()["hx-redirect"], "/console/log-in");
}

#[test]
fn the_log_in_knows_where_to_go_on() {
    let back = Some("/console/dossiers/1?a=b&c".to_owned());
    let response = ConsoleError::NotLoggedIn { is_fragment: false, back }.into_response();
    assert_eq!(response.headers()[header::LOCATION], "/console/log-in?next=%2Fconsole%2Fdossiers%2F1%3Fa%3Db%26c");
}
