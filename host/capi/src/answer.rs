//! Completions as C has them.

use std::ffi::c_char;
use std::net::IpAddr;
use std::ptr;

use winsock_async_engine::{Answer, Completion as Completed};

use crate::failure::number;
use crate::types::*;

/// What a completion points to. Its parts do not move while it exists.
pub(crate) struct Memory {
    /// Kept for the pointers into it: every text, with a NUL behind each.
    _text: Vec<u8>,
    aliases: Vec<Text>,
    addresses: Vec<Address>,
}

impl Completion {
    /// Makes a completion. `keep` keeps what it points to until `winsock_async_completions_delete`,
    /// and returns its handle.
    pub(crate) fn new(completed: Completed, keep: impl FnOnce(Memory) -> u64) -> Completion {
        let mut completion = Completion {
            handle: completed.handle,
            tag: completed.tag,
            ..Completion::EMPTY
        };
        match completed.outcome {
            Err(error) => completion.error = number(error),
            Ok(answer) => {
                let memory = completion.set_answer(&answer);
                completion.memory = keep(memory);
            }
        }
        completion
    }

    fn set_answer(&mut self, answer: &Answer) -> Memory {
        let (mut protocol, mut aliases, mut addresses) = (None, &[][..], Vec::new());
        let name = match answer {
            Answer::Host(host) => {
                self.kind = WINSOCK_ASYNC_ANSWER_HOST;
                addresses = host.addresses().map(|ip| IpAddr::from(ip).into()).collect();
                aliases = &host.aliases;
                Some(&host.name)
            }
            Answer::Service(service) => {
                self.kind = WINSOCK_ASYNC_ANSWER_SERVICE;
                self.port = service.port;
                protocol = Some(&service.protocol);
                aliases = &service.aliases;
                Some(&service.name)
            }
            Answer::Protocol(entry) => {
                self.kind = WINSOCK_ASYNC_ANSWER_PROTOCOL;
                self.number = entry.number;
                aliases = &entry.aliases;
                Some(&entry.name)
            }
            Answer::Addresses(list) => {
                self.kind = WINSOCK_ASYNC_ANSWER_ADDRESSES;
                addresses = list.addresses().map(Address::from).collect();
                list.canonical_name.as_ref()
            }
            Answer::Name(name) => {
                self.kind = WINSOCK_ASYNC_ANSWER_NAME;
                Some(name)
            }
        };
        let texts = || name.into_iter().chain(protocol).chain(aliases);
        let mut text = Vec::with_capacity(texts().map(|text| text.len() + 1).sum());
        for part in texts() {
            text.extend_from_slice(part.as_bytes());
            text.push(0);
        }
        let mut next = text.as_ptr().cast::<c_char>();
        let mut place = |part: &String| {
            let (data, length) = (next, part.len());
            next = data.wrapping_add(length + 1);
            Text { data, length }
        };
        self.name = name.map_or(Text::NONE, &mut place);
        self.protocol = protocol.map_or(Text::NONE, &mut place);
        let memory = Memory {
            aliases: aliases.iter().map(place).collect(),
            _text: text,
            addresses,
        };
        (self.alias_count, self.address_count) = (memory.aliases.len(), memory.addresses.len());
        if !memory.aliases.is_empty() {
            self.aliases = memory.aliases.as_ptr();
        }
        if !memory.addresses.is_empty() {
            self.addresses = memory.addresses.as_ptr();
        }
        memory
    }

    /// A completion without a request.
    const EMPTY: Completion = Completion {
        handle: 0,
        tag: 0,
        error: WINSOCK_ASYNC_OK,
        kind: WINSOCK_ASYNC_ANSWER_NONE,
        name: Text::NONE,
        aliases: ptr::null(),
        alias_count: 0,
        addresses: ptr::null(),
        address_count: 0,
        protocol: Text::NONE,
        number: 0,
        port: 0,
        memory: 0,
    };

    /// The completion without what it points to, which was deleted.
    pub(crate) fn without_memory(self) -> Completion {
        Completion {
            handle: self.handle,
            tag: self.tag,
            error: self.error,
            ..Completion::EMPTY
        }
    }
}

impl From<IpAddr> for Address {
    fn from(address: IpAddr) -> Address {
        let mut bytes = [0; 16];
        let family = match address {
            IpAddr::V4(address) => {
                bytes[..4].copy_from_slice(&address.octets());
                4
            }
            IpAddr::V6(address) => {
                bytes = address.octets();
                6
            }
        };
        Address { family, bytes }
    }
}
