//! `/console/appointments`: an expert's missions and appointments, in order, with addresses and telephone numbers.
//! Somebody whose login is an expert's of `flows/experts.yaml` sees their own first.

use std::{fmt, str::FromStr};

use askama::Template;
use axum::{
    extract::{Query, State},
    response::Html,
};
use futures_util::future::try_join_all;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::{
    domain::{
        fact::Value,
        id::{AppointmentId, MissionId},
        orientation_mode::OrientationMode,
    },
    planning::survey_place,
    store::{Cases, MissionRow, MissionState},
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

/// How many appointments are on one page, and how many missions without one.
const PAGE: usize = 60;
/// For how long after its beginning an appointment is still shown.
const STILL_SHOWN: SignedDuration = SignedDuration::from_hours(12);

/// The expert of the page, and where its two lists begin.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Asked {
    expert: String,
    /// The last appointment of the previous page.
    after: String,
    /// The last mission without an appointment of the previous page.
    arrange_after: String,
}

#[derive(Template)]
#[template(path = "appointments.html")]
pub(in crate::web::console) struct AppointmentsPage {
    shell: Shell,
    experts: Vec<Tab>,
    days: Vec<Agenda>,
    /// Missions without a booked appointment, the oldest first.
    to_arrange: Vec<(When, Case)>,
    /// The addresses of the next page of each list, where there is one.
    more_appointments: Option<String>,
    more_to_arrange: Option<String>,
    /// The address of the first page, where this is another one.
    first: Option<String>,
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
    appointments: Vec<(SlotView, Case)>,
}

/// What an expert must know about a dossier.
#[derive(Clone)]
struct Case {
    dossier: String,
    reference: String,
    peril: String,
    holder: Option<String>,
    phone: Option<String>,
    /// Where the damage is surveyed.
    address: String,
    mode: OrientationMode,
    state: MissionState,
}

/// The position after which a page begins, as the query has it: the time and the identifier of a row,
/// `1732453200000_0190a0b0-…`.
struct Key<Id>(Timestamp, Id);

impl<Id: FromStr> Key<Id> {
    /// Parses a key; a list without a valid one begins at its top.
    fn read(text: &str) -> Option<(Timestamp, Id)> {
        let (at, id) = text.split_once('_')?;
        Some((Timestamp::from_millisecond(at.parse().ok()?).ok()?, id.parse().ok()?))
    }
}

impl<Id: fmt::Display> fmt::Display for Key<Id> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}", self.0.as_millisecond(), self.1)
    }
}

pub(crate) async fn get(
    State(console): State<Console>,
    session: Session,
    Query(asked): Query<Asked>,
) -> Result<Html<String>, ConsoleError> {
    let mut experts: Vec<_> = console.library().experts().experts.iter().collect();
    if let Some(own) = session.scope.expert() {
        experts.retain(|expert| expert.id == own);
    }
    let named = |id: &str| experts.iter().copied().find(|expert| expert.id == id);
    let expert = named(&asked.expert).or_else(|| named(&session.login)).or_else(|| experts.first().copied());
    let active = expert.map(|expert| expert.id.as_str());
    let mut page = AppointmentsPage {
        shell: Shell::from(&session),
        experts: experts
            .iter()
            .map(|expert| Tab {
                address: address_of(&expert.id, "", ""),
                name: expert.name.clone(),
                active: Some(expert.id.as_str()) == active,
            })
            .collect(),
        days: Vec::new(),
        to_arrange: Vec::new(),
        more_appointments: None,
        more_to_arrange: None,
        first: None,
    };
    if let Some(expert) = active {
        let (from, seen) = (console.now() - STILL_SHOWN, console.cases(&session));
        let (after, arrange_after) =
            (Key::<AppointmentId>::read(&asked.after), Key::<MissionId>::read(&asked.arrange_after));
        // One row more than is shown tells whether there is another page.
        let (mut booked, mut to_arrange) = tokio::try_join!(
            seen.agenda(expert, from, after, PAGE + 1),
            seen.missions_to_arrange(expert, from, arrange_after, PAGE + 1),
        )?;
        if booked.len() > PAGE {
            booked.truncate(PAGE);
            let last = booked.last().map(|(row, _)| Key(row.start, row.id).to_string());
            page.more_appointments = last.map(|last| address_of(expert, &last, &asked.arrange_after));
        }
        if to_arrange.len() > PAGE {
            to_arrange.truncate(PAGE);
            let last = to_arrange.last().map(|row| Key(row.ordered_at, row.id).to_string());
            page.more_to_arrange = last.map(|last| address_of(expert, &asked.after, &last));
        }
        let is_first = after.is_none() && arrange_after.is_none();
        page.first = (!is_first).then(|| address_of(expert, "", ""));
        let cases = try_join_all(booked.iter().map(|(_, mission)| case_of(&console, seen, mission))).await?;
        for ((row, mission), case) in booked.iter().zip(cases) {
            let slot = SlotView::of(row, &zone(console.library(), &mission.insurer));
            match page.days.last_mut().filter(|day| day.day == slot.day) {
                Some(day) => day.appointments.push((slot, case)),
                None => page.days.push(Agenda {
                    weekday: slot.weekday,
                    day: slot.day.clone(),
                    appointments: vec![(slot, case)],
                }),
            }
        }
        let cases = try_join_all(to_arrange.iter().map(|mission| case_of(&console, seen, mission))).await?;
        page.to_arrange = to_arrange.iter().map(|mission| When(mission.ordered_at)).zip(cases).collect();
    }
    html(&page)
}

/// The address of an expert's page whose lists begin after these rows.
fn address_of(expert: &str, after: &str, arrange_after: &str) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    query.append_pair("expert", expert);
    for (name, key) in [("after", after), ("arrange_after", arrange_after)] {
        if !key.is_empty() {
            query.append_pair(name, key);
        }
    }
    format!("/console/appointments?{}", query.finish())
}

async fn case_of(console: &Console, seen: Cases<'_>, mission: &MissionRow) -> Result<Case, ConsoleError> {
    let (dossier, facts) = tokio::try_join!(seen.dossier(mission.dossier), seen.facts(mission.conversation))?;
    let dossier = dossier.ok_or(ConsoleError::NotFound)?;
    let phone = match current(&facts, "phone") {
        Some(Value::Phone(phone)) => Some(phone.clone()),
        _ => None,
    };
    let place = survey_place(|name| current(&facts, name));
    Ok(Case {
        dossier: dossier.id.to_string(),
        reference: dossier.reference,
        peril: console.names().peril(&dossier.peril).to_owned(),
        holder: dossier.holder,
        phone,
        address: place.map(|place| place.line).unwrap_or_default(),
        mode: mission.mode,
        state: mission.state,
    })
}

#[cfg(test)]
mod tests;
