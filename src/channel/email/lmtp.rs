//! Receives mail by LMTP (RFC 2033): the site's own mail server delivers each message, and keeps it in its queue until
//! we accept it, also while Guichet is down.
//!
//! After DATA there is one reply for each recipient, 250 only when the message is on disk. A recipient that is not ours
//! is refused before the message is sent.

mod peers;

use std::{net::SocketAddr, sync::Arc, time::Duration};

use bytes::Bytes;
use tokio::{
    io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader},
    net::{TcpListener, TcpStream},
    task::JoinSet,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    EmailProvider, TakeError,
    parse::{MAX_BYTES, Unreadable, normalise},
};
use crate::{channel::Receiver, config::Lmtp};
use peers::{Peers, Seat};

/// The time-outs between two commands and for a message: five and ten minutes, as in RFC 5321, 4.5.3.2.
const PATIENCE: Duration = Duration::from_mins(5);
const PATIENCE_FOR_DATA: Duration = Duration::from_mins(10);
/// The longest command line in octets: the 512 of RFC 5321, 4.5.3.1.4, and room for extensions.
const MAX_COMMAND: usize = 2048;
const MAX_RECIPIENTS: usize = 100;
const GREETING: &str = "220 Guichet LMTP";
/// How long to wait before the port is tried again.
const AGAIN: Duration = Duration::from_secs(5);
/// How long to wait when the system has no file for a connection.
const NO_FILE: Duration = Duration::from_millis(500);
/// How long a peer that is sent away may take to read that.
const FAREWELL: Duration = Duration::from_secs(1);

/// Serves until `stop`, then finishes the messages that have begun.
pub(super) async fn serve(
    account: &Arc<EmailProvider>,
    settings: &Lmtp,
    receiver: &Receiver,
    stop: &CancellationToken,
) {
    let Some(listener) = bind(account, settings.listen, stop).await else { return };
    let peers = Peers::default();
    let mut lines = JoinSet::new();
    loop {
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        while lines.try_join_next().is_some() {}
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                tracing::error!(account = account.config.account, %error, "an LMTP connection cannot be accepted");
                sleep(NO_FILE).await;
                continue;
            }
        };
        let name = &account.config.account;
        if !settings.peers.iter().any(|network| network.contains(peer.ip())) {
            tracing::warn!(account = name, "a peer that is not among lmtp.peers was sent away");
            lines.spawn(send_away(stream, "554 5.7.1 This host may not hand mail over"));
            continue;
        }
        let Some(seat) = peers.seat(peer.ip()) else {
            tracing::warn!(account = name, "an LMTP connection found no place: all others hand a message over");
            lines.spawn(send_away(stream, "421 4.3.2 Too many connections"));
            continue;
        };
        let (account, receiver, stop) = (Arc::clone(account), receiver.clone(), stop.clone());
        lines.spawn(async move {
            let stream = BufReader::new(stream);
            let mut session = Session { account: &account, receiver: &receiver, stream, mail: None, seat };
            if let Err(error) = session.run(&stop).await {
                tracing::debug!(account = account.config.account, %error, "an LMTP connection broke");
            }
        });
    }
    while lines.join_next().await.is_some() {}
}

async fn send_away(mut stream: TcpStream, why: &'static str) {
    let _ = timeout(FAREWELL, stream.write_all(format!("{why}\r\n").as_bytes())).await;
}

/// Checks that the port is free, or that a running Guichet listens on it, for `guichet doctor`.
pub(super) async fn check(listen: SocketAddr) -> Result<String, String> {
    let Err(taken) = TcpListener::bind(listen).await else { return Ok(format!("{listen} is free to listen at")) };
    let greeting = async {
        let mut greeting = String::new();
        BufReader::new(TcpStream::connect(listen).await?).read_line(&mut greeting).await?;
        Ok::<_, std::io::Error>(greeting)
    };
    match timeout(AGAIN, greeting).await {
        Ok(Ok(greeting)) if greeting.trim_end() == GREETING => Ok(format!("a Guichet listens at {listen}")),
        _ => Err(format!("{listen} cannot be listened at: {taken}; give `listen` another port")),
    }
}

async fn bind(account: &EmailProvider, listen: SocketAddr, stop: &CancellationToken) -> Option<TcpListener> {
    loop {
        match TcpListener::bind(listen).await {
            Ok(listener) => return Some(listener),
            Err(error) => tracing::error!(account = account.config.account, %error, "LMTP cannot listen at {listen}"),
        }
        tokio::select! {
            () = stop.cancelled() => return None,
            () = sleep(AGAIN) => {}
        }
    }
}

struct Session<'a> {
    account: &'a EmailProvider,
    receiver: &'a Receiver,
    stream: BufReader<TcpStream>,
    mail: Option<Transaction>,
    seat: Seat,
}

/// A mail transaction: the arguments of MAIL and RCPT.
#[derive(Debug, Default)]
struct Transaction {
    /// The reverse path; empty means that no failure may be reported.
    sender: String,
    recipients: Vec<String>,
}

/// The result of reading a line.
enum Read {
    Line(Vec<u8>),
    TooLong,
    End,
}

impl Session<'_> {
    async fn run(&mut self, stop: &CancellationToken) -> std::io::Result<()> {
        self.say(GREETING).await?;
        loop {
            let waiting = self.seat.wait();
            let read = tokio::select! {
                // Between two messages nothing is lost by closing the connection.
                () = stop.cancelled() => return self.say("421 4.3.2 Stopping").await,
                () = waiting.wanted() => return self.say("421 4.3.2 Others wait").await,
                read = timeout(PATIENCE, self.read_line(MAX_COMMAND)) => read,
            };
            drop(waiting);
            let line = match read {
                Err(_) => return self.say("421 4.4.2 Too slow").await,
                Ok(Err(error)) => return Err(error),
                Ok(Ok(Read::End)) => return Ok(()),
                Ok(Ok(Read::TooLong)) => {
                    self.say("500 5.5.6 Line too long").await?;
                    continue;
                }
                Ok(Ok(Read::Line(line))) => line,
            };
            let line = String::from_utf8_lossy(&line).trim_end().to_owned();
            let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
            match verb.to_ascii_uppercase().as_str() {
                "LHLO" => self.greet().await?,
                "HELO" | "EHLO" => self.say("500 5.5.1 This is LMTP: say LHLO").await?,
                "MAIL" => self.mail(rest).await?,
                "RCPT" => self.recipient(rest).await?,
                "DATA" => match timeout(PATIENCE_FOR_DATA, self.data()).await {
                    Ok(done) => done?,
                    Err(_) => return self.say("421 4.4.2 Too slow").await,
                },
                "RSET" => {
                    self.mail = None;
                    self.say("250 2.0.0 Done").await?;
                }
                "NOOP" => self.say("250 2.0.0 Done").await?,
                "VRFY" => self.say("252 2.5.0 Try and see").await?,
                "QUIT" => return self.say("221 2.0.0 Goodbye").await,
                _ => self.say("500 5.5.1 Unknown command").await?,
            }
        }
    }

    async fn greet(&mut self) -> std::io::Result<()> {
        self.mail = None;
        let size = format!("250 SIZE {MAX_BYTES}");
        for line in ["250-guichet", "250-PIPELINING", "250-ENHANCEDSTATUSCODES", "250-8BITMIME", "250-SMTPUTF8", &size]
        {
            self.say(line).await?;
        }
        Ok(())
    }

    async fn mail(&mut self, rest: &str) -> std::io::Result<()> {
        let Some((sender, parameters)) = path(rest, "FROM:") else {
            return self.say("501 5.5.4 MAIL FROM:<address>").await;
        };
        if self.mail.is_some() {
            return self.say("503 5.5.1 One message at a time").await;
        }
        let size = parameters
            .split(' ')
            .find_map(|parameter| parameter.to_ascii_uppercase().strip_prefix("SIZE=")?.parse::<usize>().ok());
        if size.is_some_and(|size| size > MAX_BYTES) {
            return self.say("552 5.3.4 Too large").await;
        }
        self.mail = Some(Transaction { sender: sender.to_owned(), recipients: Vec::new() });
        self.say("250 2.1.0 Go on").await
    }

    async fn recipient(&mut self, rest: &str) -> std::io::Result<()> {
        let Some(mail) = &mut self.mail else { return self.say("503 5.5.1 MAIL comes first").await };
        let Some((recipient, _)) = path(rest, "TO:") else { return self.say("501 5.5.4 RCPT TO:<address>").await };
        let Some(recipient) = normalise(recipient).filter(|address| self.account.plus_part(address).is_some()) else {
            return self.say("550 5.1.1 Nobody of that name").await;
        };
        if mail.recipients.len() >= MAX_RECIPIENTS {
            return self.say("452 4.5.3 Too many recipients").await;
        }
        mail.recipients.push(recipient);
        self.say("250 2.1.5 Go on").await
    }

    async fn data(&mut self) -> std::io::Result<()> {
        let Some(mail) = self.mail.take().filter(|mail| !mail.recipients.is_empty()) else {
            return self.say("503 5.5.1 RCPT comes first").await;
        };
        self.say("354 Go on").await?;
        let reply = match self.read_message(&mail).await? {
            None => "552 5.3.4 Too large",
            Some(raw) => match self.account.take(self.receiver, raw).await {
                Ok(_) => "250 2.0.0 Kept",
                Err(TakeError::Unreadable(Unreadable::TooLarge)) => "552 5.3.4 Too large",
                Err(TakeError::Unreadable(Unreadable::Busy)) => "451 4.3.0 Try later",
                Err(TakeError::Unreadable(_)) => "554 5.6.0 Not readable",
                Err(TakeError::Receiver(error)) => {
                    tracing::warn!(account = self.account.config.account, %error, "a message stays at its sender's");
                    "451 4.3.0 Try later"
                }
            },
        };
        // The message was stored once for all recipients, so they get the same reply.
        for _ in &mail.recipients {
            self.say(reply).await?;
        }
        Ok(())
    }

    /// Reads the message up to the line with a dot, below the Return-Path that the delivering host writes (RFC 5321,
    /// 4.4). None when it is too large.
    async fn read_message(&mut self, mail: &Transaction) -> std::io::Result<Option<Bytes>> {
        let mut raw = format!("Return-Path: <{}>\r\n", mail.sender).into_bytes();
        for recipient in &mail.recipients {
            raw.extend(format!("Delivered-To: {recipient}\r\n").into_bytes());
        }
        let (mut is_too_large, mut at_start) = (false, true);
        loop {
            let start = raw.len();
            // Read in pieces: a line may have any length.
            let read = (&mut self.stream).take(64 * 1024).read_until(b'\n', &mut raw).await?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            let piece = &raw[start..];
            if at_start && matches!(piece, b".\r\n" | b".\n") {
                raw.truncate(start);
                return Ok((!is_too_large).then(|| raw.into()));
            }
            let ended = piece.ends_with(b"\n");
            if at_start && piece.starts_with(b".") {
                raw.remove(start);
            }
            at_start = ended;
            if is_too_large || raw.len() > MAX_BYTES {
                is_too_large = true;
                raw.clear();
            }
        }
    }

    async fn read_line(&mut self, max: usize) -> std::io::Result<Read> {
        let mut line = Vec::new();
        let max = u64::try_from(max).unwrap_or(u64::MAX);
        if (&mut self.stream).take(max).read_until(b'\n', &mut line).await? == 0 {
            return Ok(Read::End);
        }
        if line.ends_with(b"\n") {
            return Ok(Read::Line(line));
        }
        loop {
            line.clear();
            if (&mut self.stream).take(max).read_until(b'\n', &mut line).await? == 0 {
                return Ok(Read::End);
            }
            if line.ends_with(b"\n") {
                return Ok(Read::TooLong);
            }
        }
    }

    /// Writes a reply line.
    async fn say(&mut self, line: &str) -> std::io::Result<()> {
        self.stream.get_mut().write_all(format!("{line}\r\n").as_bytes()).await
    }
}

/// The address and the parameters in `FROM:<address> SIZE=1`; `keyword` is `FROM:` or `TO:`.
fn path<'a>(text: &'a str, keyword: &str) -> Option<(&'a str, &'a str)> {
    let (head, rest) = text.trim_start().split_at_checked(keyword.len())?;
    if !head.eq_ignore_ascii_case(keyword) {
        return None;
    }
    let (address, parameters) = rest.trim_start().strip_prefix('<')?.split_once('>')?;
    let is_clean = !address.chars().any(|c| c.is_control() || c.is_whitespace());
    is_clean.then_some((address, parameters.trim()))
}
