//! The front under load: slow connections by the thousand, chat lines by the thousand, and the end of the service meanwhile.

use std::time::Instant;

use super::{
    crowd::{Crowd, Manner},
    figures::{tell, times},
};
use crate::{
    attacks::{Caller, post, status},
    support::{Database, Server, on_both_engines},
};

/// A person in the chat.
pub(super) struct Chat {
    address: [u8; 4],
    token: String,
}

impl Chat {
    pub(super) async fn open(server: &Server, address: [u8; 4]) -> Self {
        let client_id = format!("{:032x}", u128::from(getrandom::u64().unwrap()));
        let body = format!(r#"{{"insurer":"demo","lang":"fr","client_id":"{client_id}"}}"#);
        let json = "Content-Type: application/json\r\n";
        let opened = post(server, address, "/chat/api/conversations", json, &body).await;
        let token = opened.split("\"token\":\"").nth(1).and_then(|rest| rest.split('"').next());
        let token = token.unwrap_or_else(|| panic!("no conversation was opened: {opened}")).to_owned();
        Self { address, token }
    }

    /// The answer to a file; the same number and name again are the same file.
    pub(super) async fn upload(&self, server: &Server, number: usize, name: &str, content: &str) -> String {
        let mut caller = Caller::call_from(server, self.address).await;
        caller.say(&self.upload_head(number, name, content.len())).await;
        caller.say(content).await;
        caller.hear().await
    }

    fn upload_head(&self, number: usize, name: &str, length: usize) -> String {
        let mut client_id = format!("{number:08x}{}", hex::encode(name));
        client_id.extend(std::iter::repeat_n('0', 32_usize.saturating_sub(client_id.len())));
        format!(
            "PUT /chat/api/uploads/{client_id}?name={name}.pdf HTTP/1.1\r\nHost: guichet\r\nConnection: close\r\n\
             Authorization: Bearer {}\r\nContent-Type: application/pdf\r\nContent-Length: {length}\r\n\r\n",
            self.token
        )
    }

    /// A file that does not end.
    async fn hang(&self, server: &Server) -> Caller {
        let mut caller = Caller::call_from(server, self.address).await;
        caller.say(&self.upload_head(1, "hangs", 1_000_000)).await;
        caller.say("%PDF-1.4\n").await;
        caller
    }

    /// A line that hears what is said in the conversation.
    async fn listen(&self, server: &Server) -> Caller {
        let mut caller = Caller::call_from(server, self.address).await;
        let token = &self.token;
        caller
            .say(&format!("GET /chat/api/events HTTP/1.1\r\nHost: guichet\r\nAuthorization: Bearer {token}\r\n\r\n"))
            .await;
        caller.hear_until("event: message").await;
        caller
    }
}

/// One of this machine's own addresses, for so many callers each.
fn address(number: usize, each: usize) -> [u8; 4] {
    let [.., high, low] = (1 + number / each).to_be_bytes();
    [127, 3, high, low]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn slow_connections_and_chat_lines_keep_nobody_waiting() {
    let (slow, lines) = (times(150, 1000), times(100, 2000));
    let db = Database::sqlite();
    let server = Server::start(&db.url);
    let mut held = Vec::new();
    for number in 0..lines {
        // 30 conversations may be opened from an address.
        let chat = Chat::open(&server, address(number, 25)).await;
        held.push(chat.listen(&server).await);
    }
    for number in 0..slow {
        let mut caller = Caller::call_from(&server, [127, 4, 0, 1]).await;
        // Half a head, half a body, or nothing.
        let said = [
            "",
            "GET /live HTTP/1.1\r\nHost:",
            "POST /chat/api/conversations HTTP/1.1\r\nHost: g\r\nContent-Length: 9\r\n\r\n{",
        ];
        caller.say(said[number % 3]).await;
        held.push(caller);
    }
    let begun = Instant::now();
    let crowd = Crowd::gather(&[&server], Manner::Plain);
    let messages = times(300, 5000);
    crowd.hears(u32::try_from(messages).unwrap()).await;
    let rate = messages as u128 * 1000 / begun.elapsed().as_millis().max(1);
    assert_eq!(status(&post(&server, [127, 5, 0, 1], "/nowhere", "", "").await), "404");
    let found = crowd.leave(&db.store().await).await;
    let what = format!("{slow} slow connections and {lines} chat lines beside");
    tell(30, &what, "SQLite", &found, &format!("{rate} messages/s meanwhile"));
    drop(held);
}

on_both_engines! { it_ends_well_under_load_while_uploads_hang }

async fn it_ends_well_under_load_while_uploads_hang(db: Database) {
    let rounds = times(1, 20);
    let mut server = Server::start(&db.url);
    let crowd = Crowd::gather(&[&server], Manner::Plain);
    let mut longest = 0;
    for _ in 0..rounds {
        crowd.hears(50).await;
        let chat = Chat::open(&server, [127, 0, 0, 1]).await;
        let mut held = vec![chat.listen(&server).await];
        for _ in 0..8 {
            held.push(chat.hang(&server).await);
        }
        let site = server.site();
        let begun = Instant::now();
        tokio::task::spawn_blocking(|| server.stop()).await.unwrap();
        longest = longest.max(begun.elapsed().as_secs());
        server = site.start();
        crowd.turn_to(&[&server]);
        crowd.forget();
    }
    crowd.hears(50).await;
    let found = crowd.leave(&db.store().await).await;
    let what = format!("{rounds} × SIGTERM under load with 8 hung uploads");
    tell(31, &what, db.engine(), &found, &format!("ended within {longest} s"));
}
