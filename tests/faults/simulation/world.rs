//! What the nodes, the people and the carrier share: the clock, the dice, the file, and what happened.

use std::{
    collections::BTreeMap,
    ops::Range,
    path::PathBuf,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, OpenFlags};
use tokio::{
    task::JoinSet,
    time::{Instant, sleep, timeout},
};

use super::{Dice, Played, carrier::Carrier, checker, ledger::Ledger, node::Cluster, people};
use crate::{domain::clock::Clock, store::testing::faults::Planted};

/// 2026-11-20, 10:00 in Paris.
pub(super) const START: Timestamp = Timestamp::constant(1_795_165_200, 0);
pub(super) const URL: &str = "https://guichet.example";
/// How long people try before the faults end.
const TROUBLE: Duration = Duration::from_mins(40);
/// By when everybody is served and everything sent, once they have ended: what failed often waits for an hour and more.
const RECOVERY: Duration = Duration::from_hours(14);

/// How often what may go wrong does, once in so many accesses or messages; zero for never. Each seed has its own, so that each
/// kind is also seen alone.
#[derive(Debug)]
pub(super) struct Odds {
    pub(super) delay: u64,
    pub(super) refuse: u64,
    pub(super) hang: u64,
    /// Done, and said to have failed.
    pub(super) cut: u64,
    pub(super) die: u64,
    pub(super) freeze: u64,
    /// The carrier's.
    pub(super) refuse_text: u64,
    pub(super) lose_answer: u64,
}

impl Odds {
    fn of(dice: &mut Dice) -> Self {
        let mut odds = |all: &[u64]| *dice.one_of(all);
        Self {
            delay: odds(&[0, 2, 4, 10]),
            refuse: odds(&[0, 0, 1000, 200, 50]),
            hang: odds(&[0, 0, 4000, 800]),
            cut: odds(&[0, 0, 100, 25]),
            die: odds(&[0, 4000, 1500, 500]),
            freeze: odds(&[0, 0, 4000, 1000]),
            refuse_text: odds(&[0, 20, 5]),
            lose_answer: odds(&[0, 20, 6]),
        }
    }
}

#[derive(Debug)]
pub(super) struct World {
    pub(super) file: PathBuf,
    pub(super) odds: Odds,
    pub(super) planted: Option<Planted>,
    pub(super) carrier: Mutex<Carrier>,
    pub(super) ledger: Mutex<Ledger>,
    /// SQLite's write lock.
    pub(super) lock: Arc<tokio::sync::Mutex<()>>,
    dice: Mutex<Dice>,
    begun: Instant,
    happened: Mutex<Happened>,
    /// Reads what is stored beside all nodes.
    eye: Mutex<Connection>,
}

#[derive(Debug, Default)]
struct Happened {
    told: Vec<String>,
    wrong: Vec<String>,
    /// Set when the faults are over.
    is_calm: bool,
    /// Crashes, freezes and hangs, each with its node's name, from when until when.
    troubles: Vec<Trouble>,
    /// The fences as they were last seen.
    fences: BTreeMap<String, [i64; 3]>,
}

/// Something that explains that a message was sent again.
#[derive(Clone, Debug)]
pub(super) struct Trouble {
    /// None for one that holds up every node.
    pub(super) node: Option<String>,
    pub(super) from: Instant,
    pub(super) until: Instant,
}

impl World {
    pub(super) async fn play(seed: u64, planted: Option<Planted>, file: PathBuf) -> Played {
        let mut dice = Dice::new(seed);
        let odds = Odds::of(&mut dice);
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let eye = Connection::open_with_flags(&file, flags).unwrap();
        let (nodes, crowd) = (dice.among(1..4), dice.among(1..5));
        let world = Arc::new(Self {
            file,
            odds,
            planted,
            carrier: Mutex::default(),
            ledger: Mutex::default(),
            lock: Arc::default(),
            dice: Mutex::new(dice),
            begun: Instant::now(),
            happened: Mutex::default(),
            eye: Mutex::new(eye),
        });
        world.tell(&format!("{nodes} nodes, {crowd} people, {:?}", world.odds));
        let cluster = Cluster::start(&world, nodes).await;
        let mut people = JoinSet::new();
        for person in 0..crowd {
            people.spawn(people::write(Arc::clone(&world), cluster.clone(), person));
        }
        let done = async { while people.join_next().await.is_some() {} };
        let in_time = timeout(TROUBLE, done).await.is_ok();
        world.calm_down();
        if !in_time {
            // From now on nothing fails: whoever still writes is served.
            let done = async { while people.join_next().await.is_some() {} };
            if timeout(RECOVERY, done).await.is_err() {
                world.is_wrong("somebody is never served, although nothing fails any more".to_owned());
            }
        }
        people.abort_all();
        cluster.all_up().await;
        for person in 0..crowd {
            if timeout(RECOVERY, people::write_last(&world, &cluster, person)).await.is_err() {
                world.is_wrong(format!("person {person} is not served, although nothing fails any more"));
            }
        }
        if timeout(RECOVERY, world.all_sent()).await.is_err() {
            world.is_wrong("something waits in the outbox for ever".to_owned());
        }
        cluster.stop();
        checker::check(&world).await;
        let happened = std::mem::take(&mut *lock(&world.happened));
        let (acknowledged, deliveries) = (lock(&world.ledger).acknowledged(), lock(&world.carrier).deliveries.len());
        let Happened { wrong, told, troubles, .. } = happened;
        Played { wrong, told, acknowledged, deliveries, troubles: troubles.len() }
    }

    /// Waits until nothing waits to be sent.
    async fn all_sent(&self) {
        while self.number("SELECT COUNT(*) FROM outbox WHERE status = 'waiting'") > 0 {
            sleep(Duration::from_secs(5)).await;
        }
    }

    pub(super) fn number(&self, sql: &str) -> i64 {
        lock(&self.eye).query_row(sql, [], |row| row.get(0)).unwrap()
    }

    /// A node's clock: somewhat wrong, by as much as leases bear.
    pub(super) fn clock(&self, wrong_by: SignedDuration) -> Clock {
        let begun = self.begun;
        Clock::new(move || {
            let passed = SignedDuration::try_from(begun.elapsed()).unwrap_or_default();
            START + passed + wrong_by
        })
    }

    /// A number that the dice choose.
    pub(super) fn among(&self, range: Range<u64>) -> u64 {
        lock(&self.dice).among(range)
    }

    pub(super) fn once_in(&self, times: u64) -> bool {
        lock(&self.dice).once_in(times)
    }

    pub(super) fn millis(&self, range: Range<u64>) -> Duration {
        Duration::from_millis(self.among(range))
    }

    pub(super) fn one_of<'a, T>(&self, all: &'a [T]) -> &'a T {
        lock(&self.dice).one_of(all)
    }

    pub(super) fn is_calm(&self) -> bool {
        lock(&self.happened).is_calm
    }

    fn calm_down(&self) {
        lock(&self.happened).is_calm = true;
        self.tell("all faults are over");
    }

    pub(super) fn tell(&self, what: &str) {
        let at = self.begun.elapsed().as_millis();
        lock(&self.happened).told.push(format!("{at:>9} {what}"));
    }

    pub(super) fn is_wrong(&self, what: String) {
        self.tell(&format!("WRONG: {what}"));
        lock(&self.happened).wrong.push(what);
    }

    pub(super) fn is_troubled(&self, node: Option<&str>, lasts: Duration) {
        let from = Instant::now();
        let trouble = Trouble { node: node.map(str::to_owned), from, until: from + lasts };
        lock(&self.happened).troubles.push(trouble);
    }

    pub(super) fn troubles(&self) -> Vec<Trouble> {
        lock(&self.happened).troubles.clone()
    }

    /// Looks at all fences: none may go back.
    pub(super) fn look(&self) {
        let fences: Vec<(String, [i64; 3])> = {
            let eye = lock(&self.eye);
            let mut read =
                eye.prepare_cached("SELECT conversation, revision, last_seq, log_number FROM fence").unwrap();
            let row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, [row.get(1)?, row.get(2)?, row.get(3)?]));
            read.query_map([], row).unwrap().map(Result::unwrap).collect()
        };
        for (conversation, now) in fences {
            let before = lock(&self.happened).fences.insert(conversation.clone(), now).unwrap_or_default();
            if before.iter().zip(&now).any(|(before, now)| now < before) {
                self.is_wrong(format!("conversation {conversation} went back from {before:?} to {now:?}"));
            }
        }
    }
}

pub(super) fn lock<T>(of: &Mutex<T>) -> MutexGuard<'_, T> {
    of.lock().unwrap_or_else(PoisonError::into_inner)
}
