use axum::http::StatusCode;

use crate::web::console::testing::Trial;

#[tokio::test]
async fn one_click_makes_an_example_and_has_it_learnt() {
    let trial = Trial::start().await;
    let id = trial.miss("le bidule du toit a lâché").await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let (_, _, page) = trial.get_as(&cookie, "/console/missed").await;
    assert!(page.contains("le bidule du toit a lâché"));
    let address = format!("/console/missed/{id}");
    let teach = |intent: &str| format!("csrf={csrf}&intent={intent}");
    assert_eq!(trial.post_as(&cookie, &address, &teach("no_such")).await.0, StatusCode::BAD_REQUEST);
    assert_eq!(trial.post_as(&cookie, &address, &teach("declare_tempete")).await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.learnt(), 1);
    let taught = trial.engine().taught(0).await.unwrap();
    let taught: Vec<_> = taught.iter().map(|row| (row.version, row.intent.as_str(), row.text.as_str())).collect();
    assert_eq!(taught, [(1, "declare_tempete", "le bidule du toit a lâché")]);
    let (_, _, page) = trial.get_as(&cookie, "/console/missed").await;
    assert!(!page.contains("le bidule du toit a lâché"));
    // A text that was settled once cannot be settled again.
    assert_eq!(trial.post_as(&cookie, &address, &teach("declare_tempete")).await.0, StatusCode::SEE_OTHER);
    assert_eq!(trial.learnt(), 1);
}

#[tokio::test]
async fn what_teaches_nothing_leaves_the_list() {
    let trial = Trial::start().await;
    let id = trial.miss("pfff").await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    let (status, _, _) = trial.post_as(&cookie, &format!("/console/missed/{id}"), &format!("csrf={csrf}")).await;
    assert_eq!(status, StatusCode::SEE_OTHER);
    assert!(trial.engine().taught(0).await.unwrap().is_empty());
    assert!(trial.engine().cases(&crate::identity::Scope::everything()).missed(10).await.unwrap().is_empty());
    assert_eq!(trial.learnt(), 0);
}
