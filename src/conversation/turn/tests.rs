//! A turn is finished only when everything of it can be stored.

use serde::ser::Error as _;

use super::*;
use crate::{
    contract::Calendar,
    domain::{language::Language, message::Endpoint},
    flow::testing::shipped,
    store::Engine,
};

#[tokio::test]
async fn a_turn_with_a_line_that_cannot_be_written_is_an_error_and_not_a_commit_without_it() {
    let folder = tempfile::tempdir().unwrap();
    let store = Engine::open(&format!("sqlite:{}", folder.path().join("test.db").display())).await.unwrap();
    let library = shipped();
    let experts = Arc::clone(library.experts());
    let services =
        Services::new(Arc::new(store), Calendar::default(), experts, Accounts::default(), "http://127.0.0.1:8480");
    let now: Timestamp = "2026-11-20T10:00:00+01:00".parse().unwrap();
    let turn = || {
        let endpoint = Endpoint { channel: Channel::Web, account: "chat".into(), address: "person".into() };
        let library = Arc::clone(&library);
        let conversation = Conversation::open(endpoint, "demo", Language::Fr, library, &Ids::Random, now);
        Turn::begin(conversation, &services, now)
    };
    assert!(turn().finish(InboundContext::default()).is_ok());

    let mut unwritable = turn();
    unwritable.unwritable = Some(UnwritableEvent::from(serde_json::Error::custom("no JSON")));
    let finished = unwritable.finish(InboundContext::default());
    assert!(matches!(finished, Err(ConversationError::UnwritableEvent(_))), "{finished:?}");
}
