use super::*;

fn experts() -> Experts {
    let mut anywhere = Expert::sample("anywhere", &["water_damage"]);
    anywhere.departments = vec![ANYWHERE.to_owned()];
    anywhere.modes = vec![OrientationMode::Tele, OrientationMode::Visio];
    let [busy, free] = ["busy", "free"].map(|id| Expert::sample(id, &["water_damage", "glass"]));
    let fire = Expert::sample("fire", &["fire"]);
    Experts { experts: vec![anywhere, busy, free, fire], ..Experts::default() }
}

fn order<'a>(ranking: &'a Ranking) -> Vec<&'a str> {
    ranking.candidates.iter().map(|candidate| candidate.expert.id.as_str()).collect()
}

#[test]
fn whoever_can_take_it_is_ranked_by_place_then_by_load() {
    let experts = experts();
    let load = BTreeMap::from([("busy".to_owned(), 3), ("anywhere".to_owned(), 0)]);
    for (peril, mode, postcode, expected) in [
        ("water_damage", OrientationMode::Field, Some("69003"), vec!["free", "busy"]),
        ("water_damage", OrientationMode::Visio, Some("69003"), vec!["free", "busy", "anywhere"]),
        ("water_damage", OrientationMode::Visio, Some("97400"), vec!["anywhere"]),
        ("water_damage", OrientationMode::Tele, None, vec!["anywhere"]),
        ("fire", OrientationMode::Field, Some("69003"), vec!["fire"]),
        ("fire", OrientationMode::Field, None, vec![]),
        ("vandalism", OrientationMode::Field, Some("69003"), vec![]),
    ] {
        let ranking = rank(&experts, &Case { peril, mode, postcode }, &load);
        assert_eq!(order(&ranking), expected, "{peril} {mode} {postcode:?}");
        assert_eq!(ranking.candidates.len() + ranking.passed_over.len(), 4, "nobody is lost");
    }
}

#[test]
fn everybody_is_given_a_reason() {
    let experts = experts();
    let case = Case { peril: "water_damage", mode: OrientationMode::Field, postcode: Some("69003") };
    let ranking = rank(&experts, &case, &BTreeMap::from([("free".to_owned(), 2)]));
    let free = ranking.candidates.iter().find(|candidate| candidate.expert.id == "free").unwrap();
    assert_eq!(
        free.because,
        [
            Because::KnowsPeril { peril: "water_damage".into() },
            Because::WorksInMode { mode: OrientationMode::Field },
            Because::WorksInDepartment { department: "69".into() },
            Because::OpenMissions { count: 2 },
        ]
    );
    let why: Vec<_> = ranking.passed_over.iter().map(|passed| (&*passed.expert.id, &passed.because)).collect();
    let mode = Because::NotInMode { mode: OrientationMode::Field };
    let peril = Because::DoesNotKnowPeril { peril: "water_damage".into() };
    assert_eq!(why, [("anywhere", &mode), ("fire", &peril)]);
    let elsewhere = rank(&experts, &Case { postcode: Some("75011"), ..case }, &BTreeMap::new());
    let busy = elsewhere.passed_over.iter().find(|passed| passed.expert.id == "busy").unwrap();
    assert_eq!(busy.because, Because::WorksElsewhere { department: "75".into() });
}

#[test]
fn a_stored_assignment_is_read_and_would_be_stored_again_byte_for_byte() {
    let stored = concat!(
        r#"{"because":[{"code":"knows_peril","peril":"water_damage"},{"code":"works_in_mode","mode":"field"},"#,
        r#"{"code":"works_in_department","department":"69"},{"code":"open_missions","count":0}],"others":"#,
        r#"[{"expert":"free","because":[{"code":"works_anywhere"}]}],"passed_over":[{"expert":"fire","because":"#,
        r#"{"code":"does_not_know_peril","peril":"water_damage"}},{"expert":"far","because":{"code":"place_unknown"}}]}"#
    );
    let assignment: Assignment = serde_json::from_str(stored).unwrap();
    assert_eq!(serde_json::to_string(&assignment).unwrap(), stored);
}

#[test]
fn a_department_is_the_beginning_of_its_postcodes() {
    assert_eq!((department("69003"), department("97400"), department("6")), ("69", "974", "6"));
}
