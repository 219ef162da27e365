//! Storing: the turns of many people at the same time, which share transactions and flushes as they come. What the turns
//! cost to make is not counted.

use std::time::{Duration, Instant};

use futures_util::future::join_all;

use crate::{
    Found, cpu,
    crowd::{Desk, Made, Seat, finish, make},
    process,
};

/// Groups that are stored before any is measured.
const WARMUP: u32 = 40;

pub(crate) fn run(url: Option<String>, group: usize, groups: u32, database: Option<u32>) -> Found {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(measure(url, group, groups, database))
}

async fn measure(url: Option<String>, group: usize, groups: u32, database: Option<u32>) -> Found {
    // Beside the build, on a real disk: flushes are part of what is measured.
    let folder = tempfile::tempdir_in("target").unwrap();
    let url = url.unwrap_or_else(|| format!("sqlite:{}", folder.path().join("bench.db").display()));
    let places = u32::try_from(group).unwrap();
    // Far fewer than a claim a group and place: a claim takes some thirty messages.
    let desk = Desk::open(&url, places * (2 + (WARMUP + groups) / 10)).await;
    let mut people: Vec<Seat> = (0..places).map(|place| Seat::new(place, places)).collect();
    // Everybody is at another point of their claim.
    for (ahead, seat) in people.iter_mut().enumerate() {
        for _ in 0..ahead % 30 {
            step(&desk, std::slice::from_mut(seat)).await;
        }
    }
    for _ in 0..WARMUP {
        step(&desk, &mut people).await;
    }
    let cpu_of_database = || database.map_or(Duration::ZERO, |pid| process::usage(pid).cpu);
    let before = cpu_of_database();
    let (mut elapsed, mut cpu) = (Duration::ZERO, Duration::ZERO);
    for _ in 0..groups {
        let (took, used) = step(&desk, &mut people).await;
        elapsed += took;
        cpu += used;
    }
    let messages = f64::from(groups * places);
    let each = |all: Duration| all.as_secs_f64() * 1e6 / messages;
    // What turns look up while they are made is in it: two policies a claim.
    let database = cpu_of_database().saturating_sub(before);
    desk.store.close().await;
    match desk.store.name() {
        "postgres" => vec![
            ("store, PostgreSQL: elapsed", each(elapsed)),
            ("store, PostgreSQL: CPU of the server", each(cpu)),
            ("store, PostgreSQL: CPU of the database", each(database)),
        ],
        _ => vec![("store, SQLite: elapsed", each(elapsed)), ("store, SQLite: CPU of the server", each(cpu))],
    }
}

/// A message of everybody. Returns how long it took to store them, and the CPU that it took.
async fn step(desk: &Desk, people: &mut [Seat]) -> (Duration, Duration) {
    let mut turns = Vec::with_capacity(people.len());
    for seat in &*people {
        let turn = make(desk, seat.conversation(desk), seat.input()).await;
        turns.push(finish(turn, seat.context()));
    }
    let (begun, before) = (Instant::now(), cpu::used());
    let stored = join_all(turns.into_iter().map(|Made { commit, conversation }| async {
        let commit = desk.store.commit(commit).await.unwrap();
        Made { commit, conversation }
    }))
    .await;
    let took = (begun.elapsed(), cpu::used().saturating_sub(before));
    for (seat, made) in people.iter_mut().zip(stored) {
        seat.hear(made);
    }
    took
}
