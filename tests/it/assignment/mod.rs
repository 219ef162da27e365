//! Who is given a dossier: the members of its desk who are here, and nobody in silence.

use guichet::{
    assignment::Assigner,
    conversation::{Accounts, Action, Actor, Because},
    domain::{
        clock::Clock,
        message::{Channel, Endpoint},
    },
    dossier::{Dossier, TimelineEvent},
    flow::{Library, built_in},
    identity::Reach,
    store::{HandlerRow, InboxFilter, SessionRow},
};
use jiff::SignedDuration;

use crate::support::{ALL, Database, House, on, on_both_engines};

on_both_engines! {
    new_dossiers_go_to_who_is_here_with_the_reason_in_the_timeline,
    what_is_urgent_goes_back_to_its_desk_when_who_holds_it_is_away,
    whoever_answers_holds_what_nobody_holds_and_takes_nothing_from_a_colleague,
    dossiers_of_a_program_without_desks_get_theirs,
}

const MORNING: &str = "2026-11-20T10:00:00+01:00";

/// A house whose water damage goes to a desk of three, and its users who are here.
async fn house(db: &Database, here: &[&str]) -> House {
    let mut sources = built_in();
    let desks = sources.get_mut("desks.yaml").unwrap();
    desks.push_str(
        "  water:\n    name: { fr: Dégâts des eaux, en: Water damage }\n    perils: [water_damage]\n    holds: 2\n    \
         hours: { friday: [[\"09:00\", \"18:00\"]] }\n    \
         members:\n      hugo: { languages: [fr, en] }\n      lea: { skills: [fire] }\n",
    );
    let library = Library::from_sources(sources).unwrap();
    let house = House::open_on(db, MORNING, Accounts::default(), library).await;
    for login in ["hugo", "lea", "ines", "marc"] {
        // Inès belongs to the desk; Marc to all, and so to none.
        let desks = if login == "ines" { ["water"].into_iter().collect() } else { Reach::All };
        let user = HandlerRow { desks, ..HandlerRow::new(login, login, "handler", "x") };
        house.store.users().add_handler(&user, house.now()).await.unwrap();
        if here.contains(&login) {
            come(&house, login).await;
        }
    }
    house
}

/// A user logs in.
async fn come(house: &House, login: &str) {
    let session = SessionRow {
        token_hash: format!("{login} {}", house.now()),
        login: login.into(),
        csrf: "x".into(),
        expires_at: house.now() + SignedDuration::from_hours(12),
        opened_at: Some(house.now()),
        seen_at: Some(house.now()),
        origin: String::new(),
        browser: String::new(),
    };
    house.store.users().add_session(&session).await.unwrap();
}

async fn look(house: &House) {
    let assigner = Assigner::new(house.store.clone(), house.intake.clone(), Clock::fixed(house.now()));
    assigner.look().await.unwrap();
}

/// Somebody with a water damage wants a person.
async fn ask_for_a_person(house: &House, number: &str) -> Endpoint {
    let person = on(Channel::Sms, number);
    for said in ["bonjour", "non", "une fuite d'eau", "un conseiller"] {
        house.say(&person, said).await;
    }
    person
}

async fn holder(house: &House, person: &Endpoint) -> Option<String> {
    house.dossier(person).await.handler
}

async fn last_event(house: &House, dossier: &Dossier) -> TimelineEvent {
    house.store.timeline(dossier.conversation).await.unwrap().last().unwrap().event()
}

async fn new_dossiers_go_to_who_is_here_with_the_reason_in_the_timeline(db: Database) {
    let house = house(&db, &["lea", "marc"]).await;
    let first = ask_for_a_person(&house, "+33639980001").await;
    look(&house).await;
    assert_eq!(holder(&house, &first).await, None, "Léa knows fires, Marc belongs to no desk");
    come(&house, "ines").await;
    look(&house).await;
    let dossier = house.dossier(&first).await;
    assert_eq!(dossier.handler.as_deref(), Some("ines"));
    let TimelineEvent::AssignedByRule { to, rule } = last_event(&house, &dossier).await else { panic!("no reason") };
    assert_eq!((to.as_str(), rule.desk.as_str(), rule.held, rule.holds), ("ines", "water", 1, 2));
    let held = InboxFilter { handler: Some("ines".into()), ..InboxFilter::default() };
    let page = house.store.cases(&ALL).inbox(&held, None, 10).await.unwrap();
    assert_eq!((page.dossiers.len(), held.count(&page.counts)), (1, 1));

    // Whoever has most room is next; two is what each holds; and after hours nobody is given anything.
    come(&house, "hugo").await;
    let mut people = Vec::new();
    for number in 2..=5 {
        people.push(ask_for_a_person(&house, &format!("+3363998000{number}")).await);
    }
    look(&house).await;
    let mut holders = Vec::new();
    for person in &people {
        holders.push(holder(&house, person).await.unwrap_or_default());
    }
    holders.sort();
    assert_eq!(holders, ["", "hugo", "hugo", "ines"]);
    assert_eq!(house.store.cases(&ALL).count_held("hugo").await.unwrap(), 2);
    house.set_clock("2026-11-20T19:00:00+01:00");
    for login in ["hugo", "ines"] {
        come(&house, login).await;
    }
    let actor = Actor { login: "hugo".into(), name: "Hugo".into() };
    let done = people.iter();
    for person in done {
        let dossier = house.dossier(person).await;
        if dossier.handler.is_some() {
            let action = Action::Close { reason: "réglé".into(), message: None, refuses: false };
            house.intake.act(dossier.id, actor.clone(), action).await.unwrap();
        }
    }
    look(&house).await;
    let unassigned = InboxFilter { unassigned: true, ready: true, ..InboxFilter::default() };
    let page = house.store.cases(&ALL).inbox(&unassigned, None, 10).await.unwrap();
    assert_eq!((page.dossiers.len(), unassigned.count(&page.counts)), (1, 1));
}

async fn what_is_urgent_goes_back_to_its_desk_when_who_holds_it_is_away(db: Database) {
    let house = house(&db, &["hugo"]).await;
    let person = ask_for_a_person(&house, "+33639980001").await;
    look(&house).await;
    let calm = ask_for_a_person(&house, "+33639980002").await;
    look(&house).await;
    house.say(&person, "au secours, le plafond s'effondre, il y a un blessé").await;
    let users = house.store.users();
    users.set_away("hugo", Some(house.now())).await.unwrap();
    look(&house).await;
    let dossier = house.dossier(&person).await;
    assert_eq!(dossier.priority, guichet::domain::priority::Priority::Urgent);
    assert_eq!(dossier.handler, None);
    assert!(house.timeline(&dossier).await.iter().any(|kind| kind == "returned_to_desk"));
    assert_eq!(holder(&house, &calm).await.as_deref(), Some("hugo"), "what is not urgent waits for him");
    come(&house, "ines").await;
    look(&house).await;
    let now_held = holder(&house, &person).await;
    assert!(now_held.as_deref() == Some("ines") || house.dossier(&person).await.desk != Some("water".into()));
    users.set_away("hugo", None).await.unwrap();
    look(&house).await;
    assert_eq!(holder(&house, &person).await, now_held);
}

async fn whoever_answers_holds_what_nobody_holds_and_takes_nothing_from_a_colleague(db: Database) {
    let house = house(&db, &[]).await;
    let person = ask_for_a_person(&house, "+33639980001").await;
    let dossier = house.dossier(&person).await;
    let actor = |login: &str| Actor { login: login.into(), name: login.into() };
    let act = async |login: &str, action: Action| house.intake.act(dossier.id, actor(login), action).await.unwrap();
    let reply = || Action::Reply { text: "Bonjour".into() };
    act("ines", reply()).await;
    assert_eq!(holder(&house, &person).await.as_deref(), Some("ines"));
    act("hugo", reply()).await;
    assert_eq!(holder(&house, &person).await.as_deref(), Some("ines"));
    act("hugo", Action::TakeOver).await;
    assert_eq!(holder(&house, &person).await.as_deref(), Some("hugo"));
    let decided = |to: Option<&str>| {
        let because = Because::Decided { reason: "elle connaît l’immeuble".into() };
        Action::Assign { to: to.map(str::to_owned), because }
    };
    act("hugo", decided(Some("ines"))).await;
    let before = Some("hugo".to_owned());
    let reason = "elle connaît l’immeuble".to_owned();
    let event = TimelineEvent::Assigned { to: Some("ines".into()), before, reason };
    assert_eq!(last_event(&house, &dossier).await, event);
    // What a rule wanted is not done when somebody was faster, and leaves no line.
    let lines = house.timeline(&dossier).await.len();
    act("guichet", Action::Assign { to: None, because: Because::NotHere { from: "hugo".into() } }).await;
    assert_eq!((holder(&house, &person).await.as_deref(), house.timeline(&dossier).await.len()), (Some("ines"), lines));
    act("ines", decided(None)).await;
    assert_eq!(holder(&house, &person).await, None);
}

async fn dossiers_of_a_program_without_desks_get_theirs(db: Database) {
    let house = house(&db, &[]).await;
    let [one, two] = ["+33639980001", "+33639980002"];
    let (one, two) = (ask_for_a_person(&house, one).await, ask_for_a_person(&house, two).await);
    db.execute("UPDATE dossier SET desk = NULL, placed = 0").await;
    let placed = house.store.place_dossiers(|dossier, _| (dossier.peril == "water_damage").then(|| "staff".into()));
    assert_eq!(placed.await.unwrap(), 2);
    for person in [&one, &two] {
        assert_eq!(house.dossier(person).await.desk, Some("staff".into()));
    }
    assert_eq!(house.store.place_dossiers(|_, _| None).await.unwrap(), 0);
}
