//! What an id looks like: `S-`, a capital letter, a number.

/// Whether all of `text` is an id.
pub fn is_id(text: &str) -> bool {
    length(text) == Some(text.len())
}

/// The ids in `text`, each with the place of its first byte.
pub fn find(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.match_indices("S-").filter_map(move |(start, _)| {
        let part_of_a_word = text[..start]
            .ends_with(|before: char| before.is_alphanumeric() || "_-".contains(before));
        let length = length(&text[start..]).filter(|_| !part_of_a_word)?;
        Some((start, &text[start..start + length]))
    })
}

/// Bytes of the id that `text` begins with, if it does.
fn length(text: &str) -> Option<usize> {
    let number = text
        .strip_prefix("S-")?
        .strip_prefix(|letter: char| letter.is_ascii_uppercase())?;
    let digits = number
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(number.len());
    let ends = !number[digits..].starts_with(|after: char| after.is_alphanumeric() || after == '_');
    (digits > 0 && ends).then_some("S-A".len() + digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_found_as_whole_words() {
        let found = |text: &str| find(text).map(|(_, id)| id.to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found("// S-A1, S-B22: `S-C3`/S-D4."),
            ["S-A1", "S-B22", "S-C3", "S-D4"]
        );
        assert_eq!(
            found("S-A, S-1, s-A1, TLS-A1, \u{e9}S-A1, S-A1b, S-A1_, S-AB1, -S-A1"),
            [""; 0]
        );
        assert_eq!(find("\u{e9} S-A1").next(), Some((3, "S-A1")));
        assert!(is_id("S-A1") && !is_id("S-A1 ") && !is_id(" S-A1") && !is_id(""));
    }
}
