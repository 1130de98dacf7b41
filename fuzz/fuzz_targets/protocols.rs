//! Texts in the format of `/etc/protocols`: the tables find every name and number of an accepted
//! text.

#![no_main]

use libfuzzer_sys::fuzz_target;
use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{Answer, Lookup};
use winsock_async_fuzz::tables::{Built, check_refusal, found, has_name, in_other_case, lines};

fn build(text: &str) -> Built {
    // The other tables are empty: the embedded ones would take nearly all of the time.
    let builder = Tables::builder().hosts_text("").services_text("");
    builder.protocols_text(text).build()
}

fuzz_target!(|text: &str| {
    match build(text) {
        Ok(tables) => check(text, &tables),
        Err(error) => check_refusal(text, error, build),
    }
});

struct Line<'a> {
    names: Vec<&'a str>,
    number: i32,
}

fn check(text: &str, tables: &Tables) {
    let lines: Vec<_> = lines(text)
        .map(|mut words| Line {
            number: words.remove(1).parse().expect("a number"),
            names: words,
        })
        .collect();
    for line in &lines {
        let by_number = lines.iter().find(|l| l.number == line.number);
        expect(tables, Lookup::ProtocolByNumber(line.number), by_number);
        for name in &line.names {
            let by_name = lines
                .iter()
                .find(|l| has_name(l.names.iter().copied(), name));
            let lookup = Lookup::ProtocolByName(in_other_case(name).into());
            expect(tables, lookup, by_name);
        }
    }
}

/// Checks that the answer is the first line that matches (S-R12).
fn expect(tables: &Tables, lookup: Lookup, first: Option<&Line>) {
    let first = first.expect("a line matches itself");
    let Answer::Protocol(entry) = &*found(tables, &lookup) else {
        panic!("{lookup:?} has an answer of another kind");
    };
    assert_eq!(entry.number, first.number, "{lookup:?}");
    assert_eq!(entry.name, first.names[0], "{lookup:?}");
    assert_eq!(entry.aliases, first.names[1..], "{lookup:?}");
}
