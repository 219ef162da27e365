use axum::http::StatusCode;

use super::*;
use crate::web::console::testing::Trial;

#[tokio::test]
async fn each_step_of_a_mission_is_an_act_of_the_handler() {
    let trial = Trial::start().await;
    let start: Timestamp = "2026-11-24T08:00:00Z".parse().unwrap();
    for (form, step) in [
        ("&step=order&expert=plefevre", MissionStep::Order { expert: "plefevre".into() }),
        ("&step=offer", MissionStep::Offer),
        ("&step=book&start=2026-11-24T08:00:00Z", MissionStep::Book { start }),
        ("&step=cancel", MissionStep::CancelAppointment),
        ("&step=accept", MissionStep::Accept),
        ("&step=done", MissionStep::Done),
        ("&step=withdraw", MissionStep::Withdraw),
    ] {
        trial.act("mission", form).await.unwrap();
        assert_eq!(trial.acts().last(), Some(&("camille".to_owned(), Action::Mission(step))));
    }
    for wrong in ["&step=order&expert=nobody", "&step=order", "&step=book", "&step=dance", ""] {
        assert!(
            matches!(
                trial.act("mission", wrong).await,
                Err(StatusCode::BAD_REQUEST | StatusCode::UNPROCESSABLE_ENTITY)
            ),
            "{wrong}"
        );
    }
    assert_eq!(trial.acts().len(), 7);
}
