//! A carrier by SMPP 3.4: one connection on which messages go and come, bound again whenever it breaks.
//!
//! A delivered message is acknowledged when it is stored, and refused with a temporary error when it cannot be. The
//! parts of a long message are stored one by one (carriers may wait for one's acknowledgement before they send the
//! next) and received as one message; a message that is not complete after [`PATIENCE`] is received without the missing
//! parts.
//!
//! Sending does not wait for a connection: while there is none it fails, and the outbox tries again.

mod connection;
mod pdu;
mod tls;

use std::{
    collections::HashMap,
    path::PathBuf,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU8, AtomicU32, Ordering},
    },
    time::Duration,
};

use futures_util::future::BoxFuture;
use jiff::ToSpan as _;
use rusmpp::{
    Command, CommandStatus, Pdu,
    pdus::{BindTransceiver, DeliverSm, DeliverSmResp},
};
use tokio::{
    io,
    net::TcpStream,
    sync::{mpsc, watch},
    time::timeout,
};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::{
    account::{SmsAccount, report},
    answer::{no_such_address, unavailable},
    numbers,
};
use crate::{
    channel::{Outbound, Pace, Provider, Reason, Receiver, ReceiverError, Retry, SendError, Sent},
    config::{self, Hidden, SecretError, SmppIds},
    domain::{clock::Clock, message::Channel},
    store::SmsPart,
};
use connection::{Client, ConnectionError};
use pdu::Delivered;

const CONNECT: Duration = Duration::from_secs(10);
/// The time-out of every response of the carrier.
const RESPONSE: Duration = Duration::from_secs(10);
/// How long to wait before the connection is bound again: twice as long after each failure, up to [`LONGEST_WAIT`].
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_mins(1);
/// How long a message waits after the carrier answered that it throttles us.
const THROTTLED: Duration = Duration::from_secs(2);
/// For how many seconds the missing parts of a message are waited for.
const PATIENCE: i64 = 120;
/// After this long, in seconds, a part with the same reference belongs to another message.
const STALE: i64 = 600;
/// How many unacknowledged messages are remembered: more than any carrier sends ahead of our acknowledgements.
const MAX_UNANSWERED: usize = 10_000;
/// How often messages with overdue parts are looked for.
const LOOK: Duration = Duration::from_secs(30);

#[derive(Debug)]
pub(super) struct Smpp {
    account: SmsAccount,
    host: String,
    port: u16,
    is_secure: bool,
    bind: Hidden<BindTransceiver>,
    source: String,
    /// The bases in which the carrier writes a message's number in its response and in its report; none where both have
    /// the same text.
    bases: (Option<u32>, Option<u32>),
    authority: Option<PathBuf>,
    enquire_link: Duration,
    clock: Clock,
    /// The bound connection, while there is one.
    client: watch::Sender<Option<Client>>,
    /// The reference number of the next message in parts.
    reference: AtomicU8,
    /// The number of the next delivered message: SMPP gives it no identifier.
    count: AtomicU32,
    /// The delivered messages that are not acknowledged yet, with the identifiers that they got here: the carrier
    /// delivers them again, and they must get the same ones.
    unanswered: Mutex<HashMap<DeliverSm, String>>,
}

/// What is wrong with an account's settings.
#[derive(Debug, thiserror::Error)]
pub(super) enum SmppError {
    #[error("`url` must be smpp://HOST:PORT, or smpps:// for TLS")]
    Url,
    #[error("`system_id` has at most 15 characters, `password` 8, `system_type` 12, `source` 20")]
    TooLong,
    #[error(transparent)]
    Secret(#[from] SecretError),
}

/// Why a session with the carrier ended.
#[derive(Debug, thiserror::Error)]
enum SessionError {
    #[error("cannot connect: {0}")]
    Connect(#[from] io::Error),
    #[error("no answer in time")]
    TimeOut(#[from] tokio::time::error::Elapsed),
    #[error(transparent)]
    Tls(#[from] tls::TlsError),
    #[error("not bound: {0}")]
    NotBound(#[source] ConnectionError),
    #[error(transparent)]
    Connection(#[from] ConnectionError),
}

impl Smpp {
    pub(super) fn open(account: &config::Smpp, clock: Clock) -> Result<Self, SmppError> {
        let url = Url::parse(&account.url).map_err(|_| SmppError::Url)?;
        let is_secure = match url.scheme() {
            "smpp" => false,
            "smpps" => true,
            _ => return Err(SmppError::Url),
        };
        let bind = BindTransceiver::builder()
            .system_id(account.system_id.parse().map_err(|_| SmppError::TooLong)?)
            .password(account.password.reveal()?.parse().map_err(|_| SmppError::TooLong)?)
            .system_type(account.system_type.parse().map_err(|_| SmppError::TooLong)?)
            .interface_version(rusmpp::values::InterfaceVersion::Smpp3_4)
            .build();
        if account.source.is_empty() || account.source.len() > 20 {
            return Err(SmppError::TooLong);
        }
        Ok(Self {
            account: SmsAccount::new(&account.account, &account.insurer, account.messages_per_second),
            host: url.host_str().ok_or(SmppError::Url)?.to_owned(),
            port: url.port().unwrap_or(if is_secure { 3550 } else { 2775 }),
            is_secure,
            bind: Hidden::new(bind),
            source: account.source.clone(),
            bases: match account.ids {
                SmppIds::Same => (None, None),
                SmppIds::HexDecimal => (Some(16), Some(10)),
                SmppIds::DecimalHex => (Some(10), Some(16)),
            },
            authority: account.authority.clone(),
            enquire_link: Duration::from_secs(account.enquire_link_seconds.max(1)),
            clock,
            client: watch::Sender::default(),
            reference: AtomicU8::default(),
            count: AtomicU32::default(),
            unanswered: Mutex::default(),
        })
    }

    /// Connects, binds and serves until the connection breaks. `bound` is set once it was bound.
    async fn serve(&self, receiver: &Receiver, bound: &mut bool) -> SessionError {
        let connected = match timeout(CONNECT, TcpStream::connect((self.host.as_str(), self.port))).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return error.into(),
            Err(late) => return late.into(),
        };
        if self.is_secure {
            let secured = match timeout(CONNECT, tls::secure(connected, &self.host, self.authority.as_deref())).await {
                Ok(Ok(stream)) => stream,
                Ok(Err(error)) => return error.into(),
                Err(late) => return late.into(),
            };
            let (client, incoming) = connection::open(secured, self.enquire_link, RESPONSE);
            Box::pin(self.hold(client, incoming, receiver, bound)).await
        } else {
            let (client, incoming) = connection::open(connected, self.enquire_link, RESPONSE);
            Box::pin(self.hold(client, incoming, receiver, bound)).await
        }
    }

    async fn hold(
        &self,
        client: Client,
        mut incoming: mpsc::Receiver<Result<Command, ConnectionError>>,
        receiver: &Receiver,
        bound: &mut bool,
    ) -> SessionError {
        if let Err(error) = client.ask((*self.bind).clone()).await {
            return SessionError::NotBound(error);
        }
        *bound = true;
        tracing::info!(account = self.account.name, "bound to the carrier");
        self.client.send_replace(Some(client.clone()));
        let mut look = tokio::time::interval(LOOK);
        let broken = loop {
            let command = tokio::select! {
                command = incoming.recv() => command,
                _ = look.tick() => {
                    if let Err(error) = self.take_overdue(receiver).await {
                        tracing::warn!(%error, account = self.account.name, "parts of messages wait for the store");
                    }
                    continue;
                }
            };
            let answered = match command {
                Some(Ok(command)) => self.answer(&client, command, receiver).await,
                Some(Err(error)) => Err(error),
                None => Err(ConnectionError::Closed),
            };
            if let Err(error) = answered {
                break error.into();
            }
        };
        self.client.send_replace(None);
        broken
    }

    /// Handles and answers a request of the carrier.
    async fn answer(&self, client: &Client, command: Command, receiver: &Receiver) -> Result<(), ConnectionError> {
        let number = command.sequence_number();
        match command.pdu() {
            Some(Pdu::DeliverSm(sm)) => {
                let status = match self.take(sm, receiver).await {
                    Ok(()) => CommandStatus::EsmeRok,
                    Err(error) => {
                        tracing::warn!(%error, account = self.account.name, "a message waits at the carrier");
                        // A temporary error: the carrier delivers the message again.
                        CommandStatus::EsmeRxTAppn
                    }
                };
                let answered = client.answer(number, status, DeliverSmResp::default()).await;
                if answered.is_ok() && status == CommandStatus::EsmeRok {
                    self.unanswered.lock().unwrap_or_else(PoisonError::into_inner).remove(sm);
                }
                answered
            }
            Some(Pdu::Unbind) => {
                // The carrier closes the connection whether it gets this answer or not.
                let _ = client.answer(number, CommandStatus::EsmeRok, Pdu::UnbindResp).await;
                Err(ConnectionError::Closed)
            }
            _ => Ok(()),
        }
    }

    /// Stores a delivered message, part or report.
    async fn take(&self, sm: &DeliverSm, receiver: &Receiver) -> Result<(), ReceiverError> {
        match pdu::read(sm) {
            Delivered::Report { id, status: Some(status) } => {
                receiver.take(self, report(&pdu::in_one_form(&id, self.bases.1), status)).await
            }
            Delivered::Report { status: None, .. } | Delivered::Nothing => Ok(()),
            Delivered::Message { from, text } => {
                let event = self.account.message(&self.name(sm), &from, text, Vec::new());
                receiver.take(self, event).await
            }
            Delivered::Part { from, reference, total, number, octets, coding } => {
                let now = self.clock.now();
                let part = SmsPart {
                    account: self.account.name.clone(),
                    address: numbers::address(&from),
                    reference,
                    total,
                    number,
                    content: hex::encode(octets),
                    coding: i64::from(coding),
                    id: self.name(sm),
                    done: false,
                    at: now,
                };
                let mut parts = receiver.store().keep_sms_part(&part, now - STALE.seconds()).await?;
                let is_late = parts.iter().any(|part| part.done);
                let is_whole = i64::try_from(parts.len()).is_ok_and(|there| there == total);
                parts.retain(|part| !part.done);
                // A part that comes after its message was received without it becomes a message of its own.
                if is_late || is_whole { self.take_parts(&parts, receiver).await } else { Ok(()) }
            }
        }
    }

    /// Receives some parts as one message.
    async fn take_parts(&self, parts: &[SmsPart], receiver: &Receiver) -> Result<(), ReceiverError> {
        let Some(first) = parts.first() else { return Ok(()) };
        let octets: Vec<u8> = parts.iter().flat_map(|part| hex::decode(&part.content).unwrap_or_default()).collect();
        let text = pdu::decode(&octets, u8::try_from(first.coding).unwrap_or_default());
        receiver.take(self, self.account.message(&first.id, &first.address, text, Vec::new())).await?;
        Ok(receiver.store().finish_sms_parts(parts).await?)
    }

    /// Receives the messages whose missing parts are overdue, without them.
    async fn take_overdue(&self, receiver: &Receiver) -> Result<(), ReceiverError> {
        let now = self.clock.now();
        let (waiting_since, forget) = (now - PATIENCE.seconds(), now - 24.hours());
        let overdue = receiver.store().overdue_sms_parts(&self.account.name, waiting_since, forget).await?;
        for parts in overdue.chunk_by(|a, b| (&a.address, a.reference) == (&b.address, b.reference)) {
            self.take_parts(parts, receiver).await?;
        }
        Ok(())
    }

    /// An identifier for a delivered message. One that is not acknowledged yet gets the same again: it may have been
    /// stored before the carrier delivered it again.
    fn name(&self, sm: &DeliverSm) -> String {
        let mut unanswered = self.unanswered.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = || {
            let count = self.count.fetch_add(1, Ordering::Relaxed);
            format!("{}-{count}", self.clock.now().as_millisecond())
        };
        if unanswered.len() >= MAX_UNANSWERED {
            unanswered.clear();
        }
        unanswered.entry(sm.clone()).or_insert_with(fresh).clone()
    }

    async fn send(&self, client: &Client, to: &str, text: &str) -> Result<Sent, SendError> {
        let reference = self.reference.fetch_add(1, Ordering::Relaxed);
        let parts = pdu::submissions(&self.source, to, text, reference).ok_or_else(no_such_address)?;
        let mut sent = Sent::default();
        for part in parts {
            let answer = match client.ask(part).await {
                Ok(Some(Pdu::SubmitSmResp(answer))) => answer,
                Ok(_) => return Err(refusal(&ConnectionError::Unexpected)),
                Err(error) => return Err(refusal(&error)),
            };
            sent = Sent { provider_id: pdu::in_one_form(answer.message_id().as_str(), self.bases.0) };
        }
        Ok(sent)
    }
}

impl Provider for Smpp {
    fn channel(&self) -> Channel {
        Channel::Sms
    }

    fn account(&self) -> &str {
        &self.account.name
    }

    fn pace(&self) -> Pace {
        self.account.pace()
    }

    fn deliver<'a>(&'a self, outbound: &'a Outbound) -> BoxFuture<'a, Result<Sent, SendError>> {
        Box::pin(async move {
            let mut texts = self.account.texts(outbound)?;
            let client = self.client.borrow().clone();
            let client = client.ok_or_else(|| unavailable("there is no connection to the carrier".into()))?;
            let mut sent = Sent::default();
            while let Some((_, text)) = texts.next() {
                sent = self.send(&client, &outbound.to.address, text).await?;
                texts.went();
            }
            Ok(sent)
        })
    }

    fn listen(self: Arc<Self>, receiver: Receiver, stop: CancellationToken) -> BoxFuture<'static, ()> {
        Box::pin(async move {
            let mut wait = FIRST_WAIT;
            loop {
                let mut bound = false;
                tokio::select! {
                    broken = self.serve(&receiver, &mut bound) => {
                        tracing::warn!(error = %broken, account = self.account.name, "no connection to the carrier");
                    }
                    () = stop.cancelled() => {
                        let client = self.client.send_replace(None);
                        if let Some(client) = client {
                            // The carrier stops delivering; what it still has goes to the next session.
                            let _ = client.ask(Pdu::Unbind).await;
                        }
                        return;
                    }
                }
                wait = if bound { FIRST_WAIT } else { (wait * 2).min(LONGEST_WAIT) };
                tokio::select! {
                    () = tokio::time::sleep(wait) => {}
                    () = stop.cancelled() => return,
                }
            }
        })
    }
}

/// The send error of a refused submission.
fn refusal(error: &ConnectionError) -> SendError {
    let status = match error {
        ConnectionError::Refused(status) => status,
        error => return unavailable(error.to_string()),
    };
    let (retry, reason) = match status {
        CommandStatus::EsmeRthrottled | CommandStatus::EsmeRmsgqful => (Retry::After(THROTTLED), Reason::Unavailable),
        CommandStatus::EsmeRinvdstadr | CommandStatus::EsmeRinvdstton | CommandStatus::EsmeRinvdstnpi => {
            (Retry::Never, Reason::NoSuchAddress)
        }
        CommandStatus::EsmeRinvsrcadr
        | CommandStatus::EsmeRinvsrcton
        | CommandStatus::EsmeRinvsrcnpi
        | CommandStatus::EsmeRinvsystyp
        | CommandStatus::EsmeRinvbndsts
        | CommandStatus::EsmeRprohibited => (Retry::Later, Reason::Account),
        CommandStatus::EsmeRinvmsglen
        | CommandStatus::EsmeRinvesmclass
        | CommandStatus::EsmeRinvdcs
        | CommandStatus::EsmeRxRAppn
        | CommandStatus::EsmeRxPAppn => (Retry::Never, Reason::Content),
        _ => (Retry::Later, Reason::Unavailable),
    };
    SendError { retry, reason, detail: format!("{status:?}") }
}

/// A door for the fuzz targets.
#[cfg(any(test, fuzzing))]
pub(super) fn fuzz(data: &[u8]) {
    use tokio_util::codec::Decoder as _;
    let mut buffer = bytes::BytesMut::from(data);
    let mut codec = rusmpp::tokio_codec::CommandCodec::new();
    while let Ok(Some(command)) = codec.decode(&mut buffer) {
        if let Some(Pdu::DeliverSm(sm)) = command.pdu() {
            let _ = pdu::read(sm);
        }
    }
    if let [coding, octets @ ..] = data {
        let _ = pdu::decode(octets, *coding);
    }
    let _ = pdu::in_one_form(&String::from_utf8_lossy(data), Some(16));
}

#[cfg(test)]
mod tests;
