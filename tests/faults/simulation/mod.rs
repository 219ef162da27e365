//! The simulation: several nodes of the real intake, conversation, outbox and SQLite in one thread, on a clock that jumps from one
//! event to the next, with people, a carrier and faults whose every choice comes from a seed.
//!
//! ```sh
//! tests/faults/simulate                 1,000 seeds
//! tests/faults/simulate 5000 250        250 seeds from 5,000 on
//! tests/faults/simulate 5041            one seed, and all that happened in it
//! ```
//!
//! What it holds ([`checker`]): an acknowledged message is stored, once, where it was said to be and in its order; a reply leaves at
//! least once, and again only where a crash explains it; a conversation's revision never goes back; when all faults are over
//! everybody is served.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and tells what it saw")]

mod carrier;
mod checker;
mod dice;
#[path = "../ledger.rs"]
mod ledger;
mod node;
mod people;
mod world;

use std::{
    env, fs,
    ops::Range,
    path::PathBuf,
    sync::{
        LazyLock,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use self::{dice::Dice, world::World};
use crate::{
    domain::{clock::Clock, id},
    flow::testing::shipped,
    intake::Intake,
    store::{Engine, testing::faults::Planted},
    telemetry::Metrics,
};

/// Which seeds are played, `FIRST..END`, in place of the few of a short run.
const SEEDS: &str = "GUICHET_SIMULATION_SEEDS";
/// The seed that is played with all that happens in it.
const SEED: &str = "GUICHET_SIMULATION_SEED";
const SHORT: Range<u64> = 0..20;
/// Within how many seeds a fault that is planted must be seen.
const PATIENCE: u64 = 100;

#[test]
fn whatever_fails_nothing_acknowledged_is_lost_doubled_or_out_of_order() {
    let asked = asked_for();
    // The short run stands beside other tests.
    let threads = if asked.is_some() { thread::available_parallelism().map_or(1, usize::from) } else { 1 };
    let seeds = asked.unwrap_or(SHORT);
    let next = AtomicU64::new(seeds.start);
    let play_on = || {
        let mut sum = Played::default();
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= seeds.end {
                return sum;
            }
            let played = play(seed, None);
            sum.acknowledged += played.acknowledged;
            sum.deliveries += played.deliveries;
            sum.troubles += played.troubles;
            if let Some(wrong) = played.wrong.first() {
                println!("seed {seed}: {wrong}");
                sum.wrong.push(seed.to_string());
            }
        }
    };
    let sums: Vec<Played> = thread::scope(|scope| {
        let playing: Vec<_> = (0..threads).map(|_| scope.spawn(play_on)).collect();
        playing.into_iter().map(|playing| playing.join().unwrap()).collect()
    });
    let sum = |of: fn(&Played) -> usize| sums.iter().map(of).sum::<usize>();
    println!(
        "{} seeds: {} messages acknowledged, {} replies delivered, {} crashes, freezes and long hangs",
        seeds.end - seeds.start,
        sum(|played| played.acknowledged),
        sum(|played| played.deliveries),
        sum(|played| played.troubles)
    );
    let broken: Vec<&str> = sums.iter().flat_map(|played| &played.wrong).map(String::as_str).collect();
    assert!(broken.is_empty(), "broken by the seeds {broken:?}: `tests/faults/simulate SEED` tells what happened");
}

#[test]
#[ignore = "plays the seed that is asked for, and tells all that happens"]
fn one_seed() {
    let seed = env::var(SEED).unwrap().parse().unwrap();
    let played = play(seed, None);
    println!("{}", played.told.join("\n"));
    assert!(played.wrong.is_empty(), "{}", played.wrong.join("\n"));
}

#[test]
fn a_seed_is_played_the_same_way_each_time() {
    for seed in [3, 5] {
        let (one, other) = (play(seed, None).told, play(seed, None).told);
        assert!(one.len() > 20, "{one:?}");
        if let Some((at, (one, other))) = one.iter().zip(&other).enumerate().find(|(_, (one, other))| one != other) {
            panic!("seed {seed}, line {at}: {one:?} the first time, {other:?} the second");
        }
        assert_eq!(one.len(), other.len());
    }
}

#[test]
fn a_missing_fence_is_seen() {
    assert_seen(Planted::NoFence);
}

#[test]
fn a_missing_key_is_seen() {
    assert_seen(Planted::NoKeys);
}

#[test]
fn a_turn_that_is_acknowledged_and_not_stored_is_seen() {
    assert_seen(Planted::LostCommits);
}

fn assert_seen(planted: Planted) {
    let seen = (0..PATIENCE).find_map(|seed| Some((seed, play(seed, Some(planted)).wrong.into_iter().next()?)));
    let (seed, wrong) = seen.unwrap_or_else(|| panic!("{planted:?} is not seen within {PATIENCE} seeds"));
    println!("{planted:?} is seen by seed {seed}: {wrong}");
}

fn asked_for() -> Option<Range<u64>> {
    let asked = env::var(SEEDS).ok()?;
    let (first, end) = asked.split_once("..").unwrap();
    Some(first.parse().unwrap()..end.parse().unwrap())
}

/// What came of a seed, or of several.
#[derive(Default)]
struct Played {
    wrong: Vec<String>,
    told: Vec<String>,
    acknowledged: usize,
    deliveries: usize,
    troubles: usize,
}

fn play(seed: u64, planted: Option<Planted>) -> Played {
    // In a thread of its own: identifiers are counted by thread.
    let played = thread::spawn(move || {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("guichet.db");
        fs::copy(&*EMPTY, &file).unwrap();
        id::testing::count_from(1);
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap();
        runtime.block_on(World::play(seed, planted, file))
    });
    played.join().unwrap_or_else(|_| panic!("seed {seed} panicked: `tests/faults/simulate {seed}` shows where"))
}

/// A database of today's schema that has the flows, as every seed begins with it.
static EMPTY: LazyLock<PathBuf> = LazyLock::new(|| {
    let folder = tempfile::tempdir().unwrap().keep();
    let file = folder.join("guichet.db");
    let url = format!("sqlite:{}", file.display());
    let made = thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        runtime.block_on(async {
            let store = Engine::open(&url).await.unwrap();
            let clock = Clock::fixed(world::START);
            let accounts = crate::conversation::Accounts::default();
            let metrics = Metrics::default();
            Intake::open(store.clone(), shipped(), clock, metrics, 1, accounts, world::URL).await.unwrap();
            store.close().await;
        });
    });
    made.join().unwrap();
    file
});
