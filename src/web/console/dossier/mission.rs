//! A handler sends for an expert, has slots proposed or books one, and what becomes of the mission.

use axum::{
    extract::{Path, State},
    response::Redirect,
};
use jiff::Timestamp;
use serde::Deserialize;

use super::act;
use crate::{
    intake::{Action, MissionStep},
    web::console::{Console, auth::Checked, error::ConsoleError},
};

#[derive(Deserialize)]
pub(crate) struct Sent {
    step: String,
    /// To order: who.
    #[serde(default)]
    expert: String,
    /// To book: when.
    #[serde(default)]
    start: Option<Timestamp>,
}

pub(crate) async fn post(
    State(console): State<Console>,
    Path(id): Path<String>,
    sent: Checked<Sent>,
) -> Result<Redirect, ConsoleError> {
    let Sent { step, expert, start } = sent.form;
    let step = match (step.as_str(), start) {
        ("order", _) if console.library().experts().get(&expert).is_some() => MissionStep::Order { expert },
        ("offer", _) => MissionStep::Offer,
        ("book", Some(start)) => MissionStep::Book { start },
        ("cancel", _) => MissionStep::CancelAppointment,
        ("accept", _) => MissionStep::Accept,
        ("done", _) => MissionStep::Done,
        ("withdraw", _) => MissionStep::Withdraw,
        _ => return Err(ConsoleError::BadForm),
    };
    act(&console, &sent.session, &id, Action::Mission(step)).await
}

#[cfg(test)]
mod tests {
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
}
