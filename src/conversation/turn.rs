//! A turn in the making: what context in, and what it changes so far.

use jiff::Timestamp;
use serde_json::Value as Json;

use super::{
    Accounts, Action, Actor, Conversation, ConversationError, Services, apply, channel_switch, files::Files, time,
};
use crate::{
    domain::{
        contact::{Proof, told_by},
        id::DossierId,
        language::Language,
        message::{Author, Body, Channel},
    },
    dossier::{Dossier, Entry, Status, TimelineEvent, Tip, UnwritableEvent, reference_of},
    flow::{Event, State},
    store::{
        Absorbed, Binding, ChannelSwitchRow, Commit, DecisionRow, DocumentRow, EndpointRow, FactRow, FiledDocument,
        Key, MessageRow, OptOut, OutboxRow, Planning, ProvenRow, Requests, TimerRow, Undelivered,
    },
};

/// The actor in the timeline when the flow acts.
pub(super) const GUICHET: &str = "guichet";
/// The actor in the timeline when the person acts.
pub(super) const POLICYHOLDER: &str = "policyholder";

/// What happened to a conversation.
#[derive(Clone, Debug)]
pub enum Input {
    /// The person opened the conversation without a word.
    Open,
    /// The person wrote.
    Message {
        body: Body,
        client_id: Option<String>,
        /// Those of the body's attachments whose rows are not stored yet, and what was not taken.
        files: Files,
        /// More may follow at once: it is answered with the rest.
        settle: bool,
    },
    /// "Modifier" beside an answer.
    Edit {
        fact: String,
    },
    SpeakLanguage(Language),
    /// The person context from another channel, with the secret that they were given there.
    SwitchChannel {
        body: Body,
        client_id: Option<String>,
    },
    /// The person context with a secret that opens nothing: they are told so in the sentence of this key.
    NoWay {
        body: Body,
        client_id: Option<String>,
        sentence: &'static str,
    },
    /// The conversation's timer went off.
    Wake,
    /// The person has seen everything up to this message.
    Read {
        seq: i64,
    },
    /// A handler acted.
    Handler {
        actor: Actor,
        action: Action,
    },
    /// A handler merged this conversation's dossier into another: nobody comes for it any more.
    Absorbed {
        actor: Actor,
    },
    /// A message of ours could not be brought.
    Undelivered(OutboxRow, String),
}

/// How an input context, and what it takes from elsewhere.
#[derive(Clone, Debug, Default)]
pub struct InboundContext {
    /// The key by which a redelivery is known.
    pub key: Option<String>,
    /// The address is new to the conversation.
    pub claims: bool,
    pub proof: Option<Proof>,
    pub binding: Binding,
    /// The case that it names, and whose person its sender is not known to be.
    pub cited: Option<Box<Dossier>>,
}

/// Everything that one input changes in a conversation.
#[derive(Debug)]
pub struct Turn {
    pub conversation: Conversation,
    pub messages: Vec<MessageRow>,
    pub(super) facts: Vec<FactRow>,
    pub(super) timeline: Vec<Entry>,
    /// Why a line of the timeline is missing.
    unwritable: Option<UnwritableEvent>,
    pub(super) decisions: Vec<DecisionRow>,
    pub(super) documents: Vec<FiledDocument>,
    /// The files of the message at hand that no wanted document claimed yet.
    pub(super) unfiled: Vec<FiledDocument>,
    /// The rows of files that context with the message itself.
    pub(super) received: Vec<DocumentRow>,
    pub(super) outbox: Vec<OutboxRow>,
    undelivered: Option<Undelivered>,
    channel_switches: Vec<ChannelSwitchRow>,
    pub(super) absorbs: Option<Box<Absorbed>>,
    /// The person's number, for which their channel vouched.
    pub(super) proves: Option<Box<ProvenRow>>,
    accounts: Accounts,
    pub(super) now: Timestamp,
    /// The message that the turn is about, where it context in an earlier turn.
    pub(super) settled: Option<i64>,
    timer: Option<TimerRow>,
    pub(super) requests: Requests,
    pub(super) opt_out: Option<OptOut>,
    pub(super) planning: Planning,
    /// Whether an earlier message still waits for this channel to deliver it.
    pub unheard: bool,
    pub(super) opens: bool,
}

impl Turn {
    /// Makes the turn of `input`.
    pub async fn make(
        conversation: Conversation,
        input: Input,
        services: &Services,
        now: Timestamp,
    ) -> Result<Self, ConversationError> {
        let opens = conversation.row.revision == 0;
        let mut turn = Self {
            conversation,
            messages: Vec::new(),
            facts: Vec::new(),
            timeline: Vec::new(),
            unwritable: None,
            decisions: Vec::new(),
            documents: Vec::new(),
            unfiled: Vec::new(),
            received: Vec::new(),
            outbox: Vec::new(),
            undelivered: None,
            channel_switches: Vec::new(),
            absorbs: None,
            proves: None,
            accounts: services.accounts().clone(),
            now,
            settled: None,
            timer: None,
            requests: Requests::default(),
            opt_out: None,
            planning: Planning::default(),
            unheard: false,
            opens,
        };
        turn.conversation.row.revision += 1;
        turn.conversation.row.updated_at = now;
        if opens {
            let row = &turn.conversation.row;
            let (language, channel) = (row.language, row.endpoint.channel);
            turn.conversation.state = match input {
                Input::Message { .. } => {
                    State::opened_by_message(language, channel, told_by(channel, &row.endpoint.address))
                }
                _ => State::default(),
            };
            turn.conversation.state.set_reference(&reference_of(turn.conversation.row.id));
        }
        let woken = matches!(input, Input::Wake);
        turn.take(input, services).await?;
        turn.close_files();
        turn.timer = time::set(&mut turn.conversation, woken, now);
        turn.mark_answered_channel();
        Ok(turn)
    }

    /// The number of the message that context in, or of the last one where none did.
    pub fn seq(&self) -> i64 {
        self.messages.first().map_or(self.conversation.row.last_seq, |message| message.seq)
    }

    /// What context names another case, whose person its sender is not known to be: a handler decides whether it belongs
    /// there, and this case waits for them.
    pub fn cite(&mut self, cited: &Dossier) {
        if self.conversation.dossier.is_none() {
            // Nobody would see it.
            self.open_dossier("unknown");
        }
        let (seq, now) = (self.seq(), self.now);
        if let Some(dossier) = &mut self.conversation.dossier {
            dossier.waiting_since.get_or_insert(now);
        }
        let event = TimelineEvent::Cited { message: seq, dossier: cited.id, reference: cited.reference.clone() };
        self.record(POLICYHOLDER, &event);
    }

    /// What the store must keep, and the conversation as it will stand when that is kept.
    ///
    /// # Errors
    ///
    /// When something of it has no stored form: what is not stored is not acknowledged.
    pub fn finish(self, context: InboundContext) -> Result<(Commit, Conversation), ConversationError> {
        if let Some(error) = self.unwritable {
            return Err(error.into());
        }
        let seq = self.seq();
        let conversation = self.conversation;
        let mut row = conversation.row.clone();
        row.state = serde_json::to_string(&conversation.state).map_err(ConversationError::UnwritableState)?;
        let vouched = match row.endpoint.channel {
            Channel::Web => Some(Proof::Session),
            Channel::Telegram => Some(Proof::Provider),
            Channel::Sms | Channel::Email => None,
        };
        let endpoint = (self.opens || context.claims).then(|| EndpointRow {
            endpoint: row.endpoint.clone(),
            conversation: row.id,
            contact: row.contact,
            at: self.now,
            proof: context.proof.or(vouched),
        });
        // A dossier changes with its timeline or not at all.
        let changed = !self.timeline.is_empty() || !self.facts.is_empty();
        let commit = Commit {
            key: context.key.map(|text| Key { text, seq }),
            conversation: row,
            endpoint,
            binding: Binding {
                absorbs: self.absorbs,
                proves: self.proves,
                cites: context.cited.map(|cited| cited.conversation),
                ..context.binding
            },
            channel_switches: self.channel_switches,
            messages: self.messages,
            dossier: changed.then(|| conversation.dossier.clone()).flatten(),
            facts: self.facts,
            timeline: self.timeline,
            decisions: self.decisions,
            received: self.received,
            documents: self.documents,
            outbox: self.outbox,
            undelivered: self.undelivered,
            timer: self.timer,
            requests: self.requests,
            opt_out: self.opt_out,
            planning: self.planning,
        };
        Ok((commit, conversation))
    }

    async fn take(&mut self, input: Input, services: &Services) -> Result<(), ConversationError> {
        match input {
            Input::Open => apply::run(self, apply::start(&self.conversation), services).await,
            Input::Message { body, client_id, files, settle } => {
                self.on_message(body, client_id, &files, settle, services).await
            }
            Input::Edit { fact } => {
                self.conversation.row.timing.silent_since = Some(self.now);
                apply::run(self, Event::Edit { fact }, services).await
            }
            Input::SpeakLanguage(language) => {
                self.conversation.row.language = language;
                apply::run(self, Event::SpeakLanguage { language }, services).await
            }
            Input::SwitchChannel { body, client_id } => self.switch_channel(body, client_id, services).await,
            Input::NoWay { body, client_id, sentence } => self.turn_away(body, client_id, sentence, services).await,
            Input::Wake => self.wake(services).await,
            Input::Read { seq } => {
                let row = &mut self.conversation.row;
                row.read_seq = row.read_seq.max(seq.min(row.last_seq));
                Ok(())
            }
            Input::Handler { actor, action } => self.act(&actor, action, services).await,
            Input::Absorbed { actor } => self.call_off(&actor.login, services).await,
            Input::Undelivered(row, reason) => {
                self.tell_undelivered(&row, &reason);
                Ok(())
            }
        }
    }

    /// Opens a way to another channel for the person.
    pub(super) fn open_channel_switch(&mut self, to: Channel, services: &Services) -> Result<Event, ConversationError> {
        let row = &self.conversation.row;
        let (secret, switch) = channel_switch::open(row.id, to, self.now)?;
        self.channel_switches.push(switch);
        let secret = match to {
            Channel::Web => channel_switch::chat_link(services.public_url(), &secret),
            Channel::Sms | Channel::Email | Channel::Telegram => secret,
        };
        Ok(Event::ChannelSwitchOpened { to, secret })
    }

    /// The handler learns that the person did not get a message, wherever the case stands.
    fn tell_undelivered(&mut self, row: &OutboxRow, reason: &str) {
        self.undelivered = Some(Undelivered { id: row.id, epoch: row.epoch, reason: reason.to_owned() });
        if self.conversation.dossier.is_none() {
            // Nobody would see it.
            self.open_dossier("unknown");
        }
        let now = self.now;
        if let Some(dossier) = &mut self.conversation.dossier {
            if dossier.status.is_over() {
                dossier.advance(Status::HandedOver);
            }
            dossier.waiting_since.get_or_insert(now);
        }
        let (message, channel) = (row.seq, row.to.channel);
        self.record(GUICHET, &TimelineEvent::Undelivered { message, channel, reason: reason.to_owned() });
    }

    /// Writes a message and returns its number. What one turn says by e-mail is one letter.
    pub(super) fn write(&mut self, author: Author, body: Body, client_id: Option<String>) -> i64 {
        let row = &mut self.conversation.row;
        if row.endpoint.channel == Channel::Email
            && author == Author::Guichet
            && let Some(last) = self.messages.last_mut().filter(|last| last.author == author)
        {
            last.body.append(body);
            return last.seq;
        }
        row.last_seq += 1;
        if author != Author::Policyholder && self.accounts.push_to(&row.endpoint) {
            self.outbox.push(OutboxRow::new(row.id, row.last_seq, row.endpoint.clone(), self.now));
        }
        self.messages.push(MessageRow {
            conversation: row.id,
            seq: row.last_seq,
            author,
            channel: row.endpoint.channel,
            body,
            client_id,
            at: self.now,
        });
        row.last_seq
    }

    /// The number of the person's message that this turn is about.
    pub(super) fn said_in(&self) -> Option<i64> {
        let came_in = self.messages.first().filter(|message| message.author == Author::Policyholder);
        came_in.map(|message| message.seq).or(self.settled)
    }

    /// Writes a line of the timeline, where there is a dossier. A turn with a line that cannot be written is not finished.
    pub(super) fn record(&mut self, actor: &str, event: &TimelineEvent) {
        let Some(dossier) = &mut self.conversation.dossier else { return };
        match dossier.record(actor, event, self.now) {
            Ok(entry) => self.timeline.push(entry),
            Err(error) => self.unwritable = Some(error),
        }
    }

    /// Keeps a decision beside the timeline's line that was just written.
    pub(super) fn decide(&mut self, decision: Json) {
        if let Some(dossier) = &self.conversation.dossier {
            self.decisions.push(DecisionRow { dossier: dossier.id, seq: dossier.tip.seq, decision, at: self.now });
        }
    }

    /// Opens the dossier where there is none yet, under `peril`.
    pub(super) fn open_dossier(&mut self, peril: &str) {
        if let Some(dossier) = &mut self.conversation.dossier {
            if dossier.peril != peril {
                peril.clone_into(&mut dossier.peril);
                self.record(GUICHET, &TimelineEvent::Peril { peril: peril.to_owned() });
            }
            return;
        }
        let row = &mut self.conversation.row;
        let id = DossierId::new(self.now);
        row.dossier = Some(id);
        let reference = reference_of(row.id);
        self.conversation.dossier = Some(Dossier {
            id,
            reference: reference.clone(),
            insurer: row.insurer.clone(),
            conversation: row.id,
            peril: peril.to_owned(),
            status: Status::Collecting,
            policy: None,
            holder: None,
            orientation: None,
            priority: "normal".into(),
            handover: None,
            handler: row.handler.clone(),
            wanted: Vec::new(),
            waiting_since: None,
            fact_seq: 0,
            tip: Tip::default(),
            opened_at: self.now,
            updated_at: self.now,
        });
        self.record(GUICHET, &TimelineEvent::Opened { reference, peril: peril.to_owned() });
    }

    /// A sender to whom nothing is pushed takes our words from the answer to its post: answering is delivering.
    fn mark_answered_channel(&mut self) {
        let first = self.seq();
        let row = &mut self.conversation.row;
        let answers = row.endpoint.channel == Channel::Sms && !self.accounts.push_to(&row.endpoint);
        if answers && self.messages.first().is_some_and(is_inbound) {
            self.unheard = row.read_seq < first - 1;
            row.read_seq = row.last_seq;
        }
    }

    /// Files that answered no wanted document still belong to the dossier.
    fn close_files(&mut self) {
        let dossier = self.conversation.row.dossier;
        for mut file in std::mem::take(&mut self.unfiled) {
            file.dossier = dossier;
            self.documents.push(file);
        }
    }
}

fn is_inbound(message: &MessageRow) -> bool {
    message.author == Author::Policyholder
}
