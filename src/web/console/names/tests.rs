use super::*;

#[test]
fn names_come_from_where_flows_are_written() {
    let names = Names::from_sources([
        ("facts.yaml", "cause: { fr: Origine, en: Cause }\nconvention: { type: choice, label: { fr: Accord, en: A }, values: { irsi: { fr: IRSI, en: IRSI } } }"),
        ("documents.yaml", "documents:\n  lease: { accepts: any, name: { fr: Bail, en: Lease } }"),
        ("insurers/demo.yaml", "insurer: demo\nname: Mutuelle des Rives"),
        ("claims/water.yaml", "flow: water\nperil: water_damage\ntitle: { fr: Dégât des eaux, en: Water }\nsteps:\n  - ask: cause\n    choices:\n      - { value: pipe, label: { fr: Canalisation, en: Pipe } }"),
        ("claims/water.transcript.yaml", "not: [ yaml"),
    ])
    .unwrap();
    assert_eq!(names.peril("water_damage"), "Dégât des eaux");
    assert_eq!(names.document("lease"), "Bail");
    assert_eq!((names.fact("cause"), names.choice("cause", "pipe")), ("Origine", "Canalisation"));
    assert_eq!(names.choice("convention", "irsi"), "IRSI");
    assert_eq!(names.insurer("demo"), "Mutuelle des Rives");
    assert_eq!(names.peril("meteorite"), "meteorite");
}

/// The built-in flows: whatever a handler meets there has a name.
#[test]
fn the_real_flows_name_their_documents_perils_facts_and_insurers() {
    let sources = crate::flow::built_in();
    let names = Names::from_sources(sources.iter().map(|(path, text)| (path.as_str(), text.as_str()))).unwrap();
    assert_eq!(names.document("amicable_report"), "Constat amiable");
    assert_eq!(names.peril("water_damage"), "Dégât des eaux");
    assert_eq!(names.insurer("demo"), "Mutuelle des Rives");
    for reason in ["no_such_address", "refused", "account", "content", "unavailable", "undelivered"] {
        assert_ne!(names.undelivered(reason), reason);
    }
    assert_ne!(names.fact("damage_amount"), "damage_amount");
    assert_eq!((names.request("complaint"), names.desk("complaints")), ("Réclamation", "Réclamations"));
    assert!(names.intents().any(|(intent, name)| intent == "declare_vol" && name == "Vol, cambriolage"));
    assert!(names.documents().len() > 10 && names.choices.contains_key("cause"));
}

#[test]
fn a_file_that_cannot_be_read_is_named() {
    let error = Names::from_sources([("facts.yaml", "a: [")]).unwrap_err().to_string();
    assert!(error.starts_with("facts.yaml"), "{error}");
}
