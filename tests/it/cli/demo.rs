//! `guichet demo` in an empty folder: a claims service at work at first sight, and the same one after the next start.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
};

use guichet::{
    domain::{desk::Desk, message::Channel, orientation_mode::OrientationMode},
    dossier::{Dossier, Status},
    identity::Scope,
    store::{Engine, InboxFilter},
};

use crate::support::{ALL, Database, Process, Server, Stopped, on_both_engines};

on_both_engines! { a_claims_service_is_at_work_and_no_second_one_after_the_next_start }

/// The users whom `guichet demo` prints, each with another role but the two handlers.
const USERS: [(&str, &str); 7] = [
    ("claire", "handler"),
    ("hugo", "handler"),
    ("mcaron", "manager"),
    ("jlemoine", "supervisor"),
    ("plefevre", "expert"),
    ("audit", "reader"),
    ("admin", "admin"),
];

/// Starts it, hears what it prints until all is said, and stops it.
fn open(site: &Stopped) -> String {
    let log = site.folder().join("log");
    let mut command = site.command();
    command.args(["demo", "--listen", "127.0.0.1:0"]).env("GUICHET_LOG_FILTER", "warn");
    let mut process = Process::start(command.stderr(File::create(&log).unwrap()));
    let mut said = String::new();
    while !said.contains("curl ") {
        said.push_str(&process.line());
        said.push('\n');
    }
    process.terminate();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(!log.contains("was not played"), "{log}");
    said
}

/// All dossiers that a user sees, open and closed.
async fn seen(store: &Engine, scope: &Scope) -> Vec<Dossier> {
    let access = store.case_access();
    let mut all = Vec::new();
    for status in [None, Some(Status::Closed), Some(Status::Withdrawn)] {
        let filter = InboxFilter { status, ..InboxFilter::default() };
        all.extend(access.of(scope).inbox(&filter, None, 500).await.unwrap().dossiers);
    }
    all
}

async fn a_claims_service_is_at_work_and_no_second_one_after_the_next_start(db: Database) {
    let site = Server::stopped(&db.url);
    let said = open(&site);
    let store = db.store().await;
    let all = seen(&store, &ALL).await;
    assert!(all.len() >= 60, "{}", all.len());

    let perils: BTreeSet<&str> = all.iter().map(|dossier| dossier.peril.as_str()).collect();
    for family in [
        "water_damage",
        "fire",
        "burglary",
        "vandalism",
        "storm",
        "flood",
        "drought",
        "glass",
        "electrical",
        "liability",
        "injury",
        "car_collision",
        "car_glass",
        "car_theft",
        "assistance",
        "other",
    ] {
        assert!(perils.contains(family), "{family} is not among {perils:?}");
    }
    for mode in [OrientationMode::Field, OrientationMode::Tele, OrientationMode::Visio, OrientationMode::Desk] {
        assert!(all.iter().any(|dossier| dossier.orientation == Some(mode)), "{mode:?}");
    }
    let of_status = |status| all.iter().filter(|dossier| dossier.status == status).count();
    assert!(of_status(Status::Closed) >= 5 && of_status(Status::HandedOver) >= 5 && of_status(Status::Oriented) >= 5);
    assert!(
        all.iter().any(|dossier| dossier.missing().next().is_some())
            && all.iter().any(|dossier| dossier.waiting_since.is_some())
    );
    let desks: BTreeSet<&str> = all.iter().filter_map(|dossier| Some(dossier.desk.as_ref()?.as_str())).collect();
    assert!(desks.len() >= 3, "{desks:?}");

    let mut channels: BTreeMap<&str, usize> = BTreeMap::new();
    let (mut booked, mut messages) = (0, 0);
    for dossier in &all {
        let (conversation, fence) = store.conversation(dossier.conversation).await.unwrap().unwrap();
        *channels.entry(conversation.endpoint.channel.name()).or_default() += 1;
        messages += fence.last_seq;
        let mission = store.case_access().of(&ALL).mission(dossier.id).await.unwrap();
        booked += usize::from(mission.is_some_and(|mission| mission.booked().is_some()));
    }
    for channel in [Channel::Sms, Channel::Email, Channel::Telegram, Channel::Web] {
        assert!(channels.get(channel.name()).is_some_and(|cases| *cases >= 3), "{channels:?}");
    }
    assert!(booked >= 3, "{booked} appointments");

    // Each user sees what their scope allows, and whoever may see cases sees some.
    for (login, role) in USERS {
        assert!(said.contains(&format!("    {login} ")), "{login}: {said}");
        let user = store.users().handler(login).await.unwrap().unwrap();
        assert_eq!(user.role, role);
        let scope = Scope::of(&user.role, &user.login, user.insurers, user.desks);
        let theirs = seen(&store, &scope).await;
        let allowed = |dossier: &&Dossier| scope.sees(&dossier.insurer, dossier.desk.as_ref().map(Desk::as_str));
        if role == "expert" {
            let arranged =
                store.case_access().of(&scope).agenda(login, jiff::Timestamp::UNIX_EPOCH, None, 50).await.unwrap();
            assert!(theirs.is_empty() && !arranged.is_empty());
        } else {
            assert!(!theirs.is_empty() && theirs.iter().all(|dossier| allowed(&dossier)), "{login}");
            assert_eq!(theirs.len(), all.iter().filter(allowed).count(), "{login}");
        }
    }
    let of_hugo = store.users().handler("hugo").await.unwrap().unwrap();
    let hugo = Scope::of(&of_hugo.role, "hugo", of_hugo.insurers, of_hugo.desks);
    assert!(seen(&store, &hugo).await.len() < all.len(), "nothing is kept from anybody");
    store.close().await;

    open(&site);
    let store = db.store().await;
    let mut after = 0;
    let again = seen(&store, &ALL).await;
    for dossier in &again {
        after += store.conversation(dossier.conversation).await.unwrap().unwrap().1.last_seq;
    }
    assert_eq!((again.len(), after), (all.len(), messages));
}
