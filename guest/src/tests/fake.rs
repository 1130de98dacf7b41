//! The fake host keeps the rules of a session: the model of the engine's tests judges it.

use std::collections::HashMap;
use std::net::Ipv4Addr;
use std::time::Duration;

use winsock_async_model::{Code, Player, Question, Random, Settings, Subject, TakenCompletion};

use crate::bindings::types::Query;
use crate::host::{Current, Host, fake};
use crate::*;

/// Sequences of calls. The number of a sequence is its seed.
const SEQUENCES: u64 = 2000;

/// The fake host, which has one session.
#[derive(Default)]
struct Fake {
    /// The requests that do not complete at once, by their numbers.
    held: HashMap<u64, TaskHandle>,
}

impl Subject for Fake {
    fn renew_all(&mut self) {
        fake::reset();
        fake::limit(Settings::GUEST.max_requests);
        self.held.clear();
    }

    fn renew(&mut self, _session: usize) {
        while Current::cleanup().is_ok() {}
    }

    fn startup(&mut self, _session: usize) -> Result<(), Code> {
        Current::startup().map_err(code)
    }

    fn cleanup(&mut self, _session: usize) -> Result<(), Code> {
        Current::cleanup().map_err(code)
    }

    fn request(&mut self, _session: usize, question: Question, tag: u64) -> Result<u64, Code> {
        let name = question.name();
        let handle = Current::request(Query::HostByName(name.as_bytes()), tag).map_err(code)?;
        if matches!(question, Question::Held(_)) {
            self.held.insert(question.number(), handle);
        } else {
            fake::complete(handle, outcome(question));
        }
        Ok(handle)
    }

    fn cancel(&mut self, _session: usize, handle: u64) -> Result<(), Code> {
        Current::cancel(handle).map_err(code)
    }

    fn take(&mut self, _session: usize, max: u32) -> Vec<TakenCompletion> {
        let taken = Current::take(max).into_iter();
        let shown = taken.map(|completion| TakenCompletion {
            handle: completion.handle,
            tag: completion.tag,
            outcome: match completion.outcome {
                Ok(Answer::Host(host)) => Ok(host.addresses[0].to_bits()),
                Ok(_) => Err(Code::Other),
                Err(error) => Err(code(error)),
            },
        });
        shown.collect()
    }

    fn look(&mut self, _session: usize) -> bool {
        Current::wait(Some(Duration::ZERO))
    }

    fn wait(&mut self, _session: usize) -> bool {
        Current::wait(None)
    }

    fn finish(&mut self, number: u64) -> bool {
        if let Some(handle) = self.held.remove(&number) {
            fake::complete(handle, outcome(Question::Held(number)));
        }
        true
    }

    fn switch(&mut self, up: bool) -> bool {
        fake::set_down(!up);
        true
    }

    fn outstanding(&self) -> Option<usize> {
        Some(fake::outstanding() + fake::waiting())
    }

    fn was_asked(&self, _number: u64) -> bool {
        false
    }
}

/// The outcome that a question must have, in the host's types.
fn outcome(question: Question) -> Result<Answer, WsaError> {
    match question.outcome() {
        Ok(address) => Ok(Answer::Host(HostEntry {
            name: question.name(),
            aliases: vec![],
            addresses: vec![Ipv4Addr::from_bits(address)],
        })),
        Err(Code::TryAgain) => Err(WSATRY_AGAIN),
        Err(Code::HostNotFound) => Err(WSAHOST_NOT_FOUND),
        Err(Code::AccessDenied) => Err(WSAEACCES),
        Err(other) => panic!("no question ends with {other:?}"),
    }
}

fn code(error: WsaError) -> Code {
    match error {
        WSAEACCES => Code::AccessDenied,
        WSAEINVAL => Code::Invalid,
        WSAEWOULDBLOCK => Code::WouldBlock,
        WSAEALREADY => Code::Already,
        WSAENETDOWN => Code::NetworkDown,
        WSANOTINITIALISED => Code::NotInitialised,
        WSAHOST_NOT_FOUND => Code::HostNotFound,
        WSATRY_AGAIN => Code::TryAgain,
        _ => Code::Other,
    }
}

#[test]
fn the_fake_host_does_what_the_model_of_a_session_allows() {
    // S-C1, S-C2, S-C3, S-C5, S-R2, S-R5, S-R6, S-R17, S-R18, S-S3, S-S4, S-S5
    let mut player = Player::new(Fake::default(), Settings::GUEST);
    for seed in 0..SEQUENCES {
        let calls = Random::new(seed).calls(Settings::GUEST.sessions);
        if let Err(why) = player.play(&calls) {
            panic!("sequence {seed} fails:\n{why}");
        }
    }
}
