//! TLS by rustls.

use std::sync::Arc;

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use wasmtime_wasi_http::Error;

use super::error;
use super::target::Target;

/// Makes a configuration of TLS 1.2 and 1.3 with the certificate authorities that Mozilla trusts,
/// and `more`.
///
/// # Errors
/// If one of `more` is no certificate.
pub fn tls_config<'a>(
    more: impl IntoIterator<Item = CertificateDer<'a>>,
) -> Result<Arc<ClientConfig>, rustls::Error> {
    let mut roots = RootCertStore {
        roots: webpki_roots::TLS_SERVER_ROOTS.into(),
    };
    for certificate in more {
        roots.add(certificate)?;
    }
    // Named here: the process may have no default, or another.
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

/// Agrees on keys with the server, which must prove the target's name.
pub(super) async fn connect(
    config: Arc<ClientConfig>,
    target: &Target,
    stream: TcpStream,
) -> Result<TlsStream<TcpStream>, Error> {
    let name = match target.literal() {
        Some(address) => ServerName::from(address),
        None => {
            let name = target.host.strip_suffix('.').unwrap_or(&target.host);
            let name = ServerName::try_from(name).map_err(|_| Error::HttpRequestUriInvalid)?;
            name.to_owned()
        }
    };
    let connected = TlsConnector::from(config).connect(name, stream).await;
    connected.map_err(error::of_tls)
}
