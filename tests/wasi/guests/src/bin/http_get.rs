//! Sends requests by `wasi:http`, one after the other, and prints the status, the body and the
//! trailers of each answer, or the error code. Options are for the URLs after them:
//!
//! - `--timeout-ms N` and `--timeout-ns N` limit the time to connect, to the first byte and between
//!   bytes.
//! - `--method NAME`, `--header NAME:VALUE` and `--path TEXT` change the request.
//! - `--body TEXT` sends a body, and `--unfinished TEXT` one that has no end.
//! - `--drop STAGE` drops all of a request once it has come so far: `response`, `body`, `stream`,
//!   `part` or `trailers`. `--drop kept` keeps a request without a wait for its answer, and drops
//!   it after the next one.
//! - `--at-once N` sends each request N times, and prints how often each outcome came.

use std::collections::BTreeMap;
use std::env;
use std::fmt::Write;

use wasip2::http::outgoing_handler::handle;
use wasip2::http::types::{
    ErrorCode, Fields, FutureIncomingResponse, IncomingBody, IncomingResponse, Method,
    OutgoingBody, OutgoingRequest, RequestOptions, Scheme,
};
use wasip2::io::streams::StreamError;

#[derive(Default)]
struct Options {
    /// In nanoseconds.
    timeout: Option<u64>,
    method: Option<String>,
    headers: Vec<(String, String)>,
    path: Option<String>,
    body: Option<String>,
    unfinished: Option<String>,
    drop: Option<String>,
    at_once: Option<usize>,
}

/// A request under way, and its body if that has no end.
type Sent = Result<(FutureIncomingResponse, Option<OutgoingBody>), String>;

fn main() {
    let mut options = Options::default();
    let mut kept = None;
    let mut words = env::args().skip(1);
    while let Some(word) = words.next() {
        let mut value = || words.next().expect("a value");
        let mut number = || value().parse().expect("a number");
        match &*word {
            "--timeout-ms" => options.timeout = Some(number() * 1_000_000),
            "--timeout-ns" => options.timeout = Some(number()),
            "--at-once" => options.at_once = Some(number() as usize),
            "--method" => options.method = Some(value()),
            "--path" => options.path = Some(value()),
            "--body" => options.body = Some(value()),
            "--unfinished" => options.unfinished = Some(value()),
            "--drop" => options.drop = Some(value()),
            "--header" => {
                let header = value();
                let (name, value) = header.split_once(':').expect("NAME:VALUE");
                options.headers.push((name.into(), value.into()));
            }
            url => {
                println!("url {url}");
                let before = kept.take();
                print!("{}", outcomes(url, &options, &mut kept));
                drop(before);
            }
        }
    }
}

/// Sends a request as often as the options say, and returns the lines to print.
fn outcomes(url: &str, options: &Options, kept: &mut Option<FutureIncomingResponse>) -> String {
    let Some(times) = options.at_once else {
        return outcome(send(url, options), options, kept);
    };
    let sent: Vec<_> = (0..times).map(|_| send(url, options)).collect();
    let mut counts = BTreeMap::<String, usize>::new();
    for sent in sent {
        let lines = outcome(sent, options, kept);
        *counts.entry(lines).or_default() += 1;
    }
    let mut printed = String::new();
    for (lines, count) in counts {
        for line in lines.lines() {
            let _ = writeln!(printed, "{count} {line}");
        }
    }
    printed
}

/// Begins a request.
fn send(url: &str, options: &Options) -> Sent {
    let (scheme, rest) = match url.split_once("://") {
        Some(("http", rest)) => (Scheme::Http, rest),
        Some(("https", rest)) => (Scheme::Https, rest),
        Some((scheme, rest)) => (Scheme::Other(scheme.into()), rest),
        _ => panic!("usage: http_get [OPTION]... URL..."),
    };
    let (authority, path) = match rest.find('/') {
        Some(slash) => rest.split_at(slash),
        None => (rest, "/"),
    };
    let path = options.path.as_deref().unwrap_or(path);
    let headers = Fields::new();
    for (name, value) in &options.headers {
        let appended = headers.append(name, value.as_bytes());
        appended.map_err(|error| format!("header {error:?}"))?;
    }
    let request = OutgoingRequest::new(headers);
    let method = match options.method.as_deref() {
        None => Method::Get,
        Some("HEAD") => Method::Head,
        Some("POST") => Method::Post,
        Some("CONNECT") => Method::Connect,
        Some(other) => Method::Other(other.into()),
    };
    let set = |what: &str, set: Result<(), ()>| set.map_err(|()| format!("no {what}"));
    set("method", request.set_method(&method))?;
    set("scheme", request.set_scheme(Some(&scheme)))?;
    set("authority", request.set_authority(Some(authority)))?;
    set("path", request.set_path_with_query(Some(path)))?;
    let limits = RequestOptions::new();
    let timeout = options.timeout;
    limits.set_connect_timeout(timeout).expect("supported");
    limits.set_first_byte_timeout(timeout).expect("supported");
    limits
        .set_between_bytes_timeout(timeout)
        .expect("supported");

    let text = options.body.as_ref().or(options.unfinished.as_ref());
    let body = text.map(|_| request.body().expect("the first call"));
    let future = handle(request, Some(limits)).map_err(|code| shown(&code))?;
    let (Some(text), Some(body)) = (text, body) else {
        return Ok((future, None));
    };
    let stream = body.write().expect("the first call");
    for part in text.as_bytes().chunks(4096) {
        // The server may have answered, and want no more.
        if stream.blocking_write_and_flush(part).is_err() {
            break;
        }
    }
    drop(stream);
    if options.unfinished.is_some() {
        return Ok((future, Some(body)));
    }
    let finished = OutgoingBody::finish(body, None);
    finished.map_err(|code| shown(&code))?;
    Ok((future, None))
}

fn shown(code: &ErrorCode) -> String {
    format!("{code:?}")
}

/// Waits for what came of a request, and returns the lines to print.
fn outcome(sent: Sent, options: &Options, kept: &mut Option<FutureIncomingResponse>) -> String {
    let stage = options.drop.as_deref();
    match sent.and_then(|(future, body)| {
        if stage == Some("kept") {
            *kept = Some(future);
            return Ok("kept\n".into());
        }
        future.subscribe().block();
        let response = future.get().expect("an answer").expect("the first call");
        let lines = answer(response.map_err(|code| shown(&code))?, stage);
        drop(body);
        Ok(lines)
    }) {
        Ok(lines) => lines,
        Err(error) => format!("error {error}\n"),
    }
}

/// The status, the body up to its end or up to an error, and the trailers.
fn answer(response: IncomingResponse, stage: Option<&str>) -> String {
    let dropped = String::from("dropped\n");
    if stage == Some("response") {
        return dropped;
    }
    let mut lines = format!("status {}\n", response.status());
    let body = response.consume().expect("the first call");
    if stage == Some("body") {
        return dropped;
    }
    let mut bytes = Vec::new();
    let stream = body.stream().expect("the first call");
    if stage == Some("stream") {
        return dropped;
    }
    loop {
        // What has come is read without a wait, as a guest does that polls by itself.
        let read = match stream.read(4096) {
            Ok(none) if none.is_empty() => stream.blocking_read(4096),
            read => read,
        };
        match read {
            Ok(more) => bytes.extend(more),
            Err(StreamError::Closed) => break,
            Err(StreamError::LastOperationFailed(error)) => {
                let _ = writeln!(lines, "body failed: {}", error.to_debug_string());
                break;
            }
        }
        if stage == Some("part") {
            return dropped;
        }
    }
    let _ = writeln!(lines, "body {}", bytes.escape_ascii());
    // A body goes after its stream.
    drop(stream);
    let trailers = IncomingBody::finish(body);
    if stage == Some("trailers") {
        return dropped;
    }
    trailers.subscribe().block();
    match trailers.get().expect("an end").expect("the first call") {
        Ok(Some(trailers)) => {
            for (name, value) in trailers.entries() {
                let _ = writeln!(lines, "trailer {name}: {}", value.escape_ascii());
            }
        }
        Ok(None) => {}
        Err(code) => {
            let _ = writeln!(lines, "no trailers: {code:?}");
        }
    }
    lines
}
