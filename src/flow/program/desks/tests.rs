use super::*;
use crate::flow::{Library, built_in, testing::shipped};

#[test]
fn a_peril_goes_to_the_first_desk_that_takes_it_of_its_insurer() {
    let source = "desks:\n  a: { name: { fr: A, en: A }, perils: [fire], insurers: [demo], closed: true }\n  \
                  b: { name: { fr: B, en: B }, perils: [fire, flood] }\n";
    let mut problems = Diagnostics::new(crate::flow::Strictness::Files);
    let desks = DeskBook::read(&Node::parse(FILE, source).unwrap(), &mut problems);
    assert!(problems.into_sorted().is_empty());
    let of = |insurer, peril| desks.of(insurer, peril).map(Desk::as_str);
    assert_eq!(
        [of("demo", "fire"), of("phare", "fire"), of("demo", "flood"), of("demo", "unknown")],
        [Some("a"), Some("b"), Some("b"), None]
    );
    assert_eq!(desks.open().collect::<Vec<_>>(), ["b"]);
    assert!(desks.is_closed(&"a".into()) && !desks.is_closed(&"b".into()) && desks.is_closed(&"gone".into()));
}

#[test]
fn a_desk_says_when_it_works_and_what_its_members_know() {
    let source = "desks:\n  a:\n    name: { fr: A, en: A }\n    holds: 15\n    hours: { monday: [[\"09:00\", \"18:00\"]] }\n    \
                  members:\n      hugo: { skills: [fire], languages: [fr, en] }\n      lea: { holds: 4 }\n";
    let mut problems = Diagnostics::new(crate::flow::Strictness::Files);
    let desks = DeskBook::read(&Node::parse(FILE, source).unwrap(), &mut problems);
    assert!(problems.into_sorted().is_empty());
    let a = Desk::from("a");
    let monday = |hour: i8| jiff::civil::date(2026, 11, 30).at(hour, 0, 0, 0);
    assert!(
        desks.is_open(&a, monday(10), &Calendar::default()) && !desks.is_open(&a, monday(19), &Calendar::default())
    );
    let member = |skills: &[&str], languages: &[Language], holds| {
        let skills = skills.iter().map(|&skill| skill.to_owned()).collect();
        Some(Member { skills, languages: languages.to_vec(), holds })
    };
    assert_eq!(desks.member(&a, "hugo", false), member(&["fire"], &[Language::Fr, Language::En], 15));
    assert_eq!(desks.member(&a, "lea", false), member(&[], &[Language::Fr], 4));
    assert_eq!(desks.member(&a, "ines", true), member(&[], &[Language::Fr], 15));
    assert_eq!(desks.member(&a, "ines", false), None);
}

#[test]
fn what_a_desk_says_of_its_members_is_checked() {
    let source =
        "desks:\n  a:\n    name: { fr: A, en: A }\n    holds: many\n    members:\n      hugo: { languages: [de] }\n";
    let mut problems = Diagnostics::new(crate::flow::Strictness::Files);
    DeskBook::read(&Node::parse(FILE, source).unwrap(), &mut problems);
    let told: Vec<String> = problems.into_sorted().iter().map(ToString::to_string).collect();
    assert_eq!(told.len(), 2, "{told:?}");
}

#[test]
fn the_flows_that_are_shipped_keep_injuries_complaints_and_staff_to_their_desks() {
    let library = shipped();
    for closed in ["bodily_injury", "complaints", "staff"] {
        assert!(
            library.desks().name(&closed.into()).is_some() && library.desks().is_closed(&closed.into()),
            "{closed}"
        );
    }
    assert_eq!(library.desks().of("demo", "injury"), Some(&"bodily_injury".into()));
}

#[test]
fn a_desk_that_nobody_names_is_a_mistake() {
    let mut sources = built_in();
    let table = sources.get_mut("tables/orientation.yaml").unwrap();
    *table = table.replacen("desk: complex", "desk: nowhere", 1);
    let Err(error) = Library::from_sources(sources) else { panic!("it was taken") };
    assert!(error.to_string().contains("there is no desk `nowhere` in desks.yaml"), "{error}");
}

#[test]
fn the_desks_of_an_earlier_revision_keep_their_names_and_are_open() {
    let mut sources = built_in();
    sources.remove(FILE);
    let requests = sources.get_mut("requests.yaml").unwrap();
    requests.insert_str(0, "desks:\n  complaints: { fr: \"Réclamations\", en: \"Complaints\" }\n");
    let library = Library::from_stored(sources).unwrap();
    assert_eq!(library.desks().name(&"complaints".into()).unwrap().fr, "Réclamations");
    assert!(!library.desks().is_closed(&"complaints".into()) && library.desks().of("demo", "injury").is_none());
}
