//! The server that a request goes to.

use std::net::IpAddr;

use http::Uri;
use http::uri::Scheme;
use wasmtime_wasi_http::Error;
use winsock_async_engine::is_host;

/// The server that a URI names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// A name, or an address without brackets.
    pub(super) host: String,
    /// Its port, or the scheme's.
    pub(super) port: u16,
    /// Whether the scheme is `https`.
    pub(super) is_tls: bool,
}

impl Target {
    /// # Errors
    /// If the URI has no host, or one that can be none.
    pub(super) fn of(uri: &Uri) -> Result<Target, Error> {
        let authority = uri.authority().ok_or(Error::HttpRequestUriInvalid)?;
        let is_tls = uri.scheme() != Some(&Scheme::HTTP);
        let in_brackets = authority.host().strip_prefix('[');
        let host = match in_brackets.map(|rest| rest.strip_suffix(']')) {
            Some(inside) => inside.filter(|inside| inside.contains(':')),
            None => Some(authority.host()),
        };
        let host = host.filter(|host| is_host(host));
        // A port that is no number, and no port after the colon, are errors of the guest.
        let has_port = authority.as_str().len() > authority.host().len();
        let port = match authority.port_u16() {
            Some(port) => Some(port),
            None => (!has_port).then_some(if is_tls { 443 } else { 80 }),
        };
        let (Some(host), Some(port)) = (host, port) else {
            return Err(Error::HttpRequestUriInvalid);
        };
        if authority.as_str().contains('@') {
            return Err(Error::HttpRequestUriInvalid);
        }
        Ok(Target {
            host: host.into(),
            port,
            is_tls,
        })
    }

    /// The address, if the URI has one in place of a name.
    pub(super) fn literal(&self) -> Option<IpAddr> {
        self.host.parse().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(uri: &str) -> Option<(String, u16, bool)> {
        let target = Target::of(&uri.parse().ok()?).ok()?;
        Some((target.host, target.port, target.is_tls))
    }

    #[test]
    fn target_is_the_host_and_port_of_the_uri() {
        for (uri, host, port, is_tls) in [
            ("http://a.test/", "a.test", 80, false),
            ("https://a.test/x?y", "a.test", 443, true),
            ("https://A.test:8443", "A.test", 8443, true),
            ("http://192.0.2.1:81/", "192.0.2.1", 81, false),
            ("http://[2001:db8::1]/", "2001:db8::1", 80, false),
            ("https://[::1]:1/", "::1", 1, true),
        ] {
            assert_eq!(target(uri), Some((host.into(), port, is_tls)), "{uri}");
        }
    }

    #[test]
    fn host_that_can_be_none_is_refused() {
        for uri in [
            "/path",
            "http://user@a.test/",
            "http://user:word@a.test/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://[127.0.0.1]/",
            "http://[fe80::1%25eth0]/",
            "http://a.test:/",
            "http://a.test:99999/",
            "http://a..test/",
            "http://%61.test/",
        ] {
            assert_eq!(target(uri), None, "{uri}");
        }
    }
}
