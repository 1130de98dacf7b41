use std::collections::VecDeque;

use super::*;

#[derive(Clone)]
enum Argument {
    Word(u32),
    Double(u64),
    Text(bool, &'static str),
    Null,
}
use Argument::{Double, Null, Text, Word};

struct List(VecDeque<Argument>);

impl Arguments for List {
    fn word(&mut self) -> u32 {
        match self.0.pop_front() {
            Some(Word(value)) => value,
            _ => panic!("no word is next"),
        }
    }

    fn double_word(&mut self) -> u64 {
        match self.0.pop_front() {
            Some(Double(value)) => value,
            _ => panic!("no double word is next"),
        }
    }

    fn text(&mut self, is_wide: bool, limit: usize) -> Option<Vec<Wide>> {
        let units = match self.0.pop_front() {
            Some(Null) => return None,
            Some(Text(true, text)) if is_wide => wide_of(text.as_bytes()),
            Some(Text(false, text)) if !is_wide => text.bytes().map(Wide::from).collect(),
            _ => panic!("no text of this form is next"),
        };
        Some(units.into_iter().take(limit).collect())
    }
}

fn narrow(text: &str, arguments: &[Argument]) -> String {
    let mut arguments = List(arguments.iter().cloned().collect());
    let text: Vec<Wide> = text.bytes().map(Wide::from).collect();
    let result = format(&text, false, &mut arguments);
    assert!(arguments.0.is_empty(), "arguments are left");
    String::from_utf8(result.into_iter().map(|unit| unit as u8).collect()).unwrap()
}

fn wide(text: &str, arguments: &[Argument]) -> String {
    let mut arguments = List(arguments.iter().cloned().collect());
    let result = format(&wide_of(text.as_bytes()), true, &mut arguments);
    String::from_utf8(narrow_of(&result)).unwrap()
}

const MINUS_ONE: Argument = Word(u32::MAX);

#[test]
fn a_number_is_formatted_with_flags_width_and_precision() {
    for (format, argument, result) in [
        ("%d", Word(42), "42"),
        ("%i", MINUS_ONE, "-1"),
        ("%d", Word(0x8000_0000), "-2147483648"),
        ("%u", MINUS_ONE, "4294967295"),
        ("%x", Word(0xbeef), "beef"),
        ("%#X", Word(0xbeef), "0XBEEF"),
        ("%5d|", Word(42), "   42|"),
        ("%-5d|", Word(42), "42   |"),
        ("%05d", MINUS_ONE, "-0001"),
        ("%#06x", Word(0xa), "0x000a"),
        ("%-05d|", Word(7), "7    |"),
        ("%.3d", MINUS_ONE, "-001"),
        ("%06.3d", Word(7), "   007"),
        ("%p", Word(0xabc), "00000ABC"),
        ("%ld", MINUS_ONE, "-1"),
        ("%lu", MINUS_ONE, "4294967295"),
        ("%hd", Word(0x1_ffff), "-1"),
        ("%hu", Word(0x1_ffff), "65535"),
        ("%I32u", MINUS_ONE, "4294967295"),
        ("%Iu", MINUS_ONE, "4294967295"),
        ("%I64d", Double(u64::MAX), "-1"),
        ("%I64x", Double(1 << 40), "10000000000"),
        ("%llu", Double(u64::MAX), "18446744073709551615"),
    ] {
        assert_eq!(narrow(format, &[argument]), result, "{format}");
    }
    assert_eq!(narrow("%*d|", &[Word(4), Word(1)]), "   1|");
    assert_eq!(
        narrow("%*d|", &[Word(4_u32.wrapping_neg()), Word(1)]),
        "1   |"
    );
}

#[test]
fn a_string_or_character_is_converted_to_the_form_of_the_format() {
    for (format, argument, result) in [
        ("%s", Text(false, "abc"), "abc"),
        ("%.2s|", Text(false, "abc"), "ab|"),
        ("%5s", Text(false, "abc"), "  abc"),
        ("%-5.1s|", Text(false, "abc"), "a    |"),
        ("%05s", Text(false, "abc"), "  abc"),
        ("%S", Text(true, "é€"), "é€"),
        ("%ls", Text(true, "é"), "é"),
        ("%hs", Text(false, "é"), "é"),
        ("%hS", Text(false, "é"), "é"),
        ("%s", Null, "(null)"),
        ("%c", Word(0x141), "A"),
        ("[%c]", Word(0), "[]"),
        ("%3c", Word(0x41), "  A"),
        ("%C", Word(0x20ac), "€"),
    ] {
        assert_eq!(narrow(format, &[argument]), result, "{format}");
    }
    for (format, argument, result) in [
        ("%s", Text(true, "é"), "é"),
        ("%S", Text(false, "é"), "é"),
        ("%hs", Text(false, "é"), "é"),
        ("%c", Word(0x20ac), "€"),
        ("%C", Word(0x41), "A"),
        ("€%d", Word(1), "€1"),
    ] {
        assert_eq!(wide(format, &[argument]), result, "{format}");
    }
}

#[test]
fn an_unknown_letter_stands_for_itself() {
    assert_eq!(narrow("100%% of %y, %", &[]), "100% of y, ");
    assert_eq!(narrow("%I6d", &[]), "6d");
    assert_eq!(narrow("", &[]), "");
}

#[test]
fn a_result_is_cut_after_1023_characters() {
    assert_eq!(narrow(&"x".repeat(2000), &[]).len(), 1023);
    assert_eq!(narrow("%2000000000d", &[Word(1)]), " ".repeat(1023));
    assert_eq!(narrow("%99999999999.99999999999d", &[Word(1)]).len(), 1023);
    let long = "%1000s%1000s";
    assert_eq!(
        narrow(long, &[Text(false, "a"), Text(false, "b")]).len(),
        1023
    );
}
