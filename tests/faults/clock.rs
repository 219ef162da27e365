//! The clock is wrong by an hour and by a day, forward and back, and summer time begins and ends.

use std::{fs, path::Path};

use guichet::{
    conversation::Accounts,
    domain::message::{Author, Channel},
};

use super::{
    crowd::{Crowd, Manner},
    figures::{tell, times},
    provider::{Carrier, People, all_sent},
};
use crate::support::{Database, House, Server, on, on_both_engines};

on_both_engines! {
    a_clock_that_jumps_by_an_hour_and_a_day_loses_nothing,
    summer_time_begins_and_ends_without_a_word_too_many,
}

/// Lies to a program about the time, but not about how long anything takes.
fn library() -> String {
    let places = ["/usr/lib/x86_64-linux-gnu/faketime", "/usr/lib/aarch64-linux-gnu/faketime"];
    let found =
        places.iter().map(|place| format!("{place}/libfaketimeMT.so.1")).find(|place| Path::new(place).exists());
    found.expect("faketime must be installed: tests/run does it")
}

async fn a_clock_that_jumps_by_an_hour_and_a_day_loses_nothing(db: Database) {
    let rounds = times(1, 10);
    let carrier = Carrier::start().await;
    let stopped = Server::stopped_bounded(&db.url, "", &carrier.account());
    let wrong_by = stopped.folder().join("clock");
    let set = |by: &str| fs::write(&wrong_by, by).unwrap();
    set("+0");
    let (library, file) = (library(), wrong_by.display().to_string());
    let server = stopped.start_in(&[
        ("LD_PRELOAD", library.as_str()),
        ("FAKETIME_TIMESTAMP_FILE", file.as_str()),
        ("FAKETIME_NO_CACHE", "1"),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1"),
    ]);
    let crowd = Crowd::gather(&[&server], Manner::Plain);
    let mut people = People::new(4);
    for _ in 0..rounds {
        for by in ["+3600", "+0", "-3600", "+0", "+86400", "+0", "-86400", "+0"] {
            people.ask(&server).await;
            crowd.hears(40).await;
            // What is under way would be too old to be said, a day later.
            all_sent(&db).await;
            set(by);
        }
    }
    people.ask(&server).await;
    crowd.hears(40).await;
    // What was due under another clock is due within the half minute in which a changed clock is noticed.
    let (pushed, doubled) = people.check(&db, &carrier).await;
    let found = crowd.leave(&db.store().await).await;
    let what = format!("{} × the clock put forward or back by an hour or a day", rounds * 8);
    tell(16, &what, db.engine(), &found, &format!("{} texts sent, {doubled} twice", pushed.replies));
}

async fn summer_time_begins_and_ends_without_a_word_too_many(db: Database) {
    for (number, night) in ["2026-10-24T20:00:00+02:00", "2027-03-27T20:00:00+01:00"].into_iter().enumerate() {
        let accounts = Accounts::new([(Channel::Sms, "test".to_owned())]);
        let house = House::open_with(&db, night, accounts).await;
        let from = on(Channel::Sms, &format!("+3363998{number:04}"));
        house.say(&from, "bonjour").await;
        house.say(&from, "j'ai une fuite d'eau dans la cuisine").await;
        let conversation = house.at(&from).await;
        let said = async || {
            let messages = house.store.messages(conversation, 0, 1000).await.unwrap();
            messages.into_iter().filter(|message| message.author == Author::Guichet).collect::<Vec<_>>()
        };
        let before = said().await.len();
        let mut reminders = 0;
        // Three days, a quarter of an hour at a time: over the night in which an hour is twice, or never.
        for _ in 0..3 * 24 * 4 {
            house.pass(15 * 60 * 1000);
            while house.intake.do_due().await.unwrap() > 0 {}
            let now = said().await.len() - before;
            assert!(now <= reminders + 1, "two reminders within a quarter of an hour");
            reminders = now;
        }
        let all = said().await;
        assert!((1..=3).contains(&reminders), "{reminders} reminders in three days");
        // In order, none twice, and by day.
        assert!(all.windows(2).all(|two| two[0].at <= two[1].at));
        let zone = guichet::domain::clock::paris();
        let hours: Vec<i8> = all[before..].iter().map(|message| message.at.to_zoned(zone.clone()).hour()).collect();
        assert!(hours.iter().all(|hour| (7..22).contains(hour)), "reminded at {hours:?}");
        house.say(&from, "oui").await;
    }
}
