//! A Bot API of our own: the dozen methods that Guichet calls, as strict as Telegram's, and stricter where a mistake of ours
//! would pass unseen. Method names are read without regard to case, as Telegram does.
//!
//! People write to the bot through [`Someone`]; what they do becomes updates, which are posted to the webhook one after
//! the other until each is taken, or wait for `getUpdates`.

use std::{
    collections::{BTreeMap, HashMap, HashSet, VecDeque},
    sync::{Arc, Mutex, MutexGuard},
    time::{Duration, Instant},
};

use axum::{
    Json as AxumJson, Router,
    body::Bytes,
    extract::{Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{any, get},
};
use serde_json::{Map, Value as Json, json};
use tokio::{sync::watch, task::JoinHandle};

/// After this the test has failed.
const PATIENCE: Duration = Duration::from_secs(30);
const MAX_UNITS: usize = 4096;
const MAX_FILE: usize = 20 * 1024 * 1024;

/// The service, until it is dropped.
pub(crate) struct BotApi {
    /// For `api_url`.
    pub(crate) url: String,
    state: Arc<Shared>,
    task: JoinHandle<()>,
    pump: Option<JoinHandle<()>>,
}

struct Shared {
    inner: Mutex<Inner>,
    /// Counts what happened, so that waiting needs no sleep.
    happened: watch::Sender<u64>,
}

#[derive(Default)]
struct Inner {
    pending: VecDeque<Json>,
    last_update: i64,
    last_message: i64,
    /// Every message of a chat, theirs and ours, as it stands now.
    messages: BTreeMap<(i64, i64), Json>,
    calls: Vec<Call>,
    faults: VecDeque<(&'static str, Json)>,
    /// Who has written to the bot, which may write to nobody else.
    chats: HashSet<i64>,
    blocked: HashSet<i64>,
    /// Paths and bytes by identifier.
    files: HashMap<String, Vec<u8>>,
    /// Presses that are not answered yet.
    queries: HashSet<String>,
    /// The path, and the secret.
    webhook: Option<(String, String)>,
    polling: bool,
}

/// What the bot called.
#[derive(Clone, Debug)]
pub(crate) struct Call {
    /// In lower case.
    pub(crate) method: String,
    pub(crate) arguments: Json,
    pub(crate) at: Instant,
    pub(crate) ok: bool,
}

/// What a method refuses: the code and Telegram's words.
type Refused = (u16, &'static str);

impl BotApi {
    pub(crate) const TOKEN: &str = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";

    pub(crate) async fn start() -> Self {
        let state = Arc::new(Shared { inner: Mutex::default(), happened: watch::channel(0).0 });
        let router = Router::new()
            .route("/{bot}/{method}", any(call))
            .route("/file/{bot}/{*path}", get(download))
            .with_state(Arc::clone(&state));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let task = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, state, task, pump: None }
    }

    /// From now on updates are posted to this server, whatever host the webhook names.
    pub(crate) fn post_to(&mut self, server: &str) {
        if let Some(pump) = self.pump.take() {
            pump.abort();
        }
        self.pump = Some(tokio::spawn(pump(Arc::clone(&self.state), server.to_owned())));
    }

    /// A person's chat with the bot.
    pub(crate) fn someone(&self, id: i64) -> Someone {
        Someone { id, state: Arc::clone(&self.state), last_read: 0 }
    }

    /// The next call of `method` is answered with this error.
    pub(crate) fn fail_once(&self, method: &'static str, answer: Json) {
        self.state.lock().faults.push_back((method, answer));
    }

    /// An update that is none of [`Someone`]'s.
    pub(crate) fn update(&self, part: &str, json: &Json) {
        self.state.push(part, json);
    }

    /// Takes the updates that wait, to post them otherwise than one after the other.
    pub(crate) fn take_updates(&self) -> Vec<Json> {
        self.state.lock().pending.drain(..).collect()
    }

    pub(crate) fn calls(&self, method: &str) -> Vec<Call> {
        self.state.lock().calls.iter().filter(|call| call.method == method).cloned().collect()
    }

    /// The secret that the bot gave with its webhook.
    pub(crate) async fn secret(&self) -> String {
        self.state.wait(|inner| inner.webhook.clone().map(|(_, secret)| secret)).await
    }

    /// Waits until every update is taken: posted and acknowledged, or confirmed by the next `getUpdates`.
    pub(crate) async fn all_taken(&self) {
        self.state.wait(|inner| inner.pending.is_empty().then_some(())).await;
    }

    /// Waits until a press is answered.
    pub(crate) async fn presses_answered(&self) {
        self.state.wait(|inner| inner.queries.is_empty().then_some(())).await;
    }
}

impl Drop for BotApi {
    fn drop(&mut self) {
        self.task.abort();
        if let Some(pump) = &self.pump {
            pump.abort();
        }
    }
}

/// A person who writes to the bot.
pub(crate) struct Someone {
    pub(crate) id: i64,
    state: Arc<Shared>,
    /// The number of the last message of the bot that this person has read.
    last_read: i64,
}

impl Someone {
    pub(crate) fn say(&self, text: &str) -> i64 {
        self.send(&json!({ "text": text }))
    }

    /// Sends a message with these fields, and returns its number.
    pub(crate) fn send(&self, fields: &Json) -> i64 {
        let id = self.state.lock().next_message();
        let message = self.message(id, fields);
        self.state.lock().messages.insert((self.id, id), message.clone());
        self.state.push("message", &message);
        id
    }

    pub(crate) fn edit(&self, message: i64, text: &str) {
        let edited = self.message(message, &json!({ "text": text, "edit_date": 1_800_000_100 }));
        self.state.push("edited_message", &edited);
    }

    /// A photo in the sizes that Telegram makes of it; with others of the same `album` where it is one.
    pub(crate) fn photo(&self, jpeg: &[u8], album: Option<&str>) {
        let large = self.state.lock().add_file(jpeg.to_vec());
        let small = self.state.lock().add_file(b"too small to be of use".to_vec());
        let size = |file: &str, width: u32| json!({ "file_id": file, "file_unique_id": file, "width": width, "height": width, "file_size": 9 });
        let mut fields = json!({ "photo": [size(&small, 90), size(&large, 1280)] });
        if let Some(album) = album {
            fields["media_group_id"] = json!(album);
        }
        self.send(&fields);
    }

    /// A voice message in Opus.
    pub(crate) fn voice(&self) {
        let ogg = [b"OggS\0\x02".as_slice(), &[0; 22], b"OpusHead\x01\x01", &[0; 64]].concat();
        let file = self.state.lock().add_file(ogg);
        self.send(
            &json!({ "voice": { "file_id": file, "file_unique_id": file, "duration": 3, "mime_type": "audio/ogg" } }),
        );
    }

    /// Presses the newest button that says this, when it is there.
    pub(crate) async fn press(&self, label: &str) {
        let (message, data) = self
            .state
            .wait(|inner| {
                let mut ours = inner.messages.range((self.id, 0)..=(self.id, i64::MAX)).rev();
                ours.find_map(|(_, message)| Some((message.clone(), button(message, label)?)))
            })
            .await;
        let query = {
            let mut inner = self.state.lock();
            let query = format!("query-{}", inner.next_message());
            inner.queries.insert(query.clone());
            query
        };
        let press = json!({ "id": query, "from": self.user(), "message": message, "chat_instance": "1", "data": data });
        self.state.push("callback_query", &press);
    }

    pub(crate) fn share_contact(&self, number: &str, of: i64) {
        self.send(&json!({ "contact": { "phone_number": number, "first_name": "Léa", "user_id": of } }));
    }

    pub(crate) fn block(&self) {
        self.state.lock().blocked.insert(self.id);
        let member = |status: &str| json!({ "status": status, "user": { "id": 1, "is_bot": true } });
        let change = json!({ "chat": self.chat(), "from": self.user(), "date": 1, "old_chat_member": member("member"), "new_chat_member": member("kicked") });
        self.state.push("my_chat_member", &change);
    }

    /// The bot's next message.
    pub(crate) async fn hear(&mut self) -> Json {
        let (id, last_read) = (self.id, self.last_read);
        let next = |inner: &Inner| {
            let mut later = inner.messages.range((id, last_read + 1)..=(id, i64::MAX)).map(|(_, message)| message);
            later.find(|message| message["from"]["is_bot"] == true).cloned()
        };
        let message = self.state.wait(next).await;
        self.last_read = message["message_id"].as_i64().unwrap();
        message
    }

    /// Waits until the bot said something, without hearing it.
    pub(crate) async fn wait_for_answer(&self) {
        let ours = |message: &Json| message["from"]["is_bot"] == true;
        self.state.wait(|inner| inner.messages.values().any(ours).then_some(())).await;
    }

    /// Waits until a button of the bot's says this.
    pub(crate) async fn sees(&self, label: &str) {
        let shown =
            |inner: &Inner| inner.messages.values().any(|message| button(message, label).is_some()).then_some(());
        self.state.wait(shown).await;
    }

    /// Hears on until a message has these words, and returns it.
    pub(crate) async fn hear_of(&mut self, words: &str) -> Json {
        loop {
            let message = self.hear().await;
            if message["text"].as_str().unwrap().contains(words) {
                return message;
            }
        }
    }

    /// What the chat shows now, the bot's words only.
    pub(crate) fn shown(&self) -> Vec<Json> {
        let inner = self.state.lock();
        let all = inner.messages.range((self.id, 0)..=(self.id, i64::MAX)).map(|(_, message)| message);
        all.filter(|message| message["from"]["is_bot"] == true).cloned().collect()
    }

    fn chat(&self) -> Json {
        json!({ "id": self.id, "type": "private", "first_name": "Léa" })
    }

    fn user(&self) -> Json {
        json!({ "id": self.id, "is_bot": false, "first_name": "Léa", "language_code": "fr" })
    }

    fn message(&self, id: i64, fields: &Json) -> Json {
        self.state.lock().chats.insert(self.id);
        let mut message = json!({ "message_id": id, "date": 1_800_000_000, "chat": self.chat(), "from": self.user() });
        message.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        message
    }
}

/// What the button with this label carries.
fn button(message: &Json, label: &str) -> Option<Json> {
    let rows = message["reply_markup"]["inline_keyboard"].as_array()?;
    let mut buttons = rows.iter().flat_map(|row| row.as_array().unwrap());
    buttons.find(|button| button["text"] == label).map(|button| button["callback_data"].clone())
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    fn push(&self, part: &str, json: &Json) {
        {
            let mut inner = self.lock();
            inner.last_update += 1;
            let update = json!({ "update_id": inner.last_update, part: json });
            inner.pending.push_back(update);
        }
        self.tell();
    }

    fn tell(&self) {
        self.happened.send_modify(|count| *count += 1);
    }

    async fn wait<T>(&self, look: impl Fn(&Inner) -> Option<T>) -> T {
        let mut happened = self.happened.subscribe();
        let found = async {
            loop {
                happened.borrow_and_update();
                if let Some(found) = look(&self.lock()) {
                    return found;
                }
                happened.changed().await.unwrap();
            }
        };
        let found = tokio::time::timeout(PATIENCE, found).await;
        found.unwrap_or_else(|_| {
            panic!(
                "it did not happen; the last calls were {:#?}",
                self.lock().calls.iter().rev().take(8).collect::<Vec<_>>()
            )
        })
    }
}

impl Inner {
    fn next_message(&mut self) -> i64 {
        self.last_message += 1;
        self.last_message
    }

    fn add_file(&mut self, bytes: Vec<u8>) -> String {
        let id = format!("file-{}", self.files.len() + 1);
        self.files.insert(id.clone(), bytes);
        id
    }
}

/// Posts the updates, one after the other, again and again until each is taken.
async fn pump(state: Arc<Shared>, server: String) {
    let http = reqwest::Client::new();
    let mut happened = state.happened.subscribe();
    loop {
        happened.borrow_and_update();
        let next = {
            let inner = state.lock();
            inner.webhook.clone().zip(inner.pending.front().cloned())
        };
        let Some(((path, secret), update)) = next else {
            happened.changed().await.unwrap();
            continue;
        };
        let post = http.post(format!("{server}{path}")).header("X-Telegram-Bot-Api-Secret-Token", secret);
        let taken = post.json(&update).send().await.is_ok_and(|answer| answer.status().is_success());
        if taken {
            state.lock().pending.pop_front();
            state.tell();
        } else {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}

async fn download(State(state): State<Arc<Shared>>, Path((bot, path)): Path<(String, String)>) -> Response {
    if bot != format!("bot{}", BotApi::TOKEN) {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    let bytes = path.strip_prefix("photos/").and_then(|file| state.lock().files.get(file).cloned());
    bytes.map_or_else(|| StatusCode::NOT_FOUND.into_response(), IntoResponse::into_response)
}

async fn call(
    State(state): State<Arc<Shared>>,
    Path((bot, method)): Path<(String, String)>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let method = method.to_ascii_lowercase();
    let is_json = headers.get(header::CONTENT_TYPE).is_none_or(|kind| kind == "application/json");
    let arguments = if body.is_empty() { Some(json!({})) } else { serde_json::from_slice(&body).ok() };
    let at = Instant::now();
    let answer = match arguments.as_ref().and_then(Json::as_object) {
        _ if bot != format!("bot{}", BotApi::TOKEN) => error((401, "Unauthorized")),
        Some(arguments) if is_json => {
            let fault = {
                let mut inner = state.lock();
                let at = inner.faults.iter().position(|(failing, _)| failing.eq_ignore_ascii_case(&method));
                at.and_then(|at| inner.faults.remove(at))
            };
            match fault {
                Some((_, fault)) => fault,
                None if method == "getupdates" => get_updates(&state, arguments).await,
                None => {
                    act(&state, &method, arguments).map_or_else(error, |result| json!({ "ok": true, "result": result }))
                }
            }
        }
        _ => error((400, "Bad Request: can't parse JSON")),
    };
    let ok = answer["ok"] == true;
    let status = answer["error_code"].as_u64().map_or(200, |code| u16::try_from(code).unwrap());
    state.lock().calls.push(Call { method, arguments: arguments.unwrap_or_default(), at, ok });
    state.tell();
    (StatusCode::from_u16(status).unwrap(), AxumJson(answer)).into_response()
}

fn error((code, description): Refused) -> Json {
    json!({ "ok": false, "error_code": code, "description": description })
}

/// A call of `getUpdates`. A caller that goes away asks no more.
struct Asking<'a>(&'a Shared);

impl Drop for Asking<'_> {
    fn drop(&mut self) {
        self.0.lock().polling = false;
    }
}

/// Waits, as long as it was asked to, for updates from the offset on; those before it are confirmed and forgotten.
async fn get_updates(state: &Shared, arguments: &Map<String, Json>) -> Json {
    {
        let mut inner = state.lock();
        if inner.webhook.is_some() {
            return error((
                409,
                "Conflict: can't use getUpdates method while webhook is active; use deleteWebhook to delete the webhook first",
            ));
        }
        if std::mem::replace(&mut inner.polling, true) {
            return error((
                409,
                "Conflict: terminated by other getUpdates request; make sure that only one bot instance is running",
            ));
        }
        if let Some(offset) = arguments.get("offset").and_then(Json::as_i64) {
            inner.pending.retain(|update| update["update_id"].as_i64().unwrap() >= offset);
        }
    }
    let _asking = Asking(state);
    state.tell();
    let wait = Duration::from_secs(arguments.get("timeout").and_then(Json::as_u64).unwrap_or(0));
    let limit = usize::try_from(arguments.get("limit").and_then(Json::as_u64).unwrap_or(100)).unwrap();
    let mut happened = state.happened.subscribe();
    let waiting = happened.wait_for(|_| !state.lock().pending.is_empty());
    let _ = tokio::time::timeout(wait, waiting).await;
    let updates: Vec<Json> = state.lock().pending.iter().take(limit).cloned().collect();
    json!({ "ok": true, "result": updates })
}

fn act(state: &Shared, method: &str, arguments: &Map<String, Json>) -> Result<Json, Refused> {
    let known: &[&str] = match method {
        "getme" | "getwebhookinfo" => &[],
        "setmycommands" => &["commands", "language_code"],
        "setwebhook" => &["url", "secret_token", "allowed_updates"],
        "deletewebhook" => &["drop_pending_updates"],
        "getfile" => &["file_id"],
        "sendmessage" => &["chat_id", "text", "link_preview_options", "reply_markup"],
        "editmessagetext" => &["chat_id", "message_id", "text", "reply_markup"],
        "editmessagereplymarkup" => &["chat_id", "message_id", "reply_markup"],
        "answercallbackquery" => &["callback_query_id", "text"],
        _ => return Err((404, "Not Found: method not found")),
    };
    if arguments.keys().any(|argument| !known.contains(&argument.as_str())) {
        return Err((400, "Bad Request: an argument that this method does not have"));
    }
    let mut inner = state.lock();
    match method {
        "getme" => Ok(json!({ "id": 1, "is_bot": true, "first_name": "Rives", "username": "rives_bot" })),
        "setmycommands" => {
            let commands = arguments["commands"].as_array().ok_or((400, "Bad Request: no commands"))?;
            let letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            let good = |command: &Json| {
                let name = command["command"].as_str().unwrap_or_default();
                (1..=32).contains(&name.len()) && name.chars().all(letter) && text(&command["description"], 256).is_ok()
            };
            if commands.iter().all(good) { Ok(json!(true)) } else { Err((400, "Bad Request: BOT_COMMAND_INVALID")) }
        }
        "setwebhook" => {
            let url = url::Url::parse(arguments["url"].as_str().unwrap_or_default())
                .map_err(|_| (400, "Bad Request: invalid webhook URL specified"))?;
            if url.scheme() != "https" {
                return Err((400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"));
            }
            if ![443, 80, 88, 8443].contains(&url.port_or_known_default().unwrap()) {
                return Err((400, "Bad Request: bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443"));
            }
            let secret = arguments.get("secret_token").and_then(Json::as_str).unwrap_or_default();
            let letter = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
            if !(1..=256).contains(&secret.len()) || !secret.chars().all(letter) {
                return Err((400, "Bad Request: secret token contains unallowed characters"));
            }
            inner.webhook = Some((url.path().to_owned(), secret.to_owned()));
            Ok(json!(true))
        }
        "getwebhookinfo" => {
            let url = inner.webhook.as_ref().map(|(path, _)| format!("https://guichet.example.org{path}"));
            Ok(json!({ "url": url.unwrap_or_default(), "pending_update_count": inner.pending.len() }))
        }
        "deletewebhook" => {
            inner.webhook = None;
            Ok(json!(true))
        }
        "getfile" => {
            let id = arguments["file_id"].as_str().unwrap_or_default();
            let bytes = inner
                .files
                .get(id)
                .ok_or((400, "Bad Request: wrong file_id or the file is temporarily unavailable"))?;
            if bytes.len() > MAX_FILE {
                return Err((400, "Bad Request: file is too big"));
            }
            Ok(
                json!({ "file_id": id, "file_unique_id": id, "file_size": bytes.len(), "file_path": format!("photos/{id}") }),
            )
        }
        "sendmessage" => {
            let chat = arguments["chat_id"].as_i64().ok_or((400, "Bad Request: chat_id is empty"))?;
            if inner.blocked.contains(&chat) {
                return Err((403, "Forbidden: bot was blocked by the user"));
            }
            if !inner.chats.contains(&chat) {
                return Err((400, "Bad Request: chat not found"));
            }
            let id = inner.next_message();
            let message = ours(chat, id, &arguments["text"], arguments.get("reply_markup"))?;
            inner.messages.insert((chat, id), message.clone());
            Ok(message)
        }
        "editmessagetext" | "editmessagereplymarkup" => {
            let key = (arguments["chat_id"].as_i64().unwrap_or(0), arguments["message_id"].as_i64().unwrap_or(0));
            let old = inner.messages.get(&key).filter(|message| message["from"]["is_bot"] == true);
            let old = old.ok_or((400, "Bad Request: message to edit not found"))?.clone();
            let new = ours(key.0, key.1, arguments.get("text").unwrap_or(&old["text"]), arguments.get("reply_markup"))?;
            if new == old {
                return Err((400, "Bad Request: message is not modified"));
            }
            inner.messages.insert(key, new.clone());
            Ok(new)
        }
        _ => {
            let query = arguments["callback_query_id"].as_str().unwrap_or_default();
            let text = arguments.get("text").map_or(Ok(()), |words| text(words, 200));
            text?;
            let open = inner.queries.remove(query);
            let old = (400, "Bad Request: query is too old and response timeout expired or query ID is invalid");
            if open { Ok(json!(true)) } else { Err(old) }
        }
    }
}

/// A message of the bot's, if it may be one.
fn ours(chat: i64, id: i64, words: &Json, markup: Option<&Json>) -> Result<Json, Refused> {
    text(words, MAX_UNITS)?;
    let mut message = json!({
        "message_id": id, "date": 1_800_000_000, "chat": { "id": chat, "type": "private" },
        "from": { "id": 1, "is_bot": true, "first_name": "Rives" }, "text": words,
    });
    if let Some(markup) = markup {
        check_markup(markup)?;
        // Only buttons below the message come back with it.
        message["shown_keyboard"] = markup.get("keyboard").cloned().unwrap_or_default();
        if markup.get("inline_keyboard").is_some_and(|rows| rows.as_array().is_some_and(|rows| !rows.is_empty())) {
            message["reply_markup"] = markup.clone();
        }
    }
    Ok(message)
}

fn check_markup(markup: &Json) -> Result<(), Refused> {
    let wrong = (400, "Bad Request: object expected as reply markup");
    let markup = markup.as_object().ok_or(wrong)?;
    if markup.get("remove_keyboard").is_some_and(|remove| *remove == true) {
        return Ok(());
    }
    let inline = markup.get("inline_keyboard");
    let rows = inline.or_else(|| markup.get("keyboard")).and_then(Json::as_array).ok_or(wrong)?;
    for button in rows.iter().flat_map(|row| row.as_array().into_iter().flatten()) {
        text(&button["text"], 256).map_err(|_| (400, "Bad Request: a button without a text"))?;
        if inline.is_some() {
            let data = button["callback_data"].as_str().unwrap_or_default();
            if !(1..=64).contains(&data.len()) {
                return Err((400, "Bad Request: BUTTON_DATA_INVALID"));
            }
        }
    }
    Ok(())
}

/// Words that are there, and not too many.
fn text(words: &Json, most: usize) -> Result<(), Refused> {
    let words = words.as_str().ok_or((400, "Bad Request: message text must be a string"))?;
    match words.trim().encode_utf16().count() {
        0 => Err((400, "Bad Request: message text is empty")),
        units if units > most => Err((400, "Bad Request: message is too long")),
        _ => Ok(()),
    }
}
