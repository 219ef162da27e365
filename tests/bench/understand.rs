//! How long it takes to understand a message, as the engine does: read once, for its values, commands and dangers, and
//! then recognised by its intents.
//!
//! `cargo run --release --example bench-understand`: on a quiet machine, in release. It prints microseconds a message.
#![expect(clippy::unwrap_used, reason = "a tool that measures stops at the first thing that it cannot do")]
#![expect(clippy::print_stdout, reason = "it prints its report")]

use std::{hint::black_box, time::Instant};

use guichet::{
    domain::language::Language,
    flow::{Library, built_in},
    understanding::Listening,
};

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

fn main() {
    let library = Library::from_sources(built_in()).unwrap();
    let ctx = Listening { now: "2026-11-20T10:00:00".parse().unwrap(), language: Language::Fr };
    let times = include_str!("../corpus/times.csv").lines().skip(1).filter_map(|line| line.split(';').nth(2));
    let amounts = include_str!("../corpus/amounts.csv").lines().skip(1).filter_map(|line| line.split(';').next());
    let phrases: Vec<&str> = times.chain(amounts).collect();
    let longest = CLAIMS.join(" ").repeat(4);
    let started = Instant::now();
    black_box(library.vocabulary().read("à Grenoble", &ctx));
    println!("the communes are indexed with the first place: {:.1} ms, once", started.elapsed().as_secs_f64() * 1e3);
    let started = Instant::now();
    library.intents().classifier().train();
    println!("the intents are learnt: {:.1} ms, once", started.elapsed().as_secs_f64() * 1e3);
    let vocabulary = library.vocabulary();
    let read = |text: &str| drop(black_box(vocabulary.read(black_box(text), &ctx)));
    let recognise = |text: &str| drop(black_box(library.intents().classifier().classify(black_box(text))));
    let whole = |text: &str| drop(black_box(library.recognise(&vocabulary.read(black_box(text), &ctx))));
    report("values, phrases of the corpora", &phrases, read);
    report("values, claims in a sentence or more", CLAIMS, read);
    report("intents, claims in a sentence or more", CLAIMS, recognise);
    report("values and intents, claims in a sentence or more", CLAIMS, whole);
    report("values and intents, 4,000 characters, the most that is read", &[longest.as_str()], whole);
    let hostile = ["de ", "mille une ", "1 "].map(|piece| piece.repeat(4_000 / piece.len()));
    report("values and intents, 4,000 characters of nothing", &hostile.each_ref().map(String::as_str), whole);
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
