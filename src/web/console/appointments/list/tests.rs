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
            mode: "field".into(),
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
            experts: vec![Tab { address: address_of("plefevre"), name: "Paul Lefèvre".into(), active: true }],
            days: vec![Agenda { weekday: 2, day: "24/11/2026".into(), visits: vec![(slot, case.clone())] }],
            to_arrange: vec![(When(Timestamp::UNIX_EPOCH), case)],
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
