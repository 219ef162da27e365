//! What the person writes: a message with its files, several as one, the first word of somebody who comes from another channel.

use jiff::{SignedDuration, civil::Date};

use super::{
    apply, closing,
    error::ConversationError,
    files::{Files, attachment},
    keyword::keyword,
    loaded::Conversation,
    services::Services,
    time,
    turn::Turn,
};
use crate::{
    document::MediaType,
    domain::{
        clock::paris,
        contact::told_by,
        message::{Author, Body, POLICYHOLDER},
    },
    dossier::TimelineEvent,
    flow::{self, AppointmentEvent, Event, SentFile, UserMessage},
    store::{FiledDocument, FiledKind},
};

/// How long a letter may have been on its way. Mail servers give up after five days; a letter that waited in a folder is older.
const LONGEST_WAY: SignedDuration = SignedDuration::from_hours(30 * 24);

impl Turn {
    pub(super) async fn on_message(
        &mut self,
        mut body: Body,
        client_id: Option<String>,
        files: &Files,
        settle: bool,
        services: &Services,
    ) -> Result<(), ConversationError> {
        if self.opens {
            self.bring_stop(services).await?;
        }
        for file in &files.kept {
            let row = file.row(self.conversation.row.id);
            let language = self.conversation.row.language;
            body.attachments.push(attachment(&self.conversation.library, language, row.clone()));
            self.rows.received.push(row);
        }
        let earlier = if settle { Vec::new() } else { self.unsettled(services).await? };
        let message = self.user_message(earlier.iter().chain([&body]));
        let says_nothing = body.text.is_empty() && body.choice.is_none() && message.files.is_empty();
        let shared = body.shared.clone();
        let channel = self.conversation.row.endpoint.channel;
        if self.conversation.state.channel() != Some(channel) {
            apply::run(self, Event::ChannelChanged { channel }, services).await?;
        }
        let keyword = keyword(channel, &body);
        let seq = self.write(Author::Policyholder, body, client_id);
        self.conversation.fence.timing.silent_since = Some(self.now);
        if let Some(keyword) = keyword
            && self.obey(keyword, services).await?
        {
            return Ok(());
        }
        self.take_back_stop();
        if self.rates(&message) {
            return apply::run(self, Event::Rated(message), services).await;
        }
        let asks = closing::asks_which_claim(&self.conversation, self.now);
        if !asks && !self.conversation.state.asks_which_claim() {
            self.wait_for_a_person();
        }
        self.say_of(files);
        if let Some(shared) = shared
            && Box::pin(self.take_shared(&shared, services)).await?
        {
            return Ok(());
        }
        if settle {
            time::keep(&mut self.conversation.fence.timing, seq, self.now);
            return Ok(());
        }
        // A file that was not taken answers no question, nor does a voice.
        if says_nothing && earlier.is_empty() && !files.said.is_empty() && !self.opens {
            return Ok(());
        }
        let event = if asks { Event::AfterClosing(message) } else { Event::Said(message) };
        apply::run(self, event, services).await
    }

    /// Whether the message answers how it went, once the dossier is closed: that opens nothing again.
    fn rates(&self, message: &UserMessage) -> bool {
        let Conversation { library, row, state, dossier, .. } = &self.conversation;
        dossier.as_ref().is_some_and(|dossier| dossier.status.is_over())
            && flow::rates(library, &row.insurer, state, message, self.now)
    }

    pub(super) async fn switch_channel(
        &mut self,
        body: Body,
        client_id: Option<String>,
        services: &Services,
    ) -> Result<(), ConversationError> {
        let channel = self.conversation.row.endpoint.channel;
        let seq = self.write(Author::Policyholder, body, client_id);
        self.conversation.fence.timing.silent_since = Some(self.now);
        self.bring_stop(services).await?;
        self.take_back_stop();
        self.record(POLICYHOLDER, &TimelineEvent::Crossed { message: seq, channel });
        for (name, fact) in told_by(channel, &self.conversation.row.endpoint.address) {
            self.learn(name, fact.value.clone(), services).await?;
        }
        apply::run(self, Event::ChannelSwitched { channel }, services).await
    }

    pub(super) async fn turn_away(
        &mut self,
        body: Body,
        client_id: Option<String>,
        sentence: &str,
        services: &Services,
    ) -> Result<(), ConversationError> {
        self.write(Author::Policyholder, body, client_id);
        if self.opens {
            self.bring_stop(services).await?;
        }
        self.take_back_stop();
        let text = self.conversation.library.sentence(sentence, self.conversation.row.language);
        let text = text.unwrap_or_default().to_owned();
        self.write(Author::Guichet, Body { text, ..Body::default() }, None);
        if self.opens { apply::run(self, Event::Start, services).await } else { Ok(()) }
    }

    /// The timer went off: answers what was kept for it, or reminds the person, if it is time.
    pub(super) async fn wake(&mut self, services: &Services) -> Result<(), ConversationError> {
        if self.conversation.fence.timing.unsettled.is_some_and(|unsettled| unsettled.until <= self.now) {
            self.settled = self.conversation.fence.timing.unsettled.map(|unsettled| unsettled.from);
            let messages = self.unsettled(services).await?;
            let message = self.user_message(&messages);
            return apply::run(self, Event::Said(message), services).await;
        }
        if time::reminder(&self.conversation, self.now).is_some_and(|due| due <= self.now) {
            self.conversation.fence.timing.silent_since = Some(self.now);
            return apply::run(self, Event::Silent, services).await;
        }
        if time::appointment_reminder(&self.conversation, self.now).is_some_and(|due| due <= self.now) {
            return apply::run(self, Event::Appointment(AppointmentEvent::Due), services).await;
        }
        Ok(())
    }

    /// Takes the messages that were kept and not answered yet, oldest first.
    async fn unsettled(&mut self, services: &Services) -> Result<Vec<Body>, ConversationError> {
        let Some(unsettled) = self.conversation.fence.timing.unsettled.take() else { return Ok(Vec::new()) };
        let messages = services.look_ups().messages_from(self.conversation.row.id, unsettled.from).await?;
        let from_person = messages.into_iter().filter(|message| message.author == Author::Policyholder);
        Ok(from_person.map(|message| message.body).collect())
    }

    /// What several messages say as one, with their files.
    fn user_message<'b>(&mut self, bodies: impl IntoIterator<Item = &'b Body>) -> UserMessage {
        let (mut message, mut behind) = (UserMessage::default(), Vec::new());
        for body in bodies {
            self.sent = self.sent.into_iter().chain(self.sent_before(body)).min();
            if !message.text.is_empty() && !body.text.is_empty() {
                message.text.push('\n');
            }
            message.text.push_str(&body.text);
            message.choice = body.choice.clone().or(message.choice);
            for file in &body.attachments {
                let filed = FiledDocument { document: file.document, dossier: None, kind: FiledKind::AsBefore };
                // A mail that is kept as it came, or a voice, is no paper that was asked for: it stands behind those that are.
                if file.media_type.parse().is_ok_and(|kind: MediaType| kind == MediaType::Email || kind.is_audio()) {
                    behind.push(filed);
                } else {
                    message.files.push(SentFile { media_type: file.media_type.clone(), slot: file.slot.clone() });
                    self.unfiled.push(filed);
                }
            }
        }
        self.unfiled.append(&mut behind);
        message
    }

    /// The day before this one on which a letter says that it was sent. A date of the future, or of long ago, is a clock that is
    /// wrong.
    fn sent_before(&self, body: &Body) -> Option<Date> {
        let today = self.now.to_zoned(paris()).date();
        body.sent.filter(|sent| *sent < today && today.duration_since(*sent) <= LONGEST_WAY)
    }

    /// What is to be said of files at once, each once.
    fn say_of(&mut self, files: &Files) {
        let mut keys = files.said.clone();
        keys.sort_unstable();
        keys.dedup();
        for key in keys {
            let text = self.conversation.library.sentence(key, self.conversation.row.language).map(str::to_owned);
            if let Some(text) = text {
                self.write(Author::Guichet, Body { text, ..Body::default() }, None);
            }
        }
    }
}
