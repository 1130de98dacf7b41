use std::net::{Ipv4Addr, UdpSocket};

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
    let ask = |transport: &mut Transport| transport.ask(QueryKey::default(), 0, question(), now);
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
    // The current port stays open for further questions.
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
            let key = transport.ask(QueryKey::default(), 0, question(), now);
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
