//! Plays the invented people through the real intake: each says one thing after the other, at the time at which they would have
//! said it, and the handlers do their part in opening hours. What lies before now has happened; the rest has not.
//!
//! The cases are played side by side, each by a clock of its own that goes from thing to thing ([`clock`]).

use std::{
    cell::Cell,
    collections::{BTreeMap, HashMap},
    convert::Infallible,
    sync::Arc,
};

use bytes::Bytes;
use futures_util::stream;
use jiff::{
    SignedDuration, Span, Timestamp, ToSpan as _, Zoned,
    civil::{Date, Time, time},
};
use tokio::{sync::Semaphore, task::JoinSet};

use super::{
    carrier,
    cast::{A_PERSON, Case, Cast, Deed, Happening, People, What, town},
    pictures::{self, Scene},
};
use crate::{
    channel::ReceiverError,
    contract::Policy,
    conversation::{
        Action, Actor, Conversation, DueStep, MissionStep,
        files::{self, Files, KeptFile, QUOTA},
    },
    document::{DocumentError, Limits},
    domain::{
        clock::{Clock, paris},
        clock_kind::ClockKind,
        fact_name::FactName,
        id::ConversationId,
        language::Language,
        message::{Attachment, Body, Channel, Endpoint, QuickReply},
    },
    flow::{Accepts, Asked, Expected},
    intake::{Inbound, InboundKind, IntakeError},
    store::StoreError,
    web::App,
};

/// How many cases are played at once: fewer than the store reads side by side.
const AT_ONCE: usize = 6;
/// The most messages of one conversation.
const PATIENCE: usize = 40;
/// The most that time brings about between two things that are told.
const WAKINGS: usize = 8;

tokio::task_local! {
    /// The present of the case that is played by this task.
    static NOW: Cell<Timestamp>;
}

/// That clock, but for a case that is played: there it is the time at which something was said or done.
pub(super) fn clock(real: Clock) -> Clock {
    let steady = real.clone();
    Clock::adjusted(move || NOW.try_with(Cell::get).unwrap_or_else(|_| real.now()), move || steady.steady())
}

/// Why a case was not played to its end.
#[derive(Debug, thiserror::Error)]
pub(in crate::cli) enum StageError {
    #[error(transparent)]
    Intake(#[from] IntakeError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Document(#[from] DocumentError),
    #[error(transparent)]
    Receiver(#[from] ReceiverError),
    #[error("there is nothing that {0} could be done to")]
    Nothing(&'static str),
    #[error("the play of a case failed: {0}")]
    Died(#[from] tokio::task::JoinError),
}

/// Everything that a play needs.
struct Stage {
    app: App,
    cast: Cast,
    people: People,
    policies: HashMap<String, Policy>,
    /// When the demonstration began: nothing happens later.
    now: Timestamp,
}

/// Plays the cases that nobody has played on this database. Returns the names of those that did not come to their end, with
/// why.
pub(super) async fn play(app: &App, cast: Cast, people: People, policies: Vec<Policy>) -> Vec<(String, StageError)> {
    let now = app.clock.now();
    let policies = policies.into_iter().map(|policy| (policy.number.clone(), policy)).collect();
    let stage = Arc::new(Stage { app: app.clone(), cast, people, policies, now });
    let (mut cases, places) = (JoinSet::new(), Arc::new(Semaphore::new(AT_ONCE)));
    for at in 0..stage.cast.cases.len() {
        let (stage, places) = (Arc::clone(&stage), Arc::clone(&places));
        cases.spawn(async move {
            let _place = places.acquire().await;
            let Some(case) = stage.cast.cases.get(at) else { return Ok(()) };
            let begins = stage.beginning(case);
            let played = NOW.scope(Cell::new(begins), stage.play(case, at)).await;
            played.map_err(|error| (case.id.clone(), error))
        });
    }
    let mut failed = Vec::new();
    while let Some(ended) = cases.join_next().await {
        match ended {
            Ok(Ok(())) => {}
            Ok(Err(case)) => failed.push(case),
            Err(died) => failed.push((String::new(), died.into())),
        }
    }
    app.receiver.inspections().wake();
    failed
}

impl Stage {
    fn beginning(&self, case: &Case) -> Timestamp {
        if let Some(minutes) = case.minutes {
            return self.now - minutes.minutes();
        }
        let day = local(self.now).date().saturating_sub(case.days.days());
        let begins = day.to_datetime(case.at.unwrap_or(time(10, 0, 0, 0))).to_zoned(paris());
        begins.map_or(self.now, |begins| begins.timestamp()).min(self.now - 45.minutes())
    }

    async fn play(&self, case: &Case, number: usize) -> Result<(), StageError> {
        let policy = case.policy.as_ref().and_then(|number| self.policies.get(number));
        let insurer = case.insurer(policy);
        let account =
            if case.channel == Channel::Web { "chat".to_owned() } else { carrier::account(case.channel, insurer) };
        let endpoint = Endpoint { channel: case.channel, account, address: case.address(policy) };
        if self.app.engine.conversation_at(&endpoint).await?.is_some() {
            return Ok(());
        }
        let mut person = Person {
            stage: self,
            case,
            policy,
            number,
            endpoint,
            conversation: None,
            sent: 0,
            photos: 0,
            answered: BTreeMap::new(),
            buttons: Vec::new(),
        };
        if case.channel == Channel::Web {
            person.receive(InboundKind::Open, Files::default()).await?;
        }
        person.pause();
        person.write(&case.says).await?;
        person.talk(case.sends).await?;
        for happening in &case.then {
            if !person.live(happening).await? {
                return Ok(());
            }
        }
        person.wait_until(self.now).await
    }
}

/// Somebody in the middle of their case.
struct Person<'s> {
    stage: &'s Stage,
    case: &'s Case,
    policy: Option<&'s Policy>,
    /// The case's place among the others, from which all that differs is made.
    number: usize,
    endpoint: Endpoint,
    conversation: Option<ConversationId>,
    sent: usize,
    photos: usize,
    answered: BTreeMap<FactName, usize>,
    /// What the last message offered to press.
    buttons: Vec<QuickReply>,
}

impl Person<'_> {
    /// Answers what is asked until nothing is, or the person falls silent; `files` is how many documents they send.
    async fn talk(&mut self, mut files: usize) -> Result<(), StageError> {
        let mut went_on = false;
        for _ in 0..PATIENCE {
            let conversation = self.stands().await?;
            let expected = conversation.state.expected(&conversation.library);
            if let Expected::Answers(asked) = &expected {
                if asked.iter().any(|asked| self.case.until.as_deref() == Some(asked.fact.as_str())) {
                    return Ok(());
                }
                let aside = asked.first().filter(|first| !self.answered.contains_key(&first.fact));
                let aside =
                    aside.and_then(|first| Some((first.fact.clone(), self.case.beside.get(first.fact.as_str())?)));
                if let Some((fact, says)) = aside {
                    self.answered.insert(fact, 0);
                    if !self.pause() {
                        return Ok(());
                    }
                    self.write(says).await?;
                    continue;
                }
            }
            if !self.pause() {
                return Ok(());
            }
            match expected {
                Expected::Answers(asked) => {
                    let answer = self.answers(&asked);
                    self.write(&answer).await?;
                }
                Expected::Town => self.write(&self.policy.map_or_else(|| "69003 Lyon".to_owned(), town)).await?,
                Expected::Documents if files > 0 => {
                    let sent = self.send_documents(files, "").await?;
                    files = if sent == 0 { 0 } else { files.saturating_sub(sent) };
                }
                Expected::Documents if self.photos > 0 => self.write("c'est tout").await?,
                Expected::Documents => self.write("je les enverrai plus tard").await?,
                Expected::Sorting => {
                    let first = self.buttons.first().map_or_else(|| "1".to_owned(), |button| button.label.clone());
                    self.write(&first).await?;
                }
                Expected::Review => {
                    self.write(if self.case.channel == Channel::Email {
                        "Oui, c'est exact, vous pouvez envoyer."
                    } else {
                        "Envoyer"
                    })
                    .await?;
                }
                Expected::GoOn if self.case.until.as_deref() == Some(A_PERSON) || went_on => return Ok(()),
                Expected::GoOn => {
                    went_on = true;
                    self.write("oui on continue").await?;
                }
                Expected::Safety => self.write("oui je suis en sécurité").await?,
                Expected::Nothing => return Ok(()),
            }
        }
        Ok(())
    }

    /// What the person answers to one question or to several at once.
    fn answers(&mut self, asked: &[Asked]) -> String {
        let mut lines = Vec::new();
        for Asked { fact, confirms } in asked {
            let nth = self.answered.entry(fact.clone()).and_modify(|nth| *nth += 1).or_insert(0);
            // What the person said beside the question was no answer to it.
            let nth = nth.saturating_sub(usize::from(self.case.beside.contains_key(fact.as_str())));
            let known = self.stage.cast.answer(self.case, self.policy, fact.as_str(), nth);
            lines.push(match known {
                _ if *confirms => "oui c'est ça".to_owned(),
                Some(known) => known,
                None if self.case.language == "en" => "I don't know".to_owned(),
                None => "je ne sais pas".to_owned(),
            });
        }
        match <[String; 1]>::try_from(lines) {
            Ok([line]) => line,
            Err(lines) => {
                let lines: Vec<String> = (1..).zip(lines).map(|(number, line)| format!("{number}. {line}")).collect();
                lines.join("\n")
            }
        }
    }

    /// One thing that happens later. False when it lies ahead.
    async fn live(&mut self, happening: &Happening) -> Result<bool, StageError> {
        let Happening { after, by, what } = happening;
        let mut at = present() + to_duration(*after);
        if by.is_some() {
            at = self.opening(at);
        }
        if at > self.stage.now {
            self.wait_until(self.stage.now).await?;
            return Ok(false);
        }
        self.wait_until(at).await?;
        match (by, what) {
            (Some(login), what) => {
                let action = self.action(what)?;
                self.act(login, action).await?;
            }
            (None, What::Says(words)) => {
                self.write(words).await?;
                self.talk(0).await?;
            }
            (None, What::Sends(files)) => {
                self.send_documents(*files, "Voici ce qui manquait.").await?;
                self.talk(0).await?;
            }
            (None, What::Takes(nth)) => {
                let slot = self.buttons.get(nth.saturating_sub(1)).map(|button| button.label.clone());
                self.write(&slot.ok_or(StageError::Nothing("a choice"))?).await?;
            }
            (None, _) => return Err(StageError::Nothing("what only a handler does")),
        }
        Ok(true)
    }

    fn action(&self, what: &What) -> Result<Action, StageError> {
        Ok(match what {
            What::Replies(text) => Action::Reply { text: text.clone() },
            What::Asks(kind) => Action::AskDocument { kind: kind.clone(), text: None },
            What::Decides { mode, reason } => Action::Override { mode: *mode, reason: reason.clone() },
            What::Moves { desk, reason } => Action::MoveToDesk { desk: desk.as_str().into(), reason: reason.clone() },
            What::Orders(expert) => Action::Mission(MissionStep::Order { expert: expert.clone() }),
            What::Does(Deed::Offers) => Action::Mission(MissionStep::Offer),
            What::Books { days, at } => Action::Mission(MissionStep::Book { start: self.ahead(*days, *at)? }),
            What::Task { text, days, at } => self.task(ClockKind::Task, text, *days, *at)?,
            What::Calls { text, days, at } => self.task(ClockKind::CallBack, text, *days, *at)?,
            What::Rests { days, at } => Action::Due(DueStep::Snooze { until: self.ahead(*days, *at)? }),
            What::Does(Deed::Accepts) => Action::Mission(MissionStep::Accept),
            What::Does(Deed::Sees) => Action::Mission(MissionStep::Done),
            What::Closes(reason) => Action::Close { reason: reason.clone(), message: None, refuses: false },
            What::Says(_) | What::Sends(_) | What::Takes(_) => {
                return Err(StageError::Nothing("what only a person does"));
            }
        })
    }

    fn task(&self, kind: ClockKind, text: &str, days: i64, at: Time) -> Result<Action, StageError> {
        let due_at = self.ahead(days, at)?;
        Ok(Action::Due(DueStep::AddTask { kind, text: text.to_owned(), assignee: None, due_at }))
    }

    /// A time of the day, so many working days from today.
    fn ahead(&self, days: i64, at: Time) -> Result<Timestamp, StageError> {
        let then = self.working_days_ahead(days).to_datetime(at).to_zoned(paris());
        Ok(then.map_err(|_| StageError::Nothing("a day"))?.timestamp())
    }

    async fn act(&mut self, login: &str, action: Action) -> Result<(), StageError> {
        let stands = self.stands().await?;
        let dossier = stands.dossier.as_ref().ok_or(StageError::Nothing("a handler's action"))?.id;
        let actor = Actor { login: login.to_owned(), name: self.stage.people.name_of(login).to_owned() };
        let before = stands.fence.last_seq;
        self.stage.app.intake.act(dossier, actor, action).await?;
        let said = self.stage.app.engine.messages(stands.row.id, before, 20).await?;
        if let Some(last) = said.last() {
            self.buttons.clone_from(&last.body.quick_replies);
        }
        Ok(())
    }

    /// Sends so many of the documents that are missing, and says something with them. Returns how many.
    async fn send_documents(&mut self, files: usize, text: &str) -> Result<usize, StageError> {
        let stands = self.stands().await?;
        let mut missing: Vec<_> = stands.state.wanted().iter().filter(|wanted| !wanted.has_come()).collect();
        missing.sort_by_key(|wanted| !wanted.required);
        let (mut kept, mut attachments) = (Files::default(), Vec::new());
        let one = self.stage.app.engine.one_conversation(stands.row.id);
        for wanted in missing.into_iter().take(files) {
            let accepts = stands.library.document(&wanted.kind).map(|kind| kind.accepts);
            if accepts == Some(Accepts::Video) {
                continue;
            }
            let (scene, name) = match accepts {
                Some(Accepts::Photo) => (self.scene(), "IMG"),
                _ => (Scene::Paper, "scan"),
            };
            let file = self.file(scene, &format!("{name}_{:04}.jpg", 1000 + self.number * 17 + self.photos)).await?;
            self.photos += 1;
            if self.case.channel == Channel::Email {
                kept.kept.push(file);
            } else if let Some(row) = one.add_document(file.row(stands.row.id), QUOTA).await? {
                let attachment = files::attachment(&stands.library, stands.row.language, row);
                attachments.push(Attachment { slot: Some(wanted.kind.clone()), ..attachment });
            }
        }
        let sent = kept.kept.len() + attachments.len();
        if sent > 0 {
            let body = Body { text: text.to_owned(), attachments, ..Body::default() };
            self.receive(InboundKind::Message(body), kept).await?;
        }
        Ok(sent)
    }

    fn scene(&self) -> Scene {
        let photos = &self.case.photos;
        photos.get(self.photos % photos.len().max(1)).copied().unwrap_or(Scene::Floor)
    }

    /// A drawn photo, on the disk.
    async fn file(&self, scene: Scene, name: &str) -> Result<KeptFile, StageError> {
        let seed = u64::try_from(self.number * 64 + self.photos).unwrap_or_default();
        let drawn = tokio::task::spawn_blocking(move || pictures::draw(scene, seed)).await?;
        let app = &self.stage.app;
        let limits = Limits { max_bytes: app.config.documents.max_file_mib * 1024 * 1024 };
        let bytes = stream::iter([Ok::<_, Infallible>(Bytes::from(drawn))]);
        let upload_id = format!("demo-{}-{}", self.case.id, self.photos);
        Ok(KeptFile::receive(&app.documents, bytes, name, limits, upload_id, present()).await?)
    }

    /// Writes, or presses the button that says the same.
    async fn write(&mut self, words: &str) -> Result<(), StageError> {
        let pressed = self.buttons.iter().position(|button| button.label == words);
        let body = match (pressed.and_then(|at| Some((at, self.buttons.get(at)?))), self.case.channel) {
            (Some((_, button)), Channel::Web | Channel::Telegram) => {
                Body { text: words.to_owned(), choice: Some(button.payload.clone()), ..Body::default() }
            }
            // A text message shows them as a numbered list.
            (Some((at, _)), Channel::Sms) => Body { text: (at + 1).to_string(), ..Body::default() },
            _ => Body { text: words.to_owned(), ..Body::default() },
        };
        self.receive(InboundKind::Message(body), Files::default()).await
    }

    async fn receive(&mut self, kind: InboundKind, files: Files) -> Result<(), StageError> {
        self.sent += 1;
        let inbound = Inbound {
            endpoint: self.endpoint.clone(),
            provider_id: format!("demo-{}-{}", self.case.id, self.sent),
            insurer: self.case.insurer(self.policy).to_owned(),
            language: Language::from_tag(&self.case.language),
            token: None,
            cites: Vec::new(),
            settle: false,
            kind,
        };
        let receipt = self.stage.app.intake.receive_with(inbound, files).await?;
        self.conversation = Some(receipt.conversation);
        if let Some(last) = receipt.replies.last() {
            self.buttons.clone_from(&last.quick_replies);
        }
        Ok(())
    }

    async fn stands(&self) -> Result<Arc<Conversation>, StageError> {
        let id = self.conversation.ok_or(StageError::Nothing("an answer"))?;
        Ok(self.stage.app.intake.conversation(id).await?)
    }

    /// The person reads and types. False when what they would say lies ahead.
    fn pause(&self) -> bool {
        let seconds = match self.case.channel {
            Channel::Email => 2400,
            Channel::Sms => 60,
            Channel::Web | Channel::Telegram => 25,
        };
        let varied = seconds + (self.number * 37 + self.sent * 53) % seconds;
        let at = present() + SignedDuration::from_secs(i64::try_from(varied).unwrap_or(60));
        let is_past = at < self.stage.now;
        if is_past {
            NOW.with(|now| now.set(at));
        }
        is_past
    }

    /// Time passes, with what it brings about: reminders.
    async fn wait_until(&self, at: Timestamp) -> Result<(), StageError> {
        for _ in 0..WAKINGS {
            let stands = self.stands().await?;
            let Some(wakes) = stands.fence.timing.wake_at.filter(|wakes| *wakes <= at) else { break };
            NOW.with(|now| now.set(wakes.max(now.get())));
            self.stage.app.intake.wake(stands.row.id).await?;
        }
        NOW.with(|now| now.set(at.max(now.get())));
        Ok(())
    }

    /// The next moment from `at` on at which somebody works.
    fn opening(&self, at: Timestamp) -> Timestamp {
        let (opens, closes) = (time(9, 5, 0, 0), time(17, 40, 0, 0));
        let local = local(at);
        if self.is_worked_on(local.date()) && local.time() >= opens && local.time() < closes {
            return at;
        }
        let mut day = local.date();
        if local.time() >= closes || !self.is_worked_on(day) {
            day = self.next_worked_on(day);
        }
        // Not everything is done on the stroke of nine.
        let minutes = i64::try_from(self.number * 7 % 50).unwrap_or_default();
        let opened = day.to_datetime(opens).to_zoned(paris());
        opened.map_or(at, |opened| opened.timestamp() + minutes.minutes())
    }

    fn is_worked_on(&self, day: Date) -> bool {
        self.stage.app.intake.library().calendar().is_working_day(day, None)
            && !matches!(day.weekday(), jiff::civil::Weekday::Saturday | jiff::civil::Weekday::Sunday)
    }

    fn next_worked_on(&self, mut day: Date) -> Date {
        for _ in 0..10 {
            day = day.saturating_add(1.day());
            if self.is_worked_on(day) {
                break;
            }
        }
        day
    }

    fn working_days_ahead(&self, days: i64) -> Date {
        (0..days).fold(local(self.stage.now).date(), |day, _| self.next_worked_on(day))
    }
}

fn present() -> Timestamp {
    NOW.with(Cell::get)
}

fn local(at: Timestamp) -> Zoned {
    at.to_zoned(paris())
}

/// A length of time, with days of 24 hours.
fn to_duration(span: Span) -> SignedDuration {
    span.to_duration(jiff::SpanRelativeTo::days_are_24_hours()).unwrap_or_default()
}
