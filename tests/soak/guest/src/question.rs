//! The questions that a guest asks, and their right outcomes.
//!
//! A name is a letter and the request's number. The letter says what the resolver does, as the
//! table in `tests/soak/src/resolver.rs` lists; the number is the answer.

use std::net::Ipv4Addr;

use fastrand::Rng;
use winsock_async_guest::{Answer, HostEntry, ProtocolEntry, ServiceEntry};
use winsock_async_model::{Asked, Code};

/// A query of one of the six kinds.
#[derive(Clone, Debug)]
pub(crate) enum Query {
    Host(String),
    Address(Ipv4Addr),
    Service(String, Option<&'static str>),
    Port(u16, String),
    Protocol(String),
    Number(i32),
}

/// A query and its right outcome.
#[derive(Debug)]
pub(crate) struct Question {
    /// The query.
    pub query: Query,
    /// The outcome, unless the request is cancelled.
    expected: Result<Answer, Code>,
    /// Whether the resolver may keep the lookup until every guest has ended.
    pub held: bool,
    /// Whether the policy forbids the query.
    pub denied: bool,
}

impl Asked for Question {
    type Answer = Answer;

    fn allows(&self, outcome: &Result<Answer, Code>) -> bool {
        *outcome == self.expected
    }
}

/// The letters, and the share of each in a thousand questions with a name.
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
    /// A random question with this number.
    pub(crate) fn random(rng: &mut Rng, number: u32) -> Question {
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
            'x' => Some(Code::AccessDenied),
            'e' => Some(Code::TryAgain),
            'p' => Some(Code::NoRecovery),
            'n' if kind == 0 => Some(Code::HostNotFound),
            'n' => Some(Code::NoData),
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
    unreachable!("the shares add up to a thousand")
}

/// The answer that the resolver gives to a query.
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
