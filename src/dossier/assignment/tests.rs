use super::*;

fn colleague(login: &str, held: i64, holds: i64) -> Colleague {
    Colleague { login: login.into(), skills: Vec::new(), languages: vec![Language::Fr], held, holds }
}

fn chosen(language: Language, colleagues: &[Colleague]) -> Option<&str> {
    choose(&"water".into(), "water_damage", language, colleagues).map(|(colleague, _)| colleague.login.as_str())
}

#[test]
fn who_has_most_room_is_given_it_and_nobody_who_has_none() {
    let all = [colleague("b", 4, 15), colleague("a", 4, 15), colleague("c", 3, 4), colleague("d", 9, 9)];
    assert_eq!(chosen(Language::Fr, &all), Some("a"));
    assert_eq!(chosen(Language::Fr, &all[3..]), None);
}

#[test]
fn a_peril_is_for_who_knows_it() {
    let knows = |login: &str, peril: &str| Colleague { skills: vec![peril.into()], ..colleague(login, 0, 9) };
    assert_eq!(chosen(Language::Fr, &[knows("a", "fire")]), None);
    let all = [knows("a", "fire"), knows("b", "water_damage")];
    let (colleague, rule) = choose(&"water".into(), "water_damage", Language::Fr, &all).unwrap();
    assert_eq!((colleague.login.as_str(), rule.skill.as_deref()), ("b", Some("water_damage")));
}

#[test]
fn who_speaks_the_language_comes_before_who_has_room_and_the_reason_says_so() {
    let english = Colleague { languages: vec![Language::Fr, Language::En], ..colleague("hugo", 3, 15) };
    let all = [colleague("a", 0, 15), english];
    let (colleague, rule) = choose(&"water".into(), "water_damage", Language::En, &all).unwrap();
    assert_eq!(colleague.login, "hugo");
    assert_eq!(rule, ByRule { desk: "water".into(), skill: None, language: Some(Language::En), held: 4, holds: 15 });
    assert_eq!(chosen(Language::Fr, &all), Some("a"));
    // Nobody speaks it: it is not left for that.
    assert_eq!(chosen(Language::En, &all[..1]), Some("a"));
}
