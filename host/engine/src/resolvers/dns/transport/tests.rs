use std::net::{Ipv4Addr, UdpSocket};

use super::udp::MAX_IDLE_PORTS;
use super::*;
use crate::resolvers::dns::message::RecordType;

/// A transport with one server, which never answers.
fn transport(max_queries: usize) -> (Transport, UdpSocket) {
    let server = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let settings = Settings {
        servers: vec![server.local_addr().unwrap()],
        ..Settings::default()
    };
    (Transport::new(&settings, max_queries).unwrap(), server)
}

fn question() -> Question {
    Question::new("a.test", RecordType::A).unwrap()
}

fn open(transport: &Transport) -> Vec<&Port> {
    transport.ports.iter().flatten().collect()
}

#[test]
fn port_is_replaced_after_128_questions_and_closes_with_its_last() {
    let (mut transport, _server) = transport(1000);
    let now = Instant::now();
    let ask = |transport: &mut Transport| {
        transport.ask(QueryKey::default(), Client::default(), 0, question(), now)
    };
    let first: Vec<_> = (0..QUESTIONS_PER_PORT)
        .map(|_| ask(&mut transport))
        .collect();
    let address = transport.port(0).socket.local_addr().unwrap();
    assert_eq!(open(&transport).len(), 1);
    let next = ask(&mut transport);
    assert_eq!(open(&transport).len(), 2);
    for key in first {
        assert_eq!(open(&transport).len(), 2);
        transport.take_back(key, now);
    }
    let left = open(&transport);
    assert_eq!((left.len(), left[0].len()), (1, 1));
    assert_ne!(left[0].socket.local_addr().unwrap(), address);
    // A port that is not used up stays open for further questions.
    transport.take_back(next, now);
    assert_eq!(open(&transport).len(), 1);
    assert!(transport.attempts.is_empty());
}

// S-S7: one question that is never answered keeps each port open.
#[test]
fn ports_of_a_server_are_bounded_and_their_questions_move() {
    let (mut transport, _server) = transport(128);
    let (now, mut kept) = (Instant::now(), Vec::new());
    for _ in 0..100 {
        for n in 0..QUESTIONS_PER_PORT {
            let key = transport.ask(QueryKey::default(), Client::default(), 0, question(), now);
            if n == 0 {
                kept.push(key);
            } else {
                transport.take_back(key, now);
            }
        }
        assert!(open(&transport).len() <= max_ports(128));
    }
    let questions: usize = open(&transport).iter().map(|port| port.len()).sum();
    assert_eq!((questions, kept.len()), (100, 100));
    for key in kept {
        let (port, id) = transport.attempts[key].udp.unwrap();
        assert_eq!(transport.port(port).attempt(&id.to_be_bytes()), Some(key));
        transport.take_back(key, now);
    }
    assert_eq!(open(&transport).len(), 1);
}

// S-S7: a client's answers neither fill another client's port, nor are read before another's.
#[test]
fn clients_have_ports_of_their_own_and_take_idle_ones() {
    let (mut transport, _server) = transport(1000);
    let now = Instant::now();
    let ask = |transport: &mut Transport, session| {
        let client = Client::of_session(session);
        let key = transport.ask(QueryKey::default(), client, 0, question(), now);
        (key, transport.attempts[key].udp.unwrap().0)
    };
    let (first, second) = (ask(&mut transport, 1), ask(&mut transport, 2));
    let again = ask(&mut transport, 1);
    assert_eq!((first.1 == second.1, first.1 == again.1), (false, true));
    transport.take_back(first.0, now);
    assert_ne!(ask(&mut transport, 3).1, first.1, "it has a question");
    transport.take_back(again.0, now);
    assert_eq!(ask(&mut transport, 4).1, first.1, "it is idle");
    assert_ne!(ask(&mut transport, 1).1, first.1);
    assert_eq!(open(&transport).len(), 4);
}

// S-S7
#[test]
fn clients_past_the_bound_on_ports_share_those_with_the_fewest_questions() {
    let (mut transport, _server) = transport(128);
    let now = Instant::now();
    let ask = |transport: &mut Transport, session| {
        transport.ask(
            QueryKey::default(),
            Client::of_session(session),
            0,
            question(),
            now,
        )
    };
    let keys: Vec<_> = (0..1000)
        .map(|session| ask(&mut transport, session))
        .collect();
    let most = open(&transport).iter().map(|port| port.len()).max();
    assert_eq!((open(&transport).len(), most), (18, Some(56)));
    for key in keys {
        transport.take_back(key, now);
    }
    let server = &transport.servers[0];
    assert_eq!(
        (server.ports.len(), server.idle_ports.len()),
        (0, MAX_IDLE_PORTS)
    );
    assert_eq!(open(&transport).len(), MAX_IDLE_PORTS);
}
