//! Who is at work on a dossier: who holds it and to whom it can be given, who writes now, and what one has written oneself.
//! The dossier's page and the preview beside the list show the same.

use std::collections::HashMap;

use jiff::Timestamp;

use super::assign::{self, Choice};
use crate::{
    dossier::Dossier,
    store::{Draft, Fence, HandlerRow},
    web::console::{
        auth::Session,
        inbox::{Person, writes},
    },
};

#[derive(Clone, Debug)]
pub(super) struct Work {
    pub assignee: Option<Person>,
    /// To whom it can be given.
    pub choices: Vec<Choice>,
    /// The colleague who is writing to the person.
    pub writing: Option<Person>,
    /// The reply that one has not sent yet.
    pub draft: String,
    /// The last message that is shown.
    pub seen: i64,
}

impl Work {
    /// `users` are those of the console, `people` their names by login.
    pub(super) fn of(
        session: &Session,
        (dossier, fence): (&Dossier, &Fence),
        drafts: &[Draft],
        users: &[HandlerRow],
        people: &HashMap<String, String>,
        now: Timestamp,
    ) -> Self {
        let own = |draft: &&Draft| draft.login == session.login && draft.kind == "reply";
        Self {
            assignee: dossier.handler.as_deref().map(|login| Person::of(login, people)),
            choices: assign::choices(users, session, Some(dossier), now),
            writing: writes(dossier, drafts, &session.login, now).map(|login| Person::of(login, people)),
            draft: drafts.iter().find(own).map(|draft| draft.text.clone()).unwrap_or_default(),
            seen: fence.last_seq,
        }
    }
}
