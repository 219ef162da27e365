//! One story: the person reads what is shown, and says one thing.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    sync::atomic::{AtomicU32, Ordering},
};

use guichet::domain::sms::segment;

use super::{
    doors::{Door, Line, Shown},
    questions::{Put, Questions},
    sheet::{Register, Sheet, Story},
};
use crate::support::Server;

/// The most messages that anybody sends.
const PATIENCE: usize = 48;
/// What is said when the claim is sent, and of whom when somebody follows it.
const SENT: &str = "c'est envoyé";
const SOMEBODY: &str = "un conseiller";

/// How a story went.
pub(super) struct Played {
    pub(super) story: String,
    pub(super) family: String,
    pub(super) register: Register,
    pub(super) door: Door,
    pub(super) needs_a_person: bool,
    /// The person's messages until the claim was sent.
    pub(super) messages: usize,
    /// The text messages that the answers took.
    pub(super) segments: usize,
    /// Questions that were put again because their answer was not understood.
    pub(super) not_understood: Vec<String>,
    /// Questions of what had been said.
    pub(super) redundant: Vec<String>,
    /// What the chat's summary says otherwise than it was meant.
    pub(super) misunderstood: Vec<String>,
    /// Whether a person was called.
    pub(super) handed_over: bool,
    pub(super) end: End,
    /// What was said, for whoever looks why.
    pub(super) transcript: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    Sent,
    /// Only a person may go on.
    LeftToAPerson,
    /// Nothing was put that the person could answer, or too much.
    Lost,
}

/// Plays one story by one door.
pub(super) async fn play(
    server: &Server,
    questions: &Questions,
    sheet: &Sheet,
    story: &Story,
    register: Register,
    door: Door,
) -> Played {
    static NUMBER: AtomicU32 = AtomicU32::new(20_000);
    let first = story.first(register);
    let mut line = Line::open(server, door, NUMBER.fetch_add(1, Ordering::Relaxed)).await;
    let told: BTreeSet<&str> = first.tells.iter().map(String::as_str).collect();
    let mut answered: BTreeMap<String, usize> = BTreeMap::new();
    let mut played = Played {
        story: story.name.clone(),
        family: story.family.clone(),
        register,
        door,
        needs_a_person: story.needs_a_person,
        messages: 0,
        segments: 0,
        not_understood: Vec::new(),
        redundant: Vec::new(),
        misunderstood: Vec::new(),
        handed_over: false,
        end: End::Lost,
        transcript: String::new(),
    };
    let mut says = first.says.clone();
    let mut just_answered: Option<String> = None;
    while played.messages < PATIENCE {
        let _ = writeln!(played.transcript, "> {says}");
        let shown = line.say(&says).await;
        played.messages += 1;
        for Shown { text, .. } in &shown {
            played.segments += segment(text).parts.len();
            let _ = writeln!(played.transcript, "< {}", text.replace('\n', " / "));
        }
        let whole: Vec<String> = shown.iter().map(|shown| shown.text.to_lowercase().replace('’', "'")).collect();
        if let Some(sent) = whole.iter().find(|text| text.contains(SENT)) {
            played.handed_over |= sent.contains(SOMEBODY);
            played.end = End::Sent;
            break;
        }
        let put = questions.put(&shown);
        let again = matches!((&put, &just_answered), (Put::Question(fact), Some(before)) if fact == before);
        if again || shown.iter().any(|shown| questions.says(shown, "not_understood")) {
            played.not_understood.push(format!("{put:?}: {says}"));
        }
        just_answered = None;
        says = match put {
            Put::Question(fact) => {
                let nth = *answered.entry(fact.clone()).and_modify(|nth| *nth += 1).or_insert(0);
                if (nth > 0 && !again) || (nth == 0 && told.contains(fact.as_str())) {
                    played.redundant.push(fact.clone());
                }
                let answer = sheet.answer(story, &fact, register, nth).to_owned();
                just_answered = Some(fact);
                answer
            }
            Put::Town => story.policy.town(),
            Put::Confirmation => "oui c'est ça".to_owned(),
            Put::Which => sheet.answer(story, "incident", register, 0).to_owned(),
            Put::Documents => "c'est tout".to_owned(),
            Put::Summary => {
                played.misunderstood.extend(shown.iter().flat_map(|shown| story.misunderstood(&shown.summary)));
                "Envoyer".to_owned()
            }
            Put::Waiting => {
                played.handed_over = true;
                "oui on continue".to_owned()
            }
            Put::Safety => "oui je suis en sécurité".to_owned(),
            Put::Offer => "oui je veux déclarer".to_owned(),
            Put::Nothing => {
                if whole.iter().any(|text| text.contains("conseiller")) {
                    played.handed_over = true;
                    played.end = End::LeftToAPerson;
                }
                break;
            }
        };
    }
    played
}
