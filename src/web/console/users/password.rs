//! `/console/password`: a handler changes their own password, which ends all their sessions.

use askama::Template;
use axum::{
    extract::State,
    http::{StatusCode, header},
    response::{Html, IntoResponse, Redirect, Response},
};
use serde::Deserialize;

use crate::web::console::{
    Console, assets,
    auth::{Checked, ClientAddress, Cookies, Session, password},
    error::ConsoleError,
    page::{Shell, html},
};

#[derive(Template)]
#[template(path = "password.html")]
pub(in crate::web::console) struct PasswordPage {
    shell: Shell,
    wrong: Option<Wrong>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wrong {
    Current,
    New,
    Repeated,
    TooMany,
}

#[derive(Deserialize)]
pub(crate) struct Sent {
    current: String,
    new: String,
    repeated: String,
}

pub(crate) async fn get(session: Session) -> Result<Html<String>, ConsoleError> {
    html(&PasswordPage { shell: Shell::from(&session), wrong: None })
}

pub(crate) async fn post(
    State(console): State<Console>,
    from: ClientAddress,
    sent: Checked<Sent>,
) -> Result<Response, ConsoleError> {
    let session = sent.session;
    match change(&console, &session, from, sent.form).await? {
        Ok(()) => {
            let forget = console.cookies().set(Cookies::SESSION, "", 0);
            Ok(([(header::SET_COOKIE, forget)], Redirect::to("/console/log-in")).into_response())
        }
        Err(wrong) => {
            let page = PasswordPage { shell: Shell::from(&session), wrong: Some(wrong) };
            Ok((StatusCode::UNPROCESSABLE_ENTITY, html(&page)?).into_response())
        }
    }
}

async fn change(
    console: &Console,
    session: &Session,
    from: ClientAddress,
    sent: Sent,
) -> Result<Result<(), Wrong>, ConsoleError> {
    if sent.new != sent.repeated {
        return Ok(Err(Wrong::Repeated));
    }
    if console.throttle().count(&session.login, from, console.now()).is_err() {
        return Ok(Err(Wrong::TooMany));
    }
    let stored = console.store().handler(&session.login).await?.map(|handler| handler.password_hash);
    if !password::verify(sent.current, stored).await {
        return Ok(Err(Wrong::Current));
    }
    let Ok(hash) = password::hash(sent.new).await else { return Ok(Err(Wrong::New)) };
    console.store().set_password(&session.login, &hash).await?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::web::console::testing::Trial;

    impl PasswordPage {
        pub(in crate::web::console) fn sample() -> Self {
            Self { shell: Shell::sample(), wrong: None }
        }
    }

    #[test]
    fn the_page_renders_with_every_mistake() {
        for wrong in [None, Some(Wrong::Current), Some(Wrong::New), Some(Wrong::Repeated), Some(Wrong::TooMany)] {
            let page = PasswordPage { wrong, ..PasswordPage::sample() }.render().unwrap();
            assert_eq!(page.contains("role=\"alert\""), wrong.is_some());
        }
    }

    #[tokio::test]
    async fn a_changed_password_ends_every_session() {
        let trial = Trial::start().await;
        let (cookie, other) = (trial.log_in().await, trial.log_in().await);
        let csrf = trial.csrf(&cookie).await;
        let wrong = format!("csrf={csrf}&current=nope&new=chaton-noir-43&repeated=chaton-noir-43");
        assert_eq!(trial.post_as(&cookie, "/console/password", &wrong).await.0, StatusCode::UNPROCESSABLE_ENTITY);
        let right = format!("csrf={csrf}&current=chaton-gris-42&new=chaton-noir-43&repeated=chaton-noir-43");
        assert_eq!(trial.post_as(&cookie, "/console/password", &right).await.0, StatusCode::SEE_OTHER);
        for ended in [cookie, other] {
            assert_eq!(trial.get_as(&ended, "/console").await.0, StatusCode::SEE_OTHER);
        }
        trial.log_in_as("camille", "chaton-noir-43").await;
    }
}
