//! Texts in the format of `/etc/services`: the tables find every name and port of an accepted text,
//! with its protocol and without one.

#![no_main]

use libfuzzer_sys::fuzz_target;
use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{Answer, Lookup};
use winsock_async_fuzz::tables::{Built, check_refusal, found, has_name, in_other_case, lines};

fn build(text: &str) -> Built {
    // The other tables are empty: the embedded ones would take nearly all of the time.
    let builder = Tables::builder().hosts_text("").protocols_text("");
    builder.services_text(text).build()
}

fuzz_target!(|text: &str| {
    match build(text) {
        Ok(tables) => check(text, &tables),
        Err(error) => check_refusal(text, error, build),
    }
});

struct Line<'a> {
    names: Vec<&'a str>,
    port: u16,
    protocol: &'a str,
}

impl<'a> Line<'a> {
    /// None for a range of ports, which has no entry.
    fn new(mut words: Vec<&'a str>) -> Option<Line<'a>> {
        let (port, protocol) = words.remove(1).split_once('/')?;
        if port.contains('-') {
            return None;
        }
        Some(Line {
            names: words,
            port: port.parse().expect("a number"),
            protocol: protocol.trim_start_matches('/'),
        })
    }

    fn has_protocol(&self, asked: Option<&str>) -> bool {
        asked.is_none_or(|asked| asked.eq_ignore_ascii_case(self.protocol))
    }
}

fn check(text: &str, tables: &Tables) {
    let lines: Vec<_> = lines(text).filter_map(Line::new).collect();
    for line in &lines {
        let named = in_other_case(line.protocol);
        for protocol in [None, Some(&*named)] {
            let of_protocol = || lines.iter().filter(|l| l.has_protocol(protocol));
            let by_port = Lookup::ServiceByPort {
                port: line.port,
                protocol: protocol.map(Into::into),
            };
            expect(tables, by_port, of_protocol().find(|l| l.port == line.port));
            for name in &line.names {
                let by_name = Lookup::ServiceByName {
                    name: in_other_case(name).into(),
                    protocol: protocol.map(Into::into),
                };
                let first = of_protocol().find(|l| has_name(l.names.iter().copied(), name));
                expect(tables, by_name, first);
            }
        }
    }
}

/// Checks that the answer is the first line that matches (S-R12).
fn expect(tables: &Tables, lookup: Lookup, first: Option<&Line>) {
    let first = first.expect("a line matches itself");
    let Answer::Service(entry) = &*found(tables, &lookup) else {
        panic!("{lookup:?} has an answer of another kind");
    };
    assert_eq!(entry.port, first.port, "{lookup:?}");
    assert_eq!(entry.protocol, first.protocol, "{lookup:?}");
    assert_eq!(entry.name, first.names[0], "{lookup:?}");
    assert_eq!(entry.aliases, first.names[1..], "{lookup:?}");
}
