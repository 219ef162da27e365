//! Logging in to a mail server and securing the connection, for IMAP and SMTP; each error says what to mend.

use std::{error::Error, io, path::Path, process::Stdio, sync::Arc, time::Duration};

use rustls::{
    CertificateError,
    pki_types::{CertificateDer, ServerName, pem::PemObject as _},
};
use tokio::{net::TcpStream, process::Command};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::config::{MailServer, SecretError};

/// The time-out of the program that prints a token, which it asks a service for.
const TOKEN_PATIENCE: Duration = Duration::from_secs(15);

/// The credentials to log in with.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// None: the relay trusts this machine.
    None,
    Password(String),
    /// For XOAUTH2.
    Token(String),
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Login")
    }
}

/// Why there are no credentials, or no secure connection.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoginError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the program that gives the token failed: run it by hand")]
    TokenCommand,
    #[error("a user needs a password, a token or a token_command")]
    Nothing,
    #[error("the file that `authority` names holds no certificate in PEM form, or cannot be read")]
    Authority,
    #[error(
        "its certificate is signed by an authority that is not trusted here: look whether `host` is the right server; \
         if the authority is your own, name the file with its certificate in `authority`"
    )]
    UnknownAuthority,
    #[error("its certificate is for another name: `host` must be a name that stands in the certificate")]
    OtherName,
    #[error("its certificate is out of date, or this machine's clock is wrong: renew the one or set the other")]
    OutOfDate,
    #[error("it does not speak TLS from the first byte at this port: try security = \"starttls\", or another port")]
    NotTls,
    #[error("the connection cannot be secured: {0}")]
    Tls(rustls::Error),
    #[error("{0} is no name of a server")]
    Name(String),
    #[error("the connection broke: {0}")]
    Connection(io::Error),
}

impl From<rustls::Error> for LoginError {
    fn from(error: rustls::Error) -> Self {
        use CertificateError as Certificate;
        match error {
            rustls::Error::InvalidCertificate(Certificate::UnknownIssuer) => Self::UnknownAuthority,
            rustls::Error::InvalidCertificate(
                Certificate::NotValidForName | Certificate::NotValidForNameContext { .. },
            ) => Self::OtherName,
            rustls::Error::InvalidCertificate(
                Certificate::Expired
                | Certificate::ExpiredContext { .. }
                | Certificate::NotValidYet
                | Certificate::NotValidYetContext { .. },
            ) => Self::OutOfDate,
            rustls::Error::InvalidMessage(_) => Self::NotTls,
            other => Self::Tls(other),
        }
    }
}

impl From<io::Error> for LoginError {
    fn from(error: io::Error) -> Self {
        of_tls(&error).unwrap_or(Self::Connection(error))
    }
}

/// The TLS error in a chain of errors, however deep the libraries wrapped it.
pub(super) fn of_tls(error: &(dyn Error + 'static)) -> Option<LoginError> {
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(found) = error.downcast_ref::<rustls::Error>() {
            return Some(found.clone().into());
        }
        // `source()` of an I/O error skips the error that it wraps, so that one is looked at first.
        next = match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(inner) => Some(inner),
            None => error.source(),
        };
    }
    None
}

/// The credentials to log in with. Tokens are valid for about an hour, so they are read anew each time.
pub(super) async fn login(server: &MailServer) -> Result<Login, LoginError> {
    if server.user.is_empty() {
        return Ok(Login::None);
    }
    if let Some((program, arguments)) = server.token_command.split_first() {
        let output = Command::new(program).args(arguments).stdin(Stdio::null()).kill_on_drop(true).output();
        let output = tokio::time::timeout(TOKEN_PATIENCE, output).await.map_err(|_| LoginError::TokenCommand)??;
        let token = String::from_utf8(output.stdout).unwrap_or_default().trim().to_owned();
        if !output.status.success() || token.is_empty() {
            return Err(LoginError::TokenCommand);
        }
        return Ok(Login::Token(token));
    }
    if let Some(token) = &server.token {
        return Ok(Login::Token(token.reveal()?.into_inner()));
    }
    let password = server.password.as_ref().ok_or(LoginError::Nothing)?;
    Ok(Login::Password(password.reveal()?.into_inner()))
}

/// Starts TLS. The system's certificate authorities are trusted, and the configured one.
pub(super) async fn secure(stream: TcpStream, server: &MailServer) -> Result<TlsStream<TcpStream>, LoginError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    for certificate in authority(server.authority.as_deref())? {
        roots.add(certificate).map_err(|_| LoginError::Authority)?;
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(server.host.clone()).map_err(|_| LoginError::Name(server.host.clone()))?;
    Ok(TlsConnector::from(Arc::new(config)).connect(name, stream).await?)
}

/// The certificates of the configured authority.
pub(super) fn authority(file: Option<&Path>) -> Result<Vec<CertificateDer<'static>>, LoginError> {
    let Some(file) = file else { return Ok(Vec::new()) };
    let certificates = CertificateDer::pem_file_iter(file).and_then(Iterator::collect::<Result<Vec<_>, _>>);
    certificates.ok().filter(|found| !found.is_empty()).ok_or(LoginError::Authority)
}

#[cfg(test)]
mod tests;
