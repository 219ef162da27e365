use jiff::Timestamp;

use super::{Lexicon, People};
use crate::{
    domain::{
        id::{ContactId, ConversationId, DossierId},
        language::Language,
        message::{Channel, Endpoint},
    },
    dossier::{Dossier, Status},
    planning::Experts,
    store::ConversationRow,
    web::console::testing::names,
};

/// Runs a test with the names of the shipped flows, without handlers and experts.
pub(super) fn with<T>(test: impl FnOnce(Lexicon) -> T) -> T {
    test(Lexicon { names: &names(), people: &People::new(), experts: &Experts::default() })
}

/// A conversation without messages about a dossier.
pub(super) fn conversation(dossier: &Dossier, channel: Channel) -> ConversationRow {
    let at = dossier.opened_at;
    ConversationRow {
        id: dossier.conversation,
        contact: ContactId::new(at),
        insurer: dossier.insurer.clone(),
        endpoint: Endpoint { channel, account: "a".into(), address: "b".into() },
        language: Language::Fr,
        handler: None,
        flow_revision: "r".into(),
        dossier: Some(dossier.id),
        opened_at: at,
    }
}

/// A dossier without facts.
pub(super) fn dossier(id: DossierId) -> Dossier {
    let at = Timestamp::UNIX_EPOCH;
    Dossier {
        id,
        reference: "K7QF-93MX".into(),
        insurer: "demo".into(),
        conversation: ConversationId::new(at),
        peril: "water_damage".into(),
        status: Status::Collecting,
        policy: None,
        holder: None,
        orientation: None,
        desk: None,
        priority: crate::domain::priority::Priority::Normal,
        handover: None,
        handler: None,
        wanted: Vec::new(),
        waiting_since: None,
        snoozed_until: None,
        opened_at: at,
        updated_at: at,
    }
}
