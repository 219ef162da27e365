//! A console to try things on: a database and documents in a folder of its own, two handlers, case actions that are noted.

use std::sync::{Arc, Mutex};

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Method, Request, StatusCode, header},
    response::Response,
};
use futures_util::{FutureExt as _, StreamExt as _, future::BoxFuture, stream, stream::BoxStream};
use http_body_util::BodyExt as _;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tempfile::TempDir;
use tower::ServiceExt as _;

use super::{CaseActionError, CaseActions, Console, Names, Setup, auth::password, router};
use crate::{
    conversation::{Accounts, Action, Actor, Foreseen, files::QUOTA},
    document::{Documents, Limits},
    domain::{
        clock::Clock,
        fact::{Precision, Value},
        fact_name::FactName,
        form::Field,
        id::{AppointmentId, ContactId, ConversationId, DocumentId, DossierId, MissedId, MissionId, RequestId},
        language::Language,
        message::{Attachment, Author, Body as Said, Channel, Endpoint, Input, QuickReply, SummaryLine},
        orientation_mode::OrientationMode,
        priority::Priority,
    },
    dossier::{Decision, Dossier, Entry, Learnt, Override, SaidIn, Status, TimelineEvent, reference_of},
    flow::{Library, TemplatePurpose, WrittenTemplate, testing::shipped},
    identity::Reach,
    planning::{Assignment, Because},
    store::{
        AppointmentRow, AppointmentState, Binding, Commit, ConversationRow, DecisionRow, Delivery, DocumentRow,
        EndpointRow, Engine, Fence, HandlerRow, MessageRow, MissedRow, MissionRow, MissionState, OutboxRow, Planning,
        RequestRow, Requests, SearchChange, StateChange, TurnRows,
    },
};

/// The flows that came with this program.
pub(super) fn library() -> Arc<Library> {
    shipped()
}

/// Camille's.
pub(super) const PASSWORD: &str = "chaton-gris-42";

/// Their names, as the pages show them.
pub(super) fn names() -> Names {
    Names::new(library(), super::words::LANGUAGE)
}

pub(super) struct Trial {
    engine: Engine,
    console: Console,
    router: Router,
    actions: Arc<NoteTaker>,
    dossier: DossierId,
    _folder: TempDir,
}

/// Case actions that are noted and not done.
#[derive(Default)]
struct NoteTaker {
    acts: Mutex<Vec<(String, Action)>>,
    broken: Mutex<bool>,
    typed: Mutex<u32>,
    learnt: Mutex<u32>,
    listened: Mutex<Vec<Option<ConversationId>>>,
}

impl CaseActions for NoteTaker {
    fn act(&self, _: DossierId, actor: Actor, action: Action) -> BoxFuture<'_, Result<(), CaseActionError>> {
        async move {
            if *self.broken.lock().unwrap() {
                return Err(CaseActionError::NotStored("the disk is full".into()));
            }
            self.acts.lock().unwrap().push((actor.login, action));
            Ok(())
        }
        .boxed()
    }

    fn foresee(&self, _: DossierId, actor: Actor, _: Action) -> BoxFuture<'_, Result<Foreseen, CaseActionError>> {
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        let own = Entry::new(1, &actor.login, &TimelineEvent::Noted { text: "own".into(), mentions: vec![] }, now);
        let follows = TimelineEvent::Oriented { mode: Some(OrientationMode::Field), missing: Vec::new() };
        let timeline = vec![own.unwrap(), Entry::new(2, "guichet", &follows, now).unwrap()];
        let said = vec![(Channel::Sms, Said { text: "Un expert <vient>.".into(), ..Said::default() })];
        async { Ok(Foreseen { timeline, said, ..Foreseen::default() }) }.boxed()
    }

    fn desk_field<'a>(
        &'a self,
        _: DossierId,
        fact: &'a FactName,
    ) -> BoxFuture<'a, Result<Option<Field>, CaseActionError>> {
        let field = Field {
            fact: fact.clone(),
            label: String::new(),
            help: String::new(),
            input: Input::Date,
            options: Vec::new(),
            value: None,
            written: "2026-11-18".into(),
        };
        async { Ok((fact.as_str() == "loss_date").then_some(field)) }.boxed()
    }

    fn read_desk_field<'a>(
        &'a self,
        _: DossierId,
        fact: &'a FactName,
        written: &'a str,
    ) -> BoxFuture<'a, Result<Result<Option<Value>, String>, CaseActionError>> {
        let read = match (fact.as_str(), written) {
            ("loss_date", "demain") => Err("Cette date est à venir.".to_owned()),
            ("loss_date", "") => Ok(None),
            ("loss_date", written) => Ok(Some(Value::Text(written.to_owned()))),
            _ => Err(String::new()),
        };
        async { Ok(read) }.boxed()
    }

    fn templates<'a>(
        &'a self,
        _: DossierId,
        handler: &'a str,
    ) -> BoxFuture<'a, Result<Vec<WrittenTemplate>, CaseActionError>> {
        let template = WrittenTemplate {
            code: "bonjour".into(),
            title: "Dire bonjour".into(),
            purpose: TemplatePurpose::Reply,
            text: format!("Bonjour, {handler} & vous"),
        };
        async { Ok(vec![template]) }.boxed()
    }

    fn learn(&self) -> BoxFuture<'_, Result<(), CaseActionError>> {
        *self.learnt.lock().unwrap() += 1;
        async { Ok(()) }.boxed()
    }

    fn guess(&self, text: &str) -> Option<String> {
        text.contains("toit").then(|| "declare_tempete".to_owned())
    }

    fn tell_typing(&self, _: ConversationId) {
        *self.typed.lock().unwrap() += 1;
    }

    fn tell_change(&self, _: ConversationId) {}

    fn changes(&self, conversation: Option<ConversationId>) -> BoxStream<'static, ()> {
        self.listened.lock().unwrap().push(conversation);
        stream::pending().boxed()
    }
}

impl Trial {
    pub(super) async fn start() -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("trial.db").display());
        Self::start_at(&url, folder).await
    }

    /// On another database, with the documents in a folder.
    pub(super) async fn start_at(url: &str, folder: TempDir) -> Self {
        let store = Engine::open(url).await.unwrap();
        let documents = Documents::local(&folder.path().join("documents")).unwrap();
        let now: Timestamp = "2026-11-21T09:00:00Z".parse().unwrap();
        for (login, name, role, password) in
            [("camille", "Camille Morel", "admin", PASSWORD), ("ines", "Inès Robert", "handler", "chaton-roux-42")]
        {
            let password_hash = password::hash(password.into()).await.unwrap();
            let row = HandlerRow::new(login, name, role, &password_hash);
            store.users().add_handler(&row, now).await.unwrap();
        }
        let dossier = seed(&store, now, "visitor", &["first", "second"]).await;
        let actions = Arc::new(NoteTaker::default());
        let console = Console::new(Setup {
            cases: store.case_access(),
            users: store.users(),
            access_log: store.access_log(),
            documents,
            actions: Arc::clone(&actions) as Arc<dyn CaseActions>,
            accounts: Accounts::new(["first", "second"].map(|name| (Channel::Sms, name.to_owned()))),
            library: library(),
            clock: Clock::fixed(now),
            public_url: "http://127.0.0.1:8480".into(),
            streams: crate::web::Streams::default(),
            device_key: "a key of the tests".into(),
        });
        Self { router: router(console.clone()), engine: store, console, actions, dossier, _folder: folder }
    }

    /// Past the console, as only the machines reach it.
    pub(super) fn engine(&self) -> &Engine {
        &self.engine
    }

    pub(super) fn console(&self) -> Console {
        self.console.clone()
    }

    pub(super) fn now(&self) -> Timestamp {
        self.console.now()
    }

    /// The seeded dossier.
    #[expect(clippy::unused_async, reason = "reads like the rest of a trial")]
    pub(super) async fn dossier(&self) -> DossierId {
        self.dossier
    }

    /// One more dossier.
    pub(super) async fn another_dossier(&self) -> DossierId {
        seed(&self.engine, self.now(), "another visitor", &[]).await
    }

    pub(super) fn acts(&self) -> Vec<(String, Action)> {
        self.actions.acts.lock().unwrap().clone()
    }

    pub(super) fn typed(&self) -> u32 {
        *self.actions.typed.lock().unwrap()
    }

    /// What pages listen to: a conversation, or all.
    pub(super) fn listened(&self) -> Vec<Option<ConversationId>> {
        self.actions.listened.lock().unwrap().clone()
    }

    /// A request of a desk, to be answered by `by`.
    pub(super) async fn ask(&self, desk: &str, text: &str, by: &str) -> RequestId {
        let id = RequestId::new(self.now());
        let kind = if desk == "complaints" { "complaint" } else { "attestation" };
        let asked = RequestRow {
            id,
            conversation: self.conversation().await,
            dossier: self.dossier,
            insurer: "demo".into(),
            kind: kind.into(),
            desk: desk.into(),
            text: text.into(),
            asked_at: self.now(),
            acknowledge_by: (kind == "complaint").then(|| by.parse().unwrap()),
            answer_by: by.parse().unwrap(),
            acknowledged: None,
            done: None,
        };
        self.change(Requests { asked: vec![asked], ..Requests::default() }).await;
        id
    }

    /// A text that was not understood.
    pub(super) async fn miss(&self, text: &str) -> MissedId {
        let id = MissedId::new(self.now());
        let conversation = self.conversation().await;
        let missed = MissedRow { id, conversation, dossier: None, text: text.into(), question: false, at: self.now() };
        self.change(Requests { missed: vec![missed], ..Requests::default() }).await;
        id
    }

    /// An appointment of an hour with Paul Lefèvre about the seeded dossier.
    pub(super) async fn book(&self, start: &str) -> AppointmentId {
        let (now, start) = (self.now(), start.parse::<Timestamp>().unwrap());
        let conversation = self.conversation().await;
        let mission = MissionRow {
            id: MissionId::new(now),
            dossier: self.dossier,
            conversation,
            insurer: "demo".into(),
            expert: "plefevre".into(),
            mode: OrientationMode::Field,
            state: MissionState::Ordered,
            because: Assignment {
                because: vec![Because::WorksInDepartment { department: "69".into() }],
                ..Assignment::default()
            },
            ordered_by: "camille".into(),
            ordered_at: now,
            updated_at: now,
        };
        let end = start + SignedDuration::from_hours(1);
        let appointment = AppointmentRow {
            id: AppointmentId::new(now),
            mission: mission.id,
            dossier: self.dossier,
            expert: "plefevre".into(),
            start,
            end,
            busy_until: end,
            place: "12 rue des Lilas, 69003 Lyon".into(),
            state: AppointmentState::Booked,
            updated_at: now,
        };
        let id = appointment.id;
        self.turn(Requests::default(), Planning { missions: vec![mission], appointments: vec![appointment] }).await;
        id
    }

    /// One more user, who is logged in: the session's cookie.
    pub(super) async fn user(&self, login: &str, role: &str, insurers: Reach, desks: Reach) -> String {
        let row = HandlerRow { insurers, desks, ..HandlerRow::new(login, login, role, "") };
        self.engine.users().add_handler(&row, self.now()).await.unwrap();
        let from = crate::web::client::ClientAddress(std::net::Ipv4Addr::LOCALHOST.into());
        let opened = super::auth::open(&self.console, &row, from, &HeaderMap::new()).await.unwrap();
        opened.to_str().unwrap().split(';').next().unwrap().to_owned()
    }

    /// A dossier goes to a desk.
    pub(super) async fn move_to(&self, dossier: DossierId, desk: &str) {
        let mut dossier = self.engine.dossier(dossier).await.unwrap().unwrap();
        dossier.desk = Some(desk.into());
        self.store(dossier.conversation, Requests::default(), Planning::default(), Some(dossier)).await;
    }

    /// Another slot for the mission of an appointment, in place of what is booked.
    pub(super) async fn book_again(&self, id: AppointmentId, start: &str) -> AppointmentId {
        let mission =
            self.engine.cases(&crate::identity::Scope::everything()).mission_of_appointment(id).await.unwrap().unwrap();
        let start = start.parse::<Timestamp>().unwrap();
        let end = start + SignedDuration::from_hours(1);
        let known = mission.appointments.iter().find(|row| row.id == id).unwrap().clone();
        let (id, state) = (AppointmentId::new(self.now()), AppointmentState::Booked);
        let again = AppointmentRow { id, start, end, busy_until: end, state, ..known };
        let moved = mission.booked().map(|row| AppointmentRow { state: AppointmentState::Moved, ..row.clone() });
        let appointments = moved.into_iter().chain([again]).collect();
        self.turn(Requests::default(), Planning { missions: Vec::new(), appointments }).await;
        id
    }

    /// What is booked does not take place.
    pub(super) async fn cancel(&self, id: AppointmentId) {
        let mission =
            self.engine.cases(&crate::identity::Scope::everything()).mission_of_appointment(id).await.unwrap().unwrap();
        let booked = mission.booked().unwrap().clone();
        let appointments = vec![AppointmentRow { state: AppointmentState::Cancelled, ..booked }];
        self.turn(Requests::default(), Planning { missions: Vec::new(), appointments }).await;
    }

    /// The seeded dossier's.
    pub(super) async fn conversation(&self) -> ConversationId {
        self.engine.dossier(self.dossier).await.unwrap().unwrap().conversation
    }

    /// A turn that changes nothing but the lists of requests.
    async fn change(&self, requests: Requests) {
        self.turn(requests, Planning::default()).await;
    }

    async fn turn(&self, requests: Requests, planning: Planning) {
        self.store(self.conversation().await, requests, planning, None).await;
    }

    async fn store(
        &self,
        conversation: ConversationId,
        requests: Requests,
        planning: Planning,
        dossier: Option<Dossier>,
    ) {
        let store = &self.engine;
        let (conversation, mut fence) = store.conversation(conversation).await.unwrap().unwrap();
        fence.revision += 1;
        let rows = TurnRows { requests, planning, ..TurnRows::default() };
        let binding = Binding::default();
        let commit = Commit {
            key: None,
            conversation: Arc::new(conversation),
            is_changed: false,
            fence,
            log: Vec::new(),
            endpoint: None,
            binding,
            dossier: dossier.map(Arc::new),
            rows,
        };
        store.commit(commit.seal().unwrap()).await.unwrap();
    }

    /// How often it was asked to learn.
    pub(super) fn learnt(&self) -> u32 {
        *self.actions.learnt.lock().unwrap()
    }

    pub(super) fn break_actions(&self) {
        *self.actions.broken.lock().unwrap() = true;
    }

    /// Logs in and posts an action's form for the seeded dossier; the status where it is refused.
    pub(super) async fn act(&self, action: &str, fields: &str) -> Result<(), StatusCode> {
        let cookie = self.log_in().await;
        let csrf = self.csrf(&cookie).await;
        let address = format!("/console/dossiers/{}/{action}", self.dossier);
        let (status, headers, _) = self.post_as(&cookie, &address, &format!("csrf={csrf}{fields}")).await;
        if status != StatusCode::SEE_OTHER {
            return Err(status);
        }
        assert_eq!(headers[header::LOCATION], format!("/console/dossiers/{}", self.dossier));
        Ok(())
    }

    pub(super) async fn get(&self, address: &str) -> (StatusCode, HeaderMap, String) {
        self.get_as("", address).await
    }

    pub(super) async fn get_as(&self, cookie: &str, address: &str) -> (StatusCode, HeaderMap, String) {
        self.send(Method::GET, cookie, address, String::new()).await
    }

    pub(super) async fn post_as(&self, cookie: &str, address: &str, form: &str) -> (StatusCode, HeaderMap, String) {
        self.send(Method::POST, cookie, address, form.to_owned()).await
    }

    async fn send(&self, method: Method, cookie: &str, address: &str, form: String) -> (StatusCode, HeaderMap, String) {
        let request = Request::builder()
            .method(method)
            .uri(address)
            .header(header::COOKIE, cookie)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(Body::from(form))
            .unwrap();
        let (head, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
        let body = body.collect().await.unwrap().to_bytes();
        (head.status, head.headers, String::from_utf8_lossy(&body).into_owned())
    }

    /// The status, and the text of what is not a stream of events, which never ends.
    pub(super) async fn ask_for(
        &self,
        cookie: &str,
        method: &Method,
        address: &str,
        form: &str,
    ) -> (StatusCode, String) {
        if address.contains("/events") {
            let answer = self.get_compressed(cookie, address).await;
            return (answer.status(), String::new());
        }
        let (status, _, body) = self.send(method.clone(), cookie, address, form.to_owned()).await;
        (status, body)
    }

    /// What a browser that reads gzip is answered. Nothing of the body is awaited: an event stream never ends.
    pub(super) async fn get_compressed(&self, cookie: &str, address: &str) -> Response {
        let request = Request::get(address).header(header::COOKIE, cookie).header(header::ACCEPT_ENCODING, "gzip, br");
        self.router.clone().oneshot(request.body(Body::empty()).unwrap()).await.unwrap()
    }

    pub(super) async fn log_in(&self) -> String {
        self.log_in_as("camille", PASSWORD).await
    }

    /// Logs in and returns the session's cookie.
    pub(super) async fn log_in_as(&self, login: &str, password: &str) -> String {
        let (status, headers) = self.try_log_in(login, password).await;
        assert_eq!(status, StatusCode::SEE_OTHER);
        cookie(&headers, "guichet=")
    }

    pub(super) async fn try_log_in(&self, login: &str, password: &str) -> (StatusCode, HeaderMap) {
        self.try_log_in_on("", login, password).await
    }

    /// The same, in a browser with these cookies.
    pub(super) async fn try_log_in_on(&self, cookies: &str, login: &str, password: &str) -> (StatusCode, HeaderMap) {
        let (_, headers, page) = self.get("/console/log-in").await;
        let form = format!("csrf={}&login={login}&password={password}", csrf_in(&page));
        let cookies = format!("{}; {cookies}", cookie(&headers, "guichet-log-in="));
        let (status, headers, _) = self.post_as(&cookies, "/console/log-in", &form).await;
        (status, headers)
    }

    /// Chooses a password by a link.
    pub(super) async fn choose(&self, link: &str, password: &str) -> (StatusCode, String) {
        let (status, headers, page) = self.get(link).await;
        if status != StatusCode::OK {
            return (status, page);
        }
        let form = format!("csrf={}&new={password}&repeated={password}", csrf_in(&page));
        let (status, _, page) = self.post_as(&cookie(&headers, "guichet-log-in="), link, &form).await;
        (status, page)
    }

    /// The token of a session's forms.
    pub(super) async fn csrf(&self, cookie: &str) -> String {
        csrf_in(&self.get_as(cookie, "/console/password").await.2)
    }

    /// A photo of a dossier, really received.
    pub(super) async fn photo(&self, dossier: DossierId) -> DocumentId {
        let mut png = Vec::new();
        let picture = image::RgbImage::from_pixel(64, 48, image::Rgb([90, 120, 130]));
        picture.write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png).unwrap();
        let bytes = stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from(png))]);
        let documents = self.console.documents();
        let stored = documents.receive(bytes, "salon.png", Limits::default()).await.unwrap();
        let inspection = documents.inspect(&stored).await.unwrap();
        let store = &self.engine;
        let row = DocumentRow {
            id: DocumentId::new(self.now()),
            conversation: store.dossier(dossier).await.unwrap().unwrap().conversation,
            dossier: Some(dossier),
            kind: Some("photo_wide".into()),
            is_supposed: true,
            upload_id: "1".into(),
            name: stored.name.clone(),
            media_type: stored.media_type.to_string(),
            bytes: i64::try_from(stored.bytes).unwrap(),
            sha256: stored.sha256.clone(),
            inspection,
            at: self.now(),
        };
        store.one_conversation(row.conversation).add_document(row, QUOTA).await.unwrap().unwrap().id
    }
}

pub(super) fn cookie(headers: &HeaderMap, name: &str) -> String {
    let set = headers.get_all(header::SET_COOKIE).iter().map(|value| value.to_str().unwrap());
    set.filter_map(|value| value.split(';').next()).find(|value| value.starts_with(name)).unwrap().to_owned()
}

fn csrf_in(page: &str) -> String {
    page.split("name=\"csrf\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
}

/// A dossier with a little of everything.
async fn seed(store: &Engine, now: Timestamp, address: &str, accounts: &[&str]) -> DossierId {
    let (conversation, id) = (ConversationId::new(now), DossierId::new(now));
    let endpoint = Endpoint { channel: Channel::Web, account: "web".into(), address: address.into() };
    let contact = ContactId::new(now);
    let mut dossier = Dossier {
        id,
        reference: reference_of(conversation),
        insurer: "demo".into(),
        conversation,
        peril: "water_damage".into(),
        status: Status::Oriented,
        policy: Some("7541289".into()),
        holder: Some("Jeanne Petit".into()),
        orientation: Some(OrientationMode::Tele),
        desk: None,
        priority: Priority::High,
        handover: None,
        handler: None,
        wanted: Vec::new(),
        waiting_since: Some(now),
        snoozed_until: None,
        opened_at: now,
        updated_at: now,
    };
    dossier.want("lease", true);
    dossier.want("photo_wide", true);
    dossier.receive("photo_wide", 1, true);
    let mut learnt = Learnt::default();
    learnt.note(&"rooms".into(), Some(Value::Number(3.into())));
    let record = |seq, actor, event| Entry::new(seq, actor, &event, now).unwrap();
    let timeline = vec![
        record(1, "guichet", TimelineEvent::Opened { reference: "x".into(), peril: "water_damage".into() }),
        record(2, "policyholder", TimelineEvent::Facts { message: Some(SaidIn(Some(2))), facts: learnt }),
        record(3, "guichet", TimelineEvent::Oriented { mode: Some(OrientationMode::Tele), missing: Vec::new() }),
        record(4, "ines", TimelineEvent::Replied { message: 3 }),
        record(
            5,
            "guichet",
            TimelineEvent::Other { kind: "a_code_nobody_knows".into(), detail: json!({ "detail": "x" }) },
        ),
    ];
    let lost = crate::domain::fact::Moment {
        start: "2026-11-19T18:00:00".parse().unwrap(),
        end: None,
        precision: Precision::Hour,
    };
    let message = |seq, author, body| MessageRow {
        conversation,
        seq,
        author,
        channel: Channel::Web,
        body,
        client_id: None,
        at: now,
    };
    // The handler's message did not arrive by text message, and was sent again.
    let mut failed = OutboxRow::new(conversation, 3, text_messages("second", 2), now);
    (failed.delivery, failed.attempts) = (Delivery::Failed, 12);
    failed.reason = Some("no_such_address".into());
    let later = Timestamp::from_second(now.as_second() + 60).unwrap();
    let again = OutboxRow::new(conversation, 3, text_messages("first", 1), later);
    let commit = Commit {
        key: None,
        conversation: Arc::new(ConversationRow {
            id: conversation,
            contact,
            insurer: "demo".into(),
            endpoint: endpoint.clone(),
            language: Language::Fr,
            handler: None,
            flow_revision: "r".into(),
            dossier: Some(id),
            opened_at: now,
        }),
        is_changed: true,
        fence: Fence { revision: 1, last_seq: 3, timeline_seq: 5, ..Fence::new(conversation, now) },
        log: Vec::new(),
        endpoint: Some(EndpointRow { endpoint, conversation, contact, at: now, proof: None }),
        binding: Binding::default(),
        rows: TurnRows {
            search: SearchChange::between(None, &dossier),
            messages: vec![
                message(
                    1,
                    Author::Guichet,
                    Said {
                        text: "Combien de pièces sont touchées ?".into(),
                        urgent: true,
                        quick_replies: vec![QuickReply { payload: "rooms=1".into(), label: "Une".into() }],
                        summary: vec![SummaryLine::new("a".into(), "B", "C")],
                        ..Said::default()
                    },
                ),
                message(
                    2,
                    Author::Policyholder,
                    Said {
                        text: "trois <b>".into(),
                        attachments: vec![Attachment {
                            document: DocumentId::new(now),
                            name: "salon.jpg".into(),
                            media_type: "image/jpeg".into(),
                            bytes: 10,
                            remark: None,
                            slot: None,
                        }],
                        ..Said::default()
                    },
                ),
                message(
                    3,
                    Author::Handler { login: "ines".into(), name: "Inès Robert".into() },
                    Said { text: "Bien reçu.".into(), ..Said::default() },
                ),
            ],
            state: Some(StateChange {
                value: json!({ "v": 1, "m": 2, "d": { "f": {
                    "rooms": { "v": Value::Number(2.into()) },
                    "loss_date": { "v": Value::Moment(lost) },
                } }, "s": {} })
                .to_string(),
                is_whole: true,
            }),
            decisions: vec![DecisionRow {
                seq: 3,
                decision: Decision::Override(Override {
                    overridden_by: "ines".into(),
                    mode: OrientationMode::Tele,
                    before: Some(OrientationMode::Field),
                    reason: "Photos nettes".into(),
                }),
                at: now,
            }],
            timeline,
            outbox: vec![failed, again],
            ..TurnRows::default()
        },
        dossier: Some(Arc::new(dossier)),
    };
    let mut stored = store.commit(commit.seal().unwrap()).await.unwrap();
    let three = json!({ "v": 1, "m": 2, "d": { "f": { "rooms": { "v": Value::Number(3.into()) } } } });
    let mut state = Some(StateChange { value: three.to_string(), is_whole: false });
    for (number, account) in (1..).zip(accounts) {
        let at = Timestamp::from_second(now.as_second() + number).unwrap();
        let endpoint = text_messages(account, number);
        let next = Commit {
            key: None,
            is_changed: false,
            fence: Fence { revision: stored.fence.revision + 1, ..stored.fence },
            log: Vec::new(),
            endpoint: Some(EndpointRow { endpoint, conversation, contact, at, proof: None }),
            binding: Binding::default(),
            dossier: None,
            rows: TurnRows { state: state.take(), ..TurnRows::default() },
            conversation: stored.conversation,
        };
        stored = store.commit(next.seal().unwrap()).await.unwrap();
    }
    id
}

fn text_messages(account: &str, number: i64) -> Endpoint {
    Endpoint { channel: Channel::Sms, account: account.into(), address: format!("+3363998000{number}") }
}
