//! Requests of `wasi:http`, and the certificate authorities that they trust.

use anyhow::{Context, Result, bail};
use winsock_async_wasmtime::WinsockCtx;
use winsock_async_wasmtime::http::rustls::pki_types::CertificateDer;
use winsock_async_wasmtime::http::rustls::pki_types::pem::PemObject;
use winsock_async_wasmtime::http::{HttpHooks, tls_config};

use crate::args::Run;
use crate::resolvers::read;

/// The largest file of certificates. A system's bundle has a few hundred KiB.
const MAX_BYTES: u64 = 16 << 20;

/// Sends the guest's requests, and trusts what `--tls-ca` says.
///
/// # Errors
/// If a file cannot be read, or has no certificate.
pub(crate) fn hooks(options: &Run, winsock: &WinsockCtx) -> Result<HttpHooks> {
    let mut authorities = Vec::new();
    for path in &options.tls_ca {
        let option = || format!("--tls-ca {}", path.display());
        let pem = read(path, "--tls-ca", MAX_BYTES, options)?;
        let found: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
        let found = found.with_context(option)?;
        if found.is_empty() {
            bail!("{}: there is no certificate in PEM form", option());
        }
        // Each file alone, so that the error names the file.
        tls_config(found.iter().cloned()).with_context(option)?;
        authorities.extend(found);
    }
    Ok(HttpHooks::with_tls(winsock, tls_config(authorities)?))
}
