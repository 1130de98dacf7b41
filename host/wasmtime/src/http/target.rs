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
        // All that may stand beside the host is a colon and digits: no user, no other text.
        let beside = authority.as_str().strip_prefix(authority.host());
        let port = match beside.map(|beside| beside.strip_prefix(':').ok_or(beside)) {
            Some(Ok(port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => port.parse().ok(),
            Some(Err("")) => Some(if is_tls { 443 } else { 80 }),
            _ => None,
        };
        let (Some(host), Some(port)) = (host, port) else {
            return Err(Error::HttpRequestUriInvalid);
        };
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
            "http://@a.test/",
            "http://a.test@a.test/",
            "http://a.test:80@a.test/",
            "http://127.1/",
            "http://0x7f000001/",
            "http://2130706433/",
            "http://[127.0.0.1]/",
            "http://[fe80::1%25eth0]/",
            "http://a.test:/",
            "http://a.test:99999/",
            "http://a.test:+80/",
            "http://a.test:80:80/",
            "http://a.test:8%30/",
            "http://[::1]x:80/",
            "http://[::1]80/",
            "http://x[::1]:80/",
            "http://[::1/",
            "http://[]/",
            "http://[a.test]/",
            "http://[v1.a]/",
            "http://[::ffff:127.1]/",
            "http://::1/",
            "http://127.0.0.1./",
            "http://0177.0.0.1/",
            "http://a.test%2e/",
            "http://a.test%00.b.test/",
            "http://bücher.test/",
            "http://１２７.0.0.1/",
            "http://xn--a/",
            "http://./",
            "http://a.test../",
            "http://a..test/",
            "http://%61.test/",
        ] {
            assert_eq!(target(uri), None, "{uri}");
        }
    }
}
