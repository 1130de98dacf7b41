//! Errors of `wasi:http` for what went wrong.

use std::io::{self, ErrorKind};

use wasmtime_wasi_http::Error;
use winsock_async_engine::ErrorCode;

/// The error for a lookup that failed.
pub(super) fn of_lookup(error: ErrorCode) -> Error {
    let rcode = match error {
        ErrorCode::AccessDenied => return Error::HttpRequestDenied,
        ErrorCode::TryAgain => return Error::DnsTimeout,
        ErrorCode::WouldBlock => return Error::ConnectionLimitReached,
        ErrorCode::HostNotFound => "NXDOMAIN",
        ErrorCode::NoData => "NOERROR",
        _ => "SERVFAIL",
    };
    Error::DnsError {
        rcode: Some(rcode.into()),
        info_code: None,
    }
}

/// The error for a connection that failed.
pub(super) fn of_connect(error: io::Error) -> Error {
    match error.kind() {
        ErrorKind::ConnectionRefused => Error::ConnectionRefused,
        ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted => Error::ConnectionTerminated,
        ErrorKind::TimedOut => Error::ConnectionTimeout,
        ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable => {
            Error::DestinationIpUnroutable
        }
        // No local port is free.
        ErrorKind::AddrNotAvailable => Error::ConnectionLimitReached,
        // Of the host, such as no free descriptor. `wasmtime_wasi_http` would say that the server
        // refuses.
        _ => Error::InternalError(Some(error.to_string())),
    }
}

/// The error for a server with which TLS failed.
pub(super) fn of_tls(error: io::Error) -> Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    match cause {
        Some(rustls::Error::InvalidCertificate(_) | rustls::Error::NoCertificatesPresented) => {
            Error::TlsCertificateError
        }
        Some(rustls::Error::AlertReceived(alert)) => Error::TlsAlertReceived {
            alert_id: Some((*alert).into()),
            alert_message: Some(format!("{alert:?}")),
        },
        Some(_) => Error::TlsProtocolError,
        None if error.kind() == ErrorKind::UnexpectedEof => Error::ConnectionTerminated,
        None => of_connect(error),
    }
}

/// The error for an exchange of HTTP that failed.
pub(super) fn of_http(error: hyper::Error) -> Error {
    if error.is_incomplete_message() {
        Error::HttpResponseIncomplete
    } else if error.is_closed() {
        Error::ConnectionTerminated
    } else {
        Error::Hyper(error)
    }
}
