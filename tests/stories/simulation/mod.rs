//! Random people, of whom each answers by a nature of its own: the service, which asks only what can still change something,
//! decides about them as a full walk does, in which every question that the flows reach is answered.

mod full_walk;
mod host;
mod outcome;
mod person;
mod service;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use guichet::flow::{Library, read_sources};

use self::{host::Host, person::Person};
use super::flows;

/// How many people of each family are tried, where that is to be more than in the tests.
const PEOPLE: &str = "GUICHET_TEST_SIMULATED_PEOPLE";
/// The families that are tried, where they are to be fewer.
const FAMILIES: &str = "GUICHET_TEST_SIMULATED_FAMILIES";
const FEW: u64 = 300;
/// How many differences of a family are told.
const TOLD: usize = 3;

#[test]
#[expect(clippy::print_stdout, reason = "for whoever runs tests/stories/simulate")]
fn who_is_asked_less_is_decided_about_alike() {
    let library = Library::load(&flows()).unwrap();
    let people = std::env::var(PEOPLE).map_or(FEW, |people| people.parse().unwrap());
    let only = std::env::var(FAMILIES).unwrap_or_default();
    let only: BTreeSet<&str> = only.split(',').filter(|family| !family.is_empty()).collect();
    let families: Vec<&str> =
        person::FAMILIES.into_iter().filter(|family| only.is_empty() || only.contains(family)).collect();
    let (next, found) = (AtomicUsize::new(0), Mutex::new(BTreeMap::new()));
    let work = || {
        while let Some(family) = families.get(next.fetch_add(1, Ordering::Relaxed)) {
            let tried = try_family(&library, &library, family, people);
            println!(
                "{family}: {people} people, {} decided otherwise; asked {:.1} questions where {:.1} are reached",
                tried.otherwise,
                mean(tried.asked, people),
                mean(tried.reached, people)
            );
            found.lock().unwrap().insert(*family, tried);
        }
    };
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let found = found.into_inner().unwrap();
    let wrong: Vec<&String> = found.values().flat_map(|tried| &tried.told).collect();
    assert!(wrong.is_empty(), "{}", wrong.into_iter().map(String::as_str).collect::<Vec<_>>().join("\n"));
}

/// One question that decides something is never put: the people of its family show it.
#[test]
fn a_question_that_is_left_out_is_noticed() {
    let whole = Library::load(&flows()).unwrap();
    for (family, file, fact) in [
        ("water_damage", "claims/water_damage/water_first_aid.yaml", "ceiling_threatens"),
        ("burglary", "claims/burglary/burglary.yaml", "recent_thefts"),
        ("liability", "claims/liability/liability.yaml", "signed_something"),
    ] {
        let mut sources = read_sources(&flows()).unwrap();
        let source = sources.get_mut(file).unwrap();
        let question = format!("  - ask: {fact}\n");
        // It is due in no claim of its family.
        let dropped = source.replace(&question, &format!("{question}    when: {{ peril: other }}\n"));
        assert_ne!(*source, dropped, "{file} asks {fact}");
        *source = dropped;
        let tried = try_family(&whole, &Library::from_sources(sources).unwrap(), family, FEW);
        assert!(tried.otherwise > 0, "nobody is decided about otherwise without {fact}");
    }
}

fn mean(sum: usize, people: u64) -> f64 {
    f64::from(u32::try_from(sum).unwrap()) / f64::from(u32::try_from(people).unwrap())
}

#[derive(Default)]
struct Tried {
    otherwise: usize,
    /// The first of them.
    told: Vec<String>,
    asked: usize,
    reached: usize,
}

/// Walks through `whole` in full, and lets the service walk through `served`, which is the same but for planted faults.
fn try_family(whole: &Library, served: &Library, family: &str, people: u64) -> Tried {
    let mut tried = Tried::default();
    for number in 0..people {
        let person = Person::new(family, number);
        let full = full_walk::walk(&Host::new(whole, &person));
        let service = service::walk(&Host::new(served, &person));
        tried.asked += service.asked.len();
        tried.reached += full.asked.len();
        let different = full.outcome.differences(&service.outcome);
        if !different.is_empty() {
            tried.otherwise += 1;
            if tried.told.len() < TOLD {
                let passed_over: Vec<String> = full
                    .asked
                    .iter()
                    .filter(|(fact, _)| !service.asked.contains_key(*fact))
                    .map(|(fact, said)| format!("{fact}={said}"))
                    .collect();
                tried.told.push(format!(
                    "{family} {number}:\n  {}\n  asked: {:?}\n  passed over: {}",
                    different.join("\n  "),
                    service.asked,
                    passed_over.join(", ")
                ));
            }
        }
    }
    tried
}
