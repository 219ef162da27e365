//! The pages of a claim, against a real store: a person declared by text message and was sent links.

use std::{
    collections::BTreeSet,
    path::Path,
    sync::{Arc, atomic::Ordering},
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode, header},
};
use futures_util::future::BoxFuture;
use jiff::ToSpan as _;
use regex::Regex;
use serde_json::json;
use tower::ServiceExt as _;

use crate::{
    channel::{Outbound, Pace, Provider, SendError, Sent},
    conversation::{Action, Actor, MissionStep},
    domain::{
        fact_name::FactName,
        id::ConversationId,
        link::LinkPurpose,
        message::{Channel, Endpoint, MessageLink},
        token,
    },
    intake::Filled,
    store::LinkRow,
    web::{router, testing::Trial},
};

const DAY: i64 = 24 * 60 * 60 * 1000;

/// Sends texts nowhere.
#[derive(Debug)]
struct Texts;

impl Provider for Texts {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn account(&self) -> &'static str {
        "test"
    }

    fn pace(&self) -> Pace {
        Pace { messages: 1, per: std::time::Duration::from_secs(1), at_once: 1, apart: std::time::Duration::ZERO }
    }

    fn deliver<'a>(&'a self, _: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(async { Ok(Sent { provider_id: String::new() }) })
    }
}

struct Service {
    router: Router,
    trial: Trial,
    conversation: ConversationId,
}

/// What was answered.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

fn lea() -> Endpoint {
    Endpoint { channel: Channel::Sms, account: "test".into(), address: "+33639980001".into() }
}

/// The secret of the link of a purpose.
fn secret(purpose: LinkPurpose) -> String {
    format!("a-link-for-{}-of-many-signs", purpose.name())
}

impl Service {
    /// Léa declared a water damage by text message, sent it, and has a link of each purpose.
    async fn start() -> Self {
        let trial = Trial::open(vec![Arc::new(Texts)]).await;
        let conversation = trial.declare(&lea()).await;
        for purpose in LinkPurpose::ALL {
            let token_hash = token::hash(&secret(purpose));
            let expires_at = trial.app.clock.now() + (24 * 365).hours();
            trial.app.engine.add_link(&LinkRow { token_hash, purpose, conversation, expires_at }).await.unwrap();
        }
        Self { router: router(trial.app.clone()), trial, conversation }
    }

    async fn send(&self, method: &str, path: &str, bearer: &str, kind: &str, body: impl Into<Body>) -> Answer {
        let mut request = Request::builder().method(method).uri(path).header(header::CONTENT_TYPE, kind);
        if !bearer.is_empty() {
            request = request.header(header::AUTHORIZATION, format!("Bearer {bearer}"));
        }
        let response = self.router.clone().oneshot(request.body(body.into()).unwrap()).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), 1 << 22).await.unwrap();
        Answer { status, headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", "text/plain", Body::empty()).await
    }

    async fn post(&self, path: &str, form: &str) -> Answer {
        self.send("POST", path, "", "application/x-www-form-urlencoded", form.to_owned()).await
    }

    /// Where an answer leads.
    fn place(answer: &Answer) -> String {
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        answer.headers[header::LOCATION].to_str().unwrap().to_owned()
    }

    /// The page that a link for the status shows.
    async fn status(&self) -> Answer {
        self.get(&format!("/s/{}", secret(LinkPurpose::Status))).await
    }

    async fn facts(&self) -> Vec<crate::store::FactRow> {
        self.trial.app.engine.one_conversation(self.conversation).facts().await.unwrap()
    }

    async fn act(&self, action: Action) {
        let dossier = self.trial.app.engine.dossier_of(self.conversation).await.unwrap().unwrap();
        let actor = Actor { login: "elise".into(), name: "Élise Robin".into() };
        self.trial.app.intake.act(dossier, actor, action).await.unwrap();
    }

    fn pass(&self, milliseconds: i64) {
        self.trial.now.fetch_add(milliseconds, Ordering::Relaxed);
    }
}

/// The words that a page shows.
fn shown(html: &str) -> String {
    let text = Regex::new(r"(?s)<(script|style|svg|head)[ >].*?</(script|style|svg|head)>|<[^>]*>")
        .unwrap()
        .replace_all(html, " ")
        .into_owned();
    Regex::new(r"\s+").unwrap().replace_all(&text, " ").into_owned()
}

#[tokio::test]
async fn the_page_says_how_it_stands_and_nothing_that_was_said() {
    let service = Service::start().await;
    let before = service.trial.app.engine.messages(service.conversation, 0, 1000).await.unwrap().len();
    let Answer { status, headers, text } = service.status().await;
    assert_eq!(status, StatusCode::OK, "{text}");
    let words = shown(&text);
    for part in ["Mutuelle des Rives", "Reçu", "Clos", "À envoyer", "Photo", "01 99 00 12 34"] {
        assert!(words.contains(part), "{part} is not in {words}");
    }
    for said in ["Morel", "Léa", "cuisine", "Grenoble", "1984", "fuite", "06 39", "+3363998"] {
        assert!(!words.contains(said), "{said} stands in {words}");
    }
    assert!(!text.contains("style=") && !text.contains("onclick") && !text.contains("http://"), "{text}");
    assert_eq!(headers[header::CACHE_CONTROL], "no-store, private");
    assert_eq!(headers[header::REFERRER_POLICY], "no-referrer");
    assert!(headers["x-robots-tag"].to_str().unwrap().contains("noindex"));
    assert!(headers[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
    let after = service.trial.app.engine.messages(service.conversation, 0, 1000).await.unwrap().len();
    assert_eq!(before, after, "opening it changes nothing");
}

#[tokio::test]
async fn whose_turn_it_is_and_by_when_follow_the_claim() {
    let service = Service::start().await;
    let words = shown(&service.status().await.text);
    assert!(words.contains("À vous Envoyez les documents"), "{words}");
    service.act(Action::TakeOver).await;
    let words = shown(&service.status().await.text);
    assert!(words.contains("Étude") || words.contains("Expertise"), "{words}");
    // An expert's appointment is shown with its hours, without a name or a place.
    service
        .act(Action::Override {
            mode: crate::domain::orientation_mode::OrientationMode::Field,
            reason: "à voir".into(),
        })
        .await;
    service.act(Action::Mission(MissionStep::Order { expert: "plefevre".into() })).await;
    service.act(Action::Mission(MissionStep::Offer)).await;
    let words = shown(&service.status().await.text);
    assert!(words.contains("À vous Choisissez un rendez-vous"), "{words}");
    let dossier = service.trial.app.engine.dossier_of(service.conversation).await.unwrap().unwrap();
    let start = service.trial.app.engine.mission(dossier).await.unwrap().unwrap().appointments[0].start;
    service.act(Action::Mission(MissionStep::Book { start })).await;
    let words = shown(&service.status().await.text);
    assert!(words.contains(", entre ") && words.contains("Un expert vient sur place"), "{words}");
    assert!(!words.contains("Lefèvre") && !words.contains("Robin"), "{words}");
    let file = service.get(&format!("/s/{}/appointment.ics", secret(LinkPurpose::Status))).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(
        file.text.contains(&format!("DTSTART:{}", start.strftime("%Y%m%dT%H%M%SZ"))) && !file.text.contains("LOCATION"),
        "{}",
        file.text
    );
    assert!(!file.text.contains("Lefèvre") && !file.text.contains("Grenoble"), "{}", file.text);
}

#[tokio::test]
async fn that_it_is_closed_is_shown_for_a_while() {
    let service = Service::start().await;
    service.act(Action::Close { reason: "réglé".into(), message: None, refuses: false }).await;
    let Answer { status, text, .. } = service.status().await;
    assert_eq!(status, StatusCode::OK);
    assert!(shown(&text).contains("Votre dossier est clos") && !text.contains("réglé"), "{text}");
    service.pass(61 * DAY);
    let Answer { status, text, .. } = service.status().await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(text.contains("plus valable"), "{text}");
}

/// Each link is tried on all that it does not open.
#[tokio::test]
async fn a_link_opens_what_it_is_for_and_nothing_else() {
    let service = Service::start().await;
    let json = "application/json";
    for purpose in LinkPurpose::ALL {
        let own = secret(purpose);
        let doors: [(&str, &[LinkPurpose], Answer); 16] = [
            ("the page for files", &[LinkPurpose::Upload], service.get(&format!("/u/{own}")).await),
            (
                "a file",
                &[LinkPurpose::Upload],
                service.send("PUT", "/u/api/uploads/file-1?name=a.txt", &own, "text/plain", "a file").await,
            ),
            ("the short way to the chat", &[LinkPurpose::Resume], service.get(&format!("/c/{own}")).await),
            ("the chat on this device", &[LinkPurpose::Resume], {
                let body = json!({ "token": own, "client_id": "b".repeat(32) }).to_string();
                service.send("POST", "/chat/api/resume", "", json, body).await
            }),
            ("the chat's messages", &[], service.send("GET", "/chat/api/events", &own, json, Body::empty()).await),
            ("a message", &[], {
                let body = json!({ "client_id": "1", "text": "c'est moi" }).to_string();
                service.send("POST", "/chat/api/messages", &own, json, body).await
            }),
            ("how it stands", &[LinkPurpose::Status], service.get(&format!("/s/{own}")).await),
            ("a proof", &[LinkPurpose::Status], {
                service.post(&format!("/s/{own}/prove"), "birth=01%2F01%2F1970").await
            }),
            ("the claim", &[LinkPurpose::Complete], service.get(&format!("/d/{own}")).await),
            ("the summary", &[LinkPurpose::Complete], service.get(&format!("/d/{own}/summary.pdf")).await),
            ("the form", &[LinkPurpose::Complete], service.get(&format!("/d/{own}/complete")).await),
            ("all answers", &[LinkPurpose::Complete], service.post(&format!("/d/{own}/complete"), "").await),
            ("an answer", &[LinkPurpose::Complete], {
                let body = json!({ "fact": "nothing_of_ours", "value": "x", "was": "" }).to_string();
                let answer = service.send("PUT", &format!("/d/{own}/answer"), "", json, body).await;
                // It is let in, and there is no such field.
                if answer.status == StatusCode::CONFLICT { Answer { status: StatusCode::OK, ..answer } } else { answer }
            }),
            ("a link for files", &[LinkPurpose::Complete], service.post(&format!("/d/{own}/files"), "").await),
            ("a link to the status", &[LinkPurpose::Complete], service.post(&format!("/d/{own}/follow"), "").await),
            ("the devices", &[], service.send("GET", "/chat/api/devices", &own, json, Body::empty()).await),
        ];
        for (door, opened_by, answer) in doors {
            let opens = !answer.status.is_client_error()
                || [StatusCode::UNPROCESSABLE_ENTITY, StatusCode::UNSUPPORTED_MEDIA_TYPE].contains(&answer.status);
            assert_eq!(
                opens,
                opened_by.contains(&purpose),
                "{door} by a link for {}: {}",
                purpose.name(),
                answer.status
            );
        }
    }
}

#[tokio::test]
async fn five_tries_prove_or_another_way_is_told() {
    let service = Service::start().await;
    let prove = format!("/s/{}/prove", secret(LinkPurpose::Status));
    let answer = service.post(&prove, "birth=&code=").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY, "nothing was tried");
    for wrong in ["birth=24%2F06%2F1985", "code=123456", "birth=1984-06-25", "code=000000"] {
        let answer = service.post(&prove, wrong).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(answer.text.contains("Ce n’est pas cela") && !answer.text.contains("Morel"), "{}", answer.text);
    }
    // The fifth is right, as people write it.
    let place = Service::place(&service.post(&prove, "code=&birth=24+06+1984").await);
    assert!(service.get(&place).await.text.contains("Morel"));
    let answer = service.post(&prove, "birth=24%2F06%2F1984").await;
    assert_eq!(answer.status, StatusCode::TOO_MANY_REQUESTS);
    assert!(answer.text.contains("Trop d’essais aujourd’hui"), "{}", answer.text);
    service.pass(DAY);
    Service::place(&service.post(&prove, "birth=24%2F06%2F1984").await);
}

#[tokio::test]
async fn a_code_goes_to_an_address_of_theirs_and_is_good_once() {
    let service = Service::start().await;
    let (engine, now) = (&service.trial.app.engine, service.trial.app.clock.now());
    let own = secret(LinkPurpose::Status);
    let page = service.status().await.text;
    assert!(page.contains("qui finit par 01") && !page.contains("3998"), "{page}");
    assert_eq!(service.post(&format!("/s/{own}/code"), "to=7").await.status, StatusCode::NOT_FOUND);
    let sent = service.post(&format!("/s/{own}/code"), "to=0").await;
    assert!(sent.status == StatusCode::OK && sent.text.contains("Le code est parti"), "{}", sent.text);
    let last = engine.messages(service.conversation, 0, 1000).await.unwrap().pop().unwrap();
    assert_eq!((last.channel, last.body.link), (Channel::Sms, Some(MessageLink::Code)));
    // As the outbox makes it: of another conversation's the same figures are another code.
    let code = crate::intake::code(engine, service.conversation, now).await.unwrap();
    assert!(!last.body.text.contains(&code), "it is stored nowhere");
    let spaced = format!("code={}+{}", &code[..3], &code[3..]);
    let place = Service::place(&service.post(&format!("/s/{own}/prove"), &spaced).await);
    assert_eq!(service.get(&place).await.status, StatusCode::OK);
    let again = service.post(&format!("/s/{own}/prove"), &spaced).await;
    assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
    for _ in 0..2 {
        assert_eq!(service.post(&format!("/s/{own}/code"), "to=0").await.status, StatusCode::OK);
    }
    let more = service.post(&format!("/s/{own}/code"), "to=0").await;
    assert_eq!(more.status, StatusCode::TOO_MANY_REQUESTS, "three an hour");
}

#[tokio::test]
async fn how_it_went_is_asked_once_and_opens_nothing_again() {
    let service = Service::start().await;
    let engine = &service.trial.app.engine;
    service.act(Action::Close { reason: "réglé".into(), message: None, refuses: false }).await;
    let asked = engine.messages(service.conversation, 0, 1000).await.unwrap().pop().unwrap();
    assert!(asked.body.text.contains("est clos") && asked.body.text.contains("bien passé"), "{}", asked.body.text);
    let (_, why) = service.trial.say(&lea(), "2").await;
    assert!(why[0].text.contains("Qu’est-ce qui a manqué"), "{why:?}");
    let (_, thanks) = service.trial.press(&lea(), "satisfied_why=delay").await;
    assert!(thanks[0].text.contains("Merci"), "{thanks:?}");
    let dossier = engine.dossier_of(service.conversation).await.unwrap().unwrap();
    assert!(engine.dossier(dossier).await.unwrap().unwrap().status.is_over(), "it stays closed");
    let facts = service.facts().await;
    let told = |name: &str| facts.iter().any(|row| row.name.as_str() == name);
    assert!(told("satisfied") && told("satisfied_why"));
    // Something else opens it again, and the second closing asks nothing.
    service.trial.say(&lea(), "il manque encore le remboursement du parquet").await;
    assert!(!engine.dossier(dossier).await.unwrap().unwrap().status.is_over());
    service.act(Action::Close { reason: "réglé".into(), message: None, refuses: false }).await;
    let told = engine.messages(service.conversation, 0, 1000).await.unwrap().pop().unwrap();
    assert!(told.body.text.contains("est clos") && !told.body.text.contains("bien passé"), "{}", told.body.text);
}

#[tokio::test]
async fn nobody_who_complained_is_asked_how_it_went() {
    let service = Service::start().await;
    service.trial.say(&lea(), "je veux faire une réclamation, c'est inadmissible").await;
    service.act(Action::Close { reason: "réglé".into(), message: None, refuses: false }).await;
    let told = service.trial.app.engine.messages(service.conversation, 0, 1000).await.unwrap().pop().unwrap();
    assert!(told.body.text.contains("est clos") && !told.body.text.contains("bien passé"), "{}", told.body.text);
}

#[tokio::test]
async fn what_was_proved_opens_the_claim_for_two_hours() {
    let service = Service::start().await;
    let prove = format!("/s/{}/prove", secret(LinkPurpose::Status));
    let place = Service::place(&service.post(&prove, "birth=24%2F06%2F1984").await);
    let Answer { text, headers, .. } = service.get(&place).await;
    assert_eq!(headers[header::CACHE_CONTROL], "no-store, private");
    let words = shown(&text);
    for part in ["C’est envoyé", "Votre numéro de dossier", "Morel", "24 juin 1984", "Assistant automatique", "fuite"]
    {
        assert!(words.contains(part), "{part} is not in {words}");
    }
    let follow = Service::place(&service.post(&format!("{place}/follow"), "").await);
    assert_eq!(service.get(&follow).await.status, StatusCode::OK);
    service.pass(2 * 60 * 60 * 1000);
    assert_eq!(service.get(&place).await.status, StatusCode::NOT_FOUND);
    assert_eq!(service.get(&follow).await.status, StatusCode::OK, "how it stands is still shown");
}

#[tokio::test]
async fn the_summary_is_a_tagged_pdf_of_what_was_declared() {
    let service = Service::start().await;
    let pdf = service.get(&format!("/d/{}/summary.pdf", secret(LinkPurpose::Complete))).await;
    assert_eq!((pdf.status, &pdf.headers[header::CONTENT_TYPE]), (StatusCode::OK, &"application/pdf".parse().unwrap()));
    for part in ["%PDF-1.7", "/StructTreeRoot", "/Lang", "/Outlines"] {
        assert!(pdf.text.contains(part), "{part}");
    }
}

#[tokio::test]
async fn an_answer_is_kept_without_a_word_on_another_channel() {
    let service = Service::start().await;
    let own = secret(LinkPurpose::Complete);
    let form = service.get(&format!("/d/{own}/complete")).await;
    assert_eq!(form.status, StatusCode::OK);
    let before = service.trial.app.engine.messages(service.conversation, 0, 1000).await.unwrap().len();
    let declaration = service.trial.app.intake.declaration(service.conversation).await.unwrap();
    let fields: Vec<_> = declaration.groups.iter().flat_map(|group| &group.fields).collect();
    let free = fields.iter().find(|field| field.options.is_empty() && field.value.is_none()).expect("a free field");
    let written = match free.input {
        crate::domain::message::Input::Amount => "1 250,50",
        crate::domain::message::Input::Date | crate::domain::message::Input::DateTime => "2026-11-15",
        crate::domain::message::Input::Phone => "06 39 98 00 02",
        crate::domain::message::Input::Number => "3",
        crate::domain::message::Input::Address => "3 rue de la Paix, 38000 Grenoble",
        _ => "AXA, contrat 12",
    };
    let put = async |value: &str, was: &str| {
        let body = json!({ "fact": free.fact, "value": value, "was": was }).to_string();
        service.send("PUT", &format!("/d/{own}/answer"), "", "application/json", body).await
    };
    let kept = put(written, "").await;
    assert_eq!(kept.status, StatusCode::OK, "{} {}", free.fact, kept.text);
    let now: serde_json::Value = serde_json::from_str(&kept.text).unwrap();
    assert!(
        !now["written"].as_str().unwrap().is_empty() && now["saved"].as_str().unwrap().starts_with("Enregistré à"),
        "{now}"
    );
    // The same again is no turn; what was changed since it was shown is not overwritten.
    assert_eq!(put(written, "").await.status, StatusCode::OK);
    let other = put("7", "").await;
    assert_ne!(other.status, StatusCode::OK, "{}", other.text);
    let after = service.trial.app.engine.messages(service.conversation, 0, 1000).await.unwrap();
    assert_eq!(before, after.len(), "nothing is said of it");
    let facts = service.facts().await;
    assert!(facts.iter().any(|row| row.name == free.fact && row.value.is_some()), "it is kept as a fact");
    // Emptied, it is open again.
    let was = now["written"].as_str().unwrap().to_owned();
    assert_eq!(put("", &was).await.status, StatusCode::OK);
    let declaration = service.trial.app.intake.declaration(service.conversation).await.unwrap();
    assert!(declaration.field(&free.fact).is_none_or(|field| field.value.is_none()));
}

#[tokio::test]
async fn an_answer_that_matters_is_decided_upon_again() {
    let service = Service::start().await;
    let engine = &service.trial.app.engine;
    let decided = async || {
        let timeline = engine.timeline(service.conversation).await.unwrap();
        timeline.iter().filter(|entry| entry.kind == "oriented").count()
    };
    let before = decided().await;
    let fact = FactName::from("damage_amount");
    let declaration = service.trial.app.intake.declaration(service.conversation).await.unwrap();
    assert!(declaration.field(&fact).is_some(), "nobody knew the amount");
    let kept = service.trial.app.intake.fill(service.conversation, fact.clone(), "25 000", "").await.unwrap();
    assert_eq!(kept, Filled::Kept);
    assert!(decided().await > before);
    assert!(
        service
            .facts()
            .await
            .iter()
            .any(|row| { row.name == fact && row.value == Some(crate::domain::fact::Value::Amount(2_500_000)) })
    );
}

#[tokio::test]
async fn without_a_script_all_answers_are_kept_at_once() {
    let service = Service::start().await;
    let own = secret(LinkPurpose::Complete);
    let declaration = service.trial.app.intake.declaration(service.conversation).await.unwrap();
    let fields = declaration.groups.iter().flat_map(|group| &group.fields);
    let chosen: Vec<_> = fields.filter(|field| !field.options.is_empty() && field.value.is_none()).take(2).collect();
    assert!(!chosen.is_empty());
    let pairs = chosen.iter().flat_map(|field| {
        [(format!("was.{}", field.fact), String::new()), (format!("is.{}", field.fact), field.options[0].value.clone())]
    });
    let form = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    assert_eq!(Service::place(&service.post(&format!("/d/{own}/complete"), &form).await), format!("/d/{own}"));
    let facts = service.facts().await;
    for field in chosen {
        assert!(facts.iter().any(|row| row.name == field.fact), "{}", field.fact);
    }
}

/// The words of the pages are all there, and none stands there for nobody.
#[test]
fn every_word_is_there_and_used() {
    let said = Regex::new(r#"(?:say|say_of|say_with|date|you|us|nobody)\(\s*"([a-z_]+)""#).unwrap();
    let quoted = Regex::new(r#""([a-z_]+)""#).unwrap();
    let (mut used, mut told) = (BTreeSet::new(), BTreeSet::new());
    for file in std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/dossier")).unwrap() {
        let path = file.unwrap().path();
        if path.is_file() && path.file_name().unwrap() != "tests.rs" {
            let text = std::fs::read_to_string(&path).unwrap();
            used.extend(said.captures_iter(&text).map(|found| found[1].to_owned()));
            told.extend(quoted.captures_iter(&text).map(|found| found[1].to_owned()));
        }
    }
    let library = crate::flow::testing::shipped();
    let keys: BTreeSet<String> = library.page_keys().map(str::to_owned).collect();
    let missing: Vec<_> = used.difference(&keys).collect();
    assert!(missing.is_empty(), "flows/pages.yaml lacks {missing:?}");
    let unused: Vec<_> = keys.difference(&told).collect();
    assert!(unused.is_empty(), "no page says {unused:?}");
}
