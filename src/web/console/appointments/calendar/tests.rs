use axum::http::StatusCode;

use crate::web::console::testing::Trial;

#[tokio::test]
async fn a_booked_appointment_is_a_file_for_the_calendar() {
    let trial = Trial::start().await;
    let cookie = trial.log_in().await;
    let id = trial.book("2026-11-24T13:00:00Z").await;
    let (status, headers, ics) = trial.get_as(&cookie, &format!("/console/appointments/{id}/calendar")).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(headers["content-type"], "text/calendar; charset=utf-8");
    assert!(headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    for told in ["DTSTART:20261124T130000Z\r\n", "DTEND:20261124T140000Z\r\n", "LOCATION:12 rue des Lilas"] {
        assert!(ics.contains(told), "{told}: {ics}");
    }
    for id in ["x", "0190a0b0-c0d0-7e0f-8a0b-0123456789ab"] {
        let address = format!("/console/appointments/{id}/calendar");
        assert_eq!(trial.get_as(&cookie, &address).await.0, StatusCode::NOT_FOUND);
    }
}
