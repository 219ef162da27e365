//! A turn in the making: what came in, and what it changes so far.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp, civil::Date};

use super::{
    accounts::Accounts, channel_switch, error::ConversationError, input::InboundContext, loaded::Conversation,
    services::Services,
};
use crate::{
    domain::{
        contact::Proof,
        fact::Value,
        fact_name::FactName,
        id::{Ids, RequestId},
        message::{Author, Body, Channel, GUICHET, POLICYHOLDER},
        priority::Priority,
        token::hash,
    },
    dossier::{Decision, Dossier, Entry, Status, TimelineEvent, UnwritableEvent},
    flow::{ConversationMode, Event, State},
    store::{
        Acknowledgement, Binding, ChannelSwitchRow, Commit, DecisionRow, EndpointRow, FiledDocument, Key, MessageRow,
        OutboxKind, OutboxRow, SearchChange, TurnRows, Undelivered,
    },
};

/// How far the stored time of a dossier's last change may lag behind, where nothing else of it changed.
const MAX_LAG: SignedDuration = SignedDuration::from_secs(10);

/// Everything that one input changes in a conversation.
#[derive(Debug)]
pub struct Turn {
    pub conversation: Conversation,
    /// As the conversation stood before.
    pub(super) before: Before,
    pub rows: TurnRows,
    /// What the turn itself takes from elsewhere.
    pub(super) binding: Binding,
    /// Why a line of the timeline is missing.
    unwritable: Option<UnwritableEvent>,
    /// The files of the message at hand that no wanted document claimed yet.
    pub(super) unfiled: Vec<FiledDocument>,
    pub(super) accounts: Accounts,
    pub(super) ids: Ids,
    pub(super) now: Timestamp,
    /// The message that the turn is about, where it came in an earlier turn.
    pub(super) settled: Option<i64>,
    /// Sentences of this turn that acknowledge the receipt of a request, by their request.
    pub(super) acknowledgements: Vec<(RequestId, String)>,
    /// Whether an earlier message still waits for this channel to deliver it.
    pub unheard: bool,
    /// The day on which what the person wrote was sent, where it took longer than that to arrive.
    pub(super) sent: Option<Date>,
    pub(super) opens: bool,
}

/// What a turn is compared with, so that only what it changes is written.
#[derive(Debug)]
pub(super) struct Before {
    state: Arc<State>,
    pub(super) dossier: Option<Arc<Dossier>>,
}

impl Turn {
    /// A turn that changes nothing yet.
    pub(super) fn begin(conversation: Conversation, services: &Services, now: Timestamp) -> Self {
        let opens = conversation.fence.revision == 0;
        let before = Before {
            // A conversation that begins has nothing stored.
            state: if opens { Arc::default() } else { Arc::clone(&conversation.state) },
            dossier: conversation.dossier.clone(),
        };
        let mut turn = Self {
            conversation,
            before,
            rows: TurnRows::default(),
            binding: Binding::default(),
            unwritable: None,
            unfiled: Vec::new(),
            accounts: services.accounts().clone(),
            ids: services.look_ups().ids(),
            now,
            settled: None,
            acknowledgements: Vec::new(),
            unheard: false,
            sent: None,
            opens,
        };
        turn.conversation.fence.revision += 1;
        turn.conversation.fence.updated_at = now;
        turn
    }

    /// The dossier as it stood before.
    pub(super) fn dossier_before(&self) -> Option<&Dossier> {
        self.before.dossier.as_deref()
    }

    /// A fact as it stood before.
    pub(super) fn fact_before(&self, name: &FactName) -> Option<&Value> {
        self.before.state.fact(name.as_str())
    }

    /// The number of the message that came in, or of the last one where none did.
    pub fn seq(&self) -> i64 {
        self.rows.messages.first().map_or(self.conversation.fence.last_seq, |message| message.seq)
    }

    /// What came names another case, whose person its sender is not known to be: a handler decides whether it belongs
    /// there, and this case waits for them.
    pub fn cite(&mut self, cited: &Dossier) {
        if self.conversation.dossier.is_none() {
            // Nobody would see it.
            self.open_dossier("unknown");
        }
        let (seq, now) = (self.seq(), self.now);
        if let Some(dossier) = self.conversation.dossier_mut() {
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
        let (seq, message) = (self.seq(), self.said_in());
        let Self { mut conversation, before, mut rows, .. } = self;
        let settles =
            conversation.state.mode() != before.state.mode() && conversation.state.mode() != ConversationMode::Flow;
        rows.state = conversation.logged.write(&before.state, &conversation.state, message, settles)?;
        let changed = conversation.dossier.as_ref().filter(|now| is_shown_otherwise(before.dossier.as_deref(), now));
        let dossier = changed.cloned();
        if let Some(dossier) = &dossier {
            rows.search = SearchChange::between(before.dossier.as_deref(), dossier);
        }
        if dossier.is_none() {
            // It stands as it is stored.
            conversation.dossier = before.dossier;
        }
        let row = Arc::clone(&conversation.row);
        let is_changed = conversation.stored.replace(Arc::clone(&row)).is_none_or(|stored| stored != row);
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
        let commit = Commit {
            key: context.key.map(|text| Key { text, seq }),
            is_changed,
            conversation: row,
            fence: conversation.fence.clone(),
            log: Vec::new(),
            endpoint,
            binding: Binding {
                absorbs: self.binding.absorbs,
                proves: self.binding.proves,
                cites: context.cited.map(|cited| cited.conversation),
                ..context.binding
            },
            dossier,
            rows,
        }
        .seal()?;
        conversation.fence = commit.fence.clone();
        Ok((commit, conversation))
    }

    /// Opens another channel to the person: what they are to send or to follow there.
    pub(super) fn open_channel_switch(&mut self, to: Channel, services: &Services) -> Result<Event, ConversationError> {
        let secret = services.look_ups().secret(to)?;
        let row = ChannelSwitchRow {
            secret_hash: hash(&secret),
            conversation: self.conversation.row.id,
            to,
            expires_at: channel_switch::expires_at(to, self.now),
        };
        self.rows.channel_switches.push(row);
        let secret = channel_switch::shown(to, secret, services.public_url());
        Ok(Event::ChannelSwitchOpened { to, secret })
    }

    /// The handler learns that the person did not get a message, wherever the case stands.
    pub(super) fn tell_undelivered(&mut self, row: &OutboxRow, reason: &str) {
        self.rows.undelivered = Some(Undelivered { id: row.id, epoch: row.epoch, reason: reason.to_owned() });
        if self.conversation.dossier.is_none() {
            // Nobody would see it.
            self.open_dossier("unknown");
        }
        let now = self.now;
        if let Some(dossier) = self.conversation.dossier_mut() {
            if dossier.status.is_over() {
                dossier.advance(Status::HandedOver);
            }
            dossier.waiting_since.get_or_insert(now);
        }
        let (message, channel) = (row.seq, row.to.channel);
        if row.kind == OutboxKind::Alert {
            return self.record(GUICHET, &TimelineEvent::AlertUndelivered { channel, reason: reason.to_owned() });
        }
        self.rows.requests.undelivered = Some((row.conversation, row.seq));
        self.record(GUICHET, &TimelineEvent::Undelivered { message, channel, reason: reason.to_owned() });
    }

    /// Writes a message and returns its number. What one turn says by e-mail is one letter, and by SMS one message, which costs
    /// less than several; a message that asks for files stands alone there, with its link. To an address whose owner
    /// may not be who wrote, nothing is said by a machine: the flow only finds
    /// out how urgent it is.
    pub(super) fn write(&mut self, author: Author, body: Body, client_id: Option<String>) -> i64 {
        let Conversation { row, fence, .. } = &mut self.conversation;
        if author == Author::Guichet && row.endpoint.is_unverified() {
            return fence.last_seq;
        }
        let between = match row.endpoint.channel {
            Channel::Email => Some("\n\n"),
            Channel::Sms => Some("\n"),
            Channel::Telegram | Channel::Web => None,
        };
        if let Some(between) = between
            && author == Author::Guichet
            && let Some(last) = self.rows.messages.last_mut().filter(|last| last.author == author)
            && (!last.body.asks_for_files() || body.asks_for_files() || row.endpoint.channel != Channel::Sms)
        {
            last.body.append(body, between);
            return last.seq;
        }
        fence.last_seq += 1;
        if author != Author::Policyholder && self.accounts.push_to(&row.endpoint) {
            self.rows.outbox.push(OutboxRow::new(row.id, fence.last_seq, row.endpoint.clone(), self.now));
        }
        self.rows.messages.push(MessageRow {
            conversation: row.id,
            seq: fence.last_seq,
            author,
            channel: row.endpoint.channel,
            body,
            client_id,
            at: self.now,
        });
        fence.last_seq
    }

    /// Says a sentence of `flows/messages.yaml` with what belongs behind it; returns the message's number.
    pub(super) fn say_sentence(&mut self, key: &str, end: &str) -> i64 {
        let sentence = self.conversation.library.sentence(key, self.conversation.row.language).unwrap_or_default();
        let text = format!("{sentence} {end}").trim().to_owned();
        self.write(Author::Guichet, Body { text, ..Body::default() }, None)
    }

    /// A message of a person whom a handler serves, or whose case is closed, waits for an answer.
    pub(super) fn wait_for_a_person(&mut self) {
        let served = self.conversation.row.handler.is_some();
        let now = self.now;
        let message = self.conversation.fence.last_seq;
        let snoozed = self.conversation.dossier.as_ref().is_some_and(|dossier| dossier.snoozed_until.is_some());
        let Some(dossier) = self.conversation.dossier_mut() else { return };
        let reopened = dossier.status.is_over() && dossier.advance(Status::HandedOver);
        if served || reopened || snoozed || dossier.status == Status::HandedOver {
            dossier.wait(now);
            let event = if reopened { TimelineEvent::Reopened { message } } else { TimelineEvent::Wrote { message } };
            self.record(POLICYHOLDER, &event);
        }
    }

    /// A sender who is not believed gets no answer: their message waits for a handler.
    pub(super) fn wait_unanswered(&mut self) {
        let message = self.conversation.fence.last_seq;
        if self.conversation.dossier.is_none() {
            // Nobody would see it.
            self.open_dossier("unknown");
        }
        let now = self.now;
        if let Some(dossier) = self.conversation.dossier_mut().filter(|dossier| dossier.waiting_since.is_none()) {
            dossier.waiting_since = Some(now);
            self.record(POLICYHOLDER, &TimelineEvent::Wrote { message });
        }
    }

    /// The number of the person's message that this turn is about.
    pub(super) fn said_in(&self) -> Option<i64> {
        let came_in = self.rows.messages.first().filter(|message| message.author == Author::Policyholder);
        came_in.map(|message| message.seq).or(self.settled)
    }

    /// Writes a line of the timeline, where there is a dossier. A turn with a line that cannot be written is not finished.
    pub(super) fn record(&mut self, actor: &str, event: &TimelineEvent) {
        let now = self.now;
        let Some(dossier) = self.conversation.dossier_mut() else { return };
        dossier.updated_at = now;
        let seq = self.conversation.fence.timeline_seq + 1;
        match Entry::new(seq, actor, event, now) {
            Ok(entry) => {
                self.conversation.fence.timeline_seq = seq;
                self.rows.timeline.push(entry);
            }
            Err(error) => self.unwritable = Some(error),
        }
    }

    /// Keeps a decision beside the timeline's line that was just written.
    pub(super) fn decide(&mut self, decision: Decision) {
        if self.conversation.dossier.is_some() {
            let seq = self.conversation.fence.timeline_seq;
            self.rows.decisions.push(DecisionRow { seq, decision, at: self.now });
        }
    }

    /// Opens the dossier where there is none yet, under `peril`.
    pub(super) fn open_dossier(&mut self, peril: &str) {
        if let Some(dossier) = self.conversation.dossier_mut() {
            if dossier.peril != peril {
                peril.clone_into(&mut dossier.peril);
                self.record(GUICHET, &TimelineEvent::Peril { peril: peril.to_owned() });
            }
            return;
        }
        let id = self.ids.next(self.now);
        let reference = self.conversation.reference();
        let row = self.conversation.row_mut();
        row.dossier = Some(id);
        let dossier = Dossier {
            id,
            reference: reference.clone(),
            insurer: row.insurer.clone(),
            conversation: row.id,
            peril: peril.to_owned(),
            status: Status::Collecting,
            policy: None,
            holder: None,
            orientation: None,
            desk: None,
            priority: Priority::Normal,
            handover: None,
            handler: row.handler.clone(),
            wanted: Vec::new(),
            waiting_since: None,
            snoozed_until: None,
            opened_at: self.now,
            updated_at: self.now,
        };
        self.conversation.dossier = Some(Arc::new(dossier));
        self.record(GUICHET, &TimelineEvent::Opened { reference, peril: peril.to_owned() });
    }

    /// A sender to whom nothing is pushed takes our words from the answer to its post: answering is delivering.
    pub(super) fn mark_answered_channel(&mut self) {
        let first = self.seq();
        let Conversation { row, fence, .. } = &mut self.conversation;
        let answers = row.endpoint.channel == Channel::Sms && !self.accounts.push_to(&row.endpoint);
        if answers && self.rows.messages.first().is_some_and(is_inbound) {
            self.unheard = fence.read_seq < first - 1;
            fence.read_seq = fence.last_seq;
        }
    }

    /// The sentences that acknowledge a request do so in the message that says them.
    pub(super) fn close_acknowledgements(&mut self) {
        for (id, sentence) in std::mem::take(&mut self.acknowledgements) {
            let says =
                |message: &&MessageRow| message.author == Author::Guichet && message.body.text.contains(&sentence);
            let Some(seq) = self.rows.messages.iter().find(says).map(|message| message.seq) else { continue };
            let Some(request) = self.rows.requests.asked.iter_mut().find(|request| request.id == id) else { continue };
            request.acknowledged = Some(Acknowledgement { at: self.now, by: GUICHET.to_owned(), message: Some(seq) });
            let kind = request.kind.clone();
            self.record(GUICHET, &TimelineEvent::RequestAcknowledged { request: id, kind, message: Some(seq) });
        }
    }

    /// Files that answered no wanted document still belong to the dossier.
    pub(super) fn close_files(&mut self) {
        let dossier = self.conversation.row.dossier;
        for mut file in std::mem::take(&mut self.unfiled) {
            file.dossier = dossier;
            self.rows.documents.push(file);
        }
    }
}

fn is_inbound(message: &MessageRow) -> bool {
    message.author == Author::Policyholder
}

/// Whether a dossier's row is to be written: what lists show of it changed, or the time of its last change lags too far
/// behind.
fn is_shown_otherwise(before: Option<&Dossier>, now: &Dossier) -> bool {
    let Some(before) = before else { return true };
    if std::ptr::eq(before, now) {
        return false;
    }
    let lag = now.updated_at.duration_since(before.updated_at);
    lag >= MAX_LAG || Dossier { updated_at: before.updated_at, ..now.clone() } != *before
}

#[cfg(test)]
mod tests;
