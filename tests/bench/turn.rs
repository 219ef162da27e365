//! Reading and answering a message: the turn, and what the store would get of it. Only policies are looked up, in SQLite.

use std::time::{Duration, Instant};

use crate::{
    Found, cpu,
    crowd::{Desk, Seat, finish, make},
};

/// People whose claims are made before any is measured.
const WARMUP: u32 = 20;

pub(crate) fn run(people: u32) -> Found {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let desk = runtime
        .block_on(Desk::open(&format!("sqlite:{}", folder.path().join("bench.db").display()), WARMUP + people + 1));
    let mut seat = Seat::new(0, 1);
    let mut taken = Taken::default();
    for _ in 0..WARMUP {
        runtime.block_on(claim(&desk, &mut seat, &mut Taken::default()));
    }
    let before = cpu::used();
    for _ in 0..people {
        runtime.block_on(claim(&desk, &mut seat, &mut taken));
    }
    let cpu = cpu::used().saturating_sub(before);
    vec![
        ("turn: the conversation's copy", taken.each(taken.copied)),
        ("turn: reading and step", taken.each(taken.made)),
        ("turn: what the store gets", taken.each(taken.finished)),
        ("turn: CPU in all, with what the person does", taken.each(cpu)),
    ]
}

#[derive(Default)]
struct Taken {
    messages: u32,
    copied: Duration,
    made: Duration,
    finished: Duration,
}

impl Taken {
    fn each(&self, all: Duration) -> f64 {
        all.as_secs_f64() * 1e6 / f64::from(self.messages)
    }
}

/// One claim, to its end.
async fn claim(desk: &Desk, seat: &mut Seat, taken: &mut Taken) {
    loop {
        let (input, context) = (seat.input(), seat.context());
        let begun = Instant::now();
        let conversation = seat.conversation(desk);
        let copied = Instant::now();
        let turn = make(desk, conversation, input).await;
        let made = Instant::now();
        let stored = finish(turn, context);
        taken.finished += made.elapsed();
        taken.made += made - copied;
        taken.copied += copied - begun;
        taken.messages += 1;
        if seat.hear(stored) {
            return;
        }
    }
}
