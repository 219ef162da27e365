use std::collections::BTreeSet;

use super::*;
use crate::{
    domain::{orientation_mode::OrientationMode, priority::Priority},
    dossier::Status,
    flow::{FactType, OwnReason, StepKind},
    web::console::{testing::library, words::Codes},
};

#[test]
fn a_handler_reads_names_where_the_facts_hold_codes() {
    let names = Names::new(library(), Language::Fr);
    assert_eq!(names.peril("water_damage"), "Dégât des eaux");
    assert_eq!(names.peril("unknown"), "Sinistre à préciser");
    assert_eq!((names.fact("convention"), names.choice("convention", "irsi_1")), ("Convention", "IRSI, tranche 1"));
    assert_eq!(names.choice("managing_insurer", "occupant"), "Assureur de l’occupant");
    assert_eq!(names.choice("orientation_missing", "damage_amount"), "Montant estimé");
    assert_eq!(names.document("amicable_report"), "Constat amiable");
    assert_eq!((names.request("complaint"), names.desk(&"complaints".into())), ("Réclamation", "Réclamations"));
    assert_eq!(names.insurer("demo"), "Mutuelle des Rives");
    assert!(names.intents().any(|intent| intent == ("declare_vol", "Vol, cambriolage")));
    assert_eq!(names.peril("meteorite"), "meteorite");
    let english = Names::new(library(), Language::En);
    assert_eq!(english.choice("convention", "irsi_1"), "IRSI, first tranche");
    assert_eq!(english.handover("flow_loop"), "the flow could not go on");
}

/// Codes without a name in one of the languages.
#[derive(Default)]
struct Nameless(BTreeSet<String>);

impl Nameless {
    fn check(&mut self, what: &str, code: &str, name: Option<&Text>) {
        if name.is_none_or(|name| name.fr.is_empty() || name.en.is_empty()) {
            self.0.insert(format!("{what} {code}"));
        }
    }

    fn check_all<'a>(&mut self, what: &str, codes: impl IntoIterator<Item = &'a str>, words: &Codes) {
        for code in codes {
            self.check(what, code, words.get(code));
        }
    }
}

#[test]
fn whatever_the_shipped_flows_and_the_program_produce_has_words_in_both_languages() {
    let library = library();
    let names = Names::new(library.clone(), Language::Fr);
    let mut nameless = Nameless::default();
    for (fact, kind) in library.facts() {
        nameless.check("fact", fact, library.fact_name(fact).map(|name| &name.label));
        let (FactType::Choice(values) | FactType::Choices(values)) = kind else { continue };
        for value in values {
            nameless.check(&format!("choice of {fact}"), value, names.choice_name(fact, value));
        }
    }
    let perils = library.flows().filter_map(|flow| flow.peril.as_deref());
    for peril in perils.chain(["unknown"]) {
        nameless.check("peril", peril, names.peril_name(peril));
    }
    for (kind, document) in library.documents() {
        nameless.check("document", kind, Some(&document.name));
    }
    for request in library.requests().iter() {
        nameless.check("request", &request.kind, Some(&request.label));
        nameless.check("desk", &request.desk, library.desks().name(&request.desk));
    }
    for intent in library.intents().iter() {
        nameless.check("intent", &intent.name, Some(&intent.label));
    }
    nameless.check_all("status", Status::ALL.map(Status::name), &WORDS.statuses);
    let modes = OrientationMode::ALL.map(OrientationMode::name);
    nameless.check_all("mode", modes.into_iter().chain(["none"]), &WORDS.modes);
    nameless.check_all("priority", Priority::ALL.map(Priority::name), &WORDS.priorities);
    nameless.check_all("channel", ["web", "sms", "email", "telegram"], &WORDS.channels);
    nameless.check_all(
        "danger",
        ["injury", "fire", "gas", "electricity", "collapse", "intruder", "distress"],
        &WORDS.dangers,
    );
    for reason in handovers(&library) {
        nameless.check("hand-over", &reason, library.handover_reason(&reason));
    }
    assert_eq!(nameless.0, BTreeSet::new(), "these have no words");
}

/// The reasons for handing over: of the flows' steps, of requests, and of the engine itself.
fn handovers(library: &Library) -> BTreeSet<String> {
    let steps = library.flows().flat_map(|flow| &flow.steps);
    let by_step = steps.filter_map(|step| match &step.kind {
        StepKind::HandOver { reason, .. } => Some(reason.clone()),
        _ => None,
    });
    let by_request = library.requests().iter().filter(|request| request.hand_over.is_some());
    let by_engine = OwnReason::ALL.map(|reason| reason.code().to_owned());
    let by_request = by_request.map(|request| request.kind.clone());
    by_step.chain(by_request).chain(by_engine).collect()
}

#[test]
fn a_message_that_did_not_arrive_says_why() {
    let names = Names::new(library(), Language::Fr);
    for reason in ["no_such_address", "refused", "account", "content", "unavailable", "undelivered", "budget"] {
        assert_ne!(names.undelivered(reason), reason);
    }
}
