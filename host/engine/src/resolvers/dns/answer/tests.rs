//! Messages that are built, written, and read as a name server's.

use c_ares::{DnsOpcode, DnsParseFlags, DnsRecordType, DnsRrKey};

use super::*;
use crate::types::Answer;

/// A message to fill with records.
struct Message(DnsRecord);

impl Message {
    fn new(rcode: DnsRcode) -> Message {
        Message::with(DnsFlags::QR, rcode)
    }

    fn with(flags: DnsFlags, rcode: DnsRcode) -> Message {
        let mut message = DnsRecord::new(1, flags, DnsOpcode::Query, rcode).unwrap();
        message
            .query_add("a.test", DnsRecordType::A, DnsCls::IN)
            .unwrap();
        Message(message)
    }

    fn add(
        mut self,
        section: DnsSection,
        (name, ttl): (&str, u32),
        kind: DnsRecordType,
        fill: impl FnOnce(&mut DnsRr),
    ) -> Message {
        fill(self.0.rr_add(section, name, kind, DnsCls::IN, ttl).unwrap());
        self
    }

    fn a(self, name: &str, ttl: u32, last: u8) -> Message {
        let address = Ipv4Addr::new(192, 0, 2, last);
        self.add(DnsSection::Answer, (name, ttl), DnsRecordType::A, |rr| {
            rr.set_addr(DnsRrKey::A_ADDR, address).unwrap();
        })
    }

    fn cname(self, name: &str, ttl: u32, target: &str) -> Message {
        let kind = DnsRecordType::CNAME;
        self.add(DnsSection::Answer, (name, ttl), kind, |rr| {
            rr.set_str(DnsRrKey::CNAME_CNAME, target).unwrap();
        })
    }

    fn ptr(self, name: &str, ttl: u32, target: &str) -> Message {
        self.add(DnsSection::Answer, (name, ttl), DnsRecordType::PTR, |rr| {
            rr.set_str(DnsRrKey::PTR_DNAME, target).unwrap();
        })
    }

    fn soa(self, ttl: u32, minimum: u32) -> Message {
        let kind = DnsRecordType::SOA;
        self.add(DnsSection::Authority, ("test", ttl), kind, |rr| {
            rr.set_str(DnsRrKey::SOA_MNAME, "ns.test").unwrap();
            rr.set_str(DnsRrKey::SOA_RNAME, "root.test").unwrap();
            for key in [
                DnsRrKey::SOA_SERIAL,
                DnsRrKey::SOA_REFRESH,
                DnsRrKey::SOA_RETRY,
                DnsRrKey::SOA_EXPIRE,
            ] {
                rr.set_u32(key, 1).unwrap();
            }
            rr.set_u32(DnsRrKey::SOA_MINIMUM, minimum).unwrap();
        })
    }

    /// Writes and parses the message, and reads its result.
    fn read(self, lookup: &Lookup, name: &str) -> QueryResult {
        let bytes = self.0.write().unwrap();
        let parsed = DnsRecord::parse(&bytes, DnsParseFlags::empty()).unwrap();
        read(lookup, name, Ok(&parsed))
    }

    fn by_name(self) -> QueryResult {
        self.read(&Lookup::HostByName("a.test".into()), "a.test")
    }

    fn by_address(self) -> QueryResult {
        let lookup = Lookup::HostByAddress(Ipv4Addr::new(192, 0, 2, 7));
        self.read(&lookup, "7.2.0.192.in-addr.arpa")
    }
}

fn good() -> Message {
    Message::new(DnsRcode::NoError)
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
fn message_that_is_a_question_is_no_recovery() {
    let question = Message::with(DnsFlags::empty(), DnsRcode::NoError).a("a.test", 60, 1);
    assert_eq!(
        question.by_name(),
        QueryResult::failed(ErrorCode::NoRecovery)
    );
}

// S-R15
#[test]
fn record_of_another_class_is_ignored() {
    let mut other = good();
    let section = DnsSection::Answer;
    let record = other
        .0
        .rr_add(section, "a.test", DnsRecordType::A, DnsCls::CHAOS, 60)
        .unwrap();
    let address = Ipv4Addr::new(192, 0, 2, 1);
    record.set_addr(DnsRrKey::A_ADDR, address).unwrap();
    assert_eq!(other.by_name().outcome, Err(ErrorCode::NoData));
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

// S-R15
#[test]
fn each_code_of_servers_and_of_c_ares_has_its_error() {
    let code = |rcode| Message::new(rcode).by_name();
    for (rcode, error) in [
        (DnsRcode::NXDomain, ErrorCode::HostNotFound),
        (DnsRcode::NoError, ErrorCode::NoData),
        (DnsRcode::ServFail, ErrorCode::TryAgain),
        (DnsRcode::Refused, ErrorCode::NoRecovery),
        (DnsRcode::FormErr, ErrorCode::NoRecovery),
        (DnsRcode::NotImp, ErrorCode::NoRecovery),
        (DnsRcode::YXDomain, ErrorCode::NoRecovery),
    ] {
        assert_eq!(code(rcode), QueryResult::failed(error), "{rcode}");
    }
    for (said, error) in [
        (Error::ETIMEOUT, ErrorCode::TryAgain),
        (Error::ESERVFAIL, ErrorCode::TryAgain),
        (Error::ECONNREFUSED, ErrorCode::TryAgain),
        (Error::EREFUSED, ErrorCode::NoRecovery),
        (Error::EBADRESP, ErrorCode::NoRecovery),
        (Error::EBADQUERY, ErrorCode::HostNotFound),
    ] {
        let lookup = Lookup::HostByName("a.test".into());
        assert_eq!(
            read(&lookup, "a.test", Err(said)),
            QueryResult::failed(error)
        );
    }
}

#[test]
fn miss_expires_as_the_soa_record_says() {
    let missing = |rcode, ttl, minimum| Message::new(rcode).soa(ttl, minimum).by_name();
    let unknown = missing(DnsRcode::NXDomain, 60, 30);
    assert_eq!(unknown.outcome, Err(ErrorCode::HostNotFound));
    assert_eq!(unknown.ttl, seconds(30));
    let no_data = missing(DnsRcode::NoError, 20, 30);
    assert_eq!(no_data.outcome, Err(ErrorCode::NoData));
    assert_eq!(no_data.ttl, seconds(20));
    assert_eq!(missing(DnsRcode::NXDomain, 20, 1 << 31).ttl, seconds(0));
    // And not later than the CNAMEs on the way.
    for rcode in [DnsRcode::NXDomain, DnsRcode::NoError] {
        let behind = Message::new(rcode).cname("a.test", 5, "b.test");
        assert_eq!(behind.soa(60, 30).by_name().ttl, seconds(5));
    }
}

#[test]
fn ttl_with_the_highest_bit_is_0() {
    let result_ttl = |ttl| good().a("a.test", ttl, 1).by_name().ttl;
    assert_eq!(result_ttl(0), seconds(0));
    assert_eq!(result_ttl(i32::MAX as u32), seconds(i32::MAX as u64));
    assert_eq!(result_ttl(1 << 31), seconds(0));
    assert_eq!(result_ttl(u32::MAX), seconds(0));
}

#[test]
fn by_address_the_first_name_is_official_and_the_others_are_aliases() {
    let name = "7.2.0.192.in-addr.arpa";
    let found = good()
        .ptr(name, 60, "one.test")
        .ptr(name, 30, "two.test")
        .by_address();
    let aliases = vec!["two.test".into()];
    assert_eq!(host(&found), ("one.test".into(), aliases, vec![7]));
    assert_eq!(found.ttl, seconds(30));
    // RFC 2317
    let found = good()
        .cname(name, 10, "7.0-25.2.0.192.in-addr.arpa")
        .ptr("7.0-25.2.0.192.in-addr.arpa", 60, "one.test")
        .by_address();
    assert_eq!(host(&found), ("one.test".into(), vec![], vec![7]));
    assert_eq!(found.ttl, seconds(10));
}

#[test]
fn bytes_that_no_host_name_has_are_escaped() {
    let name = "7.2.0.192.in-addr.arpa";
    let found = good()
        .ptr(name, 1, r"a\000b\.c\\.te\255st")
        .ptr(name, 1, "")
        .by_address();
    let shown = r"a\000b\.c\\.te\255st".into();
    assert_eq!(host(&found), (shown, vec![".".into()], vec![7]));
}
