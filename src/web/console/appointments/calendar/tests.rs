use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn a_booked_appointment_is_a_file_for_the_calendar() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let id = trial.book("2026-11-24T13:00:00Z").await;
    let (status, headers, ics) = trial.get_as(&cookie, &format!("/console/appointments/{id}/calendar")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "text/calendar; charset=utf-8; method=PUBLISH");
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    for told in ["DTSTART:20261124T130000Z\r\n", "DTEND:20261124T140000Z\r\n", "LOCATION:12 rue des Lilas"] {
        assert!(ics.contains(told), "{told}: {ics}");
    }
    for id in ["x", "0190a0b0-c0d0-7e0f-8a0b-0123456789ab"] {
        let address = format!("/console/appointments/{id}/calendar");
        assert_eq!(trial.get_as(&cookie, &address).await.0, StatusCode::NOT_FOUND);
    }
}

/// The lines of the file that say which version it is, and of which appointment.
async fn version(trial: &Trial, cookie: &str, id: AppointmentId) -> Vec<String> {
    let (status, _, ics) = trial.get_as(cookie, &format!("/console/appointments/{id}/calendar")).await;
    assert_eq!(status, StatusCode::OK, "{ics}");
    let told = ["METHOD", "UID", "SEQUENCE", "STATUS", "DTSTART"];
    ics.lines().filter(|line| told.iter().any(|name| line.starts_with(name))).map(str::to_owned).collect()
}

#[tokio::test]
async fn whatever_becomes_of_an_appointment_a_calendar_holds_it_once() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let first = trial.book("2026-11-24T13:00:00Z").await;
    let mission = trial.engine().mission(trial.dossier().await).await.unwrap().unwrap();
    let uid = format!("UID:{}@guichet", mission.row.id);
    let at = |start: &str| format!("DTSTART:{start}");
    let expected = ["METHOD:PUBLISH", &uid, "SEQUENCE:0", "STATUS:CONFIRMED", &at("20261124T130000Z")];
    assert_eq!(version(&trial, &cookie, first).await, expected);

    let second = trial.book_again(first, "2026-11-26T08:00:00Z").await;
    let expected = ["METHOD:PUBLISH", &uid, "SEQUENCE:1", "STATUS:CONFIRMED", &at("20261126T080000Z")];
    for id in [first, second] {
        assert_eq!(version(&trial, &cookie, id).await, expected, "an older address tells how it stands now");
    }

    trial.cancel(second).await;
    let expected = ["METHOD:CANCEL", &uid, "SEQUENCE:2", "STATUS:CANCELLED", &at("20261126T080000Z")];
    assert_eq!(version(&trial, &cookie, second).await, expected);
    let (_, headers, _) = trial.get_as(&cookie, &format!("/console/appointments/{second}/calendar")).await;
    assert_eq!(headers["content-type"], "text/calendar; charset=utf-8; method=CANCEL");

    let third = trial.book_again(second, "2026-11-27T08:00:00Z").await;
    let expected = ["METHOD:PUBLISH", &uid, "SEQUENCE:3", "STATUS:CONFIRMED", &at("20261127T080000Z")];
    assert_eq!(version(&trial, &cookie, third).await, expected);
}
