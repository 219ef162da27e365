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
mod tests;
