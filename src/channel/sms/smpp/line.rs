//! One connection to a carrier: a response finds the request that it answers, and the connection is watched.
//!
//! Written on the codec of `rusmpp`, without its client `rusmppc`: that one brings a DNS resolver with its cache, and prints
//! what it carries when it is asked for its traces.

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

/// How many requests wait to be written before the next one waits for its place.
const MAX_REQUESTS: usize = 64;
/// How many of the carrier's requests wait for us. More than any carrier sends ahead of our answers; beyond it they are refused.
const MAX_INCOMING: usize = 1000;
/// SMPP 3.4, 5.1.4: sequence numbers go from 1 to this and begin again.
const MAX_SEQUENCE: u32 = 0x7fff_ffff;

/// Why nothing was answered.
#[derive(Debug, thiserror::Error)]
pub(super) enum LineError {
    /// Only the status: never what the carrier quotes.
    #[error("{0:?}")]
    Refused(CommandStatus),
    #[error("no answer in time")]
    TimeOut(#[from] Elapsed),
    #[error("the carrier does not say whether it is there")]
    Silent,
    #[error("the carrier closed the line")]
    Closed,
    #[error("the carrier answers with something else")]
    Unexpected,
    #[error("what the carrier sends is not SMPP: {0}")]
    Decode(#[from] DecodeError),
    #[error("the line broke: {0}")]
    Encode(#[from] EncodeError),
}

/// Asks and answers on a connection. The connection ends with the last of its clients.
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
    pub(super) async fn ask(&self, pdu: impl Into<Pdu>) -> Result<Option<Pdu>, LineError> {
        let pdu = pdu.into();
        let asked = async {
            let (response, answered) = oneshot::channel();
            self.requests.send(Request::Ask { pdu, response }).await.map_err(|_| LineError::Closed)?;
            answered.await.map_err(|_| LineError::Closed)
        };
        let response = timeout(self.patience, asked).await??;
        match response.status() {
            CommandStatus::EsmeRok => Ok(response.into_parts().raw().3),
            status => Err(LineError::Refused(status)),
        }
    }

    /// Answers the carrier's request of this number. Returns when the answer is written.
    ///
    /// # Errors
    ///
    /// When the connection ended before.
    pub(super) async fn answer(
        &self,
        number: u32,
        status: CommandStatus,
        pdu: impl Into<Pdu>,
    ) -> Result<(), LineError> {
        let (written, answered) = oneshot::channel();
        let command = Command::new(status, number, pdu);
        self.requests.send(Request::Answer { command, written }).await.map_err(|_| LineError::Closed)?;
        answered.await.map_err(|_| LineError::Closed)
    }
}

/// Serves a connection in a task of its own. Returns who speaks on it, and what the carrier asks: the last thing is why the
/// connection ended.
///
/// After `enquire_link` without that question the carrier is asked whether it is there. `patience` is how long any response may
/// take, and the carrier's socket to accept what we write.
pub(super) fn open(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    enquire_link: Duration,
    patience: Duration,
) -> (Client, mpsc::Receiver<Result<Command, LineError>>) {
    let (requests, asked) = mpsc::channel(MAX_REQUESTS);
    let (told, incoming) = mpsc::channel(MAX_INCOMING);
    let line = Line {
        framed: Framed::new(stream, CommandCodec::new()),
        sequence: 0,
        waiting: HashMap::new(),
        enquire_link,
        patience,
        enquired: None,
        incoming: told.clone(),
    };
    tokio::spawn(async move {
        if let Err(error) = line.serve(asked).await {
            // Whoever listened has gone: nobody needs to know.
            let _ = told.send(Err(error)).await;
        }
    });
    (Client { requests, patience }, incoming)
}

struct Line<S> {
    framed: Framed<S, CommandCodec>,
    /// The number of our last request.
    sequence: u32,
    /// By their number, the requests that are not answered yet.
    waiting: HashMap<u32, oneshot::Sender<Command>>,
    enquire_link: Duration,
    patience: Duration,
    /// The number of our question whether the carrier is there, while it is not answered.
    enquired: Option<u32>,
    incoming: mpsc::Sender<Result<Command, LineError>>,
}

impl<S: AsyncRead + AsyncWrite + Unpin> Line<S> {
    /// Until the line breaks or no client is left.
    async fn serve(mut self, mut asked: mpsc::Receiver<Request>) -> Result<(), LineError> {
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
                        // It is written, whether somebody waits or not.
                        let _ = written.send(());
                    }
                    None => {
                        // Nobody is left who would want to know that it failed.
                        let _ = timeout(self.patience, self.framed.get_mut().shutdown()).await;
                        return Ok(());
                    }
                },
                command = self.framed.next() => {
                    let command = command.ok_or(LineError::Closed)??;
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
                        return Err(LineError::Silent);
                    }
                    self.waiting.retain(|_, response| !response.is_closed());
                    self.enquired = Some(self.ask(Pdu::EnquireLink).await?);
                    due = Instant::now() + self.patience;
                }
            }
        }
    }

    async fn read(&mut self, command: Command) -> Result<(), LineError> {
        let number = command.sequence_number();
        match command.id() {
            CommandId::EnquireLink => {
                self.write(Command::new(CommandStatus::EsmeRok, number, Pdu::EnquireLinkResp)).await
            }
            id if id.is_response() => {
                if let Some(response) = self.waiting.remove(&number) {
                    // It came after all, and nobody waits any more.
                    let _ = response.send(command);
                }
                Ok(())
            }
            id => match self.incoming.try_send(Ok(command)) {
                // The carrier keeps it and delivers it again.
                Err(mpsc::error::TrySendError::Full(_)) if id == CommandId::DeliverSm => {
                    let refusal = Pdu::DeliverSmResp(DeliverSmResp::default());
                    self.write(Command::new(CommandStatus::EsmeRmsgqful, number, refusal)).await
                }
                Ok(()) | Err(mpsc::error::TrySendError::Full(_)) => Ok(()),
                Err(mpsc::error::TrySendError::Closed(_)) => Err(LineError::Closed),
            },
        }
    }

    /// Writes a request, and returns its number.
    async fn ask(&mut self, pdu: Pdu) -> Result<u32, LineError> {
        self.sequence = self.sequence % MAX_SEQUENCE + 1;
        self.write(Command::new(CommandStatus::EsmeRok, self.sequence, pdu)).await?;
        Ok(self.sequence)
    }

    async fn write(&mut self, command: Command) -> Result<(), LineError> {
        Ok(timeout(self.patience, self.framed.send(command)).await??)
    }
}

#[cfg(test)]
mod tests;
