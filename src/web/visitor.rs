//! Whoever opens a page by a link that they were sent.

use crate::{
    domain::{link::LinkPurpose, token},
    flow::{Insurer, Library},
    store::{ConversationRow, OneConversation},
    web::{App, problem::Problem},
};

/// The holder of a link, while it is valid.
#[derive(Debug)]
pub(super) struct Visitor {
    /// Access to the person's own conversation.
    pub(super) one: OneConversation,
    pub(super) conversation: ConversationRow,
}

impl Visitor {
    /// The holder of a link of this purpose. None where the link is unknown, over or for something else.
    pub(super) async fn find(app: &App, secret: &str, purpose: LinkPurpose) -> Result<Option<Self>, Problem> {
        let found = app.doors.by_link(&token::hash(secret), purpose, app.clock.now()).await?;
        let Some(one) = found else { return Ok(None) };
        let row = one.row().await?;
        Ok(row.map(|(conversation, _)| Self { one, conversation }))
    }

    /// The insurer of their claim.
    pub(super) fn insurer<'a>(&self, library: &'a Library) -> Result<&'a Insurer, Problem> {
        library.insurer(&self.conversation.insurer).ok_or_else(Problem::not_found)
    }
}
