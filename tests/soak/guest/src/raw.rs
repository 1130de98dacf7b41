//! The interface itself.

use std::time::Duration;

use wasip2::clocks::monotonic_clock::subscribe_duration;
use wasip2::io::poll::poll;
use winsock_async_guest::{AF_INET, Answer, HostEntry, ProtocolEntry, ServiceEntry, TaskHandle};
use winsock_async_model::{Code, TakenCompletion};
use winsock_async_test_guests::raw::readiness::subscribe;
use winsock_async_test_guests::raw::{code, completions, lifecycle, requests, types};

use crate::face::{Face, Way};
use crate::question::Query;

/// The most completions that one call takes after a wait.
const PORTION: u32 = 8;

/// The interface, without the library.
pub(crate) struct Raw(());

impl Raw {
    pub(crate) fn new() -> Raw {
        Raw(())
    }
}

impl Face for Raw {
    const RAW: bool = true;

    fn startup(&mut self) {
        lifecycle::startup().expect("a start-up");
    }

    fn cleanup(&mut self) {
        lifecycle::cleanup().expect("a clean-up");
    }

    fn ask(&mut self, query: &Query, tag: u64) -> Result<TaskHandle, Code> {
        requests::async_request(&interface_query(query), tag).map_err(code)
    }

    fn cancel(&mut self, handle: TaskHandle) -> Result<(), Code> {
        requests::cancel(handle).map_err(code)
    }

    fn take(&mut self, max: u32) -> Vec<TakenCompletion<Answer>> {
        completions::take(max).into_iter().map(shown).collect()
    }

    fn wait(&mut self, time: Duration, way: Way) -> Vec<TakenCompletion<Answer>> {
        let nanoseconds = u64::try_from(time.as_nanos()).expect("a short time");
        let there = match way {
            Way::Timed => completions::wait(Some(nanoseconds)),
            Way::Endless => completions::wait(None),
            Way::Polled => {
                let timer = subscribe_duration(nanoseconds);
                let pollable = subscribe();
                // The pollable may be ready for a request that was cancelled in the meantime.
                while poll(&[&pollable, &timer]).contains(&0) {
                    let taken = self.take(PORTION);
                    if !taken.is_empty() {
                        return taken;
                    }
                }
                return Vec::new();
            }
        };
        let taken = self.take(PORTION);
        assert!(
            !there || !taken.is_empty(),
            "`wait` has promised a completion, and `take` shows none"
        );
        taken
    }
}

fn interface_query(query: &Query) -> types::Query {
    match query {
        Query::Host(name) => types::Query::HostByName(name.as_str().into()),
        Query::Address(address) => types::Query::HostByAddress(types::AddressQuery {
            address: address.octets().into(),
            family: AF_INET,
        }),
        Query::Service(name, protocol) => types::Query::ServiceByName(types::ServiceNameQuery {
            name: name.as_str().into(),
            protocol: protocol.map(Into::into),
        }),
        Query::Port(port, protocol) => types::Query::ServiceByPort(types::ServicePortQuery {
            port: *port,
            protocol: Some(protocol.as_str().into()),
        }),
        Query::Protocol(name) => types::Query::ProtocolByName(name.as_str().into()),
        Query::Number(number) => types::Query::ProtocolByNumber(*number),
    }
}

fn shown(completion: types::Completion) -> TakenCompletion<Answer> {
    TakenCompletion {
        handle: completion.handle,
        tag: completion.tag,
        outcome: completion.outcome.map(answer).map_err(code),
    }
}

fn answer(answer: types::Answer) -> Answer {
    match answer {
        types::Answer::Host(entry) => Answer::Host(HostEntry {
            name: entry.name,
            aliases: entry.aliases,
            addresses: entry.addresses.into_iter().map(Into::into).collect(),
        }),
        types::Answer::Service(entry) => Answer::Service(ServiceEntry {
            name: entry.name,
            aliases: entry.aliases,
            port: entry.port,
            protocol: entry.protocol,
        }),
        types::Answer::Protocol(entry) => Answer::Protocol(ProtocolEntry {
            name: entry.name,
            aliases: entry.aliases,
            number: entry.number,
        }),
        types::Answer::Addresses(_) | types::Answer::Name(_) => {
            panic!("an answer to no question of the soak")
        }
    }
}
