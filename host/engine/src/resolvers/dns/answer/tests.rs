//! Results of messages that are built byte by byte.

use super::super::message::sample::{AA, ANSWER, RA, Sample, wire};
use super::super::message::{self, Question, RecordType};
use super::*;
use crate::types::{AddressFamily, Answer};

const REVERSE: &str = "7.2.0.192.in-addr.arpa";

impl Sample {
    /// The result of the message in answer to the question for the address of `a.test`.
    fn by_name(&self) -> QueryResult {
        let lookup = Lookup::HostByName("a.test".into());
        self.result(&lookup, "a.test", RecordType::A)
    }

    /// The result of the message in answer to the question for the name of 192.0.2.7.
    fn by_address(&self) -> QueryResult {
        let lookup = Lookup::HostByAddress([192, 0, 2, 7].into());
        self.result(&lookup, REVERSE, RecordType::Ptr)
    }

    fn result(&self, lookup: &Lookup, name: &str, kind: RecordType) -> QueryResult {
        let question = Question::new(name, kind).unwrap();
        let response = message::read(&self.bytes(), &question);
        read(lookup, name, response.expect("a response"))
    }
}

fn good() -> Sample {
    Sample::a_test()
}

fn reverse() -> Sample {
    Sample::new(REVERSE, RecordType::Ptr)
}

const fn seconds(seconds: u64) -> Duration {
    Duration::from_secs(seconds)
}

fn host(found: &QueryResult) -> (String, Vec<String>, Vec<u8>) {
    match &**found.outcome.as_ref().expect("an answer") {
        Answer::Host(host) => (
            host.name.clone(),
            host.aliases.clone(),
            host.addresses().map(|a| a.octets()[3]).collect(),
        ),
        other => panic!("{other:?}"),
    }
}

// S-A1
#[test]
fn ipv6_addresses_come_with_the_end_of_the_chain_as_the_canonical_name() {
    let lookup = Lookup::Addresses {
        name: "a.test".into(),
        family: Some(AddressFamily::Ipv6),
    };
    let result = |sample: Sample| sample.result(&lookup, "a.test", RecordType::Aaaa);
    let sample = || Sample::new("a.test", RecordType::Aaaa);
    let list = |name: &str, addresses: [&str; 2]| {
        let addresses = addresses.map(|address| address.parse().unwrap());
        Ok(Arc::new(
            AddressList::new(Some(name.into()), addresses).into(),
        ))
    };
    let plain = result(sample().aaaa("a.test", 60, 9).aaaa("a.test", 30, 3));
    assert_eq!(
        plain.outcome,
        list("a.test", ["2001:db8::9", "2001:db8::3"])
    );
    assert_eq!(plain.ttl, seconds(30));
    let chain = sample().cname("a.test", 20, "b.test").aaaa("b.test", 60, 1);
    let chain = result(chain.aaaa("b.test", 60, 2));
    assert_eq!(
        chain.outcome,
        list("b.test", ["2001:db8::1", "2001:db8::2"])
    );
    assert_eq!(chain.ttl, seconds(20));
    let none = result(sample().a("a.test", 60, 1).soa(60, 30));
    assert_eq!(
        (none.outcome, none.ttl),
        (Err(ErrorCode::NoData), seconds(30))
    );
}

#[test]
fn name_of_an_ipv6_address_is_that_of_its_first_ptr_record() {
    let address: std::net::Ipv6Addr = "2001:db8::7".parse().unwrap();
    let name = "7.ip6.arpa";
    let sample = Sample::new(name, RecordType::Ptr)
        .ptr(name, 60, "one.test")
        .ptr(name, 30, "two.test");
    let result = sample.result(&Lookup::NameOf(address.into()), name, RecordType::Ptr);
    assert_eq!(
        result.outcome,
        Ok(Arc::new(Answer::Name("one.test".into())))
    );
}

#[test]
fn addresses_keep_the_order_of_the_answer() {
    let found = good().a("a.test", 60, 9).a("A.Test", 30, 3).by_name();
    assert_eq!(host(&found), ("a.test".into(), vec![], vec![9, 3]));
    assert_eq!(found.ttl, seconds(30));
}

#[test]
fn last_name_of_a_cname_chain_is_official_and_the_others_are_aliases() {
    let found = good()
        .cname("B.test", 50, "c.test")
        .a("c.test", 60, 1)
        .cname("a.test", 40, "b.test")
        .a("other.test", 1, 2)
        .by_name();
    let aliases = vec!["a.test".into(), "b.test".into()];
    assert_eq!(host(&found), ("c.test".into(), aliases, vec![1]));
    assert_eq!(found.ttl, seconds(40));
}

// S-R15
#[test]
fn record_of_another_class_is_ignored() {
    let (chaos, address) = (3, [192, 0, 2, 1]);
    let other = good().record(ANSWER, &wire("a.test"), [1, chaos], 60, &address);
    assert_eq!(other.by_name(), QueryResult::failed(ErrorCode::NoData));
    assert_eq!(host(&other.a("a.test", 60, 2).by_name()).2, [2]);
}

// S-R15
#[test]
fn each_code_of_servers_has_its_error() {
    let empty = QueryResult::failed(ErrorCode::NoData);
    assert_eq!(good().by_name(), empty);
    for (code, error) in [
        (1, ErrorCode::NoRecovery),
        (2, ErrorCode::TryAgain),
        (3, ErrorCode::HostNotFound),
        (4, ErrorCode::NoRecovery),
        (5, ErrorCode::NoRecovery),
        (6, ErrorCode::NoRecovery),
        (15, ErrorCode::NoRecovery),
    ] {
        // The code counts also where it denies the records.
        for message in [good(), good().a("a.test", 60, 1)] {
            let found = message.rcode(code).by_name();
            assert_eq!(found, QueryResult::failed(error), "{code}");
        }
    }
    // EDNS gives a code its upper bits: BADVERS is 16.
    let bad_version = good().a("a.test", 60, 1).opt(1 << 24, &[]);
    assert_eq!(
        bad_version.by_name(),
        QueryResult::failed(ErrorCode::NoRecovery)
    );
}

// S-R15
#[test]
fn malformed_message_is_no_recovery_unless_its_code_says_more() {
    let mut short = good();
    short.counts[1] = 1;
    assert_eq!(short.by_name(), QueryResult::failed(ErrorCode::NoRecovery));
    let unknown = short.clone().rcode(rcode::NX_DOMAIN);
    assert_eq!(
        unknown.by_name(),
        QueryResult::failed(ErrorCode::NoRecovery)
    );
    let busy = short.rcode(rcode::SERV_FAIL);
    assert_eq!(busy.by_name(), QueryResult::failed(ErrorCode::TryAgain));
}

// S-R15
#[test]
fn referral_is_no_answer() {
    let again = QueryResult::failed(ErrorCode::TryAgain);
    let no_data = QueryResult::failed(ErrorCode::NoData);
    let response = 0x8000;
    for (message, result) in [
        // The server neither has the zone nor asks others.
        (good().flags(response), &again),
        (good().flags(response | RA), &no_data),
        (good().flags(response | AA), &no_data),
        // It names the servers of the zone, and no SOA record says that there is nothing.
        (good().flags(response).ns(), &again),
        (good().flags(response | RA).ns(), &again),
        (good().flags(response | AA).ns(), &no_data),
        (
            good().flags(response).cname("a.test", 60, "b.test").ns(),
            &again,
        ),
        (
            good().flags(response).cname("a.test", 60, "b.test"),
            &no_data,
        ),
    ] {
        assert_eq!(message.by_name(), *result, "{message:x?}");
    }
    let found = good().flags(response).a("a.test", 60, 1).ns().by_name();
    assert_eq!(host(&found).2, [1]);
    let no_data = good().flags(response | RA).ns().soa(60, 60).by_name();
    assert_eq!(no_data.outcome, Err(ErrorCode::NoData));
}

#[test]
fn miss_expires_as_the_soa_record_says() {
    let missing = |code, ttl, minimum| good().rcode(code).soa(ttl, minimum).by_name();
    let unknown = missing(rcode::NX_DOMAIN, 60, 30);
    assert_eq!(unknown.outcome, Err(ErrorCode::HostNotFound));
    assert_eq!(unknown.ttl, seconds(30));
    let no_data = missing(rcode::NO_ERROR, 20, 30);
    assert_eq!(no_data.outcome, Err(ErrorCode::NoData));
    assert_eq!(no_data.ttl, seconds(20));
    assert_eq!(missing(rcode::NX_DOMAIN, 20, 1 << 31).ttl, seconds(0));
    // And not later than the CNAMEs on the way.
    for code in [rcode::NX_DOMAIN, rcode::NO_ERROR] {
        let behind = good().rcode(code).cname("a.test", 5, "b.test");
        assert_eq!(behind.soa(60, 30).by_name().ttl, seconds(5));
    }
    // The first SOA record counts.
    let two = good().rcode(rcode::NX_DOMAIN).soa(60, 30).soa(60, 10);
    assert_eq!(two.by_name().ttl, seconds(30));
}

#[test]
fn by_address_the_first_name_is_official_and_the_others_are_aliases() {
    let found = reverse()
        .ptr(REVERSE, 60, "one.test")
        .ptr(REVERSE, 30, "two.test")
        .by_address();
    let aliases = vec!["two.test".into()];
    assert_eq!(host(&found), ("one.test".into(), aliases, vec![7]));
    assert_eq!(found.ttl, seconds(30));
    // RFC 2317
    let found = reverse()
        .cname(REVERSE, 10, "7.0-25.2.0.192.in-addr.arpa")
        .ptr("7.0-25.2.0.192.in-addr.arpa", 60, "one.test")
        .by_address();
    assert_eq!(host(&found), ("one.test".into(), vec![], vec![7]));
    assert_eq!(found.ttl, seconds(10));
}

#[test]
fn root_as_a_name_is_a_dot() {
    let found = reverse().ptr(REVERSE, 1, ".").by_address();
    assert_eq!(host(&found), (".".into(), vec![], vec![7]));
    let found = good().cname("a.test", 1, ".").a(".", 1, 3).by_name();
    assert_eq!(host(&found), (".".into(), vec!["a.test".into()], vec![3]));
}

// S-R15
#[test]
fn cname_loop_is_no_recovery() {
    let itself = good().cname("a.test", 1, "a.test").by_name();
    assert_eq!(itself, QueryResult::failed(ErrorCode::NoRecovery));
    let loops = good()
        .cname("a.test", 1, "b.test")
        .cname("b.test", 1, "c.test")
        .cname("c.test", 1, "b.test")
        .a("c.test", 1, 1);
    assert_eq!(loops.by_name(), QueryResult::failed(ErrorCode::NoRecovery));
}

// S-R15
#[test]
fn record_for_another_name_is_no_data() {
    assert_eq!(
        good().a("b.test", 60, 1).by_name(),
        QueryResult::failed(ErrorCode::NoData)
    );
    let dangling = good().cname("a.test", 60, "b.test").by_name();
    assert_eq!(dangling, QueryResult::failed(ErrorCode::NoData));
}

#[test]
fn ttl_with_the_highest_bit_is_0() {
    let result_ttl = |ttl| good().a("a.test", ttl, 1).by_name().ttl;
    assert_eq!(result_ttl(0), seconds(0));
    assert_eq!(result_ttl(i32::MAX as u32), seconds(i32::MAX as u64));
    assert_eq!(result_ttl(1 << 31), seconds(0));
    assert_eq!(result_ttl(u32::MAX), seconds(0));
}
