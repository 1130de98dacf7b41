//! Text of guests, files and servers in lines for people.

use std::fmt;

/// Shows untrusted text in one line, with a bounded length.
///
/// Characters that cannot be printed are escaped: control characters, format characters such as
/// U+202E, which turns a line around, and bytes that are not UTF-8. Text over the bound is cut, and
/// its length is shown.
///
/// ```
/// use winsock_async_engine::DisplayText;
///
/// let shown = DisplayText::name("a\n\u{202e}b".as_bytes()).to_string();
/// assert_eq!(shown, r"a\n\u{202e}b");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct DisplayText<'a> {
    text: &'a [u8],
    max_bytes: usize,
    /// Whether quotation marks and backslashes are escaped too.
    is_name: bool,
}

impl<'a> DisplayText<'a> {
    /// Shows a name or another part of a line: at most 255 bytes of it. Quotation marks and
    /// backslashes are escaped too, so that different names look different.
    pub const fn name(text: &'a [u8]) -> DisplayText<'a> {
        DisplayText {
            text,
            max_bytes: 255,
            is_name: true,
        }
    }

    /// Shows a message: at most `max_bytes` bytes of it. Quotation marks and backslashes stay.
    pub const fn message(text: &'a [u8], max_bytes: usize) -> DisplayText<'a> {
        DisplayText {
            text,
            max_bytes,
            is_name: false,
        }
    }

    /// The part that is shown. It ends between two characters.
    fn shown(&self) -> &'a [u8] {
        if self.text.len() <= self.max_bytes {
            return self.text;
        }
        let mut end = self.max_bytes;
        let is_inside = |end: usize| self.text[end] & 0xc0 == 0x80;
        // A character has at most 4 bytes.
        while is_inside(end) && end > 0 && self.max_bytes - end < 3 {
            end -= 1;
        }
        &self.text[..end]
    }
}

impl fmt::Display for DisplayText<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shown = self.shown();
        for chunk in shown.utf8_chunks() {
            for piece in chunk.valid().split_inclusive(['"', '\'', '\\']) {
                match piece.strip_suffix(['"', '\'', '\\']) {
                    Some(start) if !self.is_name => {
                        write!(f, "{}", start.escape_debug())?;
                        f.write_str(&piece[start.len()..])?;
                    }
                    _ => write!(f, "{}", piece.escape_debug())?,
                }
            }
            write!(f, "{}", chunk.invalid().escape_ascii())?;
        }
        if shown.len() < self.text.len() {
            write!(f, "... of {} bytes", self.text.len())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn name(text: impl AsRef<[u8]>) -> String {
        DisplayText::name(text.as_ref()).to_string()
    }

    #[test]
    fn characters_that_cannot_be_printed_are_escaped() {
        for (text, shown) in [
            (&b"www.example.com"[..], "www.example.com"),
            (b"a\nb\r\t\x1b[31m\0\x7f", r"a\nb\r\t\u{1b}[31m\0\u{7f}"),
            (b"caf\xe9 \xff", r"caf\xe9 \xff"),
            ("b\u{fc}cher.\u{4f8b}".as_bytes(), "b\u{fc}cher.\u{4f8b}"),
            // Right-to-left override, zero-width joiner, soft hyphen, byte order mark, a tag.
            (
                "\u{202e}\u{200d}\u{ad}\u{feff}\u{e0041}".as_bytes(),
                r"\u{202e}\u{200d}\u{ad}\u{feff}\u{e0041}",
            ),
            // C1 control, line separator, private use.
            (
                "\u{85}\u{2028}\u{e000}".as_bytes(),
                r"\u{85}\u{2028}\u{e000}",
            ),
        ] {
            assert_eq!(name(text), shown);
        }
    }

    #[test]
    fn quotation_marks_and_backslashes_are_escaped_in_names_only() {
        let text = br#"it's "a\b""#;
        assert_eq!(name(text), r#"it\'s \"a\\b\""#);
        assert_eq!(DisplayText::message(text, 99).to_string(), r#"it's "a\b""#);
        let odd = DisplayText::message("'\u{202e}'\n".as_bytes(), 99);
        assert_eq!(odd.to_string(), r"'\u{202e}'\n");
    }

    #[test]
    fn long_text_is_cut_between_characters() {
        assert_eq!(name("a".repeat(255)), "a".repeat(255));
        assert_eq!(
            name("a".repeat(256)),
            format!("{}... of 256 bytes", "a".repeat(255))
        );
        let wide = "\u{4f8b}".repeat(100);
        assert_eq!(
            DisplayText::message(wide.as_bytes(), 7).to_string(),
            "\u{4f8b}\u{4f8b}... of 300 bytes"
        );
        assert_eq!(
            DisplayText::message(b"ab\xe4\xe4\xe4", 3).to_string(),
            r"ab\xe4... of 5 bytes"
        );
    }

    proptest! {
        #[test]
        fn any_bytes_are_one_line_without_format_characters(text: Vec<u8>, most in 0..64usize) {
            let shown = DisplayText::message(&text, most).to_string();
            let is_odd = |c: char| c.is_control() || c == '\u{202e}';
            prop_assert!(!shown.contains(is_odd));
            prop_assert!(shown.len() <= 6 * most + "... of 100 bytes".len());
        }
    }
}
