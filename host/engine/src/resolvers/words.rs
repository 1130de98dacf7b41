//! The words of files, as bytes.

/// The words between white space.
pub(super) fn words(text: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    text.split(|&byte| is_space(byte))
        .filter(|word| !word.is_empty())
}

/// Whether C's `isspace` has the byte as white space.
pub(super) fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

/// A file's text without the byte order mark with which some editors begin it.
pub(super) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_split_at_what_isspace_has() {
        let split: Vec<_> = words(b"a\tb\x0bc\x0cd\re  f\xa0\x1f").collect();
        assert_eq!(split, [&b"a"[..], b"b", b"c", b"d", b"e", b"f\xa0\x1f"]);
    }

    #[test]
    fn mark_is_cut_off_once_and_at_the_start_only() {
        let mark = "\u{feff}";
        for (text, left) in [
            ("", ""),
            ("a", "a"),
            (mark, ""),
            ("\u{feff}\u{feff}a", "\u{feff}a"),
        ] {
            assert_eq!(without_mark(text.as_bytes()), left.as_bytes());
        }
        assert_eq!(without_mark(b"a\xef\xbb\xbf"), b"a\xef\xbb\xbf");
    }
}
