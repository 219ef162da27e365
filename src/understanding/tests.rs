mod danger;
mod hostile;
mod times;
mod values;

use std::sync::LazyLock;

use jiff::civil::date;

use super::*;
use crate::domain::{language::Text as Label, message::Input};

/// The shipped vocabulary, compiled once for all tests of a process.
pub(super) fn vocabulary() -> &'static Vocabulary {
    static VOCABULARY: LazyLock<Vocabulary> =
        LazyLock::new(|| Vocabulary::from_yaml(include_str!("../../flows/vocabulary.yaml")).unwrap());
    &VOCABULARY
}

/// A Friday.
pub(super) fn friday() -> Listening {
    Listening { now: date(2026, 11, 20).at(10, 0, 0, 0), language: Language::Fr }
}

pub(super) fn want(input: Input) -> Want<'static> {
    Want { input, choices: None, prefer_past: true, partly: None, policy_pattern: None }
}

fn rooms() -> ChoiceSet {
    let item = |value: &str, fr: &str, en: &str, words: &[&str]| ChoiceItem {
        value: value.into(),
        label: Label { fr: fr.into(), en: en.into() },
        words: words.iter().map(ToString::to_string).collect(),
        ..ChoiceItem::default()
    };
    let items = [
        item("bathroom", "Salle de bain", "Bathroom", &["sdb", "salle d'eau"]),
        item("living_room", "Salon", "Living room", &["séjour"]),
        item("kitchen", "Cuisine", "Kitchen", &[]),
        item("bedroom", "Chambre", "Bedroom", &["chambres"]),
    ];
    ChoiceSet::new(items, vocabulary().small_words())
}

#[test]
fn yes_and_no_are_heard_as_people_write_them() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for (text, expected) in [
        ("oui", Some(true)),
        ("Ouais !", Some(true)),
        ("ui", Some(true)),
        ("yep", Some(true)),
        ("bonjour, oui merci", Some(true)),
        ("oui pas de souci", Some(true)),
        ("1", Some(true)),
        ("non pas du tout", Some(false)),
        ("nn", Some(false)),
        ("Non, pas de blessé", Some(false)),
        ("2", Some(false)),
        ("oui mais non enfin voila", None),
        ("wai ca va", Some(true)),
        ("wé c bon", Some(true)),
        ("absolument pas", Some(false)),
        ("pas vraiment", Some(false)),
        ("nan", Some(false)),
        ("non y en a encore 30 cm", Some(false)),
        ("retirée oui mais plein de boue", Some(true)),
        ("non je vais y aller ce matin des que ca ouvre", Some(false)),
        ("non y avait personne on était en vacances", Some(false)),
        ("fermé oui la nuit", Some(true)),
        ("le gaz oui, l'électricité c'est les pompiers", Some(true)),
        ("la tv non, le frigo non plus", Some(false)),
        ("hospitalisé non juste les urgences et rentré", Some(false)),
        // A no that belongs to the word after it, and both at once.
        ("voiture non assurée", None),
        ("la perceuse oui le reste non", None),
        ("le gaz oui pas l'électricité", None),
        ("je ne dis pas oui", None),
        ("ça marche non ?", None),
        ("non mais ça goutte encore un peu", None),
        ("non enfin un peu", None),
        ("peut-être", None),
        ("🙂", None),
        ("", None),
    ] {
        let answer = vocabulary.answer(&vocabulary.read(text, &ctx), &want(Input::YesNo), &ctx);
        let expected = expected.map_or(Answer::Nothing, |yes| Answer::Value(Value::Bool(yes)));
        assert_eq!(answer, expected, "{text}");
    }
    for text in ["je sais pas", "aucune idée", "pas sûr", "je ne sais pas du tout si c'est chez le voisin ou pas"] {
        let unsure = vocabulary.read(text, &ctx);
        for input in [Input::YesNo, Input::Number, Input::Amount, Input::Date] {
            assert_eq!(vocabulary.answer(&unsure, &want(input), &ctx), Answer::Unknown, "{text}");
        }
    }
}

#[test]
fn one_choice_is_heard_by_number_rank_and_words() {
    let (vocabulary, ctx, rooms) = (vocabulary(), friday(), rooms());
    let want = Want { choices: Some(&rooms), ..want(Input::Choice) };
    for (text, expected) in [
        ("1", Some("bathroom")),
        ("la 2", Some("living_room")),
        ("le premier", Some("bathroom")),
        ("2e", Some("living_room")),
        ("le n°3 svp", Some("kitchen")),
        ("9", None),
        ("salle de bain", Some("bathroom")),
        ("SALLE DE BAINS", Some("bathroom")),
        ("sale de bin", None),
        ("salle de bian", Some("bathroom")),
        ("ds la sdb", Some("bathroom")),
        ("c'est la cuisne", Some("kitchen")),
        ("the kitchen", Some("kitchen")),
        ("salon ou cuisine", None),
        ("pas la cuisine, le salon", Some("living_room")),
        ("rien de tout ça", None),
    ] {
        let answer = vocabulary.answer(&vocabulary.read(text, &ctx), &want, &ctx);
        let expected = expected.map_or(Answer::Nothing, |value| Answer::Value(Value::Choice(value.into())));
        assert_eq!(answer, expected, "{text}");
    }
}

#[test]
fn a_street_is_no_mistyped_choice() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    let item = |value: &str, words: &[&str]| ChoiceItem {
        value: value.into(),
        words: words.iter().map(ToString::to_string).collect(),
        ..ChoiceItem::default()
    };
    let incidents = [item("electrical", &["court circuit"]), item("fire", &["incendie"])];
    let incidents = ChoiceSet::new(incidents, vocabulary.small_words());
    let want = Want { choices: Some(&incidents), ..want(Input::Choice) };
    let answer = |text: &str| vocabulary.answer(&vocabulary.read(text, &ctx), &want, &ctx);
    assert_eq!(answer("cours lafayette 69003 lyon"), Answer::Nothing);
    assert_eq!(answer("un cour circuit"), Answer::Value(Value::Choice("electrical".into())));
}

#[test]
fn several_choices_are_heard_at_once() {
    let (vocabulary, ctx, rooms) = (vocabulary(), friday(), rooms());
    let want = Want { choices: Some(&rooms), ..want(Input::Choices) };
    for (text, expected) in [
        ("salon et sdb", vec!["bathroom", "living_room"]),
        ("1, 3", vec!["bathroom", "kitchen"]),
        ("1 et 2", vec!["bathroom", "living_room"]),
        ("la chambre", vec!["bedroom"]),
        ("Toutes", vec!["bathroom", "living_room", "kitchen", "bedroom"]),
        ("tout l'appart", vec!["bathroom", "living_room", "kitchen", "bedroom"]),
        ("chambre + cuisine mais pas le salon", vec!["kitchen", "bedroom"]),
    ] {
        let answer = vocabulary.answer(&vocabulary.read(text, &ctx), &want, &ctx);
        let expected = expected.into_iter().map(str::to_owned).collect();
        assert_eq!(answer, Answer::Value(Value::Choices(expected)), "{text}");
    }
}

#[test]
fn commands_are_heard_alone_or_within() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    for (text, expected) in [
        ("corriger", Some(Command::Correct)),
        ("Coriger", Some(Command::Correct)),
        ("je me suis trompé de date", Some(Command::Correct)),
        ("annuler", Some(Command::Cancel)),
        ("recommencer svp", Some(Command::Restart)),
        ("Résumé", Some(Command::Summary)),
        ("je ne sais pas", Some(Command::DontKnow)),
        ("jsp", Some(Command::DontKnow)),
        ("chais pas trop", Some(Command::DontKnow)),
        ("aucune idée", Some(Command::DontKnow)),
        ("plus tard", Some(Command::Later)),
        ("passer", Some(Command::Skip)),
        ("c'est tout", Some(Command::Done)),
        ("un conseiller svp", Some(Command::Human)),
        ("je voudrais parler à quelqu'un", Some(Command::Human)),
        ("appelez moi au lieu des sms", Some(Command::Human)),
        ("Pouvez-vous me mettre en relation avec un gestionnaire ?", Some(Command::Human)),
        ("STOP", Some(Command::Stop)),
        ("stop la fuite est réparée", None),
        ("stope", None),
        ("aide", Some(Command::Help)),
        ("reprendre", Some(Command::Resume)),
        ("oui", None),
        ("je m'appelle Julie Moreau", None),
        ("téléphone", None),
        ("l'eau est revenue plus tard dans la soirée", None),
        ("je ne sais pas mais je pense que c'est le voisin du dessus", None),
        ("hier soir dans la cuisine", None),
    ] {
        assert_eq!(vocabulary.read(text, &ctx).command(), expected, "{text}");
    }
}

#[test]
fn a_greeting_says_nothing_else() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    assert!(vocabulary.read("Bonjour !", &ctx).is_greeting());
    assert!(vocabulary.read("bjr svp", &ctx).is_greeting());
    assert!(!vocabulary.read("bonjour j'ai une fuite", &ctx).is_greeting());
    assert!(!vocabulary.read("merci", &ctx).is_greeting());
}

#[test]
fn a_word_does_not_name_the_choice_that_denies_it() {
    let (vocabulary, ctx) = (vocabulary(), friday());
    let item = |value: &str, words: &[&str]| ChoiceItem {
        value: value.into(),
        words: words.iter().map(ToString::to_string).collect(),
        ..ChoiceItem::default()
    };
    let cases = [item("burning", &["pas éteint", "flammes"]), item("smoke", &["respiré la fumée"])];
    let cases = ChoiceSet::new(cases, vocabulary.small_words());
    let want = Want { choices: Some(&cases), ..want(Input::Choices) };
    let answer = |text: &str| vocabulary.answer(&vocabulary.read(text, &ctx), &want, &ctx);
    assert_eq!(answer("oui les pompiers ont éteint"), Answer::Nothing);
    assert_eq!(answer("pas éteint"), Answer::Value(Value::Choices(vec!["burning".into()])));
}
