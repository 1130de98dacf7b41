//! Servers on loopback for guests that connect. Each has a port that the system chooses, and ends
//! when it is dropped.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{IpAddr, Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

use crate::tls::Authority;

/// The longest datagram that is sent back, in bytes.
const DATAGRAM: usize = 2048;
/// The longest request that is read, in bytes.
const REQUEST: u64 = 64 * 1024;

/// A server, and what it has seen.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    shared: Arc<Shared>,
    /// Makes the thread look whether the server has ended.
    wake: fn(SocketAddr),
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Shared {
    ended: AtomicBool,
    seen: Mutex<Vec<String>>,
    open: Mutex<Vec<TcpStream>>,
}

impl Shared {
    fn see(&self, line: String) {
        self.seen.lock().expect("no panic").push(line);
    }
}

impl Server {
    /// Sends back all bytes of each TCP connection on 127.0.0.1. It sees `connection` for each.
    pub fn tcp_echo() -> Server {
        Server::tcp_echo_on(Ipv4Addr::LOCALHOST.into())
    }

    /// As [`Server::tcp_echo`], on another address.
    pub fn tcp_echo_on(address: IpAddr) -> Server {
        Server::tcp(address, |mut stream, shared| {
            shared.see("connection".into());
            let mut bytes = [0; 4096];
            while let Ok(length @ 1..) = stream.read(&mut bytes) {
                if stream.write_all(&bytes[..length]).is_err() {
                    break;
                }
            }
        })
    }

    /// Sends each datagram on 127.0.0.1 back to its sender. It sees `datagram` for each.
    pub fn udp_echo() -> Server {
        Server::udp_echo_on(Ipv4Addr::LOCALHOST.into())
    }

    /// As [`Server::udp_echo`], on another address.
    pub fn udp_echo_on(address: IpAddr) -> Server {
        let socket = UdpSocket::bind((address, 0)).expect("a port");
        let address = socket.local_addr().expect("an address");
        let serve = move |shared: Arc<Shared>| {
            let mut bytes = [0; DATAGRAM];
            loop {
                let received = socket.recv_from(&mut bytes);
                if shared.ended.load(SeqCst) {
                    break;
                }
                // An error is of an earlier answer, which its sender no longer waits for.
                if let Ok((length, peer)) = received {
                    shared.see("datagram".into());
                    let _ = socket.send_to(&bytes[..length], peer);
                }
            }
        };
        Server::start(address, serve, |address| {
            let any = UdpSocket::bind((address.ip(), 0)).expect("a port");
            let _ = any.send_to(&[], address);
        })
    }

    /// Answers HTTP requests on 127.0.0.1, one for each connection. It sees the request line, then
    /// the `Host` header, as `GET /path HTTP/1.0 example.test`.
    ///
    /// `/` answers `200 OK` with the body `hello\n`. `/redirect/URL` answers `302 Found` to
    /// `URL`. `/silent` never answers. `/stalled` answers with half of that body, and then with
    /// nothing; `/half` ends there. Any other path answers `404 Not Found`.
    pub fn http() -> Server {
        Server::http_on(Ipv4Addr::LOCALHOST.into())
    }

    /// As [`Server::http`], on another address.
    pub fn http_on(address: IpAddr) -> Server {
        Server::tcp(address, |mut stream, shared| {
            answer_http(&mut stream, shared);
            let _ = stream.shutdown(Shutdown::Write);
        })
    }

    /// As [`Server::http`] by TLS, with a certificate of `authority` for these names and addresses.
    pub fn https(authority: &Authority, names: &[&str]) -> Server {
        Server::https_with(authority.server(names))
    }

    /// As [`Server::https`], with another configuration of TLS.
    pub fn https_with(config: Arc<ServerConfig>) -> Server {
        Server::tcp(Ipv4Addr::LOCALHOST.into(), move |stream, shared| {
            let connection = ServerConnection::new(config.clone()).expect("a configuration");
            let mut stream = StreamOwned::new(connection, stream);
            answer_http(&mut stream, shared);
            stream.conn.send_close_notify();
            let _ = stream.flush();
            let _ = stream.sock.shutdown(Shutdown::Write);
        })
    }

    /// Serves each TCP connection on 127.0.0.1 by a function. What the function notes with its
    /// second parameter is seen. The connection ends with the function.
    pub fn tcp_by(serve: impl Fn(TcpStream, &dyn Fn(String)) + Send + Sync + 'static) -> Server {
        Server::tcp(Ipv4Addr::LOCALHOST.into(), move |stream, shared| {
            let ended = stream.try_clone().expect("a descriptor");
            serve(stream, &|line| shared.see(line));
            let _ = ended.shutdown(Shutdown::Both);
        })
    }

    fn tcp(address: IpAddr, serve: impl Fn(TcpStream, &Shared) + Send + Sync + 'static) -> Server {
        let serve = Arc::new(serve);
        let listener = TcpListener::bind((address, 0)).expect("a port");
        let address = listener.local_addr().expect("an address");
        let accept = move |shared: Arc<Shared>| {
            let mut threads = Vec::new();
            for stream in listener.incoming() {
                if shared.ended.load(SeqCst) {
                    break;
                }
                let stream = stream.expect("a connection");
                let kept = stream.try_clone().expect("a descriptor");
                shared.open.lock().expect("no panic").push(kept);
                let (shared, serve) = (shared.clone(), serve.clone());
                threads.push(thread::spawn(move || serve(stream, &shared)));
            }
            // A thread that still reads gets an end of file.
            for stream in shared.open.lock().expect("no panic").drain(..) {
                let _ = stream.shutdown(Shutdown::Both);
            }
            for thread in threads {
                thread.join().expect("no panic");
            }
        };
        Server::start(address, accept, |address| {
            let _ = TcpStream::connect(address);
        })
    }

    fn start(
        address: SocketAddr,
        serve: impl FnOnce(Arc<Shared>) + Send + 'static,
        wake: fn(SocketAddr),
    ) -> Server {
        let shared = Arc::new(Shared::default());
        let thread = thread::spawn({
            let shared = shared.clone();
            move || serve(shared)
        });
        Server {
            address,
            shared,
            wake,
            thread: Some(thread),
        }
    }

    /// Its address and port.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its port, as an argument of a guest.
    pub fn port(&self) -> String {
        self.address.port().to_string()
    }

    /// What it has seen so far, in order.
    pub fn seen(&self) -> Vec<String> {
        self.shared.seen.lock().expect("no panic").clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.shared.ended.store(true, SeqCst);
        (self.wake)(self.address);
        let joined = self.thread.take().map_or(Ok(()), JoinHandle::join);
        if joined.is_err() && !thread::panicking() {
            panic!("a server on loopback has panicked");
        }
    }
}

/// Reads one request and answers it.
fn answer_http(stream: &mut (impl Read + Write), shared: &Shared) {
    let mut lines = BufReader::new(Read::by_ref(stream).take(REQUEST)).lines();
    let Some(Ok(request)) = lines.next() else {
        return;
    };
    let mut host = String::new();
    for header in lines
        .map_while(Result::ok)
        .take_while(|line| !line.is_empty())
    {
        if let Some((name, value)) = header.split_once(':')
            && name.eq_ignore_ascii_case("host")
        {
            host = value.trim().to_owned();
        }
    }
    let path = request.split(' ').nth(1).unwrap_or("").to_owned();
    shared.see(format!("{request} {host}"));
    let (status, header, body) = match path.as_str() {
        "/" | "/half" | "/stalled" => ("200 OK", String::new(), "hello\n"),
        "/silent" => ("", String::new(), ""),
        other => match other.strip_prefix("/redirect/") {
            Some(url) => ("302 Found", format!("Location: {url}\r\n"), ""),
            None => ("404 Not Found", String::new(), ""),
        },
    };
    let length = body.len();
    let sent = match path.as_str() {
        "/half" | "/stalled" => &body[..length / 2],
        _ => body,
    };
    if !status.is_empty() {
        // The client may have gone.
        let _ = write!(
            stream,
            "HTTP/1.0 {status}\r\n{header}Content-Length: {length}\r\n\
             Connection: close\r\n\r\n{sent}"
        );
        let _ = stream.flush();
    }
    if path == "/silent" || path == "/stalled" {
        // Until the client or the server ends the connection.
        let _ = stream.read(&mut [0]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sends a request, and returns the whole answer.
    fn get(server: &Server, path: &str) -> String {
        let mut stream = TcpStream::connect(server.address()).unwrap();
        write!(stream, "GET {path} HTTP/1.0\r\nhost: a.test\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn echo_servers_send_back_what_they_get_on_both_families() {
        for address in ["127.0.0.1", "::1"] {
            let address: IpAddr = address.parse().unwrap();
            let server = Server::tcp_echo_on(address);
            let mut stream = TcpStream::connect(server.address()).unwrap();
            stream.write_all(b"hello\n").unwrap();
            let mut back = [0; 6];
            stream.read_exact(&mut back).unwrap();
            assert_eq!(&back, b"hello\n");
            assert_eq!(server.seen(), ["connection"]);
            // The connection is still open: the server must end all the same.
            drop(server);
            assert_eq!(stream.read(&mut back).unwrap(), 0);

            let server = Server::udp_echo_on(address);
            let socket = UdpSocket::bind((address, 0)).unwrap();
            socket.send_to(b"hello", server.address()).unwrap();
            let (length, from) = socket.recv_from(&mut back).unwrap();
            assert_eq!((&back[..length], from), (&b"hello"[..], server.address()));
            assert_eq!(server.seen(), ["datagram"]);
        }
    }

    #[test]
    fn http_server_answers_each_path_and_records_the_request() {
        let server = Server::http();
        let answer = get(&server, "/");
        assert!(answer.starts_with("HTTP/1.0 200 OK\r\n"), "{answer}");
        assert!(answer.ends_with("\r\n\r\nhello\n"), "{answer}");
        let answer = get(&server, "/redirect/http://b.test/");
        assert!(answer.contains("302 Found\r\nLocation: http://b.test/\r\n"));
        assert!(get(&server, "/other").starts_with("HTTP/1.0 404 Not Found\r\n"));
        let first = &server.seen()[0];
        assert_eq!(first, "GET / HTTP/1.0 a.test");
    }

    #[test]
    fn silent_page_keeps_its_client_waiting_until_the_server_ends() {
        let server = Server::http();
        let mut stream = TcpStream::connect(server.address()).unwrap();
        write!(stream, "GET /silent HTTP/1.0\r\n\r\n").unwrap();
        drop(server);
        // Closed or reset, with no byte of an answer.
        assert_eq!(stream.read(&mut [0]).unwrap_or(0), 0);
    }
}
