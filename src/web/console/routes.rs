//! The console's routes, each with what its user must be allowed. What is not allowed is answered as if it were not there.
//!
//! A route is added here and nowhere else, so that none is without: a test walks them all with users of every role.

use axum::{
    Router,
    extract::{FromRequestParts as _, Request, State},
    middleware::{self, Next},
    response::Response,
    routing::MethodRouter,
};

use super::{Console, auth::Session, error::ConsoleError};
use crate::identity::Permission;

/// What whoever asks for a page must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Needs {
    /// Nothing: the page opens no case.
    Nothing,
    /// A session: the page is about oneself.
    LogIn,
    /// One of these permissions.
    OneOf(&'static [Permission]),
}

/// Routes that are being put together.
pub(super) struct Routes {
    console: Console,
    router: Router<Console>,
    listed: Vec<(String, Needs)>,
}

impl Routes {
    pub(super) fn new(console: Console) -> Self {
        Self { console, router: Router::new(), listed: Vec::new() }
    }

    /// Adds a route.
    #[must_use]
    pub(super) fn add(mut self, address: &str, needs: Needs, methods: MethodRouter<Console>) -> Self {
        let methods = match needs {
            Needs::Nothing => methods,
            Needs::LogIn => methods.route_layer(middleware::from_fn_with_state((self.console.clone(), None), admit)),
            Needs::OneOf(permissions) => {
                methods.route_layer(middleware::from_fn_with_state((self.console.clone(), Some(permissions)), admit))
            }
        };
        self.router = self.router.route(address, methods);
        self.listed.push((address.to_owned(), needs));
        self
    }

    /// The router, and its routes.
    pub(super) fn finish(self) -> (Router<Console>, Vec<(String, Needs)>) {
        (self.router, self.listed)
    }
}

/// Lets a request through whose session has one of the permissions. The page gets the session with it.
async fn admit(
    State((console, needed)): State<(Console, Option<&'static [Permission]>)>,
    request: Request,
    next: Next,
) -> Result<Response, ConsoleError> {
    let (mut parts, body) = request.into_parts();
    let session = Session::from_request_parts(&mut parts, &console).await?;
    if let Some(permissions) = needed {
        if session.must_change_password {
            return Err(ConsoleError::ChangePassword);
        }
        if !permissions.iter().any(|permission| session.scope.may(*permission)) {
            return Err(ConsoleError::NotFound);
        }
    }
    parts.extensions.insert(session);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

#[cfg(test)]
mod tests;
