//! The doors by which people come: text messages to an account, and the chat's page.

use std::time::Duration;

use serde_json::{Value as Json, json};

use crate::support::{Client, Receipt, Server};

/// After this the story has failed.
const PATIENCE: Duration = Duration::from_mins(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Door {
    Sms,
    Chat,
}

impl Door {
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Sms => "SMS",
            Self::Chat => "chat",
        }
    }
}

/// One message, as the person sees it.
#[derive(Clone, Debug, Default)]
pub(super) struct Shown {
    /// In a text message the answers are numbered lines of it.
    pub(super) text: String,
    /// What the chat's buttons carry, and what they say.
    pub(super) buttons: Vec<(String, String)>,
    /// What the chat's summary lists: the fact of each line, and its value in words.
    pub(super) summary: Vec<(String, String)>,
}

/// A person's line to the service.
pub(super) enum Line {
    Sms { client: Client, from: String, sent: u32 },
    Chat { http: reqwest::Client, api: String, token: String, sent: u32, seen: i64 },
}

impl Line {
    /// Comes by a door. `number` is nobody else's. What is shown before the first word is not answered yet.
    pub(super) async fn open(server: &Server, door: Door, number: u32) -> Self {
        match door {
            Door::Sms => Self::Sms { client: server.client(), from: format!("+336398{number:05}"), sent: 0 },
            Door::Chat => {
                let (http, api) = (reqwest::Client::new(), format!("{}/chat/api", server.url));
                let body = json!({ "insurer": "demo", "lang": "fr", "client_id": format!("{number:032x}") });
                let opened = http.post(format!("{api}/conversations")).json(&body).send().await.unwrap();
                let opened: Json = opened.json().await.unwrap();
                let token = opened["token"].as_str().unwrap().to_owned();
                let mut line = Self::Chat { http, api, token, sent: 0, seen: 0 };
                line.look().await;
                line
            }
        }
    }

    /// Sends a message, and returns what is shown after it.
    pub(super) async fn say(&mut self, text: &str) -> Vec<Shown> {
        match self {
            Self::Sms { client, from, sent } => {
                *sent += 1;
                let message = json!({ "id": format!("{from}-{sent}"), "from": from, "text": text });
                let receipt: Receipt = client.send(&message).await.unwrap();
                receipt.replies.into_iter().map(|text| Shown { text, ..Shown::default() }).collect()
            }
            Self::Chat { http, api, token, sent, .. } => {
                *sent += 1;
                let body = json!({ "client_id": sent.to_string(), "text": text });
                let post = http.post(format!("{api}/messages")).bearer_auth(&*token).json(&body);
                let answer = post.send().await.unwrap();
                assert_eq!(answer.status(), 200);
                self.look().await
            }
        }
    }

    /// Reads what the chat shows that was not seen yet: the page says that all is read, and is told what the last message is.
    async fn look(&mut self) -> Vec<Shown> {
        let Self::Chat { http, api, token, seen, .. } = self else { return Vec::new() };
        let read = http.post(format!("{api}/read")).bearer_auth(&*token).json(&json!({ "seq": i64::MAX }));
        assert_eq!(read.send().await.unwrap().status(), 204);
        let events = http.get(format!("{api}/events")).bearer_auth(&*token).header("Last-Event-ID", *seen);
        let mut events = events.timeout(PATIENCE).send().await.unwrap();
        let (mut heard, mut last, mut shown) = (String::new(), None, Vec::new());
        while last != Some(*seen) {
            heard.push_str(std::str::from_utf8(&events.chunk().await.unwrap().unwrap()).unwrap());
            while let Some((event, rest)) = heard.split_once("\n\n") {
                let field = |name| event.lines().find_map(|line| line.strip_prefix(name));
                let data: Json = field("data: ").map(|data| serde_json::from_str(data).unwrap()).unwrap_or_default();
                match field("event: ") {
                    Some("state") => last = data["read"].as_i64(),
                    Some("message") => {
                        *seen = data["seq"].as_i64().unwrap();
                        if data["from"] == "guichet" {
                            shown.push(of_body(&data["body"]));
                        }
                    }
                    _ => {}
                }
                heard = rest.to_owned();
            }
        }
        shown
    }
}

fn of_body(body: &Json) -> Shown {
    let text = |value: &Json| value.as_str().unwrap_or_default().to_owned();
    let list = |name: &str| body[name].as_array().into_iter().flatten();
    Shown {
        text: text(&body["text"]),
        buttons: list("quick_replies").map(|button| (text(&button["payload"]), text(&button["label"]))).collect(),
        summary: list("summary").map(|line| (text(&line["fact"]), text(&line["value"]))).collect(),
    }
}
