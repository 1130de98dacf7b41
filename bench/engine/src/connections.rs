//! Measures the check of connections by a session that was answered 4,096 times.

use std::hint::black_box;
use std::net::{IpAddr, SocketAddr};
use std::time::Instant;

use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{ConnectionUse, LookupEngine, Policy};

use crate::api::{host, started};
use crate::figures::{median_of, per};

const ANSWERS: usize = 4096;

/// Checks connections to a port, where a rule allows 443. With `shared`, all names have one
/// address.
pub(crate) fn check(port: u16, shared: bool) -> f64 {
    let name = |i: usize| format!("host-{i}.example");
    let address = |i: usize| {
        let [.., high, low] = if shared { 0 } else { i }.to_be_bytes();
        IpAddr::from([8, 8, high, low])
    };
    let line = |i: usize| format!("{} {}\n", address(i), name(i));
    let hosts: String = (0..ANSWERS).map(line).collect();
    let tables = Tables::builder().hosts_text(&hosts).build();
    let rule = "*.example:443".parse().expect("a pattern");
    let engine = LookupEngine::builder()
        .resolver(tables.expect("valid lines"))
        .policy(Policy::deny_all().connect(rule))
        .build();
    let mut session = started(&engine);
    let connections = session.connections();
    for i in 0..ANSWERS {
        session.request(host(&name(i)), 0).expect("room");
        assert!(session.take(1)[0].outcome.is_ok());
    }
    median_of((0..50).map(|_| {
        let begun = Instant::now();
        for i in 0..ANSWERS {
            let address = SocketAddr::new(address(i), port);
            let verdict = connections.check(ConnectionUse::TcpConnect, address);
            assert_eq!(black_box(verdict).is_ok(), port == 443);
        }
        per(begun.elapsed(), ANSWERS)
    }))
}
