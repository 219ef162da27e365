use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

impl AppointmentsPage {
    pub(in crate::web::console) fn sample() -> Self {
        let case = Case {
            dossier: "1".into(),
            reference: "K7QF-93MX".into(),
            peril: "Dégât des eaux".into(),
            holder: Some("Jeanne <Petit>".into()),
            phone: Some("+33639980001".into()),
            address: "12 rue des Lilas, 69003 Lyon".into(),
            mode: OrientationMode::Field,
            state: MissionState::Ordered,
        };
        let slot = SlotView {
            id: "2".into(),
            start: Timestamp::UNIX_EPOCH,
            weekday: 2,
            day: "24/11/2026".into(),
            from: "14:00".into(),
            until: "15:00".into(),
            place: "12 rue des Lilas, 69003 Lyon".into(),
        };
        Self {
            shell: Shell::sample(),
            experts: vec![Tab { address: address_of("plefevre", "", ""), name: "Paul Lefèvre".into(), active: true }],
            days: vec![Agenda { weekday: 2, day: "24/11/2026".into(), appointments: vec![(slot, case.clone())] }],
            to_arrange: vec![(When(Timestamp::UNIX_EPOCH), case)],
            more_appointments: Some(address_of("plefevre", "1_2", "")),
            more_to_arrange: Some(address_of("plefevre", "", "1_2")),
            first: Some(address_of("plefevre", "", "")),
        }
    }
}

#[tokio::test]
async fn an_expert_sees_where_to_go_in_order_and_whom_to_call() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let (_, _, page) = trial.get_as(&cookie, "/console/appointments").await;
    assert!(page.contains("Paul Lefèvre") && page.contains("Aucun rendez-vous"), "nothing yet");
    trial.book("2026-11-24T13:00:00Z").await;
    let (status, _, page) = trial.get_as(&cookie, "/console/appointments?expert=plefevre").await;
    assert_eq!(status, StatusCode::OK);
    for shown in ["mardi 24/11/2026", "14:00", "15:00", "Dégât des eaux", "Jeanne Petit"] {
        assert!(page.contains(shown), "{shown}");
    }
    let (_, _, page) = trial.get_as(&cookie, "/console/appointments?expert=adiallo").await;
    assert!(page.contains("Aucun rendez-vous"));
}

/// The address behind a link of the page.
fn link(page: &str, name: &str) -> Option<String> {
    let before = page.split(&format!(">{name}<")).next().filter(|before| before.len() < page.len())?;
    let href = before.rsplit("href=\"").next()?.split('"').next()?;
    Some(href.replace("&#38;", "&").replace("&amp;", "&"))
}

#[tokio::test]
async fn an_expert_with_many_missions_finds_every_appointment() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let mut booked = Vec::new();
    for number in 0..130 {
        let start = Timestamp::from_second(1_795_525_200 + 3600 * number).unwrap();
        booked.push(trial.book(&start.to_string()).await.to_string());
    }
    let mut found = Vec::new();
    let mut address = Some("/console/appointments?expert=plefevre".to_owned());
    while let Some(next) = address {
        let (status, _, page) = trial.get_as(&cookie, &next).await;
        assert_eq!(status, StatusCode::OK);
        let links = page.split("/console/appointments/").skip(1);
        found.extend(links.filter_map(|link| Some(link.split_once("/calendar")?.0.to_owned())));
        assert_eq!(link(&page, "Début de la liste").is_some(), next.contains("after="), "{next}");
        address = link(&page, "Rendez-vous suivants");
    }
    assert_eq!(found, booked);
}
