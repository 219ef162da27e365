//! How long it takes to understand a message, as the engine does: read once, for its values, commands and dangers, and
//! then recognised by its intents; and how long the engine takes for each message of a whole claim.
//!
//! `cargo run --release --example bench-understand`: on a quiet machine, in release. It prints microseconds a message.
//! `cargo run --release --example bench-understand -- SECONDS` only walks through the claim, for as long: for a profiler.
#![expect(clippy::unwrap_used, reason = "a tool that measures stops at the first thing that it cannot do")]
#![expect(clippy::print_stdout, reason = "it prints its report")]

use std::{
    collections::BTreeMap,
    hint::black_box,
    time::{Duration, Instant},
};

use guichet::{
    domain::{language::Language, message::Channel},
    flow::{Effect, Event, Library, PolicyAnswer, State, StepOutput, UserMessage, built_in, step},
    understanding::Listening,
};
use jiff::Timestamp;

/// How often each message is read.
const ROUNDS: usize = 50;

/// Claims as people tell them, beside the phrases of the corpora.
const CLAIMS: &[&str] = &[
    "bjr g une fuite ds la sdb ca coule chez le voisin jfais koi",
    "la fuite a commencé jeudi soir vers 19h et ça a duré jusqu'à samedi matin",
    "Bonjour, fuite hier soir dans la cuisine au 12 rue des Lilas 69003 Lyon, environ 1200e, contrat n° 7541289, tel 06 12 34 56 78",
    "Peugeot 208 disparue du parking de la gare hier entre 8h et 19h, immat FK-452-LM",
    "inondation lundi a 26000, sous sol noyé, chaudiere hs, commune pas encore reconnue",
    "Bonjour, je rentre de vacances et la baie vitrée a été forcée entre le 3 et le 17 novembre, il manque la télé (800 €), \
     les montres (entre 2000 et 3000 €) et un ordinateur ; j'ai porté plainte hier à Grenoble. Vous pouvez me joindre au \
     06 12 34 56 78 ou à julie@example.org, mon IBAN est FR14 2004 1010 0505 0001 3M02 606. Merci d'avance, Julie Moreau",
];

/// A water damage, from the first word to the claim that is sent. Most answers are as short.
const CONVERSATION: &[&str] = &[
    "Bonjour",
    "non, aucun danger",
    "j'ai une fuite d'eau dans la cuisine depuis hier soir",
    "non",
    "non",
    "non",
    "oui",
    "c'est moi l'assurée",
    "Julie Moreau",
    "7541289",
    "12 rue des Lilas 69003 Lyon",
    "3e étage, porte 12",
    "de chez moi",
    "la machine à laver",
    "oui",
    "1",
    "2",
    "1",
    "1",
    "1",
    "non",
    "oui",
    "1",
    "le parquet et les murs",
    "900 euros",
    "1",
    "1",
    "1",
    "1",
    "1",
];

fn main() {
    let started = Instant::now();
    let library = Library::from_sources(built_in()).unwrap();
    println!("the flows are compiled: {:.1} ms, once", started.elapsed().as_secs_f64() * 1e3);
    let started = Instant::now();
    library.intents().classifier().train();
    println!("the intents are learnt: {:.1} ms, once", started.elapsed().as_secs_f64() * 1e3);
    let steps = walk(&library);
    if let Some(seconds) = std::env::args().nth(1) {
        let until = Instant::now() + Duration::from_secs(seconds.parse().unwrap());
        while Instant::now() < until {
            for (state, event) in &steps {
                black_box(step(&library, INSURER, state.clone(), event, now(), None));
            }
        }
        return;
    }
    let ctx = Listening { now: "2026-11-20T10:00:00".parse().unwrap(), language: Language::Fr };
    let times = include_str!("../corpus/times.csv").lines().skip(1).filter_map(|line| line.split(';').nth(2));
    let amounts = include_str!("../corpus/amounts.csv").lines().skip(1).filter_map(|line| line.split(';').next());
    let phrases: Vec<&str> = times.chain(amounts).collect();
    let longest = CLAIMS.join(" ").repeat(4);
    let vocabulary = library.vocabulary();
    let read = |text: &str| drop(black_box(vocabulary.read(black_box(text), &ctx)));
    let recognise = |text: &str| drop(black_box(library.intents().classifier().classify(black_box(text))));
    let whole = |text: &str| drop(black_box(library.recognise(&vocabulary.read(black_box(text), &ctx))));
    report("values, phrases of the corpora", &phrases, read);
    report("values, claims in a sentence or more", CLAIMS, read);
    report("intents, claims in a sentence or more", CLAIMS, recognise);
    report("values and intents, claims in a sentence or more", CLAIMS, whole);
    report("values and intents, 4,000 characters, the most that is read", &[longest.as_str()], whole);
    let texts = CONVERSATION;
    report("a claim's messages: values", texts, read);
    report("a claim's messages: intents", texts, recognise);
    report_steps(&library, &steps);
    let hostile = ["de ", "mille une ", "1 "].map(|piece| piece.repeat(4_000 / piece.len()));
    report("values and intents, 4,000 characters of nothing", &hostile.each_ref().map(String::as_str), whole);
}

const INSURER: &str = "demo";

fn now() -> Timestamp {
    "2026-11-20T10:00:00Z".parse().unwrap()
}

/// What the engine is told in the course of [`CONVERSATION`], and where the conversation stood before.
fn walk(library: &Library) -> Vec<(State, Event)> {
    let mut steps = Vec::new();
    let mut state = State::default();
    let mut tell = |mut event: Event| {
        loop {
            steps.push((state.clone(), event.clone()));
            let StepOutput { state: next, effects } = step(library, INSURER, state.clone(), &event, now(), None);
            state = next;
            event = match effects.last() {
                Some(Effect::LookUpPolicy(query)) => Event::PolicyLookedUp(match &query.number {
                    Some(number) => PolicyAnswer::Found { number: number.clone(), facts: BTreeMap::new() },
                    None => PolicyAnswer::NotFound,
                }),
                Some(Effect::Orient { .. }) => Event::Oriented { mode: None, missing: Vec::new() },
                _ => break,
            };
        }
    };
    let (language, channel) = (Language::Fr, Channel::Sms);
    tell(Event::Opened { language, channel, known: BTreeMap::default(), reference: "ABCD-EFGH".to_owned() });
    for text in CONVERSATION {
        tell(Event::Said(UserMessage { text: (*text).to_owned(), ..UserMessage::default() }));
    }
    steps
}

fn report(name: &str, messages: &[&str], understand: impl Fn(&str)) {
    let mut taken: Vec<f64> = Vec::with_capacity(messages.len() * ROUNDS);
    for _ in 0..ROUNDS {
        for message in messages {
            let started = Instant::now();
            understand(message);
            taken.push(started.elapsed().as_secs_f64() * 1e6);
        }
    }
    taken.sort_by(f64::total_cmp);
    let at = |share: usize| taken[(taken.len() - 1) * share / 100];
    println!("{name}: median {:.1} µs, 99% under {:.1} µs, longest {:.1} µs", at(50), at(99), at(100));
}

/// How long the engine takes for what it is told in a claim: the whole, and each message by itself.
fn report_steps(library: &Library, steps: &[(State, Event)]) {
    let mut each = vec![Vec::with_capacity(ROUNDS); steps.len()];
    for _ in 0..ROUNDS {
        for ((state, event), taken) in steps.iter().zip(&mut each) {
            let state = state.clone();
            let started = Instant::now();
            black_box(step(library, INSURER, state, event, now(), None));
            taken.push(started.elapsed().as_secs_f64() * 1e6);
        }
    }
    let median = |taken: &mut Vec<f64>| {
        taken.sort_by(f64::total_cmp);
        taken[taken.len() / 2]
    };
    let medians: Vec<f64> = each.iter_mut().map(median).collect();
    for ((_, event), median) in steps.iter().zip(&medians) {
        match event {
            Event::Said(message) => println!("  {median:7.1} µs  {}", message.text),
            _ => println!("  {median:7.1} µs  (told by the host)"),
        }
    }
    let sum: f64 = medians.iter().sum();
    #[expect(clippy::cast_precision_loss, reason = "some dozens of messages")]
    let messages = CONVERSATION.len() as f64;
    println!("a claim's messages: the engine's whole step: {:.1} µs a message", sum / messages);
}
