//! What the guest asks, and what it must be told.
//!
//! A name is a letter and the request's number: the letter has the resolver do something, which
//! `tests/soak/src/resolver.rs` lists, and the number is the answer.

use std::net::Ipv4Addr;

use fastrand::Rng;
use winsock_async_guest::{
    Answer, HostEntry, ProtocolEntry, ServiceEntry, WSAEACCES, WSAHOST_NOT_FOUND, WSANO_DATA,
    WSANO_RECOVERY, WSATRY_AGAIN, WsaError,
};

/// One of the six questions.
#[derive(Clone, Debug)]
pub enum Query {
    Host(String),
    Address(Ipv4Addr),
    Service(String, Option<&'static str>),
    Port(u16, String),
    Protocol(String),
    Number(i32),
}

/// A question and what it leads to.
#[derive(Debug)]
pub struct Question {
    /// What is asked.
    pub query: Query,
    /// What must come of it, unless it is cancelled.
    pub expected: Result<Answer, WsaError>,
    /// Whether the resolver may keep it for longer than anybody should wait.
    pub held: bool,
    /// Whether the policy forbids it.
    pub denied: bool,
}

/// In a thousand questions with a name, as many have this letter.
const LETTERS: [(char, u32); 8] = [
    ('w', 625),
    ('k', 200),
    ('e', 80),
    ('n', 50),
    ('x', 30),
    ('d', 10),
    ('h', 3),
    ('p', 2),
];

impl Question {
    /// Any question, with this number.
    pub fn random(rng: &mut Rng, number: u32) -> Question {
        let letter = letter(rng.u32(..1000));
        let text = format!("{letter}{number}");
        let denied = letter == 'x';
        let kind = if denied { 0 } else { rng.u32(..6) };
        let query = match kind {
            0 if denied => Query::Host(format!("{text}.invalid")),
            0 => Query::Host(format!("{text}.test")),
            1 => Query::Service(text, rng.bool().then_some("udp")),
            2 => Query::Port(number as u16, text),
            3 => Query::Protocol(text),
            4 => Query::Address(number.into()),
            _ => Query::Number(number as i32),
        };
        let named = kind < 4;
        let error = match letter {
            _ if !named => None,
            'x' => Some(WSAEACCES),
            'e' => Some(WSATRY_AGAIN),
            'p' => Some(WSANO_RECOVERY),
            'n' if kind == 0 => Some(WSAHOST_NOT_FOUND),
            'n' => Some(WSANO_DATA),
            _ => None,
        };
        Question {
            expected: error.map_or_else(|| Ok(answer(&query, number)), Err),
            query,
            held: named && letter == 'h',
            denied,
        }
    }
}

fn letter(mut of_a_thousand: u32) -> char {
    for (letter, share) in LETTERS {
        match of_a_thousand.checked_sub(share) {
            Some(rest) => of_a_thousand = rest,
            None => return letter,
        }
    }
    unreachable!("the shares come to a thousand")
}

/// The answer that the resolver makes of a question.
fn answer(query: &Query, number: u32) -> Answer {
    let host = |name| {
        Answer::Host(HostEntry {
            name,
            aliases: (0..number % 4).map(|i| format!("alias{i}.test")).collect(),
            addresses: vec![number.into()],
        })
    };
    let service = |name: &str, protocol: &str| {
        Answer::Service(ServiceEntry {
            name: name.into(),
            aliases: Vec::new(),
            port: number as u16,
            protocol: protocol.into(),
        })
    };
    let protocol = |name| {
        Answer::Protocol(ProtocolEntry {
            name,
            aliases: Vec::new(),
            number: number as i32,
        })
    };
    match query {
        Query::Host(name) => host(name.clone()),
        Query::Address(_) => host(format!("a{number}.test")),
        Query::Service(name, asked) => service(name, asked.unwrap_or("tcp")),
        Query::Port(_, asked) => service(asked, asked),
        Query::Protocol(name) => protocol(name.clone()),
        Query::Number(_) => protocol(format!("n{number}")),
    }
}
