//! What the tests of the three formats share, and tests of arbitrary texts.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use proptest::prelude::*;

use super::hosts::{self, Hosts};
use super::index::{Added, Found, Index, Key, Malformed, Source};
use super::protocols;
use super::services::{self, Services};
use crate::lookup::Lookup;
use crate::types::Answer;

type ReadLine = fn(&[u8], &mut Found<'_>);

fn add(index: &mut Index, text: &[u8], malformed: Malformed, read: ReadLine) -> Added {
    let source = Source {
        name: "F",
        bytes: text.into(),
        malformed,
    };
    index.add(source, read).unwrap()
}

fn indexed(text: &[u8], read: ReadLine) -> Index {
    let mut index = Index::default();
    add(&mut index, text, Malformed::Skip, read);
    index.finish()
}

fn problems(text: &[u8], malformed: Malformed, read: ReadLine) -> Vec<String> {
    let added = add(&mut Index::default(), text, malformed, read);
    added.problems.iter().map(ToString::to_string).collect()
}

/// The problems of a text, with the malformed parts skipped.
pub(super) fn warnings_of(text: &[u8], read: ReadLine) -> Vec<String> {
    problems(text, Malformed::Skip, read)
}

/// The names and addresses of a host.
pub(super) fn host(text: &[u8], name: &str) -> Option<String> {
    let lookup = Lookup::HostByName(name.into());
    let answer = Hosts::new(indexed(text, hosts::read)).by_name(&lookup, name)?;
    let Answer::Host(host) = &*answer.ok()? else {
        panic!("not a host");
    };
    let addresses = host.addresses().map(|address| address.to_string());
    let names = [host.name.clone()].into_iter().chain(host.aliases.clone());
    Some(names.chain(addresses).collect::<Vec<_>>().join(" "))
}

/// The name, port, protocol and aliases of a service.
pub(super) fn service(text: &[u8], name: &str, protocol: Option<&str>) -> Option<String> {
    let services = Services::new(indexed(text, services::read));
    let Answer::Service(entry) = services.by_name(name, protocol)? else {
        panic!("not a service");
    };
    let first = format!("{} {}/{}", entry.name, entry.port, entry.protocol);
    let words = [first].into_iter().chain(entry.aliases);
    Some(words.collect::<Vec<_>>().join(" "))
}

#[test]
fn first_100_problems_are_listed_and_the_others_counted() {
    let text = "b\n".repeat(100);
    assert_eq!(warnings_of(text.as_bytes(), services::read).len(), 100);
    let text = format!("{text}b\nb\nc 3/udp\n");
    let said = warnings_of(text.as_bytes(), services::read);
    assert_eq!(said.len(), 101);
    assert!(said[99].starts_with("F:100: "), "{}", said[99]);
    assert_eq!(said[100], "F: 2 more problems of lines");
    assert_eq!(service(text.as_bytes(), "c", None), Some("c 3/udp".into()));
}

#[test]
fn stop_ends_at_the_first_malformed_line() {
    let said = problems(b"a 1\nb\nc\nd 4\n", Malformed::Stop, protocols::read);
    assert_eq!(said, ["F:2: a protocol's number is missing"]);
}

#[test]
fn comments_are_cut_off_before_anything_is_read() {
    let odd = b"# \xff\n#\0\n # \x01\n#".to_vec();
    let long = [odd, b"x".repeat(20_000)].concat();
    for read in [hosts::read as ReadLine, services::read, protocols::read] {
        assert_eq!(warnings_of(&long, read), [""; 0]);
    }
    let text = [b"192.0.2.1 a.test".as_slice(), &long].concat();
    assert_eq!(warnings_of(&text, hosts::read), [""; 0]);
    assert_eq!(host(&text, "a.test"), Some("a.test 192.0.2.1".into()));
}

#[test]
fn white_space_is_what_isspace_has() {
    let text = b"192.0.2.1\x0ba.test\x0cb.test\rc.test\r\n";
    let found = Some("a.test b.test c.test 192.0.2.1".into());
    assert_eq!(host(text, "b.test"), found);
    assert_eq!(warnings_of(text, hosts::read), [""; 0]);
}

#[test]
fn nul_ends_a_line_as_in_glibc() {
    let text = b"192.0.2.1 a.test\0b c.test\n192.0.2.2 d.test";
    assert_eq!(host(text, "a.test"), Some("a.test 192.0.2.1".into()));
    assert_eq!(host(text, "d.test"), Some("d.test 192.0.2.2".into()));
    let said = "F:1: has a NUL; the rest of the line is not read";
    assert_eq!(warnings_of(text, hosts::read), [said]);
}

#[test]
fn keys_with_the_same_hash_are_told_apart() {
    // By chance: more keys than half of the hashes' square root.
    let names: Vec<_> = (0..200_000).map(|i| format!("h{i}.test")).collect();
    let mut text = String::new();
    for (i, name) in (0..).zip(&names) {
        text += &format!("{} {name}\n", Ipv4Addr::from_bits(i));
    }
    let index = indexed(text.as_bytes(), hosts::read);
    let shared = names
        .iter()
        .filter(|name| index.lines(Key::Name(name)).count() > 1);
    assert!(shared.count() > 0);
    let hosts = Hosts::new(index);
    for (i, name) in (0..).zip(&names) {
        let lookup = Lookup::HostByName((**name).into());
        let answer = hosts.by_name(&lookup, name).unwrap().unwrap();
        let Answer::Host(host) = &*answer else {
            panic!("{name}");
        };
        assert_eq!(host.name, *name);
        assert!(host.addresses().eq([Ipv4Addr::from_bits(i)]), "{name}");
    }
}

fn names() -> impl Strategy<Value = Vec<String>> {
    prop::collection::vec("[a-wyzA-WYZ][a-zA-Z0-9_-]{0,8}", 1..4)
}

fn space() -> impl Strategy<Value = String> {
    "[ \t\x0b\x0c\r]{1,3}"
}

fn ending() -> impl Strategy<Value = String> {
    "[ \t]{0,2}(#[ -~]{0,9})?\r?\n(#[ -~]{0,9}\n|[ \t]*\r?\n){0,2}"
}

proptest! {
    #[test]
    fn arbitrary_bytes_are_read_without_a_panic(bytes: Vec<u8>) {
        for read in [hosts::read as ReadLine, services::read, protocols::read] {
            indexed(&bytes, read);
        }
    }

    #[test]
    fn generated_hosts_are_found(
        lines in prop::collection::vec((any::<u32>(), names(), space(), ending()), 0..9),
    ) {
        let mut text = String::new();
        let mut first: BTreeMap<String, String> = BTreeMap::new();
        for (address, names, space, ending) in lines {
            let address = Ipv4Addr::from(address);
            text += &format!("{address}{space}{}{ending}", names.join(&space));
            for name in &names {
                first.entry(name.to_lowercase()).or_insert_with(|| names.join(" "));
            }
        }
        prop_assert_eq!(warnings_of(text.as_bytes(), hosts::read), [""; 0]);
        for (name, names) in first {
            let found = host(text.as_bytes(), &name).unwrap();
            prop_assert!(found.starts_with(&names), "{found}: {names}");
        }
    }

    #[test]
    fn generated_services_are_found(
        lines in prop::collection::vec(
            (names(), any::<u16>(), "[a-z]{1,4}", space(), ending()), 0..9),
    ) {
        let mut text = String::new();
        let mut first: BTreeMap<(String, String), String> = BTreeMap::new();
        for (names, port, protocol, space, ending) in lines {
            text += &format!("{}{space}{port}/{protocol}", names[0]);
            let mut found = format!("{} {port}/{protocol}", names[0]);
            for alias in &names[1..] {
                text += &format!("{space}{alias}");
                found += &format!(" {alias}");
            }
            text += &ending;
            for name in &names {
                let key = (name.to_lowercase(), protocol.clone());
                first.entry(key).or_insert_with(|| found.clone());
            }
        }
        prop_assert_eq!(warnings_of(text.as_bytes(), services::read), [""; 0]);
        for ((name, protocol), found) in first {
            prop_assert_eq!(service(text.as_bytes(), &name, Some(&protocol)), Some(found));
        }
    }
}
