//! What there is to say: a line for each rule, and what is wrong.

use std::collections::BTreeSet;

use super::DOCUMENT;
use super::document::Rule;
use super::mentions::Mention;

/// What `cargo xtask rules` prints.
#[derive(Debug, PartialEq, Eq)]
pub struct Report {
    /// A line for each rule.
    pub lines: Vec<String>,
    /// What is wrong, a line each.
    pub problems: Vec<String>,
}

/// Reports on every rule, or on those of `ids` alone.
pub fn report(rules: &[Rule], mentions: &[Mention], ids: &[String]) -> Report {
    let known = |id: &str| rules.iter().any(|rule| rule.id == id);
    let wanted = |id: &String| ids.is_empty() || ids.contains(id);
    let mut lines = Vec::new();
    let mut problems = Vec::new();
    for id in ids.iter().filter(|id| !known(id)) {
        problems.push(format!("{id} is not in {DOCUMENT}"));
    }
    for (i, rule) in rules
        .iter()
        .enumerate()
        .filter(|(_, rule)| wanted(&rule.id))
    {
        let Rule { id, line } = rule;
        if let Some(first) = rules[..i].iter().find(|other| other.id == *id) {
            problems.push(format!(
                "{id} is in {DOCUMENT} twice: lines {} and {line}",
                first.line
            ));
            continue;
        }
        let tests = tests(id, mentions);
        if tests.is_empty() {
            problems.push(format!("{id} has no test ({DOCUMENT}:{line})"));
            lines.push(format!("{id}: no test"));
        } else {
            lines.push(format!("{id}: {}", tests.join(", ")));
        }
    }
    if ids.is_empty() {
        let unknown = mentions.iter().filter(|mention| !known(&mention.id));
        problems.extend(unknown.map(|Mention { id, path, line, .. }| {
            format!("{path}:{line} names {id}, which is not in {DOCUMENT}")
        }));
    }
    Report { lines, problems }
}

/// The tests that name a rule, each once: where, and the function's name.
fn tests(id: &str, mentions: &[Mention]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    mentions
        .iter()
        .filter(|mention| mention.is_test && mention.id == id)
        .filter(|mention| seen.insert((&mention.path, &mention.function)))
        .map(
            |Mention {
                 path,
                 line,
                 function,
                 ..
             }| match function {
                Some(name) => format!("{path}:{line} {name}"),
                None => format!("{path}:{line}"),
            },
        )
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rule(id: &str, line: usize) -> Rule {
        Rule {
            id: id.into(),
            line,
        }
    }

    fn mention(id: &str, line: usize, function: Option<&str>, is_test: bool) -> Mention {
        Mention {
            id: id.into(),
            path: "a.rs".into(),
            line,
            is_test,
            function: function.map(str::to_owned),
        }
    }

    #[test]
    fn a_line_has_each_test_once() {
        let rules = [rule("S-A1", 1)];
        let mentions = [
            mention("S-A1", 1, Some("code"), false),
            mention("S-A1", 5, Some("f"), true),
            mention("S-A1", 6, Some("f"), true),
            mention("S-A1", 7, Some("g"), true),
            mention("S-A1", 8, None, true),
        ];
        let expected = Report {
            lines: vec!["S-A1: a.rs:5 f, a.rs:7 g, a.rs:8".into()],
            problems: vec![],
        };
        assert_eq!(report(&rules, &mentions, &[]), expected);
    }

    #[test]
    fn what_is_wrong_is_said_rule_by_rule() {
        let rules = [rule("S-A1", 3), rule("S-A2", 4), rule("S-A2", 5)];
        let mentions = [
            mention("S-A1", 1, Some("code"), false),
            mention("S-A2", 2, Some("f"), true),
            mention("S-A9", 3, None, false),
        ];
        assert_eq!(
            report(&rules, &mentions, &[]).problems,
            [
                "S-A1 has no test (docs/semantics.md:3)",
                "S-A2 is in docs/semantics.md twice: lines 4 and 5",
                "a.rs:3 names S-A9, which is not in docs/semantics.md",
            ]
        );
    }

    #[test]
    fn only_the_rules_that_were_asked_for() {
        let rules = [rule("S-A1", 1), rule("S-A2", 2)];
        let mentions = [
            mention("S-A2", 2, Some("f"), true),
            mention("S-A9", 3, None, true),
        ];
        let ids = |ids: &[&str]| ids.iter().map(|id| id.to_string()).collect::<Vec<_>>();
        let asked = report(&rules, &mentions, &ids(&["S-A2"]));
        assert_eq!(asked.lines, ["S-A2: a.rs:2 f"]);
        assert_eq!(asked.problems, [""; 0]);
        let asked = report(&rules, &mentions, &ids(&["S-A9"]));
        assert_eq!(asked.problems, ["S-A9 is not in docs/semantics.md"]);
    }
}
