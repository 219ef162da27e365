//! The texts of this channel itself: `words.yaml`.

use serde::Deserialize;

use crate::domain::language::Text;

/// The texts, as `words.yaml` documents them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Words {
    pub(super) share_phone: Text,
    pub(super) share_location: Text,
    pub(super) confirm: Text,
    pub(super) none_chosen: Text,
    pub(super) as_file: Text,
    pub(super) large: Text,
    pub(super) colon: Text,
    pub(super) edited: Text,
    pub(super) unreadable: Text,
    pub(super) commands: Vec<Command>,
}

/// A command of the bot's menu.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Command {
    pub(super) name: String,
    pub(super) does: Text,
}

impl Words {
    pub(super) fn built_in() -> Result<Self, String> {
        serde_saphyr::from_str(include_str!("words.yaml")).map_err(|error| error.to_string())
    }
}
