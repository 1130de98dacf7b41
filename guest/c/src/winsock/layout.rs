//! Answers as the structures of Winsock (`S-R9`).
//!
//! `hostent`, `servent` or `protoent` is at the start of the buffer. Lists of pointers, addresses
//! and strings follow in this order. So everything is as aligned as the buffer, and the size does
//! not depend on the buffer.

use winsock_async_guest::Answer;

use crate::memory;

/// The largest size that fits in the low word of the `lParam` of a message: 65,535 bytes (`S-R7`).
const LARGEST: usize = u16::MAX as usize;

/// The number of the address family of IPv4.
const AF_INET: i16 = 2;
/// The size of an address in bytes.
const ADDRESS: usize = 4;

/// The size of a pointer in bytes.
const POINTER: usize = 4;

const NOT_WINSOCK: &str = "an answer that is not of the request's kind";

/// An answer of at most [`LARGEST`] bytes, to one of Winsock's six queries.
pub(super) struct Structure {
    answer: Answer,
    size: usize,
}

impl Structure {
    /// Makes a structure of an answer. From an answer over [`LARGEST`] bytes it removes the last
    /// addresses, and then the last aliases. So a program that asks again with the size in its
    /// message succeeds (`S-R8`).
    pub(super) fn of(mut answer: Answer) -> Structure {
        let mut size = answer.winsock_size();
        if let Answer::Host(host) = &mut answer {
            while size > LARGEST && host.addresses.len() > 1 {
                host.addresses.pop();
                size -= POINTER + ADDRESS;
            }
        }
        let aliases = match &mut answer {
            Answer::Host(host) => &mut host.aliases,
            Answer::Service(service) => &mut service.aliases,
            Answer::Protocol(protocol) => &mut protocol.aliases,
            Answer::Addresses(_) | Answer::Name(_) => unreachable!("{NOT_WINSOCK}"),
        };
        while size > LARGEST {
            let Some(alias) = aliases.pop() else { break };
            size -= POINTER + alias.len() + 1;
        }
        Structure { answer, size }
    }

    /// Returns the size of the structure in bytes, with everything that it points to (`S-R7`).
    pub(super) fn size(&self) -> usize {
        self.size
    }

    /// Writes the structure to `start`, with pointers into the same buffer. Returns false if that
    /// is no memory.
    ///
    /// # Safety
    /// This may overwrite [`size`](Structure::size) bytes there.
    pub(super) unsafe fn write(&self, start: *mut std::ffi::c_char) -> bool {
        // SAFETY: the caller's promise.
        let buffer = unsafe { memory::buffer(start, self.size) };
        buffer.is_some_and(|buffer| {
            self.fill(buffer, start.addr() as u32);
            true
        })
    }

    /// Fills a buffer of this size. Its address in the program is `base`.
    fn fill(&self, buffer: &mut [u8], base: u32) {
        let pointers = |strings: usize| (strings + 1) * POINTER;
        let aliases = self.answer.aliases();
        let (fixed, addresses) = match &self.answer {
            Answer::Host(host) => (16, &host.addresses[..]),
            Answer::Service(_) => (16, &[][..]),
            Answer::Protocol(_) => (12, &[][..]),
            Answer::Addresses(_) | Answer::Name(_) => unreachable!("{NOT_WINSOCK}"),
        };
        let address_list = fixed + pointers(aliases.len());
        let is_host = matches!(self.answer, Answer::Host(_));
        let first_address = address_list
            + if is_host {
                pointers(addresses.len())
            } else {
                0
            };
        let mut out = Writer {
            buffer,
            base,
            end: first_address + addresses.len() * ADDRESS,
        };
        let name = out.string(self.answer.name());
        out.pointer(0, name);
        out.pointer(4, out.address(fixed));
        for (i, alias) in aliases.iter().enumerate() {
            let alias = out.string(alias);
            out.pointer(fixed + i * POINTER, alias);
        }
        out.pointer(fixed + aliases.len() * POINTER, 0);
        match &self.answer {
            Answer::Host(_) => {
                out.short(8, AF_INET);
                out.short(10, ADDRESS as i16);
                out.pointer(12, out.address(address_list));
                for (i, address) in addresses.iter().enumerate() {
                    let place = first_address + i * ADDRESS;
                    out.put(place, &address.octets());
                    out.pointer(address_list + i * POINTER, out.address(place));
                }
                out.pointer(address_list + addresses.len() * POINTER, 0);
            }
            Answer::Service(service) => {
                // S-R11: the port is in network byte order. The next two bytes are padding.
                out.short(8, service.port.to_be() as i16);
                out.short(10, 0);
                let protocol = out.string(&service.protocol);
                out.pointer(12, protocol);
            }
            Answer::Protocol(protocol) => {
                out.short(8, protocol.number as i16);
                out.short(10, 0);
            }
            Answer::Addresses(_) | Answer::Name(_) => unreachable!("{NOT_WINSOCK}"),
        }
        debug_assert_eq!(out.end, self.size);
    }
}

/// Fills a buffer: fields at fixed offsets, and strings one after the other from `end` on.
struct Writer<'a> {
    buffer: &'a mut [u8],
    base: u32,
    end: usize,
}

impl Writer<'_> {
    /// Returns the address of an offset in the program.
    fn address(&self, place: usize) -> u32 {
        self.base.wrapping_add(place as u32)
    }

    fn put(&mut self, place: usize, bytes: &[u8]) {
        self.buffer[place..][..bytes.len()].copy_from_slice(bytes);
    }

    fn pointer(&mut self, place: usize, address: u32) {
        self.put(place, &address.to_le_bytes());
    }

    fn short(&mut self, place: usize, number: i16) {
        self.put(place, &number.to_le_bytes());
    }

    /// Appends a string and its null, and returns its address.
    fn string(&mut self, text: &str) -> u32 {
        let place = self.end;
        self.put(place, text.as_bytes());
        self.put(place + text.len(), &[0]);
        self.end = place + text.len() + 1;
        self.address(place)
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use winsock_async_guest::{HostEntry, ProtocolEntry, ServiceEntry};

    use super::*;

    const BASE: u32 = 0x1000;

    fn host(addresses: u32, aliases: &[&str]) -> Answer {
        Answer::Host(HostEntry {
            name: "a.test".into(),
            aliases: aliases.iter().map(|alias| alias.to_string()).collect(),
            addresses: (1..=addresses).map(Ipv4Addr::from_bits).collect(),
        })
    }

    /// The structure as a program sees it.
    struct Seen(Vec<u8>);

    impl Seen {
        fn of(answer: Answer) -> Seen {
            let structure = Structure::of(answer);
            let mut buffer = vec![0xaa; structure.size()];
            structure.fill(&mut buffer, BASE);
            Seen(buffer)
        }

        fn number(&self, place: usize) -> u32 {
            u32::from_le_bytes(self.0[place..][..4].try_into().unwrap())
        }

        fn short(&self, place: usize) -> i16 {
            self.number(place) as i16
        }

        /// Returns the offset that a pointer leads to.
        fn follow(&self, place: usize) -> Option<usize> {
            let address = self.number(place);
            (address != 0).then(|| (address - BASE) as usize)
        }

        fn string(&self, place: usize) -> &str {
            let bytes = &self.0[self.follow(place).unwrap()..];
            let end = bytes.iter().position(|&b| b == 0).unwrap();
            std::str::from_utf8(&bytes[..end]).unwrap()
        }

        /// Returns the offsets that the pointers of a list lead to.
        fn list(&self, place: usize) -> Vec<usize> {
            let list = self.follow(place).unwrap();
            assert_eq!(list % POINTER, 0);
            let places = (list..).step_by(POINTER);
            places.take_while(|&p| self.number(p) != 0).collect()
        }
    }

    #[test]
    fn a_host_has_the_layout_of_winsock() {
        // S-R9
        let seen = Seen::of(host(2, &["b", "long-name.test"]));
        assert_eq!(seen.string(0), "a.test");
        let aliases = seen.list(4);
        let aliases: Vec<&str> = aliases.iter().map(|&p| seen.string(p)).collect();
        assert_eq!(aliases, ["b", "long-name.test"]);
        assert_eq!((seen.short(8), seen.short(10)), (2, 4));
        let addresses = seen.list(12);
        let address = |p: &usize| seen.0[seen.follow(*p).unwrap()..][..4].to_vec();
        let addresses: Vec<_> = addresses.iter().map(address).collect();
        assert_eq!(addresses, [[0, 0, 0, 1], [0, 0, 0, 2]]);
    }

    #[test]
    fn a_service_has_its_port_in_network_order_and_a_protocol_has_its_number() {
        // S-R9, S-R11
        let seen = Seen::of(Answer::Service(ServiceEntry {
            name: "http".into(),
            aliases: vec!["www".into()],
            port: 80,
            protocol: "tcp".into(),
        }));
        let alias = seen.list(4)[0];
        assert_eq!(
            (seen.string(0), seen.string(alias), seen.string(12)),
            ("http", "www", "tcp")
        );
        assert_eq!(seen.0[8..12], [0, 80, 0, 0]);
        let seen = Seen::of(Answer::Protocol(ProtocolEntry {
            name: "tcp".into(),
            aliases: vec!["TCP".into()],
            number: 6,
        }));
        let alias = seen.list(4)[0];
        assert_eq!((seen.string(0), seen.string(alias)), ("tcp", "TCP"));
        assert_eq!(seen.0[8..12], [6, 0, 0, 0]);
    }

    #[test]
    fn an_answer_over_65535_bytes_loses_addresses_and_then_aliases() {
        // S-R7, S-R8
        let many = Seen::of(host(10_000, &["b"]));
        assert!((65_520..=65_535).contains(&many.0.len()));
        assert_eq!(many.list(4).len(), 1);
        assert!(many.list(12).len() > 8_000);
        let long = "x".repeat(200);
        let names = Seen::of(host(2, &vec![long.as_str(); 1000]));
        assert!((65_300..=65_535).contains(&names.0.len()));
        assert_eq!(names.list(12).len(), 1);
    }
}
