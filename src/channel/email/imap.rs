//! Reads incoming mail by IMAP, from the mailbox that the insurer already has.
//!
//! The store keeps how far the mailbox was read: its UIDVALIDITY and the last UID. A message is marked as seen only when
//! it is on disk; fetching it does not mark it. The server announces new mail (IDLE); since a connection can die without
//! notice, it is also asked every minute. After any error the reader connects anew.

use std::{fmt, time::Duration};

use async_imap::{Authenticator, Client, Session, error::Error as ImapError};
use bytes::Bytes;
use futures_util::TryStreamExt as _;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

use super::{
    EmailProvider, TakeError, Taken,
    login::{self, Login, LoginError},
    parse::{MAX_BYTES, Unreadable},
};
use crate::{
    channel::{Receiver, ReceiverError},
    config::{MailServer, Security},
    domain::message::Channel,
    store::{MailboxRow, StoreError},
};

/// The time-out of each command: a large message may take a while.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long IDLE waits before the server is asked. It renews the connection long before the half hour after which
/// servers close an idle one (RFC 2177).
const ASK_AGAIN: Duration = Duration::from_mins(1);
/// The first and the longest wait before connecting again.
const WAITS: (Duration, Duration) = (Duration::from_secs(1), Duration::from_mins(2));
/// How often a message that the store refuses for its content is tried before it is left, flagged, for a person.
const TRIES: u32 = 5;

/// Why a session ended.
#[derive(Debug, thiserror::Error)]
enum SessionError {
    #[error("the server does not answer in time: with port 993 belongs security = \"tls\", with 143 \"starttls\"")]
    Silent(#[from] tokio::time::error::Elapsed),
    #[error("the server cannot be reached: look at `host`, `port` and the firewall ({0})")]
    Unreachable(std::io::Error),
    #[error("the server offers no STARTTLS at this port")]
    NoStarttls,
    #[error(
        "the server refuses the log-in: look at the user and the password (some want one made for programs) or the token"
    )]
    Refused,
    #[error("the mailbox has no such folder")]
    NoFolder,
    /// The kind of error only: the server's words may hold an address.
    #[error("the server refused a command or broke the connection ({0})")]
    Imap(&'static str),
    #[error(transparent)]
    Login(#[from] LoginError),
    #[error("the mailbox has no UIDVALIDITY")]
    NoValidity,
    #[error("too many messages are being read at the moment")]
    Busy,
    #[error("a message cannot be stored at the moment: {0}")]
    Receiver(ReceiverError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ImapError> for SessionError {
    fn from(error: ImapError) -> Self {
        Self::Imap(match error {
            ImapError::Io(_) => "the connection",
            ImapError::Bad(_) => "BAD",
            ImapError::No(_) => "NO",
            ImapError::ConnectionLost => "it hung up",
            _ => "the answer",
        })
    }
}

/// Reads the mailbox until `stop`.
pub(super) async fn read(account: &EmailProvider, server: &MailServer, receiver: &Receiver, stop: &CancellationToken) {
    let mut wait = WAITS.0;
    let mut reader = Reader { account, server, receiver, stop, refused: (0, 0) };
    loop {
        let mut connected = false;
        let ended = tokio::select! {
            () = stop.cancelled() => return,
            ended = reader.run(&mut connected) => ended,
        };
        let Err(error) = ended else { return };
        if connected {
            wait = WAITS.0;
        }
        tracing::warn!(account = account.config.account, %error, again_in = ?wait, "the mailbox cannot be read");
        tokio::select! {
            () = stop.cancelled() => return,
            () = sleep(wait) => {}
        }
        wait = (wait * 2).min(WAITS.1);
    }
}

/// A connection to the server, with or without TLS.
trait Connection: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug {}

impl<T: AsyncRead + AsyncWrite + Unpin + Send + fmt::Debug> Connection for T {}

type Mailbox = Session<Box<dyn Connection>>;

/// Logs in, opens the folder and logs out, for `guichet doctor`.
pub(super) async fn check(server: &MailServer) -> Result<String, String> {
    let looked = async {
        let mut mailbox = connect(server).await?;
        let has_idle = timeout(PATIENCE, mailbox.capabilities()).await??.has_str("IDLE");
        timeout(PATIENCE, mailbox.examine(&server.folder)).await?.map_err(no_folder)?;
        timeout(PATIENCE, mailbox.logout()).await??;
        Ok::<_, SessionError>(has_idle)
    };
    match looked.await {
        Ok(true) => Ok("logged in; new mail is told at once".to_owned()),
        Ok(false) => Ok("logged in; new mail is looked for every minute (the server has no IDLE)".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

async fn connect(server: &MailServer) -> Result<Mailbox, SessionError> {
    let port = server.port.unwrap_or(if server.security == Security::Tls { 993 } else { 143 });
    let connection = timeout(PATIENCE, TcpStream::connect((server.host.as_str(), port))).await?;
    let connection = connection.map_err(SessionError::Unreachable)?;
    let connection: Box<dyn Connection> = match server.security {
        Security::None => Box::new(connection),
        Security::Tls => Box::new(timeout(PATIENCE, login::secure(connection, server)).await??),
        Security::Starttls => {
            let mut client = Client::new(connection);
            timeout(PATIENCE, client.read_response()).await?.map_err(LoginError::from)?;
            let asked = timeout(PATIENCE, client.run_command_and_check_ok("STARTTLS", None)).await?;
            asked.map_err(|_| SessionError::NoStarttls)?;
            Box::new(timeout(PATIENCE, login::secure(client.into_inner(), server)).await??)
        }
    };
    let mut client = Client::new(connection);
    if server.security != Security::Starttls {
        timeout(PATIENCE, client.read_response()).await?.map_err(LoginError::from)?;
    }
    let user = &server.user;
    let session = match login::login(server).await? {
        Login::None => return Err(LoginError::Nothing.into()),
        Login::Password(password) => timeout(PATIENCE, client.login(user, password)).await?,
        Login::Token(token) => timeout(PATIENCE, client.authenticate("XOAUTH2", Bearer::new(user, &token))).await?,
    };
    session.map_err(|(error, _)| match error {
        ImapError::No(_) => SessionError::Refused,
        other => other.into(),
    })
}

fn no_folder(error: ImapError) -> SessionError {
    match error {
        ImapError::No(_) => SessionError::NoFolder,
        other => other.into(),
    }
}

struct Reader<'a> {
    account: &'a EmailProvider,
    server: &'a MailServer,
    receiver: &'a Receiver,
    stop: &'a CancellationToken,
    /// The UID of the message that the store refused last, and how often it did.
    refused: (u32, u32),
}

impl Reader<'_> {
    /// Reads until it is told to stop; returns an error when the session ends otherwise.
    async fn run(&mut self, connected: &mut bool) -> Result<(), SessionError> {
        let mut mailbox = connect(self.server).await?;
        let has_idle = timeout(PATIENCE, mailbox.capabilities()).await??.has_str("IDLE");
        let selected = timeout(PATIENCE, mailbox.select(&self.server.folder)).await?.map_err(no_folder)?;
        let validity = selected.uid_validity.ok_or(SessionError::NoValidity)?;
        *connected = true;
        let mut read = self.begin(&mut mailbox, validity, selected.uid_next).await?;
        tracing::info!(account = self.account.config.account, has_idle, "the mailbox is being read");
        loop {
            self.take_new(&mut mailbox, &mut read).await?;
            if self.stop.is_cancelled() {
                return Ok(());
            }
            if has_idle {
                mailbox = self.idle(mailbox).await?;
            } else {
                sleep(ASK_AGAIN).await;
            }
        }
    }

    /// The position from which to read. In a mailbox that is read for the first time, only mail that arrives from now
    /// on is taken: people answered the rest. A mailbox with another UIDVALIDITY was recreated and has new numbers: its
    /// unseen mail is taken, and what was received before is recognised by its Message-ID.
    async fn begin(
        &mut self,
        mailbox: &mut Mailbox,
        validity: u32,
        next: Option<u32>,
    ) -> Result<MailboxRow, SessionError> {
        let name = &self.account.config.account;
        let known = self.receiver.store().mailbox(Channel::Email, name).await?;
        if let Some(known) = known.filter(|known| known.validity == validity) {
            return Ok(known);
        }
        let last = match next {
            Some(next) => next.saturating_sub(1),
            None => timeout(PATIENCE, mailbox.uid_search("ALL")).await??.into_iter().max().unwrap_or_default(),
        };
        if known.is_some() {
            tracing::warn!(account = name, "the mailbox was made anew: what nobody saw in it is taken");
            for uid in sorted(timeout(PATIENCE, mailbox.uid_search("UNSEEN")).await??) {
                self.take(mailbox, uid).await?;
            }
        }
        let read = MailboxRow { validity, last_uid: last };
        self.receiver.store().advance_mailbox(Channel::Email, name, read).await?;
        Ok(read)
    }

    async fn take_new(&mut self, mailbox: &mut Mailbox, read: &mut MailboxRow) -> Result<(), SessionError> {
        let query = format!("UID {}:*", read.last_uid.saturating_add(1));
        let found = timeout(PATIENCE, mailbox.uid_search(query)).await??;
        let last = read.last_uid;
        // `n:*` always finds the last message, even where its UID is lower than `n`.
        for uid in sorted(found).into_iter().filter(|uid| *uid > last) {
            if self.stop.is_cancelled() {
                return Ok(());
            }
            self.take(mailbox, uid).await?;
            read.last_uid = uid;
            self.receiver.store().advance_mailbox(Channel::Email, &self.account.config.account, *read).await?;
        }
        Ok(())
    }

    async fn take(&mut self, mailbox: &mut Mailbox, uid: u32) -> Result<(), SessionError> {
        let sizes: Vec<_> = timeout(PATIENCE, async {
            mailbox.uid_fetch(uid.to_string(), "(UID RFC822.SIZE)").await?.try_collect().await
        })
        .await??;
        let Some(size) = sizes.iter().find(|message: &&async_imap::types::Fetch| message.uid == Some(uid)) else {
            // Somebody deleted the message meanwhile.
            return Ok(());
        };
        let is_whole = size.size.is_some_and(|size| usize::try_from(size).is_ok_and(|size| size <= MAX_BYTES));
        // The header of a message that is too large is enough to answer the sender, who is told how to send files.
        let what = if is_whole { "(UID BODY.PEEK[])" } else { "(UID BODY.PEEK[HEADER])" };
        let bodies: Vec<async_imap::types::Fetch> =
            timeout(PATIENCE, async { mailbox.uid_fetch(uid.to_string(), what).await?.try_collect().await }).await??;
        let body = bodies.iter().find(|message| message.uid == Some(uid));
        let raw = body.and_then(|message| if is_whole { message.body() } else { message.header() });
        let Some(raw) = raw else { return Ok(()) };
        let raw = Bytes::copy_from_slice(raw);
        let taken = if is_whole {
            self.account.take(self.receiver, raw).await
        } else {
            self.account.take_head(self.receiver, raw).await
        };
        match taken {
            Ok(Taken::Stored) => mark(mailbox, uid, "\\Seen").await,
            Ok(Taken::Left) => Ok(()),
            Err(TakeError::Unreadable(Unreadable::Busy)) => Err(SessionError::Busy),
            Err(TakeError::Unreadable(error)) => self.leave(mailbox, uid, &error.to_string()).await,
            Err(TakeError::Receiver(error)) => {
                if !error.is_about_the_message() {
                    return Err(SessionError::Receiver(error));
                }
                self.refused = (uid, if self.refused.0 == uid { self.refused.1 + 1 } else { 1 });
                if self.refused.1 < TRIES {
                    return Err(SessionError::Receiver(error));
                }
                self.leave(mailbox, uid, &error.to_string()).await
            }
        }
    }

    /// Leaves a message that cannot be received, flagged and unseen, so that it does not block those after it.
    async fn leave(&self, mailbox: &mut Mailbox, uid: u32, error: &str) -> Result<(), SessionError> {
        tracing::error!(account = self.account.config.account, uid, %error, "a message was left in the mailbox, flagged");
        mark(mailbox, uid, "\\Flagged").await
    }

    /// Waits until the server announces something, at most [`ASK_AGAIN`].
    async fn idle(&self, mailbox: Mailbox) -> Result<Mailbox, SessionError> {
        let mut idle = mailbox.idle();
        timeout(PATIENCE, idle.init()).await??;
        {
            let (told, _interrupt) = idle.wait_with_timeout(ASK_AGAIN);
            timeout(ASK_AGAIN + PATIENCE, told).await??;
        }
        Ok(timeout(PATIENCE, idle.done()).await??)
    }
}

async fn mark(mailbox: &mut Mailbox, uid: u32, flag: &str) -> Result<(), SessionError> {
    let query = format!("+FLAGS.SILENT ({flag})");
    let _: Vec<_> =
        timeout(PATIENCE, async { mailbox.uid_store(uid.to_string(), query).await?.try_collect().await }).await??;
    Ok(())
}

fn sorted(uids: impl IntoIterator<Item = u32>) -> Vec<u32> {
    let mut uids: Vec<u32> = uids.into_iter().collect();
    uids.sort_unstable();
    uids
}

/// The client's side of XOAUTH2: one response.
struct Bearer(Option<String>);

impl Bearer {
    fn new(user: &str, token: &str) -> Self {
        Self(Some(format!("user={user}\x01auth=Bearer {token}\x01\x01")))
    }
}

impl Authenticator for Bearer {
    type Response = String;

    /// The second challenge is the server's error message; an empty response makes it refuse the log-in.
    fn process(&mut self, _challenge: &[u8]) -> String {
        self.0.take().unwrap_or_default()
    }
}
