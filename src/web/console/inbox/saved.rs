//! Views of one's own: the filters of a list under a name.

use axum::{extract::State, response::Redirect};
use serde::Deserialize;

use super::views::parse_query;
use crate::{
    store::SavedView,
    web::console::{Console, auth::Checked, error::ConsoleError},
};

/// The longest name, in characters.
const MAX_NAME: usize = 60;

#[derive(Deserialize)]
pub(in crate::web::console) struct View {
    name: String,
    /// The query of the list's address.
    #[serde(default)]
    query: String,
    /// `1`: it is forgotten.
    #[serde(default)]
    forget: String,
}

pub(in crate::web::console) async fn post(
    State(console): State<Console>,
    sent: Checked<View>,
) -> Result<Redirect, ConsoleError> {
    let login = sent.session.login;
    let name = sent.form.name.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME {
        return Err(ConsoleError::BadForm);
    }
    let query = parse_query(&sent.form.query);
    if sent.form.forget == "1" {
        console.users().forget_view(&login, name).await?;
    } else {
        let view = SavedView { login, name: name.to_owned(), query: query.kept() };
        if !console.users().keep_view(&view).await? {
            return Err(ConsoleError::BadForm);
        }
    }
    Ok(Redirect::to(&query.first()))
}
