//! Names, chains of CNAMEs, and the bounds on both.

use super::*;

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

// Bounds

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
