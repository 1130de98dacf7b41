//! Headers, questions, records and EDNS of responses, and the bound on records.

use super::*;

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
fn ipv6_addresses_are_those_of_the_last_name_alone() {
    let message = Sample::new("a.test", RecordType::Aaaa)
        .cname("a.test", 50, "b.test")
        .aaaa("a.test", 1, 1)
        .aaaa("b.test", 60, 7)
        .a("b.test", 1, 3)
        .aaaa("b.test", 40, 8)
        .aaaa("test", 1, 9);
    let question = Question::new("a.test", RecordType::Aaaa).unwrap();
    let read = |message: &Sample| read(&message.bytes(), &question).unwrap().records;
    let records = read(&message).unwrap();
    let last: Vec<_> = records.ipv6.iter().map(|a| a.octets()[15]).collect();
    assert_eq!((last, records.ttl), (vec![7, 8], 40));
    assert_eq!(records.canonical.as_deref(), Some("b.test"));
    assert!(records.addresses.is_empty());
    for bytes in [0, 4, 15, 17] {
        let short = message.clone();
        let short = short.add(ANSWER, "a.test", TYPE_AAAA, 1, &vec![1; bytes]);
        assert_eq!(read(&short), None, "{bytes} bytes");
    }
}

#[test]
fn message_with_the_question_for_the_other_family_is_foreign() {
    for (asked, other) in [
        (RecordType::A, RecordType::Aaaa),
        (RecordType::Aaaa, RecordType::A),
    ] {
        let message = Sample::new("a.test", other).a("a.test", 1, 1);
        let question = Question::new("a.test", asked).unwrap();
        assert_eq!(read(&message.bytes(), &question), None);
    }
}

#[test]
fn owner_outside_the_chain_is_ignored() {
    let message = good().a("b.test", 1, 1).a("test", 1, 2).a(".", 1, 3);
    let message = message.a("a.a.test", 1, 4).a("a.test.test", 1, 5);
    assert_eq!(message.addresses(), []);
    assert_eq!(message.a("A.tEST", 60, 6).addresses(), [6]);
}

#[test]
fn more_records_than_the_bound_are_malformed() {
    let many = |count| (0..count).fold(good(), |message, _| message.a("a.test", 1, 1));
    assert_eq!(many(MAX_RECORDS).addresses().len(), MAX_RECORDS);
    assert!(many(MAX_RECORDS + 1).is_malformed());
    assert!(many(MAX_RECORDS).opt(0, &[]).is_malformed());
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
