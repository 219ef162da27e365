use crate::web::console::testing::Trial;

#[tokio::test]
async fn the_templates_of_a_dossier_are_a_list_with_their_texts() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let address = format!("/console/dossiers/{}/templates", trial.dossier().await);
    let (_, _, page) = trial.get_as(&cookie, &address).await;
    let line = "data-use=\"reply\" data-insert=\"Bonjour, Camille Morel &#38; vous\"";
    assert!(page.contains(line) && page.contains("/bonjour"), "{page}");
}
