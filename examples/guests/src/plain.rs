//! Text for a line of a terminal.

use std::fmt::{self, Write};

/// Shows untrusted bytes on one line. It escapes bytes that are not UTF-8, and control characters,
/// because these could end the line or control the terminal.
#[derive(Clone, Copy, Debug)]
pub struct Plain<'a>(pub &'a [u8]);

impl fmt::Display for Plain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for chunk in self.0.utf8_chunks() {
            for c in chunk.valid().chars() {
                if c.is_control() {
                    c.escape_default().fmt(f)?;
                } else {
                    f.write_char(c)?;
                }
            }
            chunk.invalid().escape_ascii().fmt(f)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn control_characters_and_bytes_that_are_not_utf_8_are_escaped() {
        for (bytes, shown) in [
            (&b"www.test"[..], "www.test"),
            ("b\u{fc}cher".as_bytes(), "b\u{fc}cher"),
            (b"a\r\nb\t\0", r"a\r\nb\t\u{0}"),
            (b"\x1b[31m\x7f", r"\u{1b}[31m\u{7f}"),
            ("\u{9b}31m".as_bytes(), r"\u{9b}31m"),
            (b"a\xffb\x9b", r"a\xffb\x9b"),
        ] {
            assert_eq!(Plain(bytes).to_string(), shown);
        }
    }
}
