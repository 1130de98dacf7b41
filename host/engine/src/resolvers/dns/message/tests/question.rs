//! Questions, byte by byte.

use super::*;

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
