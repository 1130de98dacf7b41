//! Arguments as one command line.

/// Joins arguments with blanks, quoted so that programs of Windows read them back.
///
/// An argument that is empty or has blanks is in quotation marks. A backslash precedes each
/// quotation mark in an argument, and each backslash directly before one.
pub(crate) fn command_line<'a>(arguments: impl Iterator<Item = &'a [u8]>) -> Vec<u8> {
    let arguments: Vec<_> = arguments.map(quoted).collect();
    arguments.join(&b' ')
}

fn quoted(argument: &[u8]) -> Vec<u8> {
    let mut text = vec![];
    let mut backslashes = 0;
    for &byte in argument {
        if byte == b'"' {
            text.extend(std::iter::repeat_n(b'\\', backslashes + 1));
        }
        backslashes = if byte == b'\\' { backslashes + 1 } else { 0 };
        text.push(byte);
    }
    if !argument.is_empty() && !argument.iter().any(|byte| b" \t".contains(byte)) {
        return text;
    }
    text.extend(std::iter::repeat_n(b'\\', backslashes));
    [b"\"", &text[..], b"\""].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(arguments: &[&str]) -> String {
        let line = command_line(arguments.iter().map(|argument| argument.as_bytes()));
        String::from_utf8(line).unwrap()
    }

    #[test]
    fn an_argument_that_is_empty_or_has_blanks_is_quoted() {
        assert_eq!(line(&[]), "");
        assert_eq!(line(&["a", "-b=c"]), "a -b=c");
        assert_eq!(line(&["a b", "", "c\td"]), "\"a b\" \"\" \"c\td\"");
    }

    #[test]
    fn a_quotation_mark_and_the_backslashes_before_it_are_escaped() {
        assert_eq!(line(&[r#"a"b"#, r"c\d"]), r#"a\"b c\d"#);
        assert_eq!(line(&[r#"a\"b"#, r"c d\"]), r#"a\\\"b "c d\\""#);
    }
}
