//! Sends GET requests by `wasi:http`, one after the other, and prints the status and the body of
//! each answer, or the error code.

use std::env;

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, IncomingBody, IncomingResponse, OutgoingRequest, RequestOptions, Scheme,
};
use wasip2::io::streams::StreamError;

fn main() {
    let words: Vec<String> = env::args().skip(1).collect();
    let mut timeout = None;
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--timeout-ms" {
            let milliseconds = words.next().map(|number| number.parse::<u64>());
            timeout = Some(milliseconds.expect("a number").expect("a number") * 1_000_000);
            continue;
        }
        println!("url {word}");
        match get(word, timeout) {
            Ok((status, body)) => {
                println!("status {status}");
                println!("body {}", body.escape_ascii());
            }
            Err(code) => println!("error {code:?}"),
        }
    }
}

/// Sends one request. `timeout`, in nanoseconds, is the limit to connect, to the first byte and
/// between bytes.
fn get(url: &str, timeout: Option<u64>) -> Result<(u16, Vec<u8>), ErrorCode> {
    let (scheme, rest) = match url.split_once("://") {
        Some(("http", rest)) => (Scheme::Http, rest),
        Some(("https", rest)) => (Scheme::Https, rest),
        _ => panic!("usage: http_get [--timeout-ms N] URL..."),
    };
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, "/"),
    };
    let request = OutgoingRequest::new(Fields::new());
    request.set_scheme(Some(&scheme)).expect("a scheme");
    request
        .set_authority(Some(authority))
        .expect("an authority");
    request.set_path_with_query(Some(path)).expect("a path");
    let options = RequestOptions::new();
    options.set_connect_timeout(timeout).expect("supported");
    options.set_first_byte_timeout(timeout).expect("supported");
    options
        .set_between_bytes_timeout(timeout)
        .expect("supported");
    let future = handle(request, Some(options))?;
    future.subscribe().block();
    let response = future.get().expect("an answer").expect("the first call")?;
    let status = response.status();
    Ok((status, body_of(&response)))
}

/// The body up to its end, or up to an error.
fn body_of(response: &IncomingResponse) -> Vec<u8> {
    let body = response.consume().expect("the first call");
    let mut bytes = Vec::new();
    let stream = body.stream().expect("the first call");
    loop {
        match stream.blocking_read(4096) {
            Ok(more) => bytes.extend(more),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => {
                println!("body failed: {}", error.to_debug_string());
                break;
            }
        }
    }
    // A body goes after its stream.
    drop(stream);
    drop(IncomingBody::finish(body));
    bytes
}
