//! A TLS connection to a carrier.

use std::{io, path::Path, sync::Arc};

use rustls::pki_types::{CertificateDer, ServerName, pem, pem::PemObject as _};
use tokio::net::TcpStream;
use tokio_rustls::{TlsConnector, client::TlsStream};

/// Why a connection could not be secured.
#[derive(Debug, thiserror::Error)]
pub(super) enum TlsError {
    #[error("the authority's certificate cannot be read: {0}")]
    Authority(pem::Error),
    #[error("the connection cannot be secured: {0}")]
    Tls(#[from] rustls::Error),
    #[error("{0} is no name of a server")]
    Name(String),
    #[error("the connection broke: {0}")]
    Connection(#[from] io::Error),
}

/// Starts TLS with `host`. The system's certificate authorities are trusted, and the one whose certificate is in the
/// file `authority`.
pub(super) async fn secure(
    stream: TcpStream,
    host: &str,
    authority: Option<&Path>,
) -> Result<TlsStream<TcpStream>, TlsError> {
    let mut roots = rustls::RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if let Some(file) = authority {
        for certificate in CertificateDer::pem_file_iter(file).map_err(TlsError::Authority)? {
            roots.add(certificate.map_err(TlsError::Authority)?)?;
        }
    }
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = rustls::ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(|_| TlsError::Name(host.to_owned()))?;
    Ok(TlsConnector::from(Arc::new(config)).connect(name, stream).await?)
}
