//! What goes between a guest and a server: requests, answers and bodies of each form.

use std::io::{Read, Write};

use winsock_async_tests::servers::Server;

use crate::support::{answering, engine, head, run};

/// Checks what a guest prints with one option, for a server that sends these bytes.
#[track_caller]
fn prints_for(answer: &'static [u8], options: &[&str], expected: &[&str]) {
    let server = answering(answer);
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    let args = [options, &[&url]].concat();
    if let Some(lines) = run(&engine, &[], "http_get", &args) {
        assert_eq!(lines, expected, "{}", answer.escape_ascii());
    }
}

#[test]
fn answers_of_each_form_reach_the_guest_whole() {
    let no_body: &[&str] = &["status 204", "body "];
    prints_for(b"HTTP/1.1 204 No Content\r\n\r\n", &[], no_body);
    let none = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n";
    prints_for(none, &[], &["status 304", "body "]);
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n";
    prints_for(head, &["--method", "HEAD"], &["status 200", "body "]);
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: sum\r\n\r\n\
        3\r\nhel\r\n2\r\nlo\r\n0\r\nsum: 5\r\n\r\n";
    let trailers: &[&str] = &["status 200", "body hello", "trailer sum: 5"];
    prints_for(chunked, &[], trailers);
    let early = b"HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\nhello";
    prints_for(early, &[], &["status 200", "body hello"]);
    // What follows the answer is not a second one.
    let two = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\naHTTP/1.1 404 No\r\n\r\n";
    prints_for(two, &[], &["status 200", "body a"]);
    // The end of a tunnel that the server offers is the end of the connection.
    let tunnel = b"HTTP/1.1 200 OK\r\n\r\nhello";
    prints_for(tunnel, &["--method", "CONNECT"], &["status 200", "body "]);
}

#[test]
fn answers_that_are_none_are_errors() {
    let broken: &[&str] = &["error ErrorCode::HttpProtocolError"];
    prints_for(b"220 mail.test\r\n", &[], broken);
    prints_for(b"HTTP/1.1 200 OK\r\nno header\r\n\r\n", &[], broken);
    let lengths = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab";
    prints_for(lengths, &[], broken);
    let huge = format!("HTTP/1.1 200 OK\r\nx: {}\r\n\r\n", "a".repeat(1 << 20));
    prints_for(huge.leak().as_bytes(), &[], broken);
    let incomplete: &[&str] = &["error ErrorCode::HttpResponseIncomplete"];
    prints_for(b"", &[], incomplete);
    prints_for(b"HTTP/1.1 200 OK\r\nx:", &[], incomplete);
}

#[test]
fn request_names_no_other_host_and_holds_no_second_request() {
    let server = Server::tcp_by(|mut stream, see| {
        see(head(&mut stream));
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    });
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    let refused = |option: &str, value: &str, error: &str| {
        if let Some(lines) = run(&engine, &[], "http_get", &[option, value, &url]) {
            assert_eq!(lines, [format!("error {error}")], "{value}");
        }
    };
    for path in [
        "http://other.test/",
        "other.test",
        "*",
        "/ HTTP/1.1\r\nx: y",
        "/\r\nx: y",
        "/a b",
    ] {
        refused("--path", path, "no path");
    }
    for method in ["GET / HTTP/1.1\r\nx: y", "GET ", "GET\r\n"] {
        refused("--method", method, "no method");
    }
    for name in [
        "Host",
        "connection",
        "keep-alive",
        "proxy-authorization",
        "transfer-encoding",
        "Upgrade",
    ] {
        let header = format!("{name}:x");
        refused("--header", &header, "header HeaderError::Forbidden");
    }
    for header in [
        "x:a\r\ny: z",
        "x:a\ny: z",
        "x:\0",
        "x\r\ny:a",
        "x y:a",
        ":a",
    ] {
        if !header.contains('\0') {
            refused("--header", header, "header HeaderError::InvalidSyntax");
        }
    }
    assert_eq!(server.seen(), [""; 0]);
    let args = ["--method", "OTHER", "--path", "?q", "--body", "hi", &url];
    if run(&engine, &[], "http_get", &args).is_some() {
        let expected = format!(
            "OTHER /?q HTTP/1.1\r\nhost: web.test:{port}\r\ntransfer-encoding: chunked\r\n\r\n"
        );
        assert_eq!(server.seen(), [expected]);
    }
}

#[test]
fn body_goes_to_the_server_with_its_length_or_in_chunks() {
    let server = Server::tcp_by(|mut stream, see| {
        let head = head(&mut stream);
        let mut body = Vec::new();
        let end: &[u8] = if head.contains("chunked") {
            b"0\r\n\r\n"
        } else {
            b"hello"
        };
        let mut byte = [0];
        while !body.ends_with(end) && matches!(stream.read(&mut byte), Ok(1)) {
            body.push(byte[0]);
        }
        see(body.escape_ascii().to_string());
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
    });
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    let args = ["--method", "POST", "--body", "hello", &url];
    let length = ["--header", "content-length:5", &url];
    let short = ["--header", "content-length:4", &url];
    let args = [&args[..], &length].concat();
    let Some(lines) = run(&engine, &[], "http_get", &args) else {
        return;
    };
    assert_eq!(lines, ["status 200", "body ", "status 200", "body "]);
    assert_eq!(server.seen(), [r"5\r\nhello\r\n0\r\n\r\n", "hello"]);
    let args = [&["--body", "hello"][..], &short].concat();
    let lines = run(&engine, &[], "http_get", &args).unwrap();
    assert_eq!(lines, ["error ErrorCode::HttpRequestBodySize(Some(5))"]);
}

#[test]
fn answer_before_the_end_of_the_body_reaches_the_guest() {
    let server = answering(b"HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
    let port = server.port();
    let engine = engine(&[&format!("web.test:{port}")]);
    let url = format!("http://web.test:{port}/");
    let args = ["--method", "POST", "--unfinished", "hello", &url];
    if let Some(lines) = run(&engine, &[], "http_get", &args) {
        assert_eq!(lines, ["status 413", "body no"]);
    }
}
