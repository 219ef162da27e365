//! The summary at the top: who, what, when, where, how urgent, what is missing, what is next.

use super::{
    Lexicon,
    facts::{ValueView, current, shown},
};
use crate::{
    domain::{
        fact::Value, fact_name::FactName, message::Channel, orientation_mode::OrientationMode, priority::Priority,
    },
    dossier::{Dossier, Status},
    store::{ConversationRow, FactRow},
    web::console::when::When,
};

/// The facts that the summary and the orientation show and the list of facts omits.
pub(super) const FACTS: [&str; 3] = ["peril", "orientation", "orientation_missing"];

/// The top of the page.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub reference: String,
    pub status: Status,
    pub priority: Priority,
    /// Why it was handed over, as text.
    pub handover: Option<String>,
    pub orientation: Option<OrientationMode>,
    pub insurer: String,
    /// The desk that it is at.
    pub desk: Option<String>,
    pub holder: Option<String>,
    pub role: Option<ValueView>,
    pub phone: Option<ValueView>,
    pub email: Option<ValueView>,
    /// The number to call, as a link needs it.
    pub call: Option<String>,
    /// OpenStreetMap's page of the place of loss.
    pub map: Option<String>,
    pub policy: Option<String>,
    pub channel: Channel,
    pub peril: String,
    pub peril_code: String,
    pub cause: Option<ValueView>,
    pub damage_amount: Option<ValueView>,
    pub loss_date: Option<ValueView>,
    pub loss_place: Option<ValueView>,
    pub loss_floor: Option<ValueView>,
    pub opened_at: When,
    pub waiting_since: Option<When>,
    /// The names of the missing documents.
    pub missing_documents: Vec<String>,
    pub next_step: NextStep,
}

/// What the handler does next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NextStep {
    TakeOver,
    Answer,
    /// The expertise is to be arranged.
    Arrange,
    /// Facts for the decision table are missing.
    Complete,
    AwaitDocuments,
    /// The person is still declaring.
    Listen,
    Nothing,
}

impl Head {
    pub(super) fn of(dossier: &Dossier, conversation: &ConversationRow, rows: &[FactRow], lexicon: Lexicon) -> Self {
        let fact = |name: &str| shown(rows, name, lexicon).filter(|value| *value != ValueView::Unknown);
        let known = |names: [&str; 2]| names.into_iter().find_map(|name| shown(rows, name, lexicon));
        let name = match known(["claimant_name", "last_name"]) {
            Some(ValueView::Text(name)) => Some(name),
            _ => None,
        };
        Self {
            reference: dossier.reference.clone(),
            status: dossier.status,
            priority: dossier.priority,
            handover: dossier.handover.as_deref().map(|reason| lexicon.names.handover(reason).to_owned()),
            orientation: dossier.orientation,
            insurer: lexicon.names.insurer(&dossier.insurer).to_owned(),
            desk: dossier.desk.as_ref().map(|desk| lexicon.names.desk(desk).to_owned()),
            holder: dossier.holder.clone().or(name),
            role: fact(&FactName::CLAIMANT_ROLE),
            phone: fact(&FactName::PHONE),
            email: fact(&FactName::EMAIL),
            channel: conversation.endpoint.channel,
            peril: lexicon.names.peril(&dossier.peril).to_owned(),
            peril_code: dossier.peril.clone(),
            call: match current(rows, &FactName::PHONE) {
                Some(Value::Phone(number)) => Some(number.clone()),
                _ => None,
            },
            map: match current(rows, "loss_place") {
                Some(Value::Address(place)) if !place.insured => Some(map_of(&place.in_one_line())),
                _ => None,
            },
            policy: dossier.policy.clone(),
            cause: fact("cause"),
            damage_amount: fact("damage_amount"),
            loss_date: fact("loss_date"),
            loss_place: fact("loss_place"),
            loss_floor: fact("loss_floor"),
            opened_at: When(dossier.opened_at),
            waiting_since: dossier.waiting_since.map(When),
            missing_documents: dossier
                .missing()
                .map(|wanted| {
                    let name = lexicon.names.document(&wanted.kind);
                    if wanted.supposed > 0 { format!("{name} (à confirmer)") } else { name.to_owned() }
                })
                .collect(),
            next_step: NextStep::of(dossier, conversation.handler.is_some()),
        }
    }
}

fn map_of(place: &str) -> String {
    let place: String = url::form_urlencoded::byte_serialize(place.as_bytes()).collect();
    format!("https://www.openstreetmap.org/search?query={place}")
}

impl NextStep {
    fn of(dossier: &Dossier, is_taken: bool) -> Self {
        let is_missing = dossier.missing().next().is_some();
        match dossier.status {
            Status::Closed | Status::Withdrawn => Self::Nothing,
            Status::HandedOver if !is_taken => Self::TakeOver,
            _ if dossier.waiting_since.is_some() => Self::Answer,
            _ if is_missing && dossier.status != Status::Collecting => Self::AwaitDocuments,
            Status::HandedOver | Status::Oriented if dossier.orientation.is_some() => Self::Arrange,
            Status::HandedOver | Status::Oriented | Status::Qualified => Self::Complete,
            Status::Collecting => Self::Listen,
        }
    }
}
