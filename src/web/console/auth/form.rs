//! Forms of a logged-in user, whose CSRF token is checked before anything else is read.

use axum::{
    Form,
    extract::{FromRequest, FromRequestParts, Request},
};
use serde::{Deserialize, de::DeserializeOwned};

use super::Session;
use crate::web::console::{Console, error::ConsoleError};

/// A form with a valid session and CSRF token: the user's own browser sent it from our page.
#[derive(Debug)]
pub struct Checked<T> {
    pub session: Session,
    pub form: T,
}

#[derive(Deserialize)]
struct WithToken<T> {
    csrf: String,
    #[serde(flatten)]
    form: T,
}

impl<T: DeserializeOwned> FromRequest<Console> for Checked<T> {
    type Rejection = ConsoleError;

    async fn from_request(request: Request, console: &Console) -> Result<Self, ConsoleError> {
        let (mut parts, body) = request.into_parts();
        let session = Session::from_request_parts(&mut parts, console).await?;
        let request = Request::from_parts(parts, body);
        let Form(sent) =
            Form::<WithToken<T>>::from_request(request, console).await.map_err(|_| ConsoleError::BadForm)?;
        if !session.sent(&sent.csrf) {
            return Err(ConsoleError::Forged);
        }
        Ok(Self { session, form: sent.form })
    }
}
