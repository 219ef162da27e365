//! Missions, appointments, and that an expert's time is one person's.

use std::collections::BTreeMap;

use guichet::{
    domain::{
        id::{AppointmentId, MissionId},
        orientation_mode::OrientationMode,
    },
    planning::{Assignment, Because},
    store::{AppointmentRow, AppointmentState, CommitError, Engine, MissionRow, MissionState, Planning},
};

use crate::support::{ALL, Case, Database, at, on_both_engines};

on_both_engines! {
    a_mission_is_read_back_with_its_appointments_and_counts_while_it_is_open,
    of_two_who_want_the_same_slot_one_gets_it,
    slots_that_overlap_in_part_are_the_same_time,
    time_that_is_given_back_is_free_again,
    a_lost_race_leaves_nothing_behind,
    pages_of_missions_and_appointments_follow_each_other_without_a_gap,
}

const HOUR: i64 = 3600;

fn mission(case: &Case, expert: &str) -> MissionRow {
    MissionRow {
        id: MissionId::new(at(1)),
        dossier: case.dossier.id,
        conversation: case.id(),
        insurer: "demo".into(),
        expert: expert.into(),
        mode: OrientationMode::Field,
        state: MissionState::Ordered,
        because: Assignment { because: vec![Because::WorksAnywhere], ..Assignment::default() },
        ordered_by: "camille".into(),
        ordered_at: at(1),
        updated_at: at(1),
    }
}

/// From an hour to another, after the instant at which all tests play.
fn slot(mission: &MissionRow, from: i64, until: i64, state: AppointmentState) -> AppointmentRow {
    AppointmentRow {
        id: AppointmentId::new(at(2)),
        mission: mission.id,
        dossier: mission.dossier,
        expert: mission.expert.clone(),
        start: at(from * HOUR),
        end: at(until * HOUR),
        busy_until: at(until * HOUR + HOUR / 2),
        place: "12 rue X, 69003 Lyon".into(),
        state,
        updated_at: at(2),
    }
}

async fn keep(store: &Engine, case: &mut Case, key: &str, planning: Planning) -> Result<(), CommitError> {
    let mut turn = case.turn(key, "2");
    turn.rows.planning = planning;
    store.commit(turn).await.map(drop)
}

fn books(rows: &[&AppointmentRow]) -> Planning {
    Planning { appointments: rows.iter().map(|row| (*row).clone()).collect(), ..Planning::default() }
}

async fn a_mission_is_read_back_with_its_appointments_and_counts_while_it_is_open(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    let ordered = mission(&case, "paul");
    let (late, early) =
        (slot(&ordered, 5, 6, AppointmentState::Proposed), slot(&ordered, 2, 3, AppointmentState::Proposed));
    let planning = Planning { missions: vec![ordered.clone()], appointments: vec![late.clone(), early.clone()] };
    keep(&store, &mut case, "p-1", planning).await.unwrap();

    let found = store.mission(case.dossier.id).await.unwrap().unwrap();
    assert_eq!(found.row, ordered);
    assert_eq!(found.appointments, [early.clone(), late.clone()]);
    assert_eq!(found.booked(), None);
    assert_eq!(store.mission_load().await.unwrap(), BTreeMap::from([("paul".to_owned(), 1)]));
    assert_eq!(store.booked("paul", at(0), at(9 * HOUR)).await.unwrap(), []);

    let booked = AppointmentRow { state: AppointmentState::Booked, updated_at: at(9), ..late };
    let lapsed = AppointmentRow { state: AppointmentState::Lapsed, updated_at: at(9), ..early };
    keep(&store, &mut case, "p-2", books(&[&booked, &lapsed])).await.unwrap();
    let found = store.mission(case.dossier.id).await.unwrap().unwrap();
    assert_eq!(found.booked(), Some(&booked));
    assert_eq!(store.cases(&ALL).mission_of_appointment(lapsed.id).await.unwrap(), Some(found));
    assert_eq!(store.cases(&ALL).mission_of_appointment(AppointmentId::new(at(1))).await.unwrap(), None);
    // Its way to the next one counts; what is over or far away does not.
    for (from, until, found) in [(0, 9, 1), (6, 9, 1), (7, 9, 0), (0, 5, 0)] {
        assert_eq!(
            store.booked("paul", at(from * HOUR), at(until * HOUR)).await.unwrap().len(),
            found,
            "{from} {until}"
        );
    }
    // It is arranged until the appointment is over.
    for (from, arranged) in [(0, true), (5, true), (6, false)] {
        let agenda = store.cases(&ALL).agenda("paul", at(from * HOUR), None, 9).await.unwrap();
        assert_eq!(agenda, if arranged { vec![(booked.clone(), ordered.clone())] } else { Vec::new() }, "{from}");
        let to_arrange = store.cases(&ALL).missions_to_arrange("paul", at(from * HOUR), None, 9).await.unwrap();
        assert_eq!(to_arrange, if arranged { Vec::new() } else { vec![ordered.clone()] }, "{from}");
    }

    let done = MissionRow { state: MissionState::Done, updated_at: at(20), ..ordered };
    keep(&store, &mut case, "p-3", Planning { missions: vec![done], ..Planning::default() }).await.unwrap();
    assert_eq!(store.cases(&ALL).agenda("paul", at(0), None, 9).await.unwrap(), []);
    assert_eq!(store.cases(&ALL).missions_to_arrange("paul", at(9 * HOUR), None, 9).await.unwrap(), []);
    assert!(store.mission_load().await.unwrap().is_empty());
}

async fn of_two_who_want_the_same_slot_one_gets_it(db: Database) {
    let store = db.store().await;
    let mut racers = Vec::new();
    for name in 0..8 {
        let mut case = Case::new(&format!("x-{name}"));
        let ordered = mission(&case, "paul");
        let taken = slot(&ordered, 2, 3, AppointmentState::Booked);
        keep(&store, &mut case, &format!("m-{name}"), Planning { missions: vec![ordered], ..Planning::default() })
            .await
            .unwrap();
        racers.push((case, taken));
    }
    // At once: they come in one group, or in several.
    let race = racers.iter_mut().enumerate().map(|(name, (case, taken))| {
        let (store, planning) = (store.clone(), books(&[taken]));
        async move { keep(&store, case, &format!("b-{name}"), planning).await }
    });
    let outcome = futures_util::future::join_all(race).await;
    let won = outcome.iter().filter(|outcome| outcome.is_ok()).count();
    let lost = outcome.iter().filter(|outcome| matches!(outcome, Err(CommitError::Conflict))).count();
    assert_eq!((won, lost), (1, 7), "{outcome:?}");
    assert_eq!(db.number("SELECT COUNT(*) FROM appointment WHERE state = 'booked'").await, 1);
    assert_eq!(db.number("SELECT COUNT(*) FROM expert_time").await, 6, "an hour and a half");
}

async fn slots_that_overlap_in_part_are_the_same_time(db: Database) {
    let store = db.store().await;
    let mut first = Case::new("x");
    let ordered = mission(&first, "paul");
    let booked = slot(&ordered, 4, 6, AppointmentState::Booked);
    keep(&store, &mut first, "p-1", Planning { missions: vec![ordered], appointments: vec![booked] }).await.unwrap();
    for (case, (expert, from, until, free)) in [
        ("paul", 5, 7, false),
        ("paul", 3, 4, false), // half an hour on the way
        ("paul", 6, 7, false),
        ("paul", 1, 2, true),
        ("awa", 4, 6, true),
    ]
    .into_iter()
    .enumerate()
    {
        let mut other = Case::new(&format!("y-{case}"));
        let ordered = mission(&other, expert);
        let wanted = slot(&ordered, from, until, AppointmentState::Booked);
        let planning = Planning { missions: vec![ordered], appointments: vec![wanted] };
        let outcome = keep(&store, &mut other, &format!("q-{case}"), planning).await;
        assert_eq!(outcome.is_ok(), free, "{expert} {from} {until}: {outcome:?}");
    }
}

async fn time_that_is_given_back_is_free_again(db: Database) {
    let store = db.store().await;
    let mut first = Case::new("x");
    let ordered = mission(&first, "paul");
    let booked = slot(&ordered, 2, 3, AppointmentState::Booked);
    keep(&store, &mut first, "p-1", Planning { missions: vec![ordered.clone()], appointments: vec![booked.clone()] })
        .await
        .unwrap();
    // It moves by half an hour, over itself.
    let moved = AppointmentRow { state: AppointmentState::Moved, ..booked };
    let mut again = slot(&ordered, 2, 3, AppointmentState::Booked);
    for instant in [&mut again.start, &mut again.end, &mut again.busy_until] {
        *instant += jiff::SignedDuration::from_mins(30);
    }
    keep(&store, &mut first, "p-2", books(&[&again, &moved])).await.unwrap();
    let mut second = Case::new("y");
    let other = mission(&second, "paul");
    let wanted = slot(&other, 3, 4, AppointmentState::Booked);
    let planning = Planning { missions: vec![other], appointments: vec![wanted] };
    assert!(keep(&store, &mut second.clone(), "q-1", planning.clone()).await.is_err());
    keep(&store, &mut first, "p-3", books(&[&AppointmentRow { state: AppointmentState::Cancelled, ..again }]))
        .await
        .unwrap();
    keep(&store, &mut second, "q-2", planning).await.unwrap();
    assert_eq!(db.number("SELECT COUNT(*) FROM expert_time").await, 6);
}

async fn a_lost_race_leaves_nothing_behind(db: Database) {
    let store = db.store().await;
    let mut first = Case::new("x");
    let ordered = mission(&first, "paul");
    let booked = slot(&ordered, 2, 3, AppointmentState::Booked);
    keep(&store, &mut first, "p-1", Planning { missions: vec![ordered], appointments: vec![booked] }).await.unwrap();
    let mut second = Case::new("y");
    keep(&store, &mut second, "q-0", Planning::default()).await.unwrap();
    let other = mission(&second, "paul");
    // It begins before, so that its first quarters were free.
    let wanted = slot(&other, 1, 3, AppointmentState::Booked);
    let before = second.clone();
    let planning = Planning { missions: vec![other], appointments: vec![wanted] };
    assert!(matches!(keep(&store, &mut second, "q-1", planning).await, Err(CommitError::Conflict)));
    assert_eq!(db.number("SELECT COUNT(*) FROM expert_time").await, 6);
    assert_eq!(store.mission(before.dossier.id).await.unwrap(), None);
    assert_eq!(store.messages(before.id(), 0, 10).await.unwrap().len(), 2, "its message is not kept either");
    // It is made again without the slot, by the same provider's id.
    keep(&store, &mut before.clone(), "q-1", Planning::default()).await.unwrap();
}

async fn pages_of_missions_and_appointments_follow_each_other_without_a_gap(db: Database) {
    let store = db.store().await;
    let mut case = Case::new("x");
    // All ordered at once, so that only the identifier tells them apart; every other one is booked.
    let mut missions: Vec<MissionRow> = (0..20).map(|_| mission(&case, "paul")).collect();
    missions.sort_by_key(|row| row.id);
    let (arranged, to_arrange) = missions.split_at(10);
    let hours = (1..).step_by(2);
    let booked: Vec<AppointmentRow> =
        arranged.iter().zip(hours).map(|(row, hour)| slot(row, hour, hour + 1, AppointmentState::Booked)).collect();
    let planning = Planning { missions: missions.clone(), appointments: booked.clone() };
    keep(&store, &mut case, "p-1", planning).await.unwrap();
    let other = mission(&case, "awa");
    keep(&store, &mut case, "p-2", Planning { missions: vec![other], ..Planning::default() }).await.unwrap();

    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.cases(&ALL).agenda("paul", at(0), after, 3).await.unwrap();
        let Some((last, _)) = page.last() else { break };
        after = Some((last.start, last.id));
        found.extend(page.into_iter().map(|(row, _)| row));
    }
    assert_eq!(found, booked);
    let (mut found, mut after) = (Vec::new(), None);
    loop {
        let page = store.cases(&ALL).missions_to_arrange("paul", at(0), after, 3).await.unwrap();
        let Some(last) = page.last() else { break };
        after = Some((last.ordered_at, last.id));
        found.extend(page);
    }
    assert_eq!(found, to_arrange);
}
