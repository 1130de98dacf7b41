//! Sends one request: looks the host up, connects to what the policy allows, and exchanges.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use http::Uri;
use http::uri::{PathAndQuery, Scheme};
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wasmtime_wasi::runtime::spawn;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};
use winsock_async_engine::{Answer, Connections, Lookups, NameQuery, Query, is_host};

use super::body::TimedBody;
use super::{Sent, error, or_default, tls};

/// What a guest's requests need of the host.
#[derive(Clone, Debug)]
pub(super) struct Client {
    lookups: Lookups,
    connections: Connections,
    tls: Arc<ClientConfig>,
}

/// The server that a URI names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Target {
    /// A name, or an address without brackets.
    pub(super) host: String,
    port: u16,
    is_tls: bool,
}

/// A connection, with or without TLS.
trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}

impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

impl Client {
    pub(super) fn new(
        lookups: Lookups,
        connections: Connections,
        tls: Arc<ClientConfig>,
    ) -> Client {
        Client {
            lookups,
            connections,
            tls,
        }
    }

    /// Sends a request, and waits for the head of its response. Dropping the future ends the lookup
    /// or the connection.
    pub(super) async fn send(
        &self,
        mut request: http::Request<WasiBody>,
        options: RequestOptions,
    ) -> Sent {
        let target = Target::of(request.uri())?;
        // A server is asked for a path. Only a proxy gets the whole URI.
        let path = request.uri().path_and_query().cloned();
        *request.uri_mut() = path
            .unwrap_or_else(|| PathAndQuery::from_static("/"))
            .into();
        let connected = timeout(or_default(options.connect_timeout), self.connect(&target)).await;
        let stream = connected.unwrap_or(Err(Error::ConnectionTimeout))?;
        let handshake = http1::handshake(TokioIo::new(stream)).await;
        let (mut sender, connection) = handshake.map_err(error::of_http)?;
        // Ends with its handle, as the future of this request does.
        let connection = spawn(connection);
        let answered = sender.send_request(request);
        let answered = timeout(or_default(options.first_byte_timeout), answered).await;
        let response = answered
            .map_err(|_elapsed| Error::ConnectionReadTimeout)?
            .map_err(error::of_http)?;
        let limit = or_default(options.between_bytes_timeout);
        let response = response.map(|body| TimedBody::new(body, limit).boxed_unsync());
        let driver = async move { connection.await.map_err(error::of_http) };
        Ok((response, Box::new(driver)))
    }

    async fn connect(&self, target: &Target) -> Result<Box<dyn Stream>, Error> {
        let stream = self.connect_to_one(target).await?;
        if target.is_tls {
            let stream = tls::connect(Arc::clone(&self.tls), target, stream).await?;
            return Ok(Box::new(stream));
        }
        Ok(Box::new(stream))
    }

    /// Connects to the first address that can be reached, of those that the policy allows.
    async fn connect_to_one(&self, target: &Target) -> Result<TcpStream, Error> {
        let mut failed = None;
        for address in self.addresses(target).await? {
            let address = SocketAddr::new(address, target.port);
            if self.connections.check_host(&target.host, address).is_err() {
                continue;
            }
            match TcpStream::connect(address).await {
                Ok(stream) => {
                    // As a request is written in few parts; without it they wait for each other.
                    let _ = stream.set_nodelay(true);
                    return Ok(stream);
                }
                Err(error) => failed = failed.or(Some(error::of_connect(error))),
            }
        }
        Err(failed.unwrap_or(Error::HttpRequestDenied))
    }

    /// The addresses of the target, in the order in which to try them.
    async fn addresses(&self, target: &Target) -> Result<Vec<IpAddr>, Error> {
        if let Some(address) = target.literal() {
            return Ok(vec![address]);
        }
        let query = NameQuery {
            name: target.host.as_bytes().into(),
            family: None,
        };
        let answer = self.lookups.begin(Query::Addresses(query)).await;
        match &*answer.map_err(error::of_lookup)? {
            Answer::Addresses(list) => Ok(list.addresses().collect()),
            _ => Err(Error::InternalError(None)),
        }
    }
}

impl Target {
    /// # Errors
    /// If the URI has no host, or one that can be none.
    fn of(uri: &Uri) -> Result<Target, Error> {
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
