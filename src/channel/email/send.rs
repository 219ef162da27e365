//! Sends by SMTP, over a few connections that are kept open, each send with a time-out of its own.
//!
//! The transport's own time-out covers connecting only. A connection that was idle is tested before it is used, so that
//! one that the server closed meanwhile costs no message.

use std::time::Duration;

use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    address::AddressError,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        PoolConfig,
        authentication::{Credentials, Mechanism},
        client::{Certificate, Tls, TlsParameters},
    },
};
use tokio::sync::Mutex;

use super::{
    automatic::reason_of,
    dkim::Signer,
    login::{self, Login, LoginError},
    render::Rendered,
};
use crate::{
    channel::{Reason, Retry, SendError, Thread},
    config::{MailServer, Security},
};

/// The time-out of one send, from connecting to the server's last reply.
const PATIENCE: Duration = Duration::from_mins(1);
/// How long an idle connection is kept: servers close one after a minute or more.
const IDLE: Duration = Duration::from_secs(30);
/// How many connections are open at once, which is also how many messages of an account are in flight.
pub(super) const LINES: usize = 4;

type Transport = AsyncSmtpTransport<Tokio1Executor>;

/// Sends an account's messages.
#[derive(Debug)]
pub(super) struct Mailer {
    server: MailServer,
    signer: Option<Signer>,
    /// Opened anew when the token to log in with has changed.
    transport: Mutex<Option<(Login, Transport)>>,
}

/// An e-mail to send.
#[derive(Clone, Debug)]
pub(super) struct Letter<'a> {
    pub(super) from: (&'a str, &'a str),
    pub(super) to: &'a str,
    pub(super) reply_to: Option<String>,
    /// The Message-ID, without the angle brackets.
    pub(super) id: &'a str,
    pub(super) thread: &'a Thread,
    /// Whether the flow wrote it, and no handler.
    pub(super) is_automatic: bool,
    pub(super) rendered: Rendered,
}

impl Mailer {
    pub(super) fn new(server: MailServer, signer: Option<Signer>) -> Self {
        Self { server, signer, transport: Mutex::default() }
    }

    pub(super) async fn send(&self, letter: Letter<'_>) -> Result<(), SendError> {
        let message = letter.build()?;
        let mut raw = message.formatted();
        if let Some(signer) = &self.signer {
            raw = signer.sign(&raw).map_err(|error| later(Reason::Account, &error.to_string()))?;
        }
        let sending = async {
            let transport = self.transport().await?;
            transport.send_raw(message.envelope(), &raw).await.map_err(|error| self.refusal(&error))
        };
        match tokio::time::timeout(PATIENCE, sending).await {
            Ok(sent) => sent.map(drop),
            Err(_) => Err(silent()),
        }
    }

    async fn transport(&self) -> Result<Transport, SendError> {
        let unusable = |error: LoginError| later(Reason::Account, &error.to_string());
        let login = login::login(&self.server).await.map_err(unusable)?;
        let mut current = self.transport.lock().await;
        match &*current {
            Some((with, transport)) if *with == login => Ok(transport.clone()),
            _ => {
                let transport = self.open(&login).map_err(unusable)?;
                *current = Some((login, transport.clone()));
                Ok(transport)
            }
        }
    }

    /// Logs in and sends nothing, for `guichet doctor`.
    pub(super) async fn check(&self) -> Result<String, String> {
        let looking = async {
            let transport = self.transport().await?;
            transport.test_connection().await.map_err(|error| self.refusal(&error))
        };
        let looked = tokio::time::timeout(PATIENCE, looking).await.unwrap_or_else(|_| Err(silent()));
        let how = if self.server.user.is_empty() { "it takes mail without a log-in" } else { "logged in" };
        match looked {
            Ok(true) => Ok(how.to_owned()),
            Ok(false) => Err("the server hung up after the log-in: its own log says why".to_owned()),
            Err(error) => Err(error.detail),
        }
    }

    fn refusal(&self, error: &lettre::transport::smtp::Error) -> SendError {
        let has_token = self.server.token.is_some() || !self.server.token_command.is_empty();
        // The server answers a refused token with another challenge, which the library reports as its own error.
        if has_token && error.is_client() {
            let detail = "the mail server refuses the token, or takes none: look at the user and the token";
            return later(Reason::Account, detail);
        }
        of_smtp(error)
    }

    fn open(&self, login: &Login) -> Result<Transport, LoginError> {
        let server = &self.server;
        let tls = || {
            let mut parameters = TlsParameters::builder(server.host.clone());
            for certificate in login::authority(server.authority.as_deref())? {
                let certificate = Certificate::from_der(certificate.to_vec()).map_err(|_| LoginError::Authority)?;
                parameters = parameters.add_root_certificate(certificate);
            }
            parameters.build_rustls().map_err(|_| LoginError::Name(server.host.clone()))
        };
        let (tls, port) = match server.security {
            Security::Tls => (Tls::Wrapper(tls()?), 465),
            Security::Starttls => (Tls::Required(tls()?), 587),
            Security::None => (Tls::None, 25),
        };
        let mut builder = Transport::builder_dangerous(&server.host)
            .port(server.port.unwrap_or(port))
            .tls(tls)
            .timeout(Some(PATIENCE / 2))
            .pool_config(PoolConfig::new().max_size(u32::try_from(LINES).unwrap_or(1)).idle_timeout(IDLE));
        builder = match login {
            Login::None => builder,
            Login::Password(password) => builder.credentials(Credentials::new(server.user.clone(), password.clone())),
            Login::Token(token) => builder
                .credentials(Credentials::new(server.user.clone(), token.clone()))
                .authentication(vec![Mechanism::Xoauth2]),
        };
        Ok(builder.build())
    }
}

impl Letter<'_> {
    fn build(self) -> Result<Message, SendError> {
        let mailbox = |name: Option<&str>, address: &str| {
            let address = address.parse::<Address>()?;
            Ok::<_, AddressError>(Mailbox::new(name.map(str::to_owned), address))
        };
        let ours = |_| later(Reason::Account, "the account's own address is none");
        let (name, address) = self.from;
        let mut builder = Message::builder()
            .from(mailbox(Some(name), address).map_err(ours)?)
            .to(mailbox(None, self.to).map_err(|_| never(Reason::NoSuchAddress, "the address is none"))?)
            .message_id(Some(format!("<{}>", self.id)))
            .subject(self.rendered.subject);
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(mailbox(Some(name), reply_to).map_err(ours)?);
        }
        let received: Vec<&str> = ids(&self.thread.received).collect();
        let sent: Vec<&str> = ids(&self.thread.sent).collect();
        if let Some(id) = received.last().or(sent.last()) {
            builder = builder.in_reply_to(format!("<{id}>"));
            let all: Vec<String> = sent.iter().chain(&received).map(|id| format!("<{id}>")).collect();
            builder = builder.references(all.join(" "));
        }
        if self.is_automatic {
            // `Auto-Submitted` is RFC 3834's; Exchange needs the second.
            builder = builder
                .raw_header(header("Auto-Submitted", "auto-replied"))
                .raw_header(header("X-Auto-Response-Suppress", "OOF, AutoReply"));
        }
        builder
            .multipart(MultiPart::alternative_plain_html(self.rendered.text, self.rendered.html))
            .map_err(|_| never(Reason::Content, "the message cannot be put together"))
    }
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// Those of the identifiers that are Message-IDs and can stand in a header unchanged. Behind one that came to us stands the hash
/// of its content ([`super::parse::Mail::digest`]).
fn ids(all: &[String]) -> impl Iterator<Item = &str> {
    let is_id = |id: &&str| {
        id.contains('@') && id.len() <= 250 && id.bytes().all(|byte| byte.is_ascii_graphic() && !b"<>".contains(&byte))
    };
    all.iter().filter_map(|id| id.split(' ').next()).filter(is_id)
}

/// The send error of an SMTP error. Only codes are passed on, for the server's words may hold personal data.
fn of_smtp(error: &lettre::transport::smtp::Error) -> SendError {
    let Some(code) = error.status().map(|code| code.to_string()) else {
        if let Some(problem) = login::of_tls(error) {
            return later(Reason::Unavailable, &format!("no secure connection to the mail server: {problem}"));
        }
        return if error.is_timeout() {
            silent()
        } else if error.is_client() {
            // The library's own error before the message is sent: no STARTTLS, or no common authentication mechanism.
            let cause = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
            later(Reason::Unavailable, &format!("the mail server does not offer what is configured: {cause}"))
        } else {
            later(Reason::Unavailable, "the mail server cannot be reached: look at `host`, `port` and the firewall")
        };
    };
    let text = std::error::Error::source(error).map(ToString::to_string).unwrap_or_default();
    let status = enhanced(&text).unwrap_or_default();
    let detail = format!("the mail server said {code} {status}");
    match code.as_str() {
        // The log-in failed; an operator may mend it before the last try.
        "530" | "534" | "535" | "538" | "454" => {
            later(Reason::Account, &format!("{detail}: look at the user and the password or the token"))
        }
        _ if error.is_permanent() => {
            let reason = match (status, code.as_str()) {
                ("", "550" | "551" | "553") => Reason::NoSuchAddress,
                ("", "552" | "554") => Reason::Content,
                ("", _) => Reason::Undelivered,
                (status, _) => reason_of(status),
            };
            never(reason, &detail)
        }
        _ => later(Reason::Unavailable, &detail),
    }
}

/// The enhanced status code at the beginning of a reply's text (RFC 2034).
fn enhanced(text: &str) -> Option<&str> {
    text.split(|c: char| !c.is_ascii_digit() && c != '.').find(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        matches!(parts[..], ["2" | "4" | "5", subject, detail] if !subject.is_empty() && !detail.is_empty() && word.len() <= 9)
    })
}

fn silent() -> SendError {
    let detail =
        "the mail server did not answer in time: with port 465 belongs security = \"tls\", with 587 \"starttls\"";
    later(Reason::Unavailable, detail)
}

fn later(reason: Reason, detail: &str) -> SendError {
    SendError { retry: Retry::Later, reason, detail: detail.to_owned() }
}

fn never(reason: Reason, detail: &str) -> SendError {
    SendError { retry: Retry::Never, reason, detail: detail.to_owned() }
}

#[cfg(test)]
mod tests;
