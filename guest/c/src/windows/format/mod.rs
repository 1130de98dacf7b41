//! The formats of `wsprintf`.

use super::text::{Wide, narrow_of, wide_of};

/// The most characters of a result, without its null.
pub(super) const LIMIT: usize = 1023;

/// Reads the arguments, one after the other.
pub(super) trait Arguments {
    /// Returns the next argument of 32 bits.
    fn word(&mut self) -> u32;
    /// Returns the next argument of 64 bits.
    fn double_word(&mut self) -> u64;
    /// Returns the string that the next argument points to, cut at `limit`. `None` if the pointer
    /// is bad.
    fn text(&mut self, is_wide: bool, limit: usize) -> Option<Vec<Wide>>;
}

/// Formats arguments. The result has at most [`LIMIT`] characters. Format and result have the same
/// form: each number is a byte or a `WCHAR`.
pub(super) fn format(format: &[Wide], is_wide: bool, arguments: &mut impl Arguments) -> Vec<Wide> {
    let mut result = vec![];
    let mut rest = format.iter().copied().peekable();
    while let Some(unit) = rest.next() {
        if result.len() >= LIMIT {
            break;
        }
        if unit != u32::from('%') {
            result.push(unit);
            continue;
        }
        let spec = Spec::read(&mut rest, arguments);
        match rest.next() {
            Some(kind) => spec.put(kind, is_wide, arguments, &mut result),
            None => break,
        }
    }
    result.truncate(LIMIT);
    result
}

/// The part of a format between `%` and the letter.
#[derive(Default)]
struct Spec {
    is_left: bool,
    has_zeros: bool,
    has_prefix: bool,
    width: usize,
    precision: Option<usize>,
    size: Size,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Size {
    #[default]
    Plain,
    Short,
    Long,
    Double,
}

type Units<'a> = std::iter::Peekable<std::iter::Copied<std::slice::Iter<'a, Wide>>>;

impl Spec {
    fn read(rest: &mut Units<'_>, arguments: &mut impl Arguments) -> Spec {
        let mut spec = Spec::default();
        while let Some(flag) = take(rest, "-0#") {
            match flag {
                '-' => spec.is_left = true,
                '0' => spec.has_zeros = true,
                _ => spec.has_prefix = true,
            }
        }
        let width = number(rest, arguments);
        spec.is_left |= width < 0;
        spec.width = limited(width.saturating_abs());
        if take(rest, ".").is_some() {
            let precision = number(rest, arguments);
            spec.precision = (precision >= 0).then(|| limited(precision));
        }
        spec.size = Size::read(rest);
        spec
    }

    /// Adds one argument to the result. An unknown letter stands for itself, as `%` does.
    fn put(&self, kind: Wide, is_wide: bool, arguments: &mut impl Arguments, to: &mut Vec<Wide>) {
        let is_other = matches!(char::from_u32(kind), Some('C' | 'S'));
        let is_wide_argument = match self.size {
            Size::Short => false,
            Size::Long => true,
            _ => is_wide != is_other,
        };
        match char::from_u32(kind) {
            Some('c' | 'C') => {
                let unit = arguments.word();
                // On Windows too, null is no character.
                let text = Vec::from_iter((unit != 0).then_some(unit));
                let text = if is_wide_argument {
                    text
                } else {
                    text.iter().map(|u| u & 0xff).collect()
                };
                self.pad(&[], converted(text, is_wide_argument, is_wide), false, to);
            }
            Some('s' | 'S') => {
                let limit = self.precision.unwrap_or(LIMIT);
                let text = arguments.text(is_wide_argument, limit);
                let text = text.map(|text| converted(text, is_wide_argument, is_wide));
                self.pad(&[], text.unwrap_or_else(|| wide_of(b"(null)")), false, to);
            }
            Some('d' | 'i') => {
                let value = self.signed(arguments);
                let sign = if value < 0 { "-" } else { "" };
                self.digits(sign, value.unsigned_abs().to_string(), to);
            }
            Some('u') => self.digits("", self.unsigned(arguments).to_string(), to),
            Some('x') => {
                let prefix = if self.has_prefix { "0x" } else { "" };
                self.digits(prefix, format!("{:x}", self.unsigned(arguments)), to);
            }
            Some('X') => {
                let prefix = if self.has_prefix { "0X" } else { "" };
                self.digits(prefix, format!("{:X}", self.unsigned(arguments)), to);
            }
            Some('p') => self.digits("", format!("{:08X}", arguments.word()), to),
            _ => to.push(kind),
        }
    }

    fn signed(&self, arguments: &mut impl Arguments) -> i64 {
        match self.size {
            Size::Double => arguments.double_word().cast_signed(),
            Size::Short => (arguments.word() as i16).into(),
            Size::Plain | Size::Long => arguments.word().cast_signed().into(),
        }
    }

    fn unsigned(&self, arguments: &mut impl Arguments) -> u64 {
        match self.size {
            Size::Double => arguments.double_word(),
            Size::Short => (arguments.word() as u16).into(),
            Size::Plain | Size::Long => arguments.word().into(),
        }
    }

    /// Adds a number, with at least as many digits as the precision says.
    fn digits(&self, prefix: &str, digits: String, to: &mut Vec<Wide>) {
        let precision = self.precision.unwrap_or(1);
        let digits = wide_of(format!("{digits:0>precision$}").as_bytes());
        let has_zeros = self.has_zeros && self.precision.is_none();
        self.pad(&wide_of(prefix.as_bytes()), digits, has_zeros, to);
    }

    fn pad(&self, prefix: &[Wide], text: Vec<Wide>, has_zeros: bool, to: &mut Vec<Wide>) {
        let fill = self.width.saturating_sub(prefix.len() + text.len());
        let fill = |with: char| std::iter::repeat_n(u32::from(with), fill);
        if !self.is_left && !has_zeros {
            to.extend(fill(' '));
        }
        to.extend(prefix);
        if !self.is_left && has_zeros {
            to.extend(fill('0'));
        }
        to.extend(text);
        if self.is_left {
            to.extend(fill(' '));
        }
    }
}

impl Size {
    fn read(rest: &mut Units<'_>) -> Size {
        match take(rest, "hlwI") {
            Some('h') => Size::Short,
            Some('l') if take(rest, "l").is_some() => Size::Double,
            Some('l' | 'w') => Size::Long,
            Some('I') => Size::of_digits(rest),
            _ => Size::Plain,
        }
    }

    /// Reads what follows `I`: 64, 32, or nothing for the size of a pointer.
    fn of_digits(rest: &mut Units<'_>) -> Size {
        let starts_with = |first: char, second: char| {
            let mut ahead = rest.clone();
            take(&mut ahead, &first.to_string()).is_some()
                && take(&mut ahead, &second.to_string()).is_some()
        };
        let (is_64, is_32) = (starts_with('6', '4'), starts_with('3', '2'));
        if is_64 || is_32 {
            rest.nth(1);
        }
        if is_64 { Size::Double } else { Size::Plain }
    }
}

/// Takes the next character if it is one of these.
fn take(rest: &mut Units<'_>, of: &str) -> Option<char> {
    let is_wanted = |&unit: &Wide| char::from_u32(unit).is_some_and(|c| of.contains(c));
    rest.next_if(is_wanted).and_then(char::from_u32)
}

/// Takes a number of the format, or the next argument for `*`. Returns 0 if there is none.
fn number(rest: &mut Units<'_>, arguments: &mut impl Arguments) -> i32 {
    if take(rest, "*").is_some() {
        return arguments.word().cast_signed();
    }
    let mut number = 0_i32;
    while let Some(digit) = take(rest, "0123456789").and_then(|c| c.to_digit(10)) {
        number = number
            .saturating_mul(10)
            .saturating_add(digit.cast_signed());
    }
    number
}

/// Limits a width or precision. Beyond twice the limit, the result would not differ.
fn limited(number: i32) -> usize {
    usize::try_from(number).unwrap_or_default().min(2 * LIMIT)
}

/// Converts text from one form to the other.
fn converted(text: Vec<Wide>, from_wide: bool, to_wide: bool) -> Vec<Wide> {
    match (from_wide, to_wide) {
        (true, false) => narrow_of(&text).into_iter().map(Wide::from).collect(),
        (false, true) => wide_of(&text.into_iter().map(|unit| unit as u8).collect::<Vec<_>>()),
        _ => text,
    }
}

#[cfg(test)]
mod tests;
