//! What an act would lead to: a turn that is made and not stored, told by what it would write.

use std::sync::Arc;

use super::turn::Turn;
use crate::{
    domain::message::{Author, Body, Channel},
    dossier::{Dossier, Entry},
};

/// What would be written and said.
#[derive(Clone, Debug, Default)]
pub struct Foreseen {
    pub before: Option<Arc<Dossier>>,
    pub after: Option<Arc<Dossier>>,
    /// The lines of the timeline, that of the act among them.
    pub timeline: Vec<Entry>,
    /// What the person would be told.
    pub said: Vec<(Channel, Body)>,
}

impl Turn {
    /// What would follow if the turn were stored.
    pub fn foreseen(self) -> Foreseen {
        let messages = self.rows.messages.into_iter().filter(|message| message.author != Author::Policyholder);
        Foreseen {
            before: self.before.dossier,
            after: self.conversation.dossier,
            timeline: self.rows.timeline,
            said: messages.map(|message| (message.channel, message.body)).collect(),
        }
    }
}
