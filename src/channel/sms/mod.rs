//! Text messages. The first provider is any sender that can post to a webhook.

pub mod render;
pub mod webhook;
