//! Here, or away: nothing new is given to who is away, and what is urgent goes back to its desk.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;

use crate::web::console::{Console, auth::Checked, error::ConsoleError};

#[derive(Deserialize)]
pub(in crate::web::console) struct Presence {
    /// `1`: away.
    #[serde(default)]
    away: String,
}

pub(in crate::web::console) async fn post(
    State(console): State<Console>,
    sent: Checked<Presence>,
) -> Result<Redirect, ConsoleError> {
    let since = (sent.form.away == "1").then(|| console.now());
    console.users().set_away(&sent.session.login, since).await?;
    Ok(Redirect::to("/console"))
}
