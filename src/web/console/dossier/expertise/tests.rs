use super::*;
use crate::{
    domain::{
        fact::{Address, Source, Value},
        fact_name::FactName,
        id::DossierId,
    },
    web::console::testing::{Trial, library},
};

fn names(mode: Option<&str>, peril: &str, postcode: Option<&str>) -> Vec<String> {
    let mut dossier = super::super::tests::dossier(DossierId::new(Timestamp::UNIX_EPOCH));
    dossier.orientation = mode.map(|mode| mode.parse().unwrap());
    peril.clone_into(&mut dossier.peril);
    let place = Address { line: "12 rue X".into(), postcode: postcode.map(str::to_owned), ..Address::default() };
    let rows = [FactRow {
        seq: 1,
        name: FactName::LOSS_PLACE,
        value: Some(Value::Address(place)),
        source: Source::Policyholder,
        message_seq: None,
        at: Timestamp::UNIX_EPOCH,
    }];
    let view = candidates(&library(), &dossier, &rows, &BTreeMap::new());
    view.proposed.into_iter().map(|expert| expert.name).collect()
}

#[test]
fn who_works_there_in_that_mode_on_that_peril_is_proposed() {
    assert_eq!(names(Some("field"), "water_damage", Some("69003")), ["Paul Lefèvre"]);
    assert_eq!(names(Some("visio"), "water_damage", Some("75011")), ["Awa Diallo", "Sophie Girard"]);
    assert_eq!(names(Some("tele"), "burglary", None), ["Sophie Girard"]);
    for (mode, peril, postcode) in [
        (None, "water_damage", Some("69003")),
        (Some("desk"), "water_damage", Some("69003")),
        (Some("field"), "burglary", Some("69003")),
        (Some("field"), "water_damage", Some("97400")),
        (Some("field"), "water_damage", None),
    ] {
        assert!(names(mode, peril, postcode).is_empty(), "{mode:?} {peril} {postcode:?}");
    }
}

#[tokio::test]
async fn the_slot_that_is_booked_is_not_offered_once_more() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    trial.book("2026-11-24T13:00:00Z").await;
    let (_, _, page) = trial.get_as(&cookie, &format!("/console/dossiers/{}", trial.dossier().await)).await;
    assert!(page.contains("value=\"2026-11-24T13:30:00Z\""), "it may move over itself");
    assert!(!page.contains("value=\"2026-11-24T13:00:00Z\""));
}

#[tokio::test]
async fn what_was_cancelled_can_be_taken_out_of_a_calendar() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let id = trial.book("2026-11-24T13:00:00Z").await;
    trial.cancel(id).await;
    let (_, _, page) = trial.get_as(&cookie, &format!("/console/dossiers/{}", trial.dossier().await)).await;
    assert!(page.contains("Rendez-vous annulé") && page.contains(&format!("/console/appointments/{id}/calendar")));
}
