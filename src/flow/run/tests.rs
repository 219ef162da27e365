//! The engine on the real flows: loading, a first claim, interruptions, and purity.

use jiff::Timestamp;

use super::{
    appointment::told_availability,
    effect::{Effect, Note, Sorting},
    event::{Event, PolicyAnswer, SentFile, UserMessage},
    interpreter::Interpreter,
    state::{ConversationMode, State},
    step::step,
};
use crate::{
    domain::{
        fact::{Address, Fact, Facts, Source, Value},
        fact_name::FactName,
        language::Language,
        message::Channel,
        orientation_mode::OrientationMode,
        priority::Priority,
        sms,
    },
    flow::{Library, LoadError, testing::shipped},
    understanding::{Answer, Command, classified_in},
};

/// A conversation whose caller finds no policy and no orientation.
struct Talk<'a> {
    library: &'a Library,
    state: State,
    effects: Vec<Effect>,
}

impl<'a> Talk<'a> {
    fn start(library: &'a Library) -> Self {
        Self::start_by(library, Channel::Web)
    }

    fn start_by(library: &'a Library, channel: Channel) -> Self {
        let mut talk = Self { library, state: State::default(), effects: Vec::new() };
        let reference = "ABCD-EFGH".to_owned();
        talk.tell(&Event::Opened { language: Language::Fr, channel, known: Facts::new(), reference });
        talk.tell(&Event::Start);
        talk
    }

    fn tell(&mut self, event: &Event) {
        let now: Timestamp = "2026-11-20T10:00:00+01:00".parse().unwrap();
        let state: State = serde_json::from_str(&serde_json::to_string(&self.state).unwrap()).unwrap();
        assert_eq!(state, self.state, "the state survives its trip through the store");
        let turn = step(self.library, "demo", state.clone(), event, now, None);
        assert_eq!(turn, step(self.library, "demo", state, event, now, None), "a turn is pure");
        self.state = turn.state;
        self.effects.extend(turn.effects.clone());
        match turn.effects.last() {
            Some(Effect::LookUpPolicy(_)) => self.tell(&Event::PolicyLookedUp(PolicyAnswer::NotFound)),
            Some(Effect::Orient { .. }) => {
                self.tell(&Event::Oriented { mode: Some(OrientationMode::Desk), missing: vec![] });
            }
            _ => {}
        }
    }

    fn say(&mut self, text: &str) -> String {
        self.effects.clear();
        self.tell(&Event::Said(UserMessage { text: text.to_owned(), ..UserMessage::default() }));
        self.reply()
    }

    fn send(&mut self, files: impl IntoIterator<Item = SentFile>) -> String {
        self.effects.clear();
        let files = files.into_iter().collect();
        self.tell(&Event::Said(UserMessage { files, ..UserMessage::default() }));
        self.reply()
    }

    fn press(&mut self, payload: &str) -> String {
        self.effects.clear();
        self.tell(&Event::Said(UserMessage { choice: Some(payload.to_owned()), ..UserMessage::default() }));
        self.reply()
    }

    fn reply(&self) -> String {
        let says = self.effects.iter().filter_map(|effect| match effect {
            Effect::Say { body } => Some(body.text.as_str()),
            _ => None,
        });
        says.collect::<Vec<_>>().join("\n")
    }

    /// The last message, as a text message shows it.
    fn text_message(&self) -> String {
        let said = self.effects.iter().rev().find_map(|effect| match effect {
            Effect::Say { body } => Some(body),
            _ => None,
        });
        let body = said.expect("something was said");
        sms::with_choices(&body.text, body.quick_replies.iter().map(|reply| reply.label.as_str()))
    }

    /// Whether a text message lists this button.
    fn lists(&self, label: &str) -> bool {
        self.text_message().lines().any(|line| line.starts_with(|c: char| c.is_ascii_digit()) && line.ends_with(label))
    }
}

#[test]
fn a_text_message_lists_only_answers_that_need_it_and_takes_only_numbers_that_it_shows() {
    let library = shipped();
    let mut talk = Talk::start_by(&library, Channel::Sms);
    talk.say("non");
    assert!(talk.text_message().contains("Par exemple fuite d’eau"), "a long list is asked openly");
    assert!(!talk.lists("Incendie, explosion, fumée"));
    talk.say("2");
    assert_eq!(talk.state.fact("incident"), None, "no number was shown");
    assert!(talk.lists("Incendie, explosion, fumée"), "what was not understood is listed");
    talk.say("1");
    assert_eq!(talk.state.peril(), Some("water_damage"));
    assert!(!talk.lists("Oui"), "yes and no go without saying: {}", talk.text_message());
    let asked = talk.state.position(&library).map(|(_, step)| step.to_owned());
    talk.say("2");
    assert_eq!(talk.state.position(&library).map(|(_, step)| step.to_owned()), asked, "two is neither yes nor no");
    talk.say("je ne sais pas");
    assert_ne!(
        talk.state.position(&library).map(|(_, step)| step.to_owned()),
        asked,
        "nobody has to be told that this may be said"
    );
}

#[test]
fn a_number_is_taken_from_an_older_question_whose_answers_were_listed() {
    let library = shipped();
    let mut talk = Talk::start_by(&library, Channel::Sms);
    talk.say("non");
    talk.say("une fuite d'eau");
    talk.state.unnumbered = false;
    let asked = talk.state.position(&library).map(|(_, step)| step.to_owned());
    talk.say("2");
    assert_ne!(talk.state.position(&library).map(|(_, step)| step.to_owned()), asked);
}

#[test]
fn only_what_may_be_misheard_is_said_back_by_text_message() {
    let library = shipped();
    let mut talk = Talk::start_by(&library, Channel::Sms);
    talk.say("non");
    let reply = talk.say("fuite dans la cuisine hier soir, le parquet est abîmé");
    assert!(reply.contains("jeudi 19 novembre 2026"), "{reply}");
    assert!(!reply.contains("Cuisine") && !reply.contains("Parquet"), "{reply}");
}

#[test]
fn the_summary_of_a_text_message_is_short_and_the_whole_is_a_word_away() {
    let library = shipped();
    let mut talk = Talk::start_by(&library, Channel::Sms);
    talk.say("non");
    talk.say("fuite d'eau hier soir, environ 1200 euros de dégâts");
    for _ in 0..60 {
        if talk.text_message().contains("OUI") {
            break;
        }
        talk.say(match talk.state.position(&library).map(|(_, step)| step) {
            Some("claimant_role") => "c'est moi l'assuré",
            Some("loss_place") => "12 rue des Lilas, 69003 Lyon",
            Some("contact_channel") => "par sms",
            Some("phone") => "0639980001",
            _ => "je ne sais pas",
        });
    }
    let summary = talk.text_message();
    assert!(sms::count(&summary) <= 2, "{summary}");
    for part in ["jeudi 19 novembre 2026", "12 rue des Lilas", "Montant estimé", "Répondez OUI", "RELIRE"] {
        assert!(summary.contains(part), "{part}: {summary}");
    }
    talk.say("relire");
    let lines = talk.effects.iter().any(|effect| matches!(effect, Effect::Say { body } if body.summary.len() > 6));
    assert!(lines, "every answer is shown");
    talk.say("oui");
    assert!(talk.effects.contains(&Effect::Qualify), "{}", talk.reply());
}

#[test]
fn what_a_message_tells_is_not_asked() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    talk.say("non");
    talk.say("j'ai une fuite d'eau");
    assert_eq!(talk.state.peril(), Some("water_damage"), "the dossier opens as soon as the peril is known");
    talk.say("oui");
    let reply = talk.say("non, et c'est arrivé hier soir");
    assert!(reply.contains("jeudi 19 novembre 2026"), "{reply}");
    assert!(talk.state.fact("water_off").is_some() && talk.state.fact("loss_date").is_some());
}

#[test]
fn a_shown_answer_is_taken_without_asking_what_it_is_about() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    for (text, fact, value) in [
        ("Non, aucun danger", "danger", "none"),
        ("degat des eaux, fuite", "incident", "water_damage"),
        ("oui", "water_running", "yes"),
        ("2", "water_off", "no"),
    ] {
        let classified = classified_in(|| drop(talk.say(text)));
        assert_eq!(classified, 0, "{text}");
        let known = talk.state.fact(fact).unwrap_or_else(|| panic!("{fact} is not known"));
        let is = match known {
            Value::Choice(choice) => choice,
            Value::Bool(true) => "yes",
            Value::Bool(false) => "no",
            other => panic!("{other:?}"),
        };
        assert_eq!(is, value, "{text}");
    }
    // In words of one's own it is understood as before.
    let mut talk = Talk::start(&library);
    talk.say("non");
    assert!(classified_in(|| drop(talk.say("c'est tout mouillé chez moi"))) > 0);
}

#[test]
fn danger_interrupts_and_the_flow_comes_back() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    talk.say("non");
    let asked = talk.press("incident=water_damage");
    talk.state.failures = 0;
    let reply = talk.say("au secours il y a le feu");
    assert_ne!(reply, asked);
    assert_eq!(talk.state.mode(), ConversationMode::Danger);
    talk.press("cmd=safe");
    assert_eq!(talk.state.mode(), ConversationMode::Flow);
}

#[test]
fn an_answer_is_corrected_by_its_name() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    talk.say("non");
    let asked = talk.say("une fuite d'eau depuis hier soir");
    assert!(asked.contains("jeudi 19 novembre 2026"), "what was taken is shown: {asked}");
    talk.say("corriger la date");
    let reply = talk.say("le 18 novembre");
    assert!(reply.contains("mercredi 18 novembre 2026"), "{reply}");
    assert!(reply.ends_with(asked.lines().last().unwrap()), "back at the pending question: {reply}");
}

#[test]
fn a_doubtful_answer_is_confirmed_in_words() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    for text in ["non", "une fuite", "non", "non", "moi", "7541289", "Moreau", "12/03/1984"] {
        talk.say(text);
    }
    let reply = talk.say("il y a une dizaine de jours");
    assert_eq!(reply, "J’ai compris\u{a0}: mardi 10 novembre 2026. C’est bien ça\u{a0}?");
    assert_eq!(talk.state.fact("loss_date"), None, "nothing is kept yet");
    assert!(talk.say("non").starts_with("D’accord, reprenons."));
    // Another answer replaces the uncertain one, and a certain one needs no "oui".
    talk.say("il y a une dizaine de jours");
    talk.say("il y a une quinzaine de jours");
    talk.press("cmd=confirm_yes");
    assert!(matches!(talk.state.fact("loss_date"), Some(Value::Moment(moment)) if moment.start.day() == 5));
    let mut talk = Talk::start(&library);
    for text in ["non", "une fuite", "non", "non", "moi", "7541289", "Moreau", "12/03/1984", "hier vers 18h"] {
        talk.say(text);
    }
    assert!(talk.state.fact("loss_date").is_some(), "an exact answer is not confirmed");
}

#[test]
fn a_doubtful_value_of_a_story_waits_for_its_question_and_gives_way_to_a_certain_one() {
    let library = shipped();
    let told = |more: &[&str]| {
        let mut talk = Talk::start(&library);
        for text in ["non", "fuite sous l'évier il y a une dizaine de jours", "non", "non", "moi"] {
            talk.say(text);
        }
        for text in more {
            talk.say(text);
        }
        talk
    };
    let asked = told(&["7541289", "Moreau", "12/03/1984"]);
    assert!(
        asked.reply().ends_with("J’ai compris\u{a0}: mardi 10 novembre 2026. C’est bien ça\u{a0}?"),
        "{}",
        asked.reply()
    );
    assert_eq!(asked.state.fact("loss_date"), None, "nothing is kept yet");
    let day = |talk: &Talk| match talk.state.fact("loss_date") {
        Some(Value::Moment(moment)) => Some(moment.start.day()),
        _ => None,
    };
    let confirm = |answer: &str| told(&["7541289", "Moreau", "12/03/1984", answer]);
    assert_eq!(day(&confirm("oui c'est bien ça")), Some(10));
    assert_eq!(day(&confirm("non")), None);
    assert_eq!(day(&confirm("plutôt le 12")), Some(12));
    // A certain answer that is given before the question is reached needs no question.
    let talk = told(&["7541289, c'était le 12 novembre", "Moreau", "12/03/1984"]);
    assert_eq!(day(&talk), Some(12));
    assert!(!talk.reply().contains("C’est bien ça"), "{}", talk.reply());
    // A question in between is answered, and the confirmation is asked for again.
    let talk = told(&["7541289", "Moreau", "12/03/1984", "quelle est ma franchise ?"]);
    assert!(
        talk.reply().ends_with("J’ai compris\u{a0}: mardi 10 novembre 2026. C’est bien ça\u{a0}?"),
        "{}",
        talk.reply()
    );
}

#[test]
fn earlier_on_is_an_answer_to_when_and_puts_off_the_rest() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    for text in ["non", "une fuite", "non", "non", "moi", "7541289", "Moreau", "12/03/1984"] {
        talk.say(text);
    }
    talk.say("tout à l'heure");
    assert!(matches!(talk.state.fact("loss_date"), Some(Value::Moment(moment)) if moment.start.day() == 20));
    let mut talk = Talk::start(&library);
    talk.say("non");
    let reply = talk.say("tout à l'heure");
    assert!(talk.state.later, "{reply}");
}

#[test]
fn who_writes_the_other_language_is_answered_in_it_but_a_word_of_it_changes_nothing() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    for (text, language) in [
        ("ok", Language::Fr),
        ("no thanks", Language::Fr),
        ("there is water all over my kitchen", Language::En),
        ("non", Language::En),
        ("merci bien", Language::En),
        ("je ne sais pas du tout", Language::Fr),
        ("Windsor Road", Language::Fr),
        ("it was yesterday evening", Language::En),
    ] {
        let reply = talk.say(text);
        assert_eq!(talk.state.language, language, "{text}: {reply}");
    }
}

#[test]
fn three_misunderstandings_call_a_person_and_the_flow_can_go_on_meanwhile() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    talk.say("non");
    talk.say("blurb glop");
    let offered = talk.say("blurb glop");
    assert_eq!(talk.state.mode(), ConversationMode::Flow);
    assert!(offered.contains("un conseiller"), "the second time the ways out are offered: {offered}");
    talk.say("blurb glop");
    assert_eq!(talk.state.mode(), ConversationMode::Waiting { resume: true });
    talk.say("blurb glop");
    assert_eq!(talk.state.mode(), ConversationMode::Waiting { resume: true }, "a person stays awaited");
    assert_ne!(talk.press("cmd=resume"), "");
}

/// A claim of water damage up to "Le logement est", with all questions before it answered.
fn water_damage(library: &Library) -> Talk<'_> {
    let mut talk = Talk::start(library);
    for text in ["non", "une fuite", "non", "non", "moi", "7541289", "Moreau", "12/03/1984"] {
        talk.say(text);
    }
    for text in ["hier", "12 rue des Lilas 69003 Lyon", "passer", "de chez moi", "un joint", "non"] {
        talk.say(text);
    }
    assert_eq!(talk.state.position(library), Some(("home", "building")), "{}", talk.reply());
    talk
}

#[test]
fn commands_work_at_any_step() {
    let library = shipped();
    // The messages, the mode after them, and a part of the last reply.
    let cases: [(&[&str], ConversationMode, &str); 14] = [
        (&["annuler", "oui"], ConversationMode::Withdrawn, "Votre déclaration est annulée"),
        (&["annuler", "non"], ConversationMode::Flow, "Rien n’a changé.\nLe logement est\u{a0}:"),
        (&["STOP"], ConversationMode::Flow, "Voulez-vous vraiment annuler"),
        (&["STOP", "oui"], ConversationMode::Withdrawn, "Votre déclaration est annulée"),
        (&["STOP", "continuer"], ConversationMode::Flow, "Rien n’a changé.\nLe logement est\u{a0}:"),
        (&["recommencer", "oui"], ConversationMode::Flow, "Avant tout, y a-t-il un blessé"),
        (&["recommencer", "non"], ConversationMode::Flow, "Le logement est\u{a0}:"),
        (&["plus tard"], ConversationMode::Flow, "vos réponses sont gardées"),
        (&["plus tard", "bonjour"], ConversationMode::Flow, "On reprend où nous en étions"),
        (&["plus tard", "une maison"], ConversationMode::Flow, "Vous êtes\u{a0}:"),
        (&["résumé"], ConversationMode::Flow, "Le logement est\u{a0}:"),
        (&["aide"], ConversationMode::Flow, "Est-ce une maison, ou un appartement"),
        (&["un conseiller"], ConversationMode::Waiting { resume: true }, "Un conseiller est prévenu"),
        (&["in english please"], ConversationMode::Flow, "We go on in English.\nThe home is:"),
    ];
    for (texts, mode, holds) in cases {
        let mut talk = water_damage(&library);
        let reply = texts.iter().map(|text| talk.say(text)).last().unwrap();
        assert_eq!(talk.state.mode(), mode, "{texts:?}");
        assert!(reply.contains(holds), "{texts:?}: {reply}");
    }
}

#[test]
fn starting_again_forgets_the_answers_and_not_what_a_handler_wrote() {
    let library = shipped();
    let mut talk = water_damage(&library);
    let by_handler = Fact { value: Value::Bool(false), source: Source::Handler("lea".into()) };
    talk.tell(&Event::FactLearned { name: "third_parties".into(), fact: by_handler });
    talk.say("recommencer");
    talk.press("cmd=restart_yes");
    assert!(talk.effects.iter().any(|effect| matches!(effect, Effect::Note(Note::Restarted))));
    let left: Vec<&str> = talk.state.facts().keys().map(FactName::as_str).collect();
    assert_eq!(left, ["third_parties"]);
}

#[test]
fn events_of_the_host_are_answered() {
    let library = shipped();
    let english = Event::SpeakLanguage { language: Language::En };
    let quote = Event::DocumentWanted { kind: "quote".into(), text: None };
    // The messages, the events, the mode after them, and a part of the last reply.
    let cases: [(&[&str], &[Event], ConversationMode, &str); 8] = [
        (&[], std::slice::from_ref(&english), ConversationMode::Flow, "We go on in English.\nThe home is:"),
        (&["annuler", "oui"], std::slice::from_ref(&english), ConversationMode::Withdrawn, "We go on in English."),
        (&["un conseiller"], &[Event::HandedBack], ConversationMode::Flow, "Reprenons.\nLe logement est\u{a0}:"),
        (&[], &[Event::TakenOver, Event::HandedBack], ConversationMode::Flow, "Reprenons.\nLe logement est\u{a0}:"),
        (&["annuler", "oui"], &[Event::TakenOver, Event::HandedBack], ConversationMode::Withdrawn, ""),
        (&[], &[quote], ConversationMode::Flow, "a besoin d’une pièce\u{a0}: Devis"),
        (&[], &[Event::Silent], ConversationMode::Flow, "n’est pas terminée"),
        (
            &["un conseiller"],
            &[Event::Edit { fact: "origin".into() }],
            ConversationMode::Flow,
            "Corrigeons.\nD’où vient l’eau\u{a0}?",
        ),
    ];
    for (texts, events, mode, holds) in cases {
        let mut talk = water_damage(&library);
        for text in texts {
            talk.say(text);
        }
        talk.effects.clear();
        for event in events {
            talk.tell(event);
        }
        assert_eq!(talk.state.mode(), mode, "{texts:?} {events:?}");
        assert!(talk.reply().contains(holds), "{texts:?} {events:?}: {}", talk.reply());
    }
}

#[test]
fn a_handler_who_asks_for_a_document_gets_it_wanted() {
    let library = shipped();
    let mut talk = water_damage(&library);
    talk.effects.clear();
    talk.tell(&Event::DocumentWanted { kind: "quote".into(), text: None });
    let wanted = Effect::WantDocument { kind: "quote".into(), required: true };
    assert!(talk.effects.contains(&wanted), "{:?}", talk.effects);
    assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(false)));
    talk.effects.clear();
    talk.tell(&Event::Said(UserMessage { files: vec![in_slot("quote")], ..UserMessage::default() }));
    assert!(talk.effects.contains(&filing("quote", &[0], false)), "{:?}", talk.effects);
    assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(true)));
}

#[test]
fn who_waits_for_a_person_may_go_on_by_answering() {
    let library = shipped();
    for (text, mode) in [
        ("une maison", ConversationMode::Flow),
        ("corriger la date", ConversationMode::Flow),
        ("ok merci", ConversationMode::Waiting { resume: true }),
        ("vous êtes là ?", ConversationMode::Waiting { resume: true }),
    ] {
        let mut talk = water_damage(&library);
        talk.say("un conseiller");
        talk.say(text);
        assert_eq!(talk.state.mode(), mode, "{text}");
    }
    let mut talk = water_damage(&library);
    talk.say("un conseiller");
    assert!(talk.press("building=house").contains("Vous êtes\u{a0}:"), "a button of the flow goes on with it");
}

#[test]
fn what_is_taken_back_corrects_the_answer() {
    let library = shipped();
    for (text, fact, said) in [
        ("en fait c'était mardi", "loss_date", "C’est corrigé. Date du sinistre\u{a0}: mardi 17 novembre 2026."),
        ("finalement ça vient du dessus", "origin", "C’est corrigé. Origine de l’eau\u{a0}: D’un autre logement."),
        ("pardon, ce week-end", "loss_date", "du samedi 14 novembre 2026 au dimanche 15 novembre 2026"),
    ] {
        let mut talk = water_damage(&library);
        let before = talk.state.fact(fact).cloned();
        let reply = talk.say(text);
        assert!(reply.contains(said), "{text}: {reply}");
        assert_ne!(talk.state.fact(fact).cloned(), before, "{text}");
    }
    let mut talk = water_damage(&library);
    assert!(talk.say("c'est mardi").contains("Pardon"), "nothing is corrected that was not taken back");
}

#[test]
fn a_correction_clears_what_was_asked_in_a_flow_that_is_no_longer_called() {
    let library = shipped();
    let mut talk = water_damage(&library);
    talk.press("edit=incident");
    talk.press("incident=theft");
    talk.press("theft_event=burglary");
    for fact in ["water_running", "ceiling_threatens", "origin", "cause"] {
        assert_eq!(talk.state.fact(fact), None, "{fact} belongs to the water damage");
    }
    assert_eq!(talk.state.peril(), Some("burglary"));
    assert!(talk.state.fact("loss_date").is_some(), "what both flows ask stays");
}

#[test]
fn the_injured_come_before_the_claim() {
    let library = shipped();
    for (text, danger) in [
        ("oui mon fils c brulé la main mais ça va", "injured"),
        ("personne n'est blessé mais ça sent le gaz", "gas"),
        ("oui mon mari a mal au cou", "injured"),
        ("non ça va", "none"),
        ("non, personne n'est blessé", "none"),
    ] {
        let mut talk = Talk::start(&library);
        talk.say(text);
        assert_eq!(talk.state.fact("danger"), Some(&Value::Choice(danger.into())), "{text}: {}", talk.reply());
    }
}

#[test]
fn dates_and_names_are_not_taken_for_each_other() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    for text in ["non", "une fuite", "non", "non", "moi", "je l'ai perdu"] {
        talk.say(text);
    }
    talk.say("le 3 novembre");
    assert_eq!(talk.state.fact("last_name"), None, "{}", talk.reply());
    talk.say("Moreau");
    assert!(talk.say("3 novembre 2026").contains("trop tardive"), "who was born this month insures nothing");
    assert_eq!(talk.state.fact("birth_date"), None);
}

#[test]
fn after_the_end_an_answer_not_understood_is_asked_again() {
    let library = shipped();
    let mut talk = water_damage(&library);
    talk.state.mode = ConversationMode::Ended;
    talk.press("edit=origin");
    assert!(talk.say("blurb glop").contains("Pardon"), "silence is no answer");
}

#[test]
fn an_address_may_come_in_two_messages() {
    let library = shipped();
    let place = |line: &str, town: Option<(&str, &str)>| {
        Value::Address(Address {
            line: line.into(),
            postcode: town.map(|(postcode, _)| postcode.into()),
            city: town.map(|(_, city)| city.into()),
            ..Address::default()
        })
    };
    for (town, expected) in [
        ("69003 Lyon", place("12 rue des Lilas", Some(("69003", "Lyon")))),
        ("je sais pas", place("12 rue des Lilas", None)),
        ("blurb", place("12 rue des Lilas", None)),
        ("3 rue Nationale 59000 Lille", place("3 rue Nationale", Some(("59000", "Lille")))),
    ] {
        let mut talk = Talk::start(&library);
        for text in ["non", "une fuite", "non", "non", "moi", "jsp", "jsp", "hier"] {
            talk.say(text);
        }
        assert!(talk.say("12 rue des Lilas").contains("le code postal et la ville"), "{}", talk.reply());
        talk.say(town);
        assert_eq!(talk.state.fact("loss_place"), Some(&expected), "{town}: {}", talk.reply());
    }
}

#[test]
fn photos_that_come_early_are_not_asked_again_and_late_ones_decide_again() {
    let library = shipped();
    let mut talk = water_damage(&library);
    talk.send([in_slot("photo_wide")]);
    let answers = ["maison", "proprio", "cuisine", "sol", "400", "non", "plus tard", "non", "ici", "passer", "envoyer"];
    for text in answers {
        talk.say(text);
    }
    let filed =
        |talk: &Talk, kind: &str| talk.state.wanted().iter().any(|wanted| wanted.kind == kind && wanted.received == 1);
    assert!(filed(&talk, "photo_wide") && !filed(&talk, "photo_close"), "{:?}", talk.state.wanted());
    assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(false)));
    assert!(
        matches!(talk.state.mode(), ConversationMode::Ended | ConversationMode::Waiting { resume: false }),
        "{}",
        talk.reply()
    );
    talk.send([in_slot("photo_close")]);
    assert!(filed(&talk, "photo_close"));
    assert!(talk.effects.iter().any(|effect| matches!(effect, Effect::Orient { .. })), "{:?}", talk.effects);
    assert!(talk.effects.iter().any(|effect| matches!(effect, Effect::Note(Note::DocumentsCompleted))));

    // A handler's orientation is kept.
    let by_handler = Fact { value: Value::Choice("field".into()), source: Source::Handler("lea".into()) };
    talk.tell(&Event::FactLearned { name: FactName::ORIENTATION, fact: by_handler });
    talk.press("edit=origin");
    talk.press("origin=neighbour");
    assert!(!talk.effects.iter().any(|effect| matches!(effect, Effect::Orient { .. })), "{:?}", talk.effects);
    assert_eq!(talk.state.fact("orientation"), Some(&Value::Choice("field".into())));
}

fn in_slot(kind: &str) -> SentFile {
    let media_type = if kind.starts_with("photo") { "image/jpeg" } else { "application/pdf" };
    SentFile { slot: Some(kind.to_owned()), ..SentFile::without_slot(media_type) }
}

fn filing(kind: &str, files: &[usize], supposed: bool) -> Effect {
    let count = u32::try_from(files.len()).unwrap();
    Effect::FileDocuments { kind: kind.to_owned(), count, files: files.to_vec(), supposed }
}

/// A water damage for which photos are asked.
fn at_photos(library: &Library) -> Talk<'_> {
    let mut talk = water_damage(library);
    for text in ["maison", "proprio", "cuisine", "sol", "400", "non"] {
        talk.say(text);
    }
    let required = talk.state.wanted().iter().filter(|wanted| wanted.required).map(|wanted| wanted.kind.as_str());
    assert_eq!(required.collect::<Vec<_>>(), ["photo_wide", "photo_close"], "{}", talk.reply());
    talk
}

#[test]
fn a_file_in_a_slot_is_of_its_kind_whatever_the_order() {
    let library = shipped();
    let mut talk = at_photos(&library);
    let reply = talk.send([in_slot("photo_close"), in_slot("quote"), in_slot("photo_wide")]);
    for (at, kind) in ["photo_close", "quote", "photo_wide"].into_iter().enumerate() {
        assert!(talk.effects.contains(&filing(kind, &[at], false)), "{:?}", talk.effects);
    }
    assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(true)));
    assert!(!reply.contains("C’est bien cela"), "{reply}");
}

#[test]
fn what_is_supposed_of_files_is_no_proof_until_the_person_says_so() {
    let library = shipped();
    let photo = || SentFile::without_slot("image/jpeg");
    for (answer, complete) in
        [("oui", true), ("doc=yes", true), ("non", false), ("doc=no", false), ("c'est tout", false)]
    {
        let mut talk = at_photos(&library);
        let reply = talk.send([photo(), photo()]);
        assert!(talk.effects.contains(&filing("photo_wide", &[0], true)), "{:?}", talk.effects);
        assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(false)), "nobody has said what they are");
        assert!(reply.contains("Photo large de la pièce, Photo de près des dégâts"), "{reply}");
        let reply = if answer.contains('=') { talk.press(answer) } else { talk.say(answer) };
        assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(complete)), "{answer}");
        assert!(!reply.contains("Il manque"), "{answer}: what came is not asked for again: {reply}");
    }
}

#[test]
fn of_one_file_it_is_asked_what_it_is() {
    let library = shipped();
    for answer in ["doc=quote", "c'est le devis"] {
        let mut talk = at_photos(&library);
        talk.send([in_slot("photo_wide"), in_slot("photo_close")]);
        // By order of arrival it would be the photo of the cause, or whatever else is missing.
        let reply = talk.send([SentFile::without_slot("image/jpeg")]);
        assert!(reply.contains("qu’est-ce que c’est"), "{reply}");
        if answer.contains('=') {
            talk.press(answer)
        } else {
            talk.say(answer)
        };
        let quote = talk.state.wanted().iter().find(|wanted| wanted.kind == "quote").unwrap();
        assert_eq!((quote.received, quote.supposed), (1, 0), "{answer}: {}", talk.reply());
        assert!(talk.effects.contains(&Effect::SortDocuments(Sorting::As("quote".into()))));
        assert!(talk.state.wanted().iter().all(|wanted| wanted.supposed == 0));
    }
}

#[test]
fn a_handler_who_says_what_the_last_file_is_makes_the_decision_again() {
    let library = shipped();
    let mut talk = at_photos(&library);
    talk.send([in_slot("photo_wide")]);
    for text in ["plus tard", "non", "ici", "passer", "envoyer"] {
        talk.say(text);
    }
    assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(false)), "{}", talk.reply());
    // Whoever sends the last one is asked, and need not answer.
    let reply = talk.send([SentFile::without_slot("image/jpeg")]);
    assert!(reply.contains("qu’est-ce que c’est"), "{reply}");
    assert!(!talk.effects.iter().any(|effect| matches!(effect, Effect::Orient { .. })), "{:?}", talk.effects);
    talk.effects.clear();
    let (was, kind) = (Some("photo_close".to_owned()), "photo_close".to_owned());
    talk.tell(&Event::DocumentSorted { was, was_supposed: true, kind });
    assert!(talk.effects.iter().any(|effect| matches!(effect, Effect::Orient { .. })), "{:?}", talk.effects);
    assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(true)));

    // A file that was taken for another is no proof any more.
    let (was, kind) = (Some("photo_close".to_owned()), "other".to_owned());
    talk.tell(&Event::DocumentSorted { was, was_supposed: false, kind });
    assert_eq!(talk.state.fact("documents_complete"), Some(&Value::Bool(false)));
}

#[test]
fn a_bare_yes_to_danger_is_a_danger() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    assert!(talk.say("oui").contains("112"), "{}", talk.reply());
    assert_eq!(talk.state.mode(), ConversationMode::Danger);
    assert!(talk.say("oui je suis en sécurité").contains("y a-t-il un blessé"), "{}", talk.reply());
}

#[test]
fn a_fire_that_is_declared_is_no_fire_that_burns() {
    let library = shipped();
    for (before, text, mode) in [
        (&["non"][..], "un incendie", ConversationMode::Flow),
        (
            &["non", "y a le feu dans la cuisine !", "on est dehors"],
            "oui les pompiers ont éteint",
            ConversationMode::Flow,
        ),
        (&["non"], "il y a le feu dans la cuisine", ConversationMode::Danger),
    ] {
        let mut talk = Talk::start(&library);
        for said in before {
            talk.say(said);
        }
        talk.say(text);
        assert_eq!(talk.state.mode(), mode, "{before:?} {text}");
        // The facts in a call for help are kept until the person is safe.
        assert_eq!(
            talk.state.fact("incident"),
            Some(&Value::Choice("fire".into())),
            "{before:?} {text}: {}",
            talk.reply()
        );
    }
}

#[test]
fn a_phrase_says_more_than_a_word_of_a_label() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    for text in ["non", "une fuite", "non", "non"] {
        talk.say(text);
    }
    talk.say("je suis l'assuré et deux logements sont touchés");
    assert_eq!(talk.state.fact("claimant_role"), Some(&Value::Choice("insured".into())), "{}", talk.reply());
}

#[test]
fn a_correction_asks_in_the_words_of_the_claim_s_own_flow() {
    let library = shipped();
    let mut talk = water_damage(&library);
    for text in ["maison", "proprio", "cuisine", "sol", "400", "non", "plus tard", "c'est tout"] {
        talk.say(text);
    }
    assert_eq!(talk.state.fact("remarks"), None, "« c'est tout » is nothing to add");
    talk.effects.clear();
    talk.tell(&Event::Edit { fact: "damage_amount".into() });
    assert!(talk.reply().contains("du montant des dégâts chez vous"), "{}", talk.reply());
}

#[test]
fn a_complaint_calls_a_person_and_the_claim_goes_on() {
    let library = shipped();
    let mut talk = Talk::start(&library);
    talk.say("non");
    talk.say("une fuite d'eau");
    let reply = talk.say("franchement votre service est lamentable, je fais une réclamation");
    assert!(reply.ends_with("L’eau coule-t-elle encore\u{a0}?"), "{reply}");
    let called = talk.effects.iter().any(|effect| {
        matches!(effect, Effect::HandOver(handover) if handover.reason == "complaint" && handover.priority == Priority::High)
    });
    assert!(called, "{:?}", talk.effects);
    assert_eq!(talk.state.mode(), ConversationMode::Flow);

    // A request for a certificate goes to its desk and calls nobody.
    talk.say("il me faut aussi une attestation d'assurance pour mon bailleur");
    assert!(talk.effects.iter().any(|effect| matches!(effect, Effect::Request { kind, .. } if kind == "attestation")));
    assert!(!talk.effects.iter().any(|effect| matches!(effect, Effect::HandOver(_))), "{:?}", talk.effects);
}

#[test]
fn a_stored_revision_goes_on_with_the_sentences_and_words_that_it_lacks() {
    let mut sources = crate::flow::built_in();
    let messages = sources.get_mut("messages.yaml").unwrap();
    *messages = messages.replace("\nnot_understood:", "\nsaid_by_an_older_program:");
    sources.remove("vocabulary.yaml");
    let opening = sources.get_mut("claims/shared/opening.yaml").unwrap();
    *opening = opening.replace("Que s’est-il passé\u{a0}?", "Que vous est-il arrivé ?");
    let requests = sources.get_mut("requests.yaml").unwrap();
    *requests = requests.replace("\nrequests:", "\nread_by_an_older_program: yes\nrequests:");
    let LoadError::Mistakes(mistakes) = Library::from_sources(sources.clone()).unwrap_err() else { panic!() };
    let found: Vec<_> = mistakes.iter().map(|mistake| mistake.message.as_str()).collect();
    let missing = ["the sentence `not_understood` is missing", "the file is missing"];
    assert!(missing.iter().all(|message| found.contains(message)), "{found:?}");
    assert!(found.iter().any(|message| message.starts_with("`read_by_an_older_program` means nothing")), "{found:?}");

    let stored = Library::from_stored(sources.clone()).unwrap();
    let mut talk = Talk::start(&stored);
    let asked = talk.say("non");
    assert!(asked.contains("Que vous est-il arrivé ?"), "its own words: {asked}");
    let reply = talk.say("zorglub patatras");
    assert!(reply.starts_with("Pardon, je n’ai pas bien compris."), "this program's: {reply}");
    // A mistake in the flows themselves is still an error.
    sources.insert("claims/shared/opening.yaml".to_owned(), "flow: opening\nsteps: 3\n".to_owned());
    assert!(Library::from_stored(sources).is_err());
}

#[test]
fn a_revision_kept_when_all_flows_stood_in_one_folder_compiles_to_the_same_flows() {
    let sources = crate::flow::built_in();
    let flat = sources.iter().map(|(path, text)| {
        let path = match path.strip_prefix("claims/") {
            Some(rest) => format!("claims/{}", rest.rsplit('/').next().unwrap()),
            None => path.clone(),
        };
        (path, text.clone())
    });
    let (flat, current) = (Library::from_sources(flat.collect()).unwrap(), shipped());
    assert!(flat.sources().contains_key("claims/opening.yaml"));
    let names =
        |library: &Library| library.flows().map(|flow| (flow.name.clone(), flow.steps.len())).collect::<Vec<_>>();
    assert_eq!(names(&flat), names(&current));
    // The same flow in two files is an error.
    let mut both = sources.clone();
    both.insert("claims/opening.yaml".to_owned(), sources["claims/shared/opening.yaml"].clone());
    let error = Library::from_sources(both).unwrap_err().to_string();
    assert!(error.contains("the flow `opening` stands in claims/opening.yaml already"), "{error}");
}

/// What the conventions' flows conclude from facts, as the last `set` leaves it.
fn concluded(flow: &str, facts: &[(&str, Value)], wanted: &str) -> String {
    let library = shipped();
    let now: Timestamp = "2026-11-20T09:00:00Z".parse().unwrap();
    let mut interpreter = Interpreter::new(&library, "demo", State::default(), now);
    for (name, value) in facts {
        interpreter.set_fact(*name, value.clone(), Source::Policyholder);
    }
    interpreter.state.first = Some(flow.to_owned());
    interpreter.begin();
    interpreter.run();
    match interpreter.state.fact(wanted) {
        Some(Value::Choice(code)) => code.clone(),
        Some(Value::Bool(holds)) => holds.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn agreements_between_insurers_are_concluded_from_facts_and_left_to_assess_where_these_do_not_settle_them() {
    let choice = |code: &str| Value::Choice(code.to_owned());
    let euros = |euros: i64| Value::Amount(euros * 100);
    let water = |more: &[(&'static str, Value)]| {
        let mut facts = vec![
            ("incident", choice("water_damage")),
            ("peril", choice("water_damage")),
            ("origin", choice("home")),
            ("cause", choice("pipe_visible")),
            ("building", choice("condominium")),
            ("occupancy", choice("owner_occupier")),
            ("third_parties", Value::Bool(false)),
            ("peril_covered", Value::Bool(true)),
            ("damage_amount", euros(1000)),
        ];
        facts.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        facts.extend_from_slice(more);
        facts
    };
    let agreement = |more: &[(&'static str, Value)], wanted| concluded("water_conventions", &water(more), wanted);
    // Amounts are compared without VAT; 1,700 euros with it are 1,545 without, and the quote decides.
    assert_eq!(agreement(&[], "convention"), "irsi_1");
    assert_eq!(agreement(&[("damage_amount", euros(1700))], "convention"), "to_assess");
    assert_eq!(agreement(&[("damage_amount", euros(3500))], "convention"), "irsi_2");
    assert_eq!(agreement(&[("damage_amount", euros(5600))], "convention"), "to_assess");
    // CIDE-COP: two insurers, a cause that is covered, no contractor's liability.
    let large = || ("damage_amount", euros(12_000));
    assert_eq!(agreement(&[large()], "convention"), "cide_cop");
    assert_eq!(agreement(&[large(), ("peril_covered", Value::Bool(false))], "convention"), "to_assess");
    assert_eq!(agreement(&[large(), ("cause", choice("works"))], "convention"), "to_assess");
    // A roof that let a storm in is excluded.
    let storm = [("cause", choice("roof")), ("roof_open", Value::Bool(true))];
    assert_eq!(agreement(&storm, "irsi_excluded"), "true");
    // A third damage reopens recourse only where it is of the same cause.
    let several = || ("previous_claims", choice("several"));
    assert_eq!(agreement(&[several(), ("same_cause", Value::Bool(true))], "convention_recourse"), "true");
    assert_eq!(agreement(&[several(), ("same_cause", Value::Bool(false))], "convention_recourse"), "false");
    assert_eq!(agreement(&[several(), ("same_cause", Value::Unknown)], "convention_recourse"), "None");
    // Who manages: one for each premises; the building's where the owner has no policy in force.
    assert_eq!(agreement(&[], "managing_insurer"), "occupant");
    assert_eq!(agreement(&[("policy_in_force", Value::Bool(false))], "managing_insurer"), "building");
    assert_eq!(agreement(&[("third_parties", Value::Bool(true))], "several_managers"), "true");
    // What comes from beyond the neighbouring building is not of the agreement; where it comes from, nobody asked.
    assert_eq!(agreement(&[("origin", choice("outside"))], "convention"), "to_assess");
    let holidays = [("occupancy", choice("landlord")), ("letting", choice("seasonal"))];
    assert_eq!(agreement(&holidays, "managing_insurer"), "to_assess");
    assert_eq!(agreement(&holidays, "convention"), "to_assess");

    let fire = |cause: &str, extent: &str| {
        let facts = [
            ("incident", choice("fire")),
            ("peril", choice("fire")),
            ("building", choice("condominium")),
            ("fire_cause", choice(cause)),
            ("fire_extent", choice(extent)),
            ("damage_amount", euros(1000)),
        ];
        concluded("fire_conventions", &facts, "convention")
    };
    assert_eq!(fire("cooking", "room"), "irsi_1");
    assert_eq!(fire("cooking", "smoke"), "to_assess", "soot without flames");
    assert_eq!(fire("heating", "spot"), "to_assess", "within its hearth");
    assert_eq!(fire("nature", "room"), "none");

    let crash = |more: &[(&'static str, Value)], wanted| {
        let mut facts = vec![
            ("peril", choice("car_collision")),
            ("collision_with", choice("one_vehicle")),
            ("abroad", Value::Bool(false)),
            ("other_party_insurer", Value::Text("Assurances du Phare".to_owned())),
            ("damage_amount", euros(2000)),
        ];
        facts.retain(|(name, _)| !more.iter().any(|(other, _)| other == name));
        facts.extend_from_slice(more);
        concluded("car_conventions", &facts, wanted)
    };
    assert_eq!(crash(&[], "car_convention"), "irsa_flat");
    assert_eq!(crash(&[], "irsa_survey"), "true");
    assert_eq!(crash(&[("damage_amount", euros(12_000))], "car_convention"), "irsa_real");
    assert_eq!(crash(&[("damage_amount", euros(7800))], "car_convention"), "irsa_to_assess");
    assert_eq!(crash(&[("abroad", Value::Bool(true))], "car_convention"), "irsa_to_assess");
    let unknown = [("other_party_insurer", Value::Unknown), ("other_uninsured", Value::Unknown)];
    assert_eq!(crash(&unknown, "car_convention"), "irsa_to_assess");
    assert_eq!(crash(&[("other_uninsured", Value::Bool(true))], "car_convention"), "none");
}

#[test]
fn the_time_that_a_person_named_before_is_what_slots_are_looked_for_by() {
    let library = shipped();
    let now: Timestamp = "2026-11-20T09:00:00Z".parse().unwrap();
    let wished = |told: &str| {
        let mut state = State::default();
        let fact = Fact { value: Value::Text(told.to_owned()), source: Source::Policyholder };
        state.facts.insert(FactName::AVAILABILITY, fact.into());
        told_availability(&library, "demo", &state, now).map(|wish| (wish.moment.start.date().to_string(), wish.dated))
    };
    assert_eq!(wished("plutôt mardi matin"), Some(("2026-11-24".to_owned(), true)));
    assert_eq!(wished("pas mardi"), None);
    assert_eq!(wished("peu importe"), None);
}

/// What must not be missed, and what must not be taken for it, in `tests/corpus/must_not_miss.csv`: while another question is
/// pending, where any text is an answer, and while a person is awaited.
#[test]
fn danger_stop_complaint_and_a_call_for_a_person_are_heard_at_every_step() {
    let library = shipped();
    let state = State::beginning_with("policy_check");
    let mut asked = Talk { library: &library, state, effects: Vec::new() };
    asked.say("bonjour");
    asked.say("moi");
    assert!(asked.reply().contains("numéro de contrat"), "{}", asked.reply());
    let mut free = Talk { library: &library, state: asked.state.clone(), effects: Vec::new() };
    free.say("je ne sais pas");
    assert!(free.reply().contains("nom de famille"), "{}", free.reply());
    let mut wrong = Vec::new();
    for line in include_str!("../../../tests/corpus/must_not_miss.csv").lines().skip(1) {
        let (kind, text) = line.split_once(';').unwrap();
        for (place, begun) in [("policy_number", &asked), ("last_name", &free)] {
            let mut talk = Talk { library: &library, state: begun.state.clone(), effects: Vec::new() };
            talk.say(text);
            let handed = |code: &str| {
                talk.effects.iter().any(|effect| matches!(effect, Effect::HandOver(to) if to.reason == code))
            };
            let asks = |name: &str| {
                talk.effects.iter().any(|effect| matches!(effect, Effect::Request { kind, .. } if kind == name))
            };
            let complains = asks("complaint");
            let stops = asks("opt_out") || talk.reply().contains("Voulez-vous vraiment annuler");
            let heard = match kind {
                "human" => handed("asked") || complains,
                "no" => !handed("asked"),
                "stop" => stops,
                "nostop" => !stops,
                "complaint" => complains,
                "nocomplaint" => !complains,
                "danger" => handed("danger"),
                "nodanger" => !handed("danger"),
                other => panic!("{other}"),
            };
            if !heard {
                wrong.push(format!("{kind} at {place}: {text}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What people answer to a question, and what their first message tells, in `tests/corpus/answers.csv`: the fact that is asked
/// for (or `first`), what is said, and what is heard. `-` is nothing; `!fact=value` is what must not be heard.
#[test]
fn what_people_say_is_heard() {
    let library = shipped();
    let now: Timestamp = "2026-11-20T10:00:00+01:00".parse().unwrap();
    let mut wrong = Vec::new();
    for line in include_str!("../../../tests/corpus/answers.csv").lines().skip(1) {
        let [asked, says, hears] = line.split(';').collect::<Vec<_>>()[..] else { panic!("{line}") };
        if asked == "first" {
            let mut talk = Talk::start_by(&library, Channel::Sms);
            talk.say(says);
            for told in hears.split(' ') {
                let (must, told) = told.strip_prefix('!').map_or((true, told), |told| (false, told));
                let (fact, value) = told.split_once('=').unwrap();
                let heard = talk.state.fact(fact).map(written);
                if (heard.as_deref() == Some(value)) != must {
                    wrong.push(format!("{says}: {fact} is {heard:?}, not {told}"));
                }
            }
            continue;
        }
        let interpreter = Interpreter::new(&library, "demo", State::default(), now);
        let (.., question) = library.questions_for(asked).next().unwrap_or_else(|| panic!("nobody asks for {asked}"));
        let parsed = interpreter.read(says);
        let heard = match library.vocabulary.answer(&parsed, &interpreter.wanting(question), &interpreter.listening()) {
            Answer::Value(Value::Choices(all)) if all.len() + 1 >= question.choices.len() => "all".to_owned(),
            Answer::Value(value) => written(&value),
            Answer::Unknown => "unknown".to_owned(),
            Answer::Nothing if parsed.command() == Some(Command::DontKnow) => "unknown".to_owned(),
            Answer::Nothing => "-".to_owned(),
        };
        if heard != hears {
            wrong.push(format!("{asked}, {says}: {heard}, not {hears}"));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn written(value: &Value) -> String {
    match value {
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::Choice(text) | Value::Text(text) | Value::Phone(text) => text.clone(),
        Value::Choices(all) => all.join(", "),
        Value::Number(number) => number.get().to_string(),
        Value::Amount(cents) => cents.to_string(),
        Value::Unknown => "unknown".to_owned(),
        Value::Address(Address { line, postcode, city, .. }) => {
            format!("{line}|{}|{}", postcode.as_deref().unwrap_or_default(), city.as_deref().unwrap_or_default())
        }
        other => format!("{other:?}"),
    }
}
