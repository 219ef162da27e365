use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use super::*;

#[test]
fn a_message_is_as_old_as_time_went_by_whatever_was_done_to_the_clock() {
    let (put, passed) = (Arc::new(AtomicI64::new(0)), Arc::new(AtomicI64::new(0)));
    let seconds = |of: &Arc<AtomicI64>| SignedDuration::from_secs(of.load(Ordering::Relaxed));
    let clock = Clock::adjusted(
        {
            let (put, passed) = (Arc::clone(&put), Arc::clone(&passed));
            move || Timestamp::from_second(1_795_262_400).unwrap() + seconds(&put) + seconds(&passed)
        },
        {
            let passed = Arc::clone(&passed);
            move || seconds(&passed)
        },
    );
    let mut jumps = ClockJumps::of(clock);
    let hours = |hours| SignedDuration::from_hours(hours);
    let said = jumps.now();
    // Time goes by, more of it between two looks than any tolerance.
    passed.fetch_add(3600, Ordering::Relaxed);
    let now = jumps.now();
    assert_eq!(jumps.age(said, now), hours(1));
    // Thirteen hours forward.
    put.fetch_add(13 * 3600, Ordering::Relaxed);
    let now = jumps.now();
    assert_eq!(jumps.age(said, now), hours(1));
    let said_after = now;
    passed.fetch_add(3600, Ordering::Relaxed);
    let now = jumps.now();
    assert_eq!((jumps.age(said, now), jumps.age(said_after, now)), (hours(2), hours(1)));
    // And back.
    put.fetch_sub(13 * 3600, Ordering::Relaxed);
    let now = jumps.now();
    assert_eq!(jumps.age(said, now), hours(2));
    assert!(jumps.age(said_after, now) < hours(12), "it lies in the future, and is not old");
    // A clock that is set a little now and then has not jumped.
    put.fetch_add(100, Ordering::Relaxed);
    let now = jumps.now();
    assert_eq!(jumps.age(said, now), hours(2) + SignedDuration::from_secs(100));
}
