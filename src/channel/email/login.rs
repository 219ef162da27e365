//! How we log in on a mail server and secure the line to it.

use std::{process::Stdio, sync::Arc, time::Duration};

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject as _};
use tokio::{net::TcpStream, process::Command};
use tokio_rustls::{TlsConnector, client::TlsStream};

use crate::config::{MailServer, SecretError};

/// A program that gives a token asks a service for it.
const TOKEN_PATIENCE: Duration = Duration::from_secs(15);

/// What we log in with.
#[derive(Clone, PartialEq, Eq)]
pub(super) enum Login {
    /// The relay trusts this machine.
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

/// Why there is nothing to log in with, or no line.
#[derive(Debug, thiserror::Error)]
pub(super) enum LoginError {
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error("the program that gives the token failed: run it by hand")]
    TokenCommand,
    #[error("a user needs a password, a token or a token_command")]
    Nothing,
    #[error("the authority's certificate cannot be read: {0}")]
    Authority(rustls::pki_types::pem::Error),
    #[error("the line cannot be secured: {0}")]
    Tls(#[from] rustls::Error),
    #[error("{0} is no name of a server")]
    Name(String),
    #[error("the line broke: {0}")]
    Line(#[from] std::io::Error),
}

/// Finds what to log in with. Tokens live for an hour: they are asked for each time.
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

/// Secures a line: the system's authorities are believed, and the configured one.
pub(super) async fn secure(line: TcpStream, server: &MailServer) -> Result<TlsStream<TcpStream>, LoginError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = &server.authority {
        for certificate in CertificateDer::pem_file_iter(file).map_err(LoginError::Authority)? {
            roots.add(certificate.map_err(LoginError::Authority)?)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(server.host.clone()).map_err(|_| LoginError::Name(server.host.clone()))?;
    Ok(TlsConnector::from(Arc::new(config)).connect(name, line).await?)
}
