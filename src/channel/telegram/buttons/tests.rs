use super::*;

fn replies(pairs: &[(&str, &str)]) -> Vec<QuickReply> {
    pairs.iter().map(|(payload, label)| QuickReply { payload: (*payload).into(), label: (*label).into() }).collect()
}

fn shown(pairs: &[(&str, &str)], input: Input) -> InlineKeyboardMarkup {
    keyboard(&replies(pairs), Some(input), &Words::built_in().unwrap(), Language::Fr)
}

/// The buttons as Telegram sends them back.
fn handed_back(markup: &InlineKeyboardMarkup) -> Keyboard {
    serde_json::from_value(serde_json::to_value(markup).unwrap()).unwrap()
}

fn labels(markup: &InlineKeyboardMarkup) -> Vec<Vec<&str>> {
    markup.inline_keyboard.iter().map(|row| row.iter().map(|button| button.text.as_str()).collect()).collect()
}

#[test]
fn short_answers_stand_side_by_side_and_long_ones_do_not() {
    let markup = shown(&[("a=yes", "Oui"), ("a=no", "Non"), ("a=unknown", "Je ne sais pas du tout")], Input::YesNo);
    assert_eq!(labels(&markup), [vec!["Oui", "Non"], vec!["Je ne sais pas du tout"]]);
    let press = press("a=no", Some(&handed_back(&markup)));
    assert_eq!(press, Press::Answer { label: "Non".into(), choice: Some("a=no".into()) });
}

#[test]
fn a_payload_that_does_not_fit_is_spoken_for_by_its_label() {
    let long = format!("fact={}", "x".repeat(80));
    let markup = shown(&[("a=yes", "Oui"), (&long, "Une réponse")], Input::Choice);
    let buttons = handed_back(&markup);
    assert!(buttons.inline_keyboard.iter().flatten().all(|button| button.callback_data.len() <= MAX_DATA));
    for (keyboard, label) in [(Some(&buttons), "Une réponse"), (None, "2")] {
        assert_eq!(press("#2", keyboard), Press::Answer { label: label.into(), choice: None });
    }
}

#[test]
fn several_are_ticked_one_after_the_other_and_confirmed() {
    let pairs = [("r=hall", "Entrée"), ("r=bath", "Bain"), ("r=unknown", "Je ne sais pas")];
    let mut markup = shown(&pairs, Input::Choices);
    assert_eq!(labels(&markup), [["☐ Entrée"], ["☐ Bain"], ["Valider mon choix"], ["Je ne sais pas"]]);
    assert_eq!(press("!", Some(&handed_back(&markup))), Press::NoneTicked);
    for data in ["+r=hall", "+r=bath", "-r=hall", "+r=hall"] {
        let Press::Tick(next) = press(data, Some(&handed_back(&markup))) else { panic!("{data} is a box") };
        markup = next;
    }
    assert_eq!(labels(&markup)[..2], [["☑ Entrée"], ["☑ Bain"]]);
    let confirmed = Press::Answer { label: "Entrée, Bain".into(), choice: Some("r=hall,bath".into()) };
    assert_eq!(press("!", Some(&handed_back(&markup))), confirmed);
}

#[test]
fn a_press_that_means_nothing_is_known_as_such() {
    for data in ["", "!", "+a=b", "-a=b"] {
        assert_eq!(press(data, None), Press::Unknown, "{data}");
    }
    assert_eq!(press("a=b", None), Press::Answer { label: String::new(), choice: Some("a=b".into()) });
}
