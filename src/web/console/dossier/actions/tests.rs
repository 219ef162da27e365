use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

const OTHER: &str = "0190a0b0-c0d0-7e0f-8a0b-0123456789ab";

#[tokio::test]
async fn each_form_becomes_its_action_under_the_handlers_name() {
    let trial = Trial::start().await;
    let start: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    let other = trial.another_dossier().await;
    for (address, form, action) in [
        ("reply", "&text=Bonjour%0D%0AMadame+", Action::Reply { text: "Bonjour\nMadame".into() }),
        ("take-over", "", Action::TakeOver),
        ("give-back", "", Action::GiveBack),
        ("ask-document", "&kind=lease&text=", Action::AskDocument { kind: "lease".into(), text: None }),
        (
            "ask-document",
            "&kind=lease&text=Votre+bail+%3F",
            Action::AskDocument { kind: "lease".into(), text: Some("Votre bail ?".into()) },
        ),
        (
            "sort-document",
            &*format!("&document={OTHER}&kind=lease"),
            Action::SortDocument { document: OTHER.parse().unwrap(), kind: "lease".into() },
        ),
        (
            "override",
            "&mode=field&reason=Plafond",
            Action::Override { mode: OrientationMode::Field, reason: "Plafond".into() },
        ),
        ("mission", "&step=order&expert=plefevre", Action::Mission(MissionStep::Order { expert: "plefevre".into() })),
        ("mission", "&step=offer", Action::Mission(MissionStep::Offer)),
        ("mission", "&step=book&start=2026-11-24T08:00:00Z", Action::Mission(MissionStep::Book { start })),
        ("mission", "&step=cancel", Action::Mission(MissionStep::CancelAppointment)),
        ("mission", "&step=accept", Action::Mission(MissionStep::Accept)),
        ("mission", "&step=done", Action::Mission(MissionStep::Done)),
        ("mission", "&step=withdraw", Action::Mission(MissionStep::Withdraw)),
        ("merge", &*format!("&other={other}"), Action::Merge { other }),
        ("reject-duplicate", &*format!("&other={other}"), Action::RejectDuplicate { other }),
        ("desk", "&desk=motor&reason=Auto", Action::MoveToDesk { desk: "motor".into(), reason: "Auto".into() }),
        (
            "party",
            "&role=agent&name=Cabinet+Rive&phone=&email=a%40b.example",
            Action::AddParty {
                role: "agent".into(),
                name: "Cabinet Rive".into(),
                phone: String::new(),
                email: "a@b.example".into(),
            },
        ),
        (
            "priority",
            "&priority=high&reason=Toit",
            Action::SetPriority { priority: Priority::High, reason: "Toit".into() },
        ),
    ] {
        assert_eq!(trial.act(address, form).await, Ok(()), "{address}{form}");
        assert_eq!(trial.acts().last(), Some(&("camille".to_owned(), action)));
    }
}

#[tokio::test]
async fn a_form_that_lacks_something_does_nothing() {
    let trial = Trial::start().await;
    for (address, form) in [
        ("reply", "&text=++"),
        ("reply", &*format!("&text={}", "x".repeat(MAX_TEXT + 1))),
        ("reply", ""),
        ("ask-document", "&kind=unicorn"),
        ("sort-document", &*format!("&document={OTHER}&kind=unicorn")),
        ("sort-document", "&document=x&kind=lease"),
        ("override", "&mode=field&reason="),
        ("override", "&mode=moon&reason=x"),
        ("mission", "&step=order&expert=nobody"),
        ("mission", "&step=order"),
        ("mission", "&step=book"),
        ("mission", "&step=dance"),
        ("mission", ""),
        ("party", "&role=unicorn&name=A"),
        ("party", "&role=agent&name=+"),
        ("merge", "&other=x"),
        ("reject-duplicate", "&other=x"),
        ("close", "&reason=+"),
        ("close", "&reason=x&refuses=yes"),
        ("close", "&reason=x&refuses=yes&message=La+raison+%3A+%5B%E2%80%A6%5D."),
    ] {
        assert_eq!(trial.act(address, form).await, Err(StatusCode::BAD_REQUEST), "{address}{form}");
    }
    assert!(trial.acts().is_empty());
}

#[tokio::test]
async fn a_supposed_kind_is_shown_as_that_with_the_click_that_confirms_it() {
    let trial = Trial::start().await;
    let dossier = trial.dossier().await;
    let photo = trial.photo(dossier).await;
    let cookie = trial.log_in().await;
    let (_, _, page) = trial.get_as(&cookie, &format!("/console/dossiers/{dossier}")).await;
    for part in ["<span class=\"supposed\">supposé</span>", "à confirmer", &format!("id=\"sort-yes-{photo}\"")] {
        assert!(page.contains(part), "{part} is not in {page}");
    }
    assert_eq!(trial.act("sort-document", &format!("&document={photo}&kind=photo_wide")).await, Ok(()));
}

#[tokio::test]
async fn only_another_dossier_of_ones_own_is_merged_or_told_apart() {
    let trial = Trial::start().await;
    let itself = trial.dossier().await.to_string();
    for address in ["merge", "reject-duplicate"] {
        for other in [OTHER, &itself] {
            assert_eq!(trial.act(address, &format!("&other={other}")).await, Err(StatusCode::NOT_FOUND));
        }
    }
    assert!(trial.acts().is_empty());
}

#[tokio::test]
async fn an_action_that_is_not_stored_is_not_said_to_be() {
    let trial = Trial::start().await;
    trial.break_actions();
    assert_eq!(trial.act("reply", "&text=Bonjour").await, Err(StatusCode::SERVICE_UNAVAILABLE));
}

#[tokio::test]
async fn without_the_forms_token_nothing_is_done() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let address = format!("/console/dossiers/{}/reply", trial.dossier().await);
    assert_eq!(trial.post_as(&cookie, &address, "csrf=x&text=a").await.0, StatusCode::FORBIDDEN);
    assert_eq!(trial.post_as(&cookie, &address, "text=a").await.0, StatusCode::BAD_REQUEST);
    assert_eq!(trial.post_as("", &address, "csrf=x&text=a").await.0, StatusCode::SEE_OTHER);
    assert!(trial.acts().is_empty());
}

#[tokio::test]
async fn an_unknown_dossier_and_no_dossier_are_the_same() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let csrf = trial.csrf(&cookie).await;
    for id in [OTHER, "nonsense"] {
        let address = format!("/console/dossiers/{id}/close");
        let (status, _, _) = trial.post_as(&cookie, &address, &format!("csrf={csrf}&reason=x")).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
    }
}
