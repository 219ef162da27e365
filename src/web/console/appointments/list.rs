//! `/console/appointments`: an expert's missions and appointments, in order, with what they need on the way. Whoever logs
//! in as an expert of `flows/experts.yaml` sees their own first.

use std::collections::BTreeMap;

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{
    domain::{fact::Value, id::MissionId},
    store::{AppointmentRow, MissionRow, MissionState},
    web::console::{
        Console, assets,
        auth::Session,
        dossier::{
            expertise::{SlotView, zone},
            facts::current,
        },
        error::ConsoleError,
        page::{Shell, html},
        when::When,
    },
};

/// The most missions on one page.
const MOST: usize = 60;
/// What began some hours ago is still of the day.
const STILL_SHOWN: SignedDuration = SignedDuration::from_hours(12);

#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    expert: String,
}

#[derive(Template)]
#[template(path = "appointments.html")]
pub(in crate::web::console) struct AppointmentsPage {
    shell: Shell,
    experts: Vec<Tab>,
    days: Vec<Agenda>,
    /// Missions for which nothing is booked, the oldest first.
    to_arrange: Vec<(When, Case)>,
}

/// An expert whose page can be opened.
struct Tab {
    address: String,
    name: String,
    active: bool,
}

/// The appointments of one day.
struct Agenda {
    weekday: i8,
    day: String,
    visits: Vec<(SlotView, Case)>,
}

/// What an expert must know of a dossier.
#[derive(Clone)]
struct Case {
    dossier: String,
    reference: String,
    peril: String,
    holder: Option<String>,
    phone: Option<String>,
    address: String,
    mode: String,
    state: MissionState,
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, ConsoleError> {
    let experts = &console.library().experts().experts;
    let named = |id: &str| experts.iter().find(|expert| expert.id == id);
    let expert = named(&asked.expert).or_else(|| named(&session.login)).or_else(|| experts.first());
    let (mut days, mut to_arrange) = (Vec::new(), Vec::new());
    if let Some(expert) = expert {
        let (missions, booked) = tokio::try_join!(
            console.store().open_missions(&expert.id),
            console.store().booked(&expert.id, console.now() - STILL_SHOWN, Timestamp::MAX),
        )?;
        let known = try_join_all(missions.iter().take(MOST).map(|mission| case_of(&console, mission))).await?;
        let cases: BTreeMap<MissionId, Case> = missions.iter().map(|row| row.id).zip(known).collect();
        days = days_of(&console, &missions, &booked, &cases);
        let unarranged = missions.iter().filter(|row| booked.iter().all(|booking| booking.mission != row.id));
        to_arrange = unarranged.filter_map(|row| Some((When(row.ordered_at), cases.get(&row.id)?.clone()))).collect();
    }
    let active = expert.map(|expert| expert.id.clone());
    html(&AppointmentsPage {
        shell: Shell::from(&session),
        experts: experts
            .iter()
            .map(|expert| Tab {
                address: address_of(&expert.id),
                name: expert.name.clone(),
                active: Some(&expert.id) == active.as_ref(),
            })
            .collect(),
        days,
        to_arrange,
    })
}

fn address_of(expert: &str) -> String {
    let expert: String = url::form_urlencoded::byte_serialize(expert.as_bytes()).collect();
    format!("/console/appointments?expert={expert}")
}

fn days_of(
    console: &Console,
    missions: &[MissionRow],
    booked: &[AppointmentRow],
    cases: &BTreeMap<MissionId, Case>,
) -> Vec<Agenda> {
    let mut days: Vec<Agenda> = Vec::new();
    for row in booked {
        let Some(case) = cases.get(&row.mission) else { continue };
        let insurer = missions.iter().find(|mission| mission.id == row.mission).map(|mission| mission.insurer.as_str());
        let slot = SlotView::of(row, &zone(console.library(), insurer.unwrap_or_default()));
        match days.last_mut().filter(|day| day.day == slot.day) {
            Some(day) => day.visits.push((slot, case.clone())),
            None => {
                days.push(Agenda { weekday: slot.weekday, day: slot.day.clone(), visits: vec![(slot, case.clone())] });
            }
        }
    }
    days
}

async fn case_of(console: &Console, mission: &MissionRow) -> Result<Case, ConsoleError> {
    let (dossier, facts) =
        tokio::try_join!(console.store().dossier(mission.dossier), console.store().facts(mission.dossier))?;
    let dossier = dossier.ok_or(ConsoleError::NotFound)?;
    let phone = match current(&facts, "phone") {
        Some(Value::Phone(phone)) => Some(phone.clone()),
        _ => None,
    };
    let address = match current(&facts, "loss_place") {
        Some(Value::Address(address)) => address.in_one_line(),
        _ => String::new(),
    };
    Ok(Case {
        dossier: dossier.id.to_string(),
        reference: dossier.reference,
        peril: console.names().peril(&dossier.peril).to_owned(),
        holder: dossier.holder,
        phone,
        address,
        mode: mission.mode.clone(),
        state: mission.state,
    })
}

#[cfg(test)]
mod tests {
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
}
