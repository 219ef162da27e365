//! One connection to a carrier: matches responses to requests, and checks that the carrier is alive.
//!
//! It uses the codec of `rusmpp` and not its client `rusmppc`, which brings a DNS resolver with a cache, and writes
//! message texts into its traces.

use std::{collections::HashMap, time::Duration};

use futures_util::{SinkExt as _, StreamExt as _};
use rusmpp::{
    Command, CommandId, CommandStatus, Pdu,
    pdus::DeliverSmResp,
    tokio_codec::{CommandCodec, DecodeError, EncodeError},
};
use tokio::{
    io::{AsyncRead, AsyncWrite, AsyncWriteExt as _},
    sync::{mpsc, oneshot},
    time::{Instant, error::Elapsed, sleep_until, timeout},
};
use tokio_util::codec::Framed;

/// How many requests are queued; the next one waits.
const MAX_REQUESTS: usize = 64;
/// How many of the carrier's requests are queued: more than any carrier sends ahead of our answers. Beyond it they are
/// refused.
const MAX_INCOMING: usize = 1000;
/// The last sequence number: they go from 1 to this and begin again (SMPP 3.4, 5.1.4).
const MAX_SEQUENCE: u32 = 0x7fff_ffff;

/// Why a request got no answer, or a connection ended.
#[derive(Debug, thiserror::Error)]
pub(super) enum ConnectionError {
    /// The status only: the rest of the response may quote the message.
    #[error("{0:?}")]
    Refused(CommandStatus),
    #[error("no answer in time")]
    TimeOut(#[from] Elapsed),
    #[error("the carrier does not say whether it is there")]
    Silent,
    #[error("the carrier closed the connection")]
    Closed,
    #[error("the carrier answers with something else")]
    Unexpected,
    #[error("what the carrier sends is not SMPP: {0}")]
    Decode(#[from] DecodeError),
    #[error("the connection broke: {0}")]
    Encode(#[from] EncodeError),
}

/// Sends requests and answers on a connection. The connection ends when its last client is dropped.
#[derive(Debug, Clone)]
pub(super) struct Client {
    requests: mpsc::Sender<Request>,
    patience: Duration,
}

#[derive(Debug)]
enum Request {
    Ask { pdu: Pdu, response: oneshot::Sender<Command> },
    Answer { command: Command, written: oneshot::Sender<()> },
}

impl Client {
    /// Sends a request and waits for the response to it.
    ///
    /// # Errors
    ///
    /// When there is no response in time, or it has another status than `ESME_ROK`.
    pub(super) async fn ask(&self, pdu: impl Into<Pdu>) -> Result<Option<Pdu>, ConnectionError> {
        let pdu = pdu.into();
        let asked = async {
            let (response, answered) = oneshot::channel();
            self.requests.send(Request::Ask { pdu, response }).await.map_err(|_| ConnectionError::Closed)?;
            answered.await.map_err(|_| ConnectionError::Closed)
        };
        let response = timeout(self.patience, asked).await??;
        match response.status() {
            CommandStatus::EsmeRok => Ok(response.into_parts().raw().3),
            status => Err(ConnectionError::Refused(status)),
        }
    }

    /// Answers the carrier's request number `number`. Returns when the answer is written.
    ///
    /// # Errors
    ///
    /// When the connection ended before.
    pub(super) async fn answer(
        &self,
        number: u32,
        status: CommandStatus,
        pdu: impl Into<Pdu>,
    ) -> Result<(), ConnectionError> {
        let (written, answered) = oneshot::channel();
        let command = Command::new(status, number, pdu);
        self.requests.send(Request::Answer { command, written }).await.map_err(|_| ConnectionError::Closed)?;
        answered.await.map_err(|_| ConnectionError::Closed)
    }
}

/// Serves a connection in a task of its own. Returns the client that sends on it, and the carrier's requests, of which
/// the last is the error that ended the connection.
///
/// Every `enquire_link` the carrier is asked whether it is alive. `patience` is the time-out of every response and of
/// every write.
pub(super) fn open(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    enquire_link: Duration,
    patience: Duration,
) -> (Client, mpsc::Receiver<Result<Command, ConnectionError>>) {
    let (requests, asked) = mpsc::channel(MAX_REQUESTS);
    let (told, incoming) = mpsc::channel(MAX_INCOMING);
    let connection = Connection {
        framed: Framed::new(stream, CommandCodec::new()),
        sequence: 0,
        waiting: HashMap::new(),
        enquire_link,
        patience,
        enquired: None,
        incoming: told.clone(),
    };
    tokio::spawn(async move {
        if let Err(error) = connection.serve(asked).await {
            // The receiver may be dropped already; then nobody needs the error.
            let _ = told.send(Err(error)).await;
        }
    });
    (Client { requests, patience }, incoming)
}

struct Connection<S> {
    framed: Framed<S, CommandCodec>,
    /// The number of our last request.
    sequence: u32,
    /// The requests without a response yet, by their sequence number.
    waiting: HashMap<u32, oneshot::Sender<Command>>,
    enquire_link: Duration,
    patience: Duration,
    /// The sequence number of our `enquire_link` while it is not answered.
    enquired: Option<u32>,
    incoming: mpsc::Sender<Result<Command, ConnectionError>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Connection<S> {
    /// Serves until the connection breaks or no client is left.
    async fn serve(mut self, mut asked: mpsc::Receiver<Request>) -> Result<(), ConnectionError> {
        let mut due = Instant::now() + self.enquire_link;
        loop {
            tokio::select! {
                request = asked.recv() => match request {
                    Some(Request::Ask { pdu, response }) => {
                        let number = self.ask(pdu).await?;
                        self.waiting.insert(number, response);
                    }
                    Some(Request::Answer { command, written }) => {
                        self.write(command).await?;
                        // The caller may have gone; the answer is written all the same.
                        let _ = written.send(());
                    }
                    None => {
                        // No client is left, so a failed shutdown concerns nobody.
                        let _ = timeout(self.patience, self.framed.get_mut().shutdown()).await;
                        return Ok(());
                    }
                },
                command = self.framed.next() => {
                    let command = command.ok_or(ConnectionError::Closed)??;
                    if self.enquired.is_some_and(|number| number == command.sequence_number())
                        && command.id() == CommandId::EnquireLinkResp
                    {
                        self.enquired = None;
                        due = Instant::now() + self.enquire_link;
                    } else {
                        self.read(command).await?;
                    }
                }
                () = sleep_until(due) => {
                    if self.enquired.is_some() {
                        return Err(ConnectionError::Silent);
                    }
                    self.waiting.retain(|_, response| !response.is_closed());
                    self.enquired = Some(self.ask(Pdu::EnquireLink).await?);
                    due = Instant::now() + self.patience;
                }
            }
        }
    }

    async fn read(&mut self, command: Command) -> Result<(), ConnectionError> {
        let number = command.sequence_number();
        match command.id() {
            CommandId::EnquireLink => {
                self.write(Command::new(CommandStatus::EsmeRok, number, Pdu::EnquireLinkResp)).await
            }
            id if id.is_response() => {
                if let Some(response) = self.waiting.remove(&number) {
                    // The caller may have timed out before this response came.
                    let _ = response.send(command);
                }
                Ok(())
            }
            id => match self.incoming.try_send(Ok(command)) {
                // A refused message stays with the carrier, which delivers it again.
                Err(mpsc::error::TrySendError::Full(_)) if id == CommandId::DeliverSm => {
                    let refusal = Pdu::DeliverSmResp(DeliverSmResp::default());
                    self.write(Command::new(CommandStatus::EsmeRmsgqful, number, refusal)).await
                }
                Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => Ok(()),
                Err(mpsc::error::TrySendError::Closed(_)) => Err(ConnectionError::Closed),
            },
        }
    }

    /// Writes a request and returns its sequence number.
    async fn ask(&mut self, pdu: Pdu) -> Result<u32, ConnectionError> {
        self.sequence = self.sequence % MAX_SEQUENCE + 1;
        self.write(Command::new(CommandStatus::EsmeRok, self.sequence, pdu)).await?;
        Ok(self.sequence)
    }

    async fn write(&mut self, command: Command) -> Result<(), ConnectionError> {
        Ok(timeout(self.patience, self.framed.send(command)).await??)
    }
}

#[cfg(test)]
mod tests;
