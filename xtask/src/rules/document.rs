//! The rules of the document: rows of tables whose first cell is an id.

use super::ids;

/// A rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// Its id, such as `S-C3`.
    pub id: String,
    /// The line of the document that it is on, from 1.
    pub line: usize,
}

/// The rules of a document, in its order.
pub fn rules(document: &str) -> Vec<Rule> {
    let rule = |(i, line): (usize, &str)| {
        let row = line.trim().strip_prefix('|')?.strip_suffix('|')?;
        let (first, _) = row.split_once('|')?;
        let id = first.trim();
        ids::is_id(id).then(|| Rule {
            id: id.to_owned(),
            line: i + 1,
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
             | S-A1 | it is so, in part | `a.rs` |\n\
             | S-A2 | all of it | |\n\
             | S-A3 and more | | |\n\
             | WSAEINVAL | at the call | S-A1 |\n\
             |S-B1|no spaces||\n";
        let rule = |id: &str, line| Rule {
            id: id.into(),
            line,
        };
        let expected = [rule("S-A1", 4), rule("S-A2", 5), rule("S-B1", 8)];
        assert_eq!(rules(document), expected);
    }
}
