//! Questions byte by byte, and messages of servers that lie.

use super::sample::*;
use super::*;

const TYPE_TXT: u16 = 16;
const TYPE_AAAA: u16 = 28;
const TYPE_DNAME: u16 = 39;
const TYPE_TSIG: u16 = 250;
const CLASS_CHAOS: u16 = 3;
const CLASS_ANY: u16 = 255;

fn question() -> Question {
    Question::new("a.test", RecordType::A).unwrap()
}

impl Sample {
    fn read(&self) -> Option<Response> {
        read(&self.bytes(), &question())
    }

    /// The records. `None` if the message is malformed.
    fn records(&self) -> Option<Records> {
        self.read().expect("a response").records
    }

    /// The last numbers of the addresses.
    fn addresses(&self) -> Vec<u8> {
        let records = self.records().expect("well-formed records");
        let addresses = records.addresses.iter();
        addresses.map(|address| address.octets()[3]).collect()
    }

    fn is_malformed(&self) -> bool {
        self.records().is_none()
    }
}

fn good() -> Sample {
    Sample::a_test()
}

/// A message with a record of each section.
fn full() -> Sample {
    good()
        .cname("a.test", 60, "b.test")
        .a("b.test", 60, 1)
        .soa(60, 60)
        .ns()
        .add(ADDITIONAL, "ns.test", TYPE_A, 60, &[192, 0, 2, 9])
        .opt(0, &[0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8])
}

/// The position of the first record of a message in answer to the question for `a.test`.
fn first_record() -> usize {
    question().end()
}

// Questions

#[test]
fn question_has_its_id_name_and_type_and_desires_recursion() {
    let mut bytes = vec![0xff];
    question().write(0x1234, None, &mut bytes);
    let expected = b"\xff\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x01a\x04test\0\0\x01\0\x01";
    assert_eq!(bytes, expected);
    let name = Question::new("7.2.0.192.in-addr.arpa.", RecordType::Ptr).unwrap();
    bytes.clear();
    name.write(0, None, &mut bytes);
    assert_eq!(
        bytes[12..],
        *b"\x017\x012\x010\x03192\x07in-addr\x04arpa\0\0\x0c\0\x01"
    );
}

#[test]
fn question_with_edns_has_an_opt_record_and_the_cookie() {
    let (mut plain, mut bytes) = (Vec::new(), Vec::new());
    question().write(7, None, &mut plain);
    question().write(7, Some(None), &mut bytes);
    assert_eq!(bytes[11], 1);
    assert_eq!(bytes[plain.len()..], *b"\0\0\x29\x04\xd0\0\0\0\0\0\0");
    bytes.clear();
    let cookie = Cookie::client(*b"12345678");
    question().write(7, Some(Some(&cookie)), &mut bytes);
    assert_eq!(
        bytes[plain.len()..],
        *b"\0\0\x29\x04\xd0\0\0\0\0\0\x0c\0\x0a\0\x0812345678"
    );
}

#[test]
fn name_that_cannot_exist_has_no_question() {
    let longest = "abc.".repeat(63) + "a";
    for name in ["a", "a.b", "a.", &"a".repeat(63), &longest] {
        assert!(Question::new(name, RecordType::A).is_some(), "{name}");
    }
    let (label, long) = ("a".repeat(64), "abc.".repeat(63) + "ab");
    for name in ["", ".", "a..b", ".a", "a..", &label, &long] {
        assert!(Question::new(name, RecordType::A).is_none(), "{name}");
    }
}

#[test]
fn mixed_case_is_sent_recognised_and_not_shown() {
    let mut mixed = question();
    mixed
        .letters_mut()
        .for_each(|byte| byte.make_ascii_uppercase());
    let mut bytes = Vec::new();
    mixed.write(7, None, &mut bytes);
    assert_eq!(bytes[12..21], *b"\x01A\x04TEST\0\0");
    // The target shares the question's end, once by a pointer and once written out. What the
    // question does not have keeps its case.
    for target in [[&b"\x01B"[..], &pointer(14)].concat(), wire("B.TEST")] {
        let mut message = good().add(ANSWER, "a.test", TYPE_CNAME, 60, &target);
        assert_eq!(
            read(&message.bytes(), &mixed).unwrap().question,
            QuestionMatch::OtherCase
        );
        message.question = bytes[12..].into();
        let response = read(&message.bytes(), &mixed).unwrap();
        assert_eq!(response.question, QuestionMatch::Exact);
        assert_eq!(
            response.records.unwrap().canonical.as_deref(),
            Some("B.test")
        );
    }
}

// Headers and questions of responses

#[test]
fn flags_are_read() {
    let response = good().flags(0x8000).read().unwrap();
    let flags = |r: &Response| (r.is_authoritative, r.is_truncated, r.is_recursion_available);
    assert_eq!(flags(&response), (false, false, false));
    for (flag, expected) in [
        (AA, (true, false, false)),
        (0x0200, (false, true, false)),
        (RA, (false, false, true)),
    ] {
        assert_eq!(
            flags(&good().flags(0x8000 | flag).read().unwrap()),
            expected
        );
    }
    // Reserved, authentic data, and checking disabled mean nothing here.
    assert_eq!(good().flags(0x8070).read().unwrap(), response);
}

#[test]
fn message_that_is_no_response_is_foreign() {
    let answered = good().a("a.test", 60, 1);
    assert_eq!(answered.clone().flags(0x0180).read(), None, "a question");
    for opcode in 1..16 {
        let other = answered.clone().flags(0x8180 | opcode << 11);
        assert_eq!(other.read(), None, "opcode {opcode}");
    }
}

#[test]
fn message_with_another_question_is_foreign() {
    let with = |change: fn(&mut Sample)| {
        let mut message = good().a("a.test", 60, 1);
        change(&mut message);
        message.read()
    };
    assert!(with(|_| {}).is_some());
    assert_eq!(with(|m| m.question[1] = b'b'), None, "another name");
    assert_eq!(with(|m| m.question[7] = 1), None, "the name goes on");
    let end = first_record() - HEADER_BYTES;
    assert_eq!(end, 12);
    assert_eq!(
        with(|m| m.question[9] = TYPE_AAAA as u8),
        None,
        "another type"
    );
    assert_eq!(
        with(|m| m.question[11] = CLASS_CHAOS as u8),
        None,
        "another class"
    );
    assert_eq!(with(|m| m.question[10] = 0x80), None, "another class");
    let two = |m: &mut Sample| {
        m.counts[0] = 2;
        m.question.extend_from_within(..);
    };
    assert_eq!(with(two), None, "two questions");
    assert_eq!(with(|m| m.counts[0] = 2), None, "two questions, one there");
    assert_eq!(with(|m| m.counts[0] = 0), None, "no question, one there");
    let none = |m: &mut Sample| {
        m.counts[0] = 0;
        m.question.clear();
    };
    assert_eq!(with(none), None, "no question");
    // A name that is a pointer into the header is no name.
    let pointed = |m: &mut Sample| m.question = [&pointer(0)[..], &[0, 1, 0, 1]].concat();
    assert_eq!(with(pointed), None);
}

// Servers that do not know EDNS answer so.
#[test]
fn bare_header_with_an_error_is_a_response() {
    for (code, is_response) in [
        (1, true),
        (2, true),
        (4, true),
        (5, true),
        (0, false),
        (3, false),
    ] {
        for questions in [0, 1] {
            let mut bytes = good().rcode(code).bytes();
            bytes.truncate(HEADER_BYTES);
            bytes[5] = questions;
            let response = read(&bytes, &question());
            assert_eq!(response.is_some(), is_response, "{code}");
            if let Some(response) = response {
                assert_eq!(response.question, QuestionMatch::Missing);
                assert_eq!((response.rcode, response.edns), (code, None));
            }
        }
    }
}

// S-R15
#[test]
fn message_cut_anywhere_is_no_answer() {
    let bytes = full().bytes();
    let whole = read(&bytes, &question()).unwrap();
    assert_eq!(whole.records.unwrap().addresses.len(), 1);
    for len in 0..bytes.len() {
        match read(&bytes[..len], &question()) {
            None => assert!(len < first_record(), "{len}"),
            Some(response) => assert_eq!(response.records, None, "{len}"),
        }
    }
}

#[test]
fn message_with_the_truncated_flag_keeps_what_can_be_read() {
    let mut bytes = full().flags(0x8380).bytes();
    assert!(read(&bytes, &question()).unwrap().records.is_some());
    bytes.truncate(bytes.len() - 1);
    let cut = read(&bytes, &question()).unwrap();
    assert!(cut.is_truncated && cut.records.is_none());
}

#[test]
fn bytes_after_the_records_are_ignored() {
    let mut bytes = full().bytes();
    bytes.extend([0xc0, 0xff, 0xff]);
    let response = read(&bytes, &question()).unwrap();
    assert_eq!(response, full().read().unwrap());
}

// Records

#[test]
fn message_with_fewer_records_than_its_counts_is_malformed() {
    for section in 1..4 {
        for more in [1, 0xff00] {
            let mut message = full();
            message.counts[section] += more;
            assert!(message.is_malformed(), "section {section}");
        }
    }
}

#[test]
fn address_that_is_not_four_bytes_is_malformed() {
    for len in [0, 1, 3, 5, 16] {
        let odd = good().add(ANSWER, "a.test", TYPE_A, 60, &vec![1; len]);
        assert!(odd.is_malformed(), "{len}");
        // Whatever else there is.
        assert!(odd.a("a.test", 60, 1).is_malformed(), "{len}");
        let other = good().a("a.test", 60, 1);
        assert!(
            other
                .add(ANSWER, "b.test", TYPE_A, 60, &vec![1; len])
                .is_malformed()
        );
    }
    // In another class it has another form.
    let chaos = [TYPE_A, CLASS_CHAOS];
    let message = good().record(ANSWER, &wire("a.test"), chaos, 60, &[1; 5]);
    assert_eq!(message.a("a.test", 60, 1).addresses(), [1]);
}

#[test]
fn name_in_a_record_ends_with_the_record() {
    let target = wire("b.test");
    let (short, long) = (&target[..target.len() - 1], [&target[..], &[0]].concat());
    for kind in [TYPE_CNAME, TYPE_PTR] {
        for data in [&[][..], short, &long, &[0xc0], &[4, b't']] {
            let odd = good().add(ANSWER, "a.test", kind, 60, data);
            assert!(odd.is_malformed(), "{kind} {data:x?}");
        }
    }
    for data in [&[][..], &target, &[0; 21], &[0; 23]] {
        assert!(
            good()
                .add(AUTHORITY, "test", TYPE_SOA, 60, data)
                .is_malformed()
        );
    }
    let record = good().add(AUTHORITY, "test", TYPE_SOA, 60, &[0; 22]);
    assert_eq!(record.records().unwrap().negative_ttl, Some(0));
}

#[test]
fn records_of_other_types_and_classes_are_skipped() {
    let message = good()
        .add(ANSWER, "a.test", TYPE_AAAA, 1, &[1; 3])
        .add(ANSWER, "a.test", TYPE_TXT, 1, &[200, 1])
        .add(ANSWER, "a.test", 0xfffe, 1, &[])
        .ptr("a.test", 1, "c.test")
        .record(
            ANSWER,
            &wire("a.test"),
            [TYPE_CNAME, CLASS_CHAOS],
            1,
            &wire("c.test"),
        )
        .record(ANSWER, &wire("a.test"), [TYPE_A, CLASS_ANY], 1, &[1; 4])
        .a("a.test", 60, 7)
        .record(AUTHORITY, &wire("test"), [TYPE_NS, CLASS_CHAOS], 1, &[])
        .add(AUTHORITY, "a.test", TYPE_A, 1, &[192, 0, 2, 8])
        .add(ADDITIONAL, "a.test", TYPE_A, 1, &[192, 0, 2, 9])
        .add(ADDITIONAL, "a.test", TYPE_CNAME, 1, &wire("c.test"));
    let records = message.records().unwrap();
    assert_eq!(message.addresses(), [7]);
    assert_eq!(
        (records.ttl, records.canonical, records.has_ns),
        (60, None, false)
    );
}

#[test]
fn owner_outside_the_chain_is_ignored() {
    let message = good().a("b.test", 1, 1).a("test", 1, 2).a(".", 1, 3);
    let message = message.a("a.a.test", 1, 4).a("a.test.test", 1, 5);
    assert_eq!(message.addresses(), []);
    assert_eq!(message.a("A.tEST", 60, 6).addresses(), [6]);
}

// Chains of CNAMEs

#[test]
fn chain_in_any_order_is_followed() {
    let names = ["a.test", "b.test", "c.test", "d.test"];
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let message = order.iter().fold(good().a("d.test", 9, 1), |message, &n| {
            message.cname(names[n], 10, names[n + 1])
        });
        let records = message.records().unwrap();
        assert_eq!(records.canonical.as_deref(), Some("d.test"), "{order:?}");
        assert_eq!(records.aliases, ["b.test", "c.test"]);
        assert_eq!((records.addresses.len(), records.ttl), (1, 9));
    }
}

#[test]
fn chain_is_followed_up_to_its_bound() {
    let chain = |len: usize| {
        let name = |n| {
            if n == 0 {
                "a.test".into()
            } else {
                format!("n{n}.test")
            }
        };
        let chain = (0..len).fold(good(), |message, n| {
            message.cname(&name(n), 1, &name(n + 1))
        });
        chain.a(&name(len), 1, 1).records().unwrap()
    };
    let records = chain(MAX_CNAMES);
    assert_eq!((records.is_loop, records.addresses.len()), (false, 1));
    assert_eq!(records.aliases.len(), MAX_CNAMES - 1);
    let records = chain(MAX_CNAMES + 1);
    assert_eq!((records.is_loop, records.addresses.len()), (true, 0));
    assert_eq!((records.canonical, records.aliases), (None, vec![]));
}

#[test]
fn loop_of_cnames_is_recognised() {
    let itself = good().cname("a.test", 1, "A.TEST").a("a.test", 1, 1);
    let two = good()
        .cname("a.test", 1, "b.test")
        .cname("b.test", 1, "a.test");
    let entered = good()
        .cname("a.test", 1, "b.test")
        .cname("b.test", 1, "b.test");
    for message in [itself, two, entered] {
        let records = message.records().unwrap();
        assert!(records.is_loop && records.addresses.is_empty());
    }
}

#[test]
fn first_of_two_cnames_counts_and_a_cname_before_addresses() {
    let message = good()
        .a("a.test", 1, 1)
        .cname("a.test", 1, "b.test")
        .cname("a.test", 1, "c.test")
        .a("b.test", 1, 2)
        .a("c.test", 1, 3);
    assert_eq!(message.addresses(), [2]);
}

// RFC 6672: a server sends a CNAME along with the DNAME.
#[test]
fn dname_is_followed_by_its_cname_alone() {
    let dname = Sample::new("a.test", RecordType::A).add(ANSWER, "test", TYPE_DNAME, 1, &wire("x"));
    let dname = dname.a("a.x", 1, 1);
    assert_eq!(dname.addresses(), []);
    assert_eq!(dname.cname("a.test", 1, "a.x").addresses(), [1]);
}

// Names

#[test]
fn pointer_to_an_earlier_name_is_followed() {
    let target = first_record() + 2 + 10;
    let message = good()
        .record(
            ANSWER,
            &pointer(12),
            [TYPE_CNAME, CLASS_IN],
            1,
            &wire("c.b.test"),
        )
        .record(
            ANSWER,
            &pointer(target),
            [TYPE_A, CLASS_IN],
            1,
            &[192, 0, 2, 1],
        )
        // `c`, and the labels after the first of the target.
        .record(
            ANSWER,
            &[&b"\x01c"[..], &pointer(target + 2)].concat(),
            [TYPE_A, CLASS_IN],
            1,
            &[192, 0, 2, 2],
        )
        .a("c.b.test", 1, 3);
    assert_eq!(message.addresses(), [1, 2, 3]);
}

#[test]
fn pointer_that_does_not_go_back_is_malformed() {
    let at = first_record();
    let with = |owner: &[u8]| {
        let message = good().record(ANSWER, owner, [TYPE_A, CLASS_IN], 1, &[192, 0, 2, 1]);
        let other = message.clone().flags(0x8183).is_malformed();
        assert_eq!(message.is_malformed(), other);
        message.is_malformed()
    };
    assert!(!with(&pointer(12)));
    assert!(with(&pointer(at)), "to itself");
    assert!(with(&pointer(at + 2)), "forward");
    assert!(with(&pointer(0x3fff)), "past the end");
    assert!(
        with(&[&b"\x01a"[..], &pointer(at)].concat()),
        "to its own name"
    );
    for header in 0..HEADER_BYTES {
        assert!(with(&pointer(header)), "into the header: {header}");
    }
    // Two names that point to each other, in records of a type that is not read.
    let message = good()
        .record(
            ANSWER,
            &pointer(12),
            [TYPE_TXT, CLASS_IN],
            1,
            &pointer(at + 12 + 2 + 10),
        )
        .record(
            ANSWER,
            &pointer(at + 12),
            [TYPE_A, CLASS_IN],
            1,
            &[192, 0, 2, 1],
        );
    assert!(message.is_malformed());
    // A label of three bytes, which are the pointer to it and half of the record's type.
    let message = good()
        .record(ANSWER, &pointer(12), [TYPE_TXT, CLASS_IN], 1, &[3])
        .record(ANSWER, &pointer(at + 12), [TYPE_A, CLASS_IN], 1, &[1; 4]);
    assert!(message.is_malformed());
}

#[test]
fn labels_of_other_kinds_are_malformed() {
    for kind in [0x40, 0x41, 0x80, 0xbf] {
        let owner = [&[kind][..], &wire("a.test")].concat();
        let message = good().record(ANSWER, &owner, [TYPE_TXT, CLASS_IN], 1, &[]);
        assert!(message.is_malformed(), "{kind:x}");
    }
}

#[test]
fn name_has_255_bytes_at_most() {
    let longest = "abc.".repeat(63) + "a";
    assert_eq!(wire(&longest).len(), MAX_NAME_BYTES);
    let found = good().cname("a.test", 1, &longest).a(&longest, 1, 1);
    assert_eq!(found.addresses(), [1]);
    assert!(
        good()
            .cname("a.test", 1, &(longest.clone() + "b"))
            .is_malformed()
    );
    // The labels before a pointer count too.
    let at = first_record() + 8 + 10;
    let with = |label: &[u8]| {
        let data = [label, &pointer(at)].concat();
        let message = good().add(ANSWER, "b.test", TYPE_TXT, 1, &wire(&longest[4..]));
        message
            .add(ANSWER, "a.test", TYPE_CNAME, 1, &data)
            .is_malformed()
    };
    assert!(!with(b"\x03abc"));
    assert!(with(b"\x04abcd"));
}

#[test]
fn bytes_that_no_host_name_has_are_escaped() {
    let shown = |labels: &[&[u8]]| {
        let mut name = Vec::new();
        for label in labels {
            name.push(label.len() as u8);
            name.extend_from_slice(label);
        }
        name.push(0);
        let message = good().add(ANSWER, "a.test", TYPE_CNAME, 1, &name);
        message.records().unwrap().canonical.unwrap()
    };
    assert_eq!(shown(&[b"Az09-_", b"x"]), "Az09-_.x");
    assert_eq!(shown(&[b"a\0b.c\\", b"te\xffst"]), r"a\000b\.c\\.te\255st");
    assert_eq!(shown(&[b"a b<c>d"]), r"a\032b\060c\062d");
    assert_eq!(
        shown(&[b"\n\x1b\x7f", b"\"'`$;()@*/"]),
        r"\010\027\127.\034\039\096\036\059\040\041\064\042\047"
    );
    assert_eq!(shown(&["\u{202e}".as_bytes()]), r"\226\128\174");
    assert_eq!(shown(&[]), ".");
    // A label may hold any byte, and the text is ASCII.
    for byte in 0..=255 {
        assert!(shown(&[&[byte]]).is_ascii());
    }
}

// EDNS

#[test]
fn edns_gives_its_version_cookie_and_the_upper_bits_of_the_code() {
    assert_eq!(good().read().unwrap().edns, None);
    let response = good().rcode(2).opt(0x0107_8000, &[]).read().unwrap();
    let edns = response.edns.unwrap();
    assert_eq!((response.rcode, edns.version, edns.cookie), (0x12, 7, None));
    for len in 0..48 {
        let data = vec![9; len];
        let option = [&[0, 3, 0, 1, 5, 0, 10, 0, len as u8][..], &data].concat();
        let cookie = good().opt(0, &option).read().unwrap().edns.unwrap().cookie;
        let is_cookie = len == 8 || (16..=40).contains(&len);
        assert_eq!(
            cookie.map(|cookie| cookie.bytes().to_vec()),
            is_cookie.then_some(data)
        );
    }
}

#[test]
fn malformed_opt_record_is_malformed() {
    for options in [
        &[0][..],
        &[0, 10],
        &[0, 10, 0],
        &[0, 10, 0, 9, 1, 2, 3, 4, 5, 6, 7, 8],
    ] {
        assert!(good().opt(0, options).is_malformed(), "{options:?}");
    }
    assert!(good().opt(0, &[]).opt(0, &[]).is_malformed(), "two of them");
    assert!(
        good()
            .add(ADDITIONAL, "a.test", TYPE_OPT, 0, &[])
            .is_malformed(),
        "not of the root"
    );
}

#[test]
fn opt_record_in_another_section_is_ignored() {
    for section in [ANSWER, AUTHORITY] {
        let message = good().record(section, &[0], [TYPE_OPT, 1232], 0x0100_0000, &[]);
        let response = message.a("a.test", 60, 1).read().unwrap();
        assert_eq!((response.edns, response.rcode), (None, 0));
        assert_eq!(response.records.unwrap().addresses.len(), 1);
    }
}

#[test]
fn signature_at_the_end_is_ignored() {
    let signature = [TYPE_TSIG, CLASS_ANY];
    let message = full().record(ADDITIONAL, &wire("key.test"), signature, 0, &[1; 40]);
    assert_eq!(message.addresses(), [1]);
}

// Bounds

#[test]
fn more_records_than_the_bound_are_malformed() {
    let many = |count| (0..count).fold(good(), |message, _| message.a("a.test", 1, 1));
    assert_eq!(many(MAX_RECORDS).addresses().len(), MAX_RECORDS);
    assert!(many(MAX_RECORDS + 1).is_malformed());
    assert!(many(MAX_RECORDS).opt(0, &[]).is_malformed());
}

#[test]
fn aliases_past_their_bounds_are_dropped() {
    let names = |count: usize, len: usize| {
        let pad = "x".repeat(len - 4);
        let reverse = Sample::new("a.test", RecordType::Ptr);
        let message = (0..count).fold(reverse, |message, n| {
            message.ptr("a.test", 1, &format!("{n:04}{pad}"))
        });
        let question = Question::new("a.test", RecordType::Ptr).unwrap();
        let records = read(&message.bytes(), &question).unwrap().records;
        records.expect("well-formed records").names
    };
    assert_eq!(names(MAX_ALIASES, 4).len(), MAX_ALIASES);
    let first = names(3000, 4);
    assert_eq!(first.len(), MAX_ALIASES);
    assert_eq!((&*first[0], &*first[MAX_ALIASES - 1]), ("0000", "0127"));
    // Each byte of the name is four of the text.
    let escaped = b"\x3f".iter().chain(&[0; 63]).copied().collect::<Vec<_>>();
    let data = [escaped.repeat(3), vec![0]].concat();
    let reverse = Sample::new("a.test", RecordType::Ptr);
    let message = (0..100).fold(reverse, |message, _| {
        message.add(ANSWER, "a.test", TYPE_PTR, 1, &data)
    });
    let question = Question::new("a.test", RecordType::Ptr).unwrap();
    let names = read(&message.bytes(), &question)
        .unwrap()
        .records
        .unwrap()
        .names;
    let bytes: usize = names.iter().map(String::len).sum();
    assert!(
        (MAX_ALIAS_BYTES - 1024..=MAX_ALIAS_BYTES).contains(&bytes),
        "{bytes}"
    );
}

/// Names that cost more than their bytes: each owner walks many labels or pointers.
fn costly(fill: impl FnOnce(&mut Vec<u8>) -> Vec<u8>) -> Sample {
    let mut data = Vec::new();
    let owner = fill(&mut data);
    let mut message = good().record(ANSWER, &pointer(12), [TYPE_TXT, CLASS_IN], 1, &data);
    for _ in 0..3000 {
        message = message.record(ANSWER, &owner, [TYPE_A, CLASS_IN], 1, &[192, 0, 2, 1]);
    }
    message
}

#[test]
fn names_past_the_steps_of_a_message_are_malformed() {
    let data = first_record() + 2 + 10;
    // A ladder of pointers.
    let ladder = costly(|bytes| {
        let mut last = HEADER_BYTES;
        for _ in 0..8000 {
            let at = data + bytes.len();
            bytes.extend(pointer(last));
            last = at;
        }
        pointer(last)
    });
    assert!(ladder.is_malformed());
    // One step of the ladder is no matter.
    let short = costly(|bytes| {
        bytes.extend(pointer(HEADER_BYTES));
        pointer(data)
    });
    assert_eq!(short.addresses().len(), 3000);
}
