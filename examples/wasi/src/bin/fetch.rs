//! Fetches a page with Rust's standard library alone, and prints the status line of the answer.
//!
//! ```console
//! $ winsock-async run --connect example.com:80 fetch.wasm http://example.com/
//! HTTP/1.0 200 OK
//! ```

use std::env;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [url] = &arguments[..] else {
        eprintln!("usage: fetch http://HOST[:PORT][/PATH]");
        return ExitCode::from(2);
    };
    match fetch(url) {
        Ok(status) => {
            println!("{status}");
            ExitCode::SUCCESS
        }
        Err(message) => {
            eprintln!("fetch: {url}: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Looks the host up, connects to it, and returns the first line of the answer.
fn fetch(url: &str) -> Result<String, String> {
    let (host, port, path) = parts(url)?;
    let addresses: Vec<SocketAddr> = (host, port)
        .to_socket_addrs()
        .map_err(|error| format!("cannot look up {host}: {error}"))?
        .collect();
    let stream = TcpStream::connect(&addresses[..])
        .map_err(|error| format!("cannot connect to {host}, port {port}: {error}"))?;
    status(&stream, host, path).map_err(|error| format!("no answer: {error}"))
}

/// The host, the port and the path of a URL.
fn parts(url: &str) -> Result<(&str, u16, &str), String> {
    let rest = url.strip_prefix("http://").ok_or("not an http:// URL")?;
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, "/"),
    };
    // The colons of an IPv6 address are in brackets.
    let (host, port) = match authority.rsplit_once(':') {
        Some((host, port)) if !port.ends_with(']') => {
            (host, port.parse().map_err(|_| "not a port")?)
        }
        _ => (authority, 80),
    };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    Ok((host, port, path))
}

/// Sends the request, and returns the first line of the answer.
fn status(mut stream: &TcpStream, host: &str, path: &str) -> io::Result<String> {
    write!(stream, "GET {path} HTTP/1.0\r\nHost: {host}\r\n\r\n")?;
    let mut line = String::new();
    BufReader::new(stream.take(8192)).read_line(&mut line)?;
    Ok(line.trim_end().to_owned())
}
