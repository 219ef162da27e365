use super::*;
use crate::{
    domain::{id::ConversationId, message::Channel},
    web::testing::Trial,
};

#[tokio::test]
async fn a_line_that_waits_is_small() {
    let app = Trial::open(Vec::new()).await.app;
    let id = ConversationId::new(app.clock.now());
    let page = EventStream {
        listener: app.intake.listen(id),
        app: app.clone(),
        device: Endpoint { channel: Channel::Web, account: "chat".into(), address: String::new() },
        moves: 0,
        one: app.engine.one_conversation(id),
        last: 0,
        ready: VecDeque::new(),
        shown: None,
        is_current: false,
        place: app.streams.open("me", ClientAddress(std::net::Ipv4Addr::LOCALHOST.into())).unwrap(),
    };
    let bytes = std::mem::size_of_val(&page.events());
    assert!(bytes < 1500, "{bytes} bytes for each line that is open");
}
