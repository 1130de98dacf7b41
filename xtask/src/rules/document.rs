//! The rules of the document: rows of tables whose first cell is an id.

use super::ids;

/// What stands in the last cell of a rule of which no test in Rust can prove anything.
const LATER: &str = "proven with the C face";

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, such as `S-C3`.
    pub id: String,
    /// The line of the document that it is on, from 1.
    pub line: usize,
    /// Whether it needs no test yet: it is marked as proven with the C face.
    pub later: bool,
}

/// The rules of a document, in its order.
pub fn rules(document: &str) -> Vec<Rule> {
    let rule = |(i, line): (usize, &str)| {
        let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let (first, rest) = row.split_once('|')?;
        let id = first.trim();
        let last = rest.rsplit('|').next().unwrap_or(rest);
        ids::is_id(id).then(|| Rule {
            id: id.to_owned(),
            line: i + 1,
            later: last.trim() == LATER,
        })
    };
    document.lines().enumerate().filter_map(rule).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_is_a_row_that_begins_with_an_id() {
        let document = "S-A1 in the text\n\
             | rule | what holds | code |\n\
             |---|---|---|\n\
             | S-A1 | it is proven with the C face, in part | `a.rs` |\n\
             | S-A2 | all of it | proven with the C face |\n\
             | S-A3 and more | | |\n\
             | WSAEINVAL | at the call | S-A1 |\n\
             |S-B1|no spaces||\n";
        let rule = |id: &str, line, later| Rule {
            id: id.into(),
            line,
            later,
        };
        assert_eq!(
            rules(document),
            [
                rule("S-A1", 4, false),
                rule("S-A2", 5, true),
                rule("S-B1", 8, false)
            ]
        );
    }
}
