//! Sends one request: looks the host up, connects to what the policy allows, and exchanges.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use http::uri::PathAndQuery;
use http_body_util::BodyExt;
use hyper::client::conn::http1;
use rustls::ClientConfig;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use wasmtime_wasi::runtime::spawn;
use wasmtime_wasi_http::io::TokioIo;
use wasmtime_wasi_http::{Error, RequestOptions, WasiBody};
use winsock_async_engine::{Answer, Connections, ErrorCode, Lookups, NameQuery, Query};

use super::body::TimedBody;
use super::target::Target;
use super::{error, tls};

/// A time-out that the guest does not set.
const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// What `wasmtime_wasi_http` awaits: the response, and a future that drives its connection.
pub(super) type Sent = Result<(http::Response<WasiBody>, Driver), Error>;
pub(super) type Driver = Box<dyn Future<Output = Result<(), Error>> + Send>;

/// What a guest's requests need of the host.
#[derive(Clone, Debug)]
pub(super) struct Client {
    lookups: Lookups,
    connections: Connections,
    tls: Arc<ClientConfig>,
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
                    // So that no part of a request waits for an earlier one to be acknowledged.
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
        if answer.as_ref().err() == Some(&ErrorCode::AccessDenied) {
            self.connections.lookup_denied(&target.host, target.port);
        }
        match &*answer.map_err(error::of_lookup)? {
            Answer::Addresses(list) => Ok(list.addresses().collect()),
            _ => Err(Error::InternalError(None)),
        }
    }
}

/// The guest's time-out, or the default.
fn or_default(timeout: Option<Duration>) -> Duration {
    timeout.unwrap_or(DEFAULT_TIMEOUT)
}
