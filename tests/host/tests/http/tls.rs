//! Requests of `https`: the server's certificate, and failures of TLS.

use std::io::{Read, Write};
use std::net::Shutdown;

use winsock_async_engine::resolvers::Tables;
use winsock_async_tests::servers::Server;
use winsock_async_tests::tls::Authority;

use crate::support::{DENIED, HELLO, HOSTS, engine, engine_of, gets, run};

const NO_CERTIFICATE: &[&str] = &["error ErrorCode::TlsCertificateError"];

#[test]
fn server_must_prove_its_name_to_a_trusted_authority() {
    let (authority, stranger) = (Authority::new(), Authority::new());
    let server = Server::https(&authority, &["web.test", "127.0.0.1"]);
    let port = server.port();
    let rules = ["web.test", "other.test", "127.0.0.1"].map(|host| format!("{host}:{port}"));
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let engine = engine(&rules);
    let urls = ["web.test", "web.test.", "127.0.0.1", "other.test"]
        .map(|host| format!("https://{host}:{port}/"));
    let [web, dotted, address, other] = urls.each_ref().map(String::as_str);
    gets(
        &engine,
        &[&stranger, &authority],
        &[
            (web, HELLO),
            (dotted, HELLO),
            (address, HELLO),
            (other, NO_CERTIFICATE),
        ],
    );
    gets(&engine, &[&stranger], &[(web, NO_CERTIFICATE)]);
    assert_eq!(server.seen().len(), 3);
    // The name counts in https as in http.
    let denied = engine_of(
        Tables::builder().hosts_text(HOSTS).build().unwrap(),
        &[&format!("other.test:{port}")],
    );
    gets(&denied, &[&authority], &[(web, DENIED)]);
}

#[test]
fn plain_server_under_https_and_the_reverse_are_errors() {
    let authority = Authority::new();
    let (plain, tls) = (Server::http(), Server::https(&authority, &["web.test"]));
    let ports = [plain.port(), tls.port()];
    let rules = ports.each_ref().map(|port| format!("web.test:{port}"));
    let engine = engine(&[&rules[0], &rules[1]]);
    let urls = [
        format!("https://web.test:{}/", ports[0]),
        format!("http://web.test:{}/", ports[1]),
    ];
    let arguments = ["--timeout-ms", "10000", &urls[0], &urls[1]];
    let Some(lines) = run(&engine, &[&authority], "http_get", &arguments) else {
        return;
    };
    assert!(
        lines.iter().all(|line| line.starts_with("error ")),
        "{lines:?}"
    );
    assert_eq!(lines.len(), 2, "{lines:?}");
}

#[test]
fn failures_of_tls_are_told_apart() {
    let authority = Authority::new();
    let servers = [
        Server::https_with(authority.expired_server(&["web.test"])),
        // As a server of TLS 1.1 does: it knows no version of the client's.
        Server::tcp_by(|mut stream, _| {
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(&[21, 3, 2, 0, 2, 2, 70]);
            let _ = stream.shutdown(Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        }),
        Server::tcp_by(|mut stream, _| {
            let _ = stream.read(&mut [0; 4096]);
        }),
        Server::tcp_by(|mut stream, _| {
            let _ = stream.read_to_end(&mut Vec::new());
        }),
    ];
    let ports = servers.each_ref().map(Server::port);
    let rules = ports.each_ref().map(|port| format!("web.test:{port}"));
    let rules: Vec<&str> = rules.iter().map(String::as_str).collect();
    let engine = engine(&rules);
    let urls = ports
        .each_ref()
        .map(|port| format!("https://web.test:{port}/"));
    let urls = urls.each_ref().map(String::as_str);
    let alert = r#"error ErrorCode::TlsAlertReceived(TlsAlertReceivedPayload { alert-id: Some(70), alert-message: Some("ProtocolVersion") })"#;
    gets(
        &engine,
        &[&authority],
        &[
            (urls[0], NO_CERTIFICATE),
            (urls[1], &[alert]),
            (urls[2], &["error ErrorCode::ConnectionTerminated"]),
        ],
    );
    // The time to connect has the exchange of keys in it.
    let args = ["--timeout-ms", "50", urls[3]];
    if let Some(lines) = run(&engine, &[&authority], "http_get", &args) {
        assert_eq!(lines, ["error ErrorCode::ConnectionTimeout"]);
    }
}
