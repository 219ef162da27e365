//! Sending, against a provider that follows a script, on a clock that the test sets.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use jiff::{SignedDuration, Timestamp};
use tokio::sync::{Notify, mpsc};
use tokio_util::sync::CancellationToken;

use super::{Budget, BudgetLimits, Dispatcher, LEASE, Outbox};
use crate::{
    channel::{
        DeliveryStatus, Event, Outbound, Pace, Provider, Providers, Reason, Receiver, Report, Retry, SendError, Sent,
    },
    conversation::{Action, Actor},
    document::{Documents, Limits},
    domain::{
        clock::Clock,
        id::ConversationId,
        jitter::Jitter,
        language::Language,
        link::LinkPurpose,
        message::{Body, Channel, Endpoint},
        sms::count,
    },
    flow::testing::shipped,
    intake::{Inbound, InboundKind, Intake},
    store::{Delivery, Engine, OutboxRow, Settled},
    telemetry::Metrics,
};

const START: i64 = 1_795_262_400_000;

/// What the provider does with the next message.
#[derive(Clone, Debug)]
enum Step {
    Take,
    Fail(Retry, Reason),
    /// Takes the message and never answers.
    TakeAndHang,
    /// Takes the message and answers when it is told to.
    TakeWhenTold,
    Panic,
}

/// Notes what it takes, and takes everything when its script is over.
#[derive(Debug)]
struct Scripted {
    account: String,
    pace: Pace,
    script: Mutex<VecDeque<Step>>,
    tries: Mutex<Vec<(String, i64)>>,
    taken: mpsc::UnboundedSender<Outbound>,
    began: Notify,
    told: Notify,
}

impl Provider for Scripted {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn account(&self) -> &str {
        &self.account
    }

    fn pace(&self) -> Pace {
        self.pace
    }

    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(async move {
            self.tries.lock().unwrap().push((outbound.id.clone(), outbound.seq));
            let step = self.script.lock().unwrap().pop_front().unwrap_or(Step::Take);
            match step {
                Step::Fail(retry, reason) => return Err(SendError { retry, reason, detail: "scripted".into() }),
                Step::Panic => panic!("scripted"),
                Step::Take | Step::TakeAndHang | Step::TakeWhenTold => {
                    let _ = self.taken.send(outbound.clone());
                }
            }
            if matches!(step, Step::TakeWhenTold) {
                self.began.notify_one();
                self.told.notified().await;
            }
            if matches!(step, Step::TakeAndHang) {
                std::future::pending::<()>().await;
            }
            Ok(Sent { provider_id: format!("p-{}-{}", outbound.seq, outbound.id) })
        })
    }
}

struct Trial {
    store: Engine,
    outbox: Outbox,
    provider: Arc<Scripted>,
    providers: Providers,
    taken: mpsc::UnboundedReceiver<Outbound>,
    now: Arc<AtomicI64>,
    /// By how much the clock was put forward.
    put: Arc<AtomicI64>,
    _folder: tempfile::TempDir,
}

impl Trial {
    /// One account, `main`, whose provider follows `script`.
    async fn open(script: impl IntoIterator<Item = Step>) -> Self {
        Self::open_with(
            script,
            Pace { messages: 1000, per: Duration::from_secs(1), at_once: 8, apart: Duration::ZERO },
            LEASE,
        )
        .await
    }

    async fn open_with(script: impl IntoIterator<Item = Step>, pace: Pace, lease: Duration) -> Self {
        let (sender, taken) = mpsc::unbounded_channel();
        let account = |name: &str, script| {
            Arc::new(Scripted {
                account: name.into(),
                pace,
                script: Mutex::new(script),
                tries: Mutex::default(),
                taken: sender.clone(),
                began: Notify::new(),
                told: Notify::new(),
            })
        };
        let provider = account("main", script.into_iter().collect());
        let other = account("other", VecDeque::new());
        let providers = Providers::new(vec![provider.clone(), other], []).unwrap();
        let folder = tempfile::tempdir().unwrap();
        let store = Engine::open(&format!("sqlite:{}", folder.path().join("test.db").display())).await.unwrap();
        let documents = Documents::local(&folder.path().join("documents")).unwrap();
        let now = Arc::new(AtomicI64::new(START));
        let put = Arc::new(AtomicI64::new(0));
        let passed = Arc::clone(&now);
        let clock = Clock::adjusted(
            {
                let (now, put) = (Arc::clone(&now), Arc::clone(&put));
                move || {
                    let now = now.load(Ordering::Relaxed) + put.load(Ordering::Relaxed);
                    Timestamp::from_millisecond(now).unwrap()
                }
            },
            move || SignedDuration::from_millis(passed.load(Ordering::Relaxed)),
        );
        let library = shipped();
        let (metrics, accounts) = (Metrics::default(), providers.accounts());
        let intake =
            Intake::open(store.clone(), library, clock.clone(), metrics.clone(), 64, accounts, "http://127.0.0.1:8480")
                .await
                .unwrap();
        let receiver = Receiver::new(intake.clone(), store.clone(), documents, Limits::default(), clock.clone());
        let limits = BudgetLimits {
            countries: vec!["FR".into(), "BE".into()],
            texts_per_number: 100,
            texts_per_country: 100,
            texts_per_account: 1000,
        };
        let outbox = Outbox {
            budget: Budget::new(limits, metrics.clone()),
            store: store.clone(),
            intake,
            receiver,
            clock,
            metrics,
            jitter: Jitter::new(|| 0.0),
            public_url: "https://guichet.example/".into(),
            lease,
        };
        Self { store, outbox, provider, providers, taken, now, put, _folder: folder }
    }

    fn pass(&self, seconds: i64) {
        self.now.fetch_add(1000 * seconds, Ordering::Relaxed);
    }

    fn put_forward(&self, hours: i64) {
        self.put.fetch_add(3_600_000 * hours, Ordering::Relaxed);
    }

    fn dispatcher(&self) -> Dispatcher {
        Dispatcher::new(self.outbox.clone(), self.provider.clone())
    }

    /// A person writes; the answer waits in the outbox.
    async fn write(&self, account: &str, from: &str, id: &str) -> ConversationId {
        let inbound = Inbound {
            endpoint: Endpoint { channel: Channel::Sms, account: account.into(), address: from.into() },
            provider_id: id.into(),
            insurer: "demo".into(),
            language: Language::Fr,
            token: None,
            cites: Vec::new(),
            settle: false,
            kind: InboundKind::Message(Body { text: "bonjour".into(), ..Body::default() }),
        };
        self.outbox.intake.receive(inbound).await.unwrap().conversation
    }

    async fn rows(&self, conversation: ConversationId) -> Vec<OutboxRow> {
        self.store.cases(&crate::identity::Scope::everything()).outbox(conversation, 0).await.unwrap()
    }

    /// The numbers of the messages that the provider took since the last time.
    fn taken(&mut self) -> Vec<i64> {
        std::iter::from_fn(|| self.taken.try_recv().ok()).map(|outbound| outbound.seq).collect()
    }

    fn tries(&self) -> usize {
        self.provider.tries.lock().unwrap().len()
    }

    async fn undelivered(&self, conversation: ConversationId) -> Vec<String> {
        let timeline = self.store.timeline(conversation).await.unwrap();
        timeline.into_iter().filter(|entry| entry.kind == "undelivered").map(|entry| entry.detail).collect()
    }
}

fn unavailable() -> Step {
    Step::Fail(Retry::Later, Reason::Unavailable)
}

fn seqs(rows: &[OutboxRow]) -> Vec<i64> {
    rows.iter().map(|row| row.seq).collect()
}

#[tokio::test]
async fn what_is_said_is_sent_once_in_its_order() {
    let mut trial = Trial::open([]).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.write("main", "+33639980001", "2").await;
    let rows = trial.rows(conversation).await;
    assert!(rows.len() > 1 && seqs(&rows).is_sorted());
    dispatcher.send_all().await;
    assert_eq!(trial.taken(), seqs(&rows));
    for row in trial.rows(conversation).await {
        assert_eq!((row.delivery, row.attempts), (Delivery::Sent, 1));
        assert_eq!(row.provider_id, Some(format!("p-{}-{}", row.seq, row.id)));
    }
    dispatcher.send_all().await;
    assert!(trial.taken().is_empty());
}

#[tokio::test]
async fn a_message_comes_with_all_that_a_channel_needs() {
    let mut trial = Trial::open([]).await;
    let conversation = trial.write("main", "+33639980001", "in-1").await;
    trial.dispatcher().send_all().await;
    let first = trial.taken.try_recv().unwrap();
    assert_eq!((first.to.address.as_str(), first.language), ("+33639980001", Language::Fr));
    assert_eq!((first.thread.received, first.thread.sent), (vec!["in-1".to_owned()], vec![]));
    assert_eq!((first.reference.len(), first.link), (9, None));
    trial.taken();
    trial.write("main", "+33639980001", "in-2").await;
    trial.dispatcher().send_all().await;
    let second = trial.taken.try_recv().unwrap();
    assert_eq!(second.thread.received, ["in-1", "in-2"]);
    assert!(second.thread.sent.contains(&format!("p-{}-{}", first.seq, first.id)));
    assert_eq!(second.conversation, conversation);
}

#[tokio::test]
async fn photos_are_asked_for_with_a_link_that_opens_the_conversation() {
    let mut trial = Trial::open([]).await;
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.dispatcher().send_all().await;
    trial.taken();
    let dossier = {
        // Only a conversation with a dossier is shown to a handler, who may ask.
        let row = &trial.rows(conversation).await[0];
        trial.outbox.intake.give_up(row, "undelivered").await.unwrap();
        trial.store.dossier_of(conversation).await.unwrap().unwrap()
    };
    let actor = Actor { login: "camille".into(), name: "Camille".into() };
    trial.outbox.intake.act(dossier, actor, Action::AskDocument { kind: "lease".into(), text: None }).await.unwrap();
    trial.dispatcher().send_all().await;
    let taken = std::iter::from_fn(|| trial.taken.try_recv().ok());
    let linked: Vec<Outbound> = taken.filter(|outbound| outbound.link.is_some()).collect();
    let [Outbound { link: Some(link), lead_in, .. }] = linked.as_slice() else { panic!("{linked:?}") };
    assert!(lead_in.starts_with("Votre lien personnel"), "{lead_in}");
    for language in [Language::Fr, Language::En] {
        // The longest host name that an insurer would print on a card.
        let lead_in = trial.outbox.intake.library().sentence("upload_link", language).unwrap().to_owned();
        let line =
            format!("{lead_in} {}", link.replace("guichet.example", "declaration.sinistres.assurance-rives.example"));
        assert_eq!(count(&line), 1, "{line}");
    }
    let token = link.strip_prefix("https://guichet.example/u/").unwrap();
    assert_eq!(token.len(), 22);
    let now = trial.outbox.clock.now();
    let token_hash = crate::domain::token::hash(token);
    let opened =
        async |purpose| trial.store.doors().by_link(&token_hash, purpose, now).await.unwrap().map(|one| one.id());
    assert_eq!(opened(LinkPurpose::Upload).await, Some(conversation));
    assert_eq!(opened(LinkPurpose::Resume).await, None);
}

#[tokio::test]
async fn a_code_is_made_when_its_message_leaves_and_stored_nowhere() {
    let mut trial = Trial::open([]).await;
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.dispatcher().send_all().await;
    trial.taken();
    let to = Endpoint { channel: Channel::Sms, account: "main".into(), address: "+33639980001".into() };
    trial.outbox.intake.send_code(conversation, to).await.unwrap();
    trial.dispatcher().send_all().await;
    let sent = trial.taken.try_recv().unwrap().body.text;
    let code: String = sent.chars().filter(char::is_ascii_digit).take(6).collect();
    assert!(sent.starts_with("Votre code") && sent.contains(&format!("{code}.")), "{sent}");
    assert_eq!(count(&sent), 1, "{sent}");
    let stored = trial.store.messages(conversation, 0, 100).await.unwrap().pop().unwrap().body.text;
    assert!(!stored.contains(&code), "{stored}");
    let one = trial.store.one_conversation(conversation);
    let (hash, now) = (crate::intake::code_hash(conversation, &code), trial.outbox.clock.now());
    assert!(one.spend_code(&hash, now).await.unwrap());
    assert!(!one.spend_code(&hash, now).await.unwrap(), "it is good once");
}

#[tokio::test]
async fn a_chat_and_a_sender_that_is_answered_have_no_rows() {
    let trial = Trial::open([]).await;
    let conversation = trial.write("answered", "+33639980001", "1").await;
    assert!(trial.rows(conversation).await.is_empty());
    assert!(trial.store.conversation(conversation).await.unwrap().unwrap().1.read_seq > 1);
    let pushed = trial.write("main", "+33639980001", "1").await;
    assert_eq!(trial.store.conversation(pushed).await.unwrap().unwrap().1.read_seq, 0);
}

#[tokio::test]
async fn a_failed_message_is_tried_again_under_its_name_before_those_behind_it() {
    let mut trial = Trial::open([unavailable(), unavailable()]).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.write("main", "+33639980001", "2").await;
    dispatcher.send_all().await;
    assert_eq!((trial.tries(), trial.taken().len()), (1, 0));
    trial.pass(4);
    dispatcher.send_all().await;
    assert_eq!(trial.tries(), 1);
    trial.pass(1);
    dispatcher.send_all().await;
    assert_eq!(trial.tries(), 2);
    trial.pass(10);
    dispatcher.send_all().await;
    assert_eq!(trial.taken(), seqs(&trial.rows(conversation).await));
    let tries = trial.provider.tries.lock().unwrap().clone();
    assert!(tries[..3].iter().all(|tried| *tried == tries[0]), "{tries:?}");
    assert!(trial.undelivered(conversation).await.is_empty());
}

#[tokio::test]
async fn retry_after_is_obeyed_by_the_whole_account_and_costs_no_try() {
    let after = Step::Fail(Retry::After(Duration::from_secs(30)), Reason::Unavailable);
    let pace = Pace { messages: 1000, per: Duration::from_secs(1), at_once: 1, apart: Duration::ZERO };
    let mut trial = Trial::open_with(vec![after; 20], pace, LEASE).await;
    let mut dispatcher = trial.dispatcher();
    let first = trial.write("main", "+33639980001", "1").await;
    dispatcher.send_all().await;
    let second = trial.write("main", "+33639980002", "1").await;
    for round in 1..20 {
        assert_eq!(trial.tries(), round);
        trial.pass(29);
        dispatcher.send_all().await;
        assert_eq!(trial.tries(), round, "nobody is sent to while the account rests");
        trial.pass(1);
        dispatcher.send_all().await;
    }
    trial.pass(60);
    dispatcher.send_all().await;
    trial.pass(60);
    dispatcher.send_all().await;
    let mut expected = [seqs(&trial.rows(first).await), seqs(&trial.rows(second).await)].concat();
    let mut taken = trial.taken();
    expected.sort_unstable();
    taken.sort_unstable();
    assert_eq!(taken, expected);
}

#[tokio::test]
async fn what_cannot_be_delivered_is_given_up_loudly_and_the_next_goes_on() {
    let mut trial = Trial::open([Step::Fail(Retry::Never, Reason::NoSuchAddress)]).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.write("main", "+33639980001", "2").await;
    dispatcher.send_all().await;
    let rows = trial.rows(conversation).await;
    assert_eq!((rows[0].delivery, rows[0].reason.as_deref()), (Delivery::Failed, Some("no_such_address")));
    assert_eq!(trial.taken(), seqs(&rows)[1..]);
    assert_eq!(
        trial.undelivered(conversation).await,
        [format!(r#"{{"message":{},"channel":"sms","reason":"no_such_address"}}"#, rows[0].seq)]
    );
    let dossier = trial.store.dossier_of(conversation).await.unwrap().unwrap();
    let dossier = trial.store.dossier(dossier).await.unwrap().unwrap();
    assert_eq!(dossier.waiting_since, Some(trial.outbox.clock.now()));
    dispatcher.send_all().await;
    assert_eq!(trial.undelivered(conversation).await.len(), 1);
}

#[tokio::test]
async fn a_dead_provider_is_given_up_after_its_tries() {
    let trial = Trial::open(vec![unavailable(); 100]).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    let messages = trial.rows(conversation).await.len();
    for tries in 1..=12 {
        assert!(trial.undelivered(conversation).await.is_empty());
        dispatcher.send_all().await;
        assert_eq!(trial.tries(), tries);
        trial.pass(3601);
    }
    assert_eq!(trial.undelivered(conversation).await.len(), 1);
    for _ in 1..messages {
        dispatcher.send_all().await;
        trial.pass(61);
    }
    // The messages are older than half a day now: each is tried once.
    assert_eq!(trial.undelivered(conversation).await.len(), messages);
    assert_eq!(trial.tries(), 12 + messages - 1);
}

#[tokio::test]
async fn a_clock_that_is_put_forward_gives_no_message_up() {
    let mut trial = Trial::open(vec![unavailable(); 3]).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    dispatcher.send_all().await;
    trial.put_forward(13);
    for _ in 0..2 {
        dispatcher.send_all().await;
        trial.pass(61);
    }
    assert_eq!(trial.tries(), 3);
    assert!(trial.undelivered(conversation).await.is_empty());
    dispatcher.send_all().await;
    assert_eq!(trial.taken(), seqs(&trial.rows(conversation).await));
}

#[tokio::test]
async fn what_was_put_off_under_a_clock_that_was_ahead_does_not_wait_for_it() {
    let mut trial = Trial::open(vec![unavailable()]).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.put_forward(13);
    dispatcher.send_all().await;
    assert_eq!(trial.tries(), 1);
    trial.put_forward(-13);
    dispatcher.send_all().await;
    assert_eq!(trial.tries(), 1, "the wait itself is kept");
    trial.pass(10);
    dispatcher.send_all().await;
    assert_eq!(trial.taken(), seqs(&trial.rows(conversation).await));
}

#[tokio::test]
async fn a_node_whose_clock_is_put_back_leaves_alone_what_others_have_or_put_off() {
    let trial = Trial::open([]).await;
    let mut dispatcher = trial.dispatcher();
    let held = trial.write("main", "+33639980001", "1").await;
    let now = trial.outbox.clock.now();
    trial.store.claim_outbox(Channel::Sms, "main", now, now + LEASE, 8).await.unwrap();
    let asked = trial.write("main", "+33639980002", "2").await;
    let claimed = trial.store.claim_outbox(Channel::Sms, "main", now, now + LEASE, 8).await.unwrap();
    let next_at = now + SignedDuration::from_mins(30);
    let again = Settled::Again { next_at, reason: "unavailable", counted: false };
    let put_off: Vec<_> = claimed.into_iter().map(|row| (row, again.clone())).collect();
    trial.store.settle_outbox(&put_off).await.unwrap();
    let times = async |of| trial.rows(of).await.into_iter().map(|row| row.next_at).collect::<Vec<_>>();
    let (of_held, of_asked) = (times(held).await[0], times(asked).await[0]);
    dispatcher.send_all().await;
    let untried = trial.write("main", "+33639980003", "3").await;
    trial.put_forward(-3);
    dispatcher.send_all().await;
    assert_eq!((times(held).await[0], times(asked).await[0]), (of_held, of_asked));
    assert!(trial.rows(untried).await.iter().all(|row| row.delivery == Delivery::Sent));
}

#[tokio::test]
async fn what_is_on_its_way_while_the_clock_is_put_forward_is_not_sent_again() {
    let trial = Trial::open([Step::TakeWhenTold]).await;
    let conversation = trial.write("main", "+33639980001", "1").await;
    let dispatcher = trial.dispatcher();
    let stop = CancellationToken::new();
    let running = tokio::spawn(dispatcher.run(stop.clone()));
    trial.provider.began.notified().await;
    // The lease has run out by this clock, and a turn wakes the dispatcher.
    trial.put_forward(1);
    trial.write("main", "+33639980002", "2").await;
    while trial.store.outbox_row(trial.rows(conversation).await[0].id).await.unwrap().unwrap().epoch < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    trial.provider.told.notify_one();
    stop.cancel();
    running.await.unwrap();
    let first = trial.rows(conversation).await.remove(0);
    assert_eq!(first.delivery, Delivery::Sent);
    let tries = trial.provider.tries.lock().unwrap();
    assert_eq!(tries.iter().filter(|(id, _)| *id == first.id.to_string()).count(), 1);
}

#[tokio::test]
async fn a_refused_account_keeps_its_messages_until_it_is_repaired() {
    let mut trial = Trial::open(vec![Step::Fail(Retry::Never, Reason::Account); 30]).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    for tries in 1..=30 {
        dispatcher.send_all().await;
        assert_eq!(trial.tries(), tries);
        trial.pass(300);
    }
    assert!(trial.undelivered(conversation).await.is_empty());
    dispatcher.send_all().await;
    assert_eq!(trial.taken(), seqs(&trial.rows(conversation).await));
}

#[tokio::test]
async fn a_hanging_provider_and_a_panic_are_failed_tries() {
    let pace = Pace { messages: 1000, per: Duration::from_secs(1), at_once: 1, apart: Duration::ZERO };
    let steps = [Step::TakeAndHang, Step::Panic];
    let mut trial = Trial::open_with(steps, pace, Duration::from_secs(2)).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    let rows = trial.rows(conversation).await;
    dispatcher.send_all().await;
    assert_eq!((trial.tries(), trial.taken()), (1, vec![rows[0].seq]));
    trial.pass(60);
    dispatcher.send_all().await;
    assert_eq!(trial.tries(), 2);
    trial.pass(60);
    dispatcher.send_all().await;
    assert_eq!(trial.taken(), seqs(&rows));
}

#[tokio::test]
async fn a_restart_in_the_middle_of_sending_loses_nothing_and_doubles_one_at_most() {
    let mut trial = Trial::open([Step::Take, Step::TakeAndHang]).await;
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.write("main", "+33639980001", "2").await;
    trial.write("main", "+33639980001", "3").await;
    let all = seqs(&trial.rows(conversation).await);
    assert!(all.len() >= 3, "{all:?}");
    let stop = CancellationToken::new();
    let sending = tokio::spawn(trial.dispatcher().run(stop));
    let (first, second) = (trial.taken.recv().await.unwrap(), trial.taken.recv().await.unwrap());
    // The power fails after the provider took the second one and before we know of it.
    sending.abort();
    assert!(sending.await.unwrap_err().is_cancelled());
    let mut dispatcher = trial.dispatcher();
    dispatcher.send_all().await;
    assert!(trial.taken().is_empty(), "its lease still runs");
    trial.pass(60);
    dispatcher.send_all().await;
    let mut seen = vec![first.seq, second.seq];
    let again = trial.taken.try_recv().unwrap();
    assert_eq!((again.id, again.seq), (second.id, second.seq));
    seen.extend(trial.taken());
    assert_eq!(seen, all);
}

#[tokio::test]
async fn a_stop_waits_for_what_is_on_its_way_and_starts_nothing_more() {
    let trial = Trial::open([]).await;
    let conversation = trial.write("main", "+33639980001", "1").await;
    let stop = CancellationToken::new();
    stop.cancel();
    trial.dispatcher().run(stop).await;
    assert!(trial.rows(conversation).await.iter().all(|row| row.delivery == Delivery::Waiting));
}

#[tokio::test]
async fn a_dead_account_delays_no_other_and_a_turn_wakes_its_own() {
    let mut trial = Trial::open(vec![Step::TakeAndHang; 8]).await;
    let stop = CancellationToken::new();
    let running = tokio::spawn(trial.outbox.clone().run(trial.providers.clone(), stop.clone()));
    for person in 0..12 {
        trial.write("main", &format!("+3363998{person:04}"), "1").await;
    }
    for _ in 0..8 {
        assert_eq!(trial.taken.recv().await.unwrap().to.account, "main");
    }
    let conversation = trial.write("other", "+33639980001", "1").await;
    for row in trial.rows(conversation).await {
        let outbound = trial.taken.recv().await.unwrap();
        assert_eq!((outbound.to.account.as_str(), outbound.seq), ("other", row.seq));
    }
    running.abort();
}

#[tokio::test]
async fn the_pace_of_an_account_is_kept() {
    let pace = Pace { messages: 3, per: Duration::from_hours(1), at_once: 8, apart: Duration::ZERO };
    let mut trial = Trial::open_with([], pace, LEASE).await;
    for person in 0..9 {
        trial.write("main", &format!("+3363998{person:04}"), "1").await;
    }
    trial.dispatcher().send_all().await;
    assert_eq!(trial.taken().len(), 3);
}

#[tokio::test]
async fn reports_move_a_message_on_whenever_they_come() {
    let trial = Trial::open([]).await;
    let mut dispatcher = trial.dispatcher();
    let conversation = trial.write("main", "+33639980001", "1").await;
    let row = trial.rows(conversation).await.remove(0);
    let provider_id = format!("p-{}-{}", row.seq, row.id);
    let report = |status| Event::Report(Report { provider_id: provider_id.clone(), status });
    // The report comes before the answer to our own post is stored.
    trial.outbox.receiver.take(&*trial.provider, report(DeliveryStatus::Delivered)).await.unwrap();
    dispatcher.send_all().await;
    assert_eq!(trial.rows(conversation).await[0].delivery, Delivery::Delivered);
    trial.outbox.receiver.take(&*trial.provider, report(DeliveryStatus::Read)).await.unwrap();
    trial.outbox.receiver.take(&*trial.provider, report(DeliveryStatus::Delivered)).await.unwrap();
    trial.outbox.receiver.take(&*trial.provider, report(DeliveryStatus::Failed(Reason::Undelivered))).await.unwrap();
    assert_eq!(trial.rows(conversation).await[0].delivery, Delivery::Read);
    assert!(trial.undelivered(conversation).await.is_empty(), "it was read");
}

#[tokio::test]
async fn a_report_that_it_failed_tells_the_handler_once() {
    let trial = Trial::open([]).await;
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.dispatcher().send_all().await;
    let provider_id = trial.rows(conversation).await[0].provider_id.clone().unwrap();
    for _ in 0..3 {
        let report = Report { provider_id: provider_id.clone(), status: DeliveryStatus::Failed(Reason::Undelivered) };
        trial.outbox.receiver.take(&*trial.provider, Event::Report(report)).await.unwrap();
    }
    assert_eq!(trial.undelivered(conversation).await.len(), 1);
    assert_eq!(trial.rows(conversation).await[0].delivery, Delivery::Failed);
}

#[tokio::test]
async fn a_handler_sends_again_to_a_place_that_is_pushed_to() {
    let mut trial = Trial::open([Step::Fail(Retry::Never, Reason::Refused)]).await;
    let conversation = trial.write("main", "+33639980001", "1").await;
    trial.dispatcher().send_all().await;
    trial.taken();
    let failed = trial.rows(conversation).await.remove(0);
    let dossier = trial.store.dossier_of(conversation).await.unwrap().unwrap();
    let actor = Actor { login: "camille".into(), name: "Camille".into() };
    let act = |message, to| trial.outbox.intake.act(dossier, actor.clone(), Action::SendAgain { message, to });
    act(failed.seq, failed.to.clone()).await.unwrap();
    let web = Endpoint { channel: Channel::Web, account: "chat".into(), address: "x".into() };
    assert!(act(failed.seq, web).await.is_err(), "nothing is pushed there");
    assert!(act(1, failed.to.clone()).await.is_err(), "the person said this");
    trial.dispatcher().send_all().await;
    assert_eq!(trial.taken(), [failed.seq]);
    let timeline = trial.store.timeline(conversation).await.unwrap();
    assert_eq!(
        timeline.last().map(|entry| (entry.actor.as_str(), entry.kind.as_str())),
        Some(("camille", "sent_again"))
    );
}
