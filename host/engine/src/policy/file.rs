//! Reads a policy from TOML.

use std::ops::Range;
use std::str::FromStr;

use serde::Deserialize;
use toml::Spanned;

use super::{PatternError, Policy};

impl Policy {
    /// Reads a policy; `file` is what errors call it. Nothing is allowed that it does not say.
    ///
    /// ```
    /// use winsock_async_engine::Policy;
    ///
    /// let policy = Policy::parse(
    ///     r#"
    ///     ## Which hosts may be looked up.
    ///     allow = ["www.example.com", "*.corp.example", "198.51.100.0/24"]
    ///     ## Which addresses answers may have, and may not have, beside the usual.
    ///     allow-answers = ["10.1.0.0/16"]
    ///     deny-answers = ["10.1.255.0/24"]
    ///     ## Whether they may have all addresses of no public host.
    ///     allow-private = false
    ///     "#,
    ///     "policy.toml",
    /// )?;
    /// assert!(policy.allows_name("mail.corp.example"));
    /// # Ok::<(), winsock_async_engine::policy::FileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong, and the line that it is on. Nothing of a file that is wrong is used: without one of its
    /// lines it would be another policy.
    pub fn parse(text: &str, file: &str) -> Result<Policy, FileError> {
        let (policy, left_out) = Policy::parse_leaving_out_malformed(text, file)?;
        left_out.into_iter().next().map_or(Ok(policy), Err)
    }

    /// The same for a file of which a part is good enough: patterns of `allow` and `allow-answers` that make no sense are left
    /// out, so that less is allowed, and are what this gives beside the policy, with their lines.
    ///
    /// # Errors
    ///
    /// Whatever else is wrong, as something may be allowed without it that was to be denied; and the first of these patterns
    /// if none of them makes sense, or none of `allow`.
    pub fn parse_leaving_out_malformed(
        text: &str,
        file: &str,
    ) -> Result<(Policy, Vec<FileError>), FileError> {
        let wrong = |at: usize, problem| FileError {
            file: file.into(),
            line: 1 + text.bytes().take(at).filter(|&b| b == b'\n').count(),
            problem,
        };
        let read: File = toml::from_str(text).map_err(|error| {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let at = error.span().map_or(0, |span| span.start);
            wrong(at, Problem::Syntax(message.into()))
        })?;
        let mut left_out = Vec::new();
        let none = Policy::default();
        let allowed = read.allow.len();
        let mut policy = patterns(read.allow, none, Policy::allow, |at, error| {
            left_out.push(wrong(at.start, error.into()));
            Ok(())
        })?;
        let no_name = allowed > 0 && left_out.len() == allowed;
        let all = allowed + read.allow_answers.len();
        let add = Policy::allow_answers;
        policy = patterns(read.allow_answers, policy, add, |at, error| {
            left_out.push(wrong(at.start, error.into()));
            Ok(())
        })?;
        if no_name || all > 0 && left_out.len() == all {
            return Err(left_out.swap_remove(0));
        }
        let add = Policy::deny_answers;
        policy = patterns(read.deny_answers, policy, add, |at, error| {
            Err(wrong(at.start, error.into()))
        })?;
        if read.allow_private {
            policy = policy.allow_private();
        }
        Ok((policy, left_out))
    }
}

/// What is wrong with a policy's file, shown as `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct FileError {
    /// The file.
    pub file: Box<str>,
    /// The line; the first is 1.
    pub line: usize,
    /// What is wrong.
    pub problem: Problem,
}

/// What can be wrong with a policy's file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It is not TOML, or something in it is unknown or of the wrong type.
    #[error("{0}")]
    Syntax(Box<str>),
    /// A pattern makes no sense.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    allow: Vec<Spanned<String>>,
    #[serde(default)]
    allow_answers: Vec<Spanned<String>>,
    #[serde(default)]
    deny_answers: Vec<Spanned<String>>,
    #[serde(default)]
    allow_private: bool,
}

/// The policy with each of these; what is to become of one that is no pattern, `bad` says.
fn patterns<P: FromStr<Err = PatternError>>(
    texts: Vec<Spanned<String>>,
    policy: Policy,
    with: impl Fn(Policy, P) -> Policy,
    mut bad: impl FnMut(Range<usize>, PatternError) -> Result<(), FileError>,
) -> Result<Policy, FileError> {
    texts
        .into_iter()
        .try_fold(policy, |policy, text| match text.get_ref().parse() {
            Ok(pattern) => Ok(with(policy, pattern)),
            Err(error) => bad(text.span(), error).map(|()| policy),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::Lookup;
    use proptest::prelude::*;
    use std::net::Ipv4Addr;

    fn policy(text: &str) -> Policy {
        Policy::parse(text, "F").unwrap()
    }

    fn error(text: &str) -> String {
        Policy::parse(text, "F").unwrap_err().to_string()
    }

    fn answers(policy: &Policy, address: &str) -> bool {
        let address = address.parse().unwrap();
        policy.allows_answer(&Lookup::HostByName("a.test".into()), address)
    }

    // S-R16
    #[test]
    fn what_a_file_does_not_say_is_denied() {
        for text in [
            "",
            "\n# nothing\n",
            "allow = []",
            "allow-private = true",
            "allow-answers = ['*']",
        ] {
            let policy = policy(text);
            assert!(!policy.allows_name("localhost"), "{text}");
            assert!(!policy.allows_address(Ipv4Addr::LOCALHOST), "{text}");
        }
        assert!(!answers(&policy("allow = ['*']"), "10.0.0.1"));
    }

    #[test]
    fn every_key_is_heeded() {
        let given = policy(
            "allow = ['*.Corp.test', \"198.51.100.0/24\"]\n\
             allow-answers = ['10.0.0.0/8']\n\
             deny-answers = ['10.1.0.0/16', '8.8.8.8']\n",
        );
        assert!(given.allows_name("a.corp.test") && !given.allows_name("corp.test"));
        assert!(given.allows_address(Ipv4Addr::new(198, 51, 100, 7)));
        assert!(answers(&given, "10.2.0.1") && !answers(&given, "10.1.0.1"));
        assert!(!answers(&given, "8.8.8.8") && !answers(&given, "192.168.0.1"));
        let private = policy("allow-private = true\ndeny-answers = ['10.0.0.0/8']");
        assert!(answers(&private, "192.168.0.1") && !answers(&private, "10.0.0.1"));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_line() {
        for (text, wrong) in [
            (
                "\n\nalow = []",
                "F:3: unknown field `alow`, expected one of `allow`, `allow-answers`, `deny-answers`, `allow-private`",
            ),
            (
                "allow = [\n'a.test',\n'*.*']",
                "F:3: `*.*`: a star stands alone, or for the labels before a suffix as in `*.example.com`",
            ),
            (
                "allow = ['']",
                "F:1: a pattern is empty; write `*` to allow every host",
            ),
            (
                "\nallow-answers = ['a.test']",
                "F:2: `a.test` is no IPv4 address; write four decimal numbers, as in `192.0.2.7`",
            ),
            (
                "deny-answers = [\n\n'10.0.0.1/8']",
                "F:3: `10.0.0.1/8` has bits set beyond its prefix; did you mean `10.0.0.0/8`?",
            ),
            (
                "\nallow = 'a.test'",
                "F:2: invalid type: string \"a.test\", expected a sequence",
            ),
            (
                "allow-private = 1",
                "F:1: invalid type: integer `1`, expected a boolean",
            ),
            ("allow = []\nallow = []", "F:2: duplicate key"),
        ] {
            assert_eq!(error(text), wrong);
        }
        assert!(error("allow = [").starts_with("F:1: "));
    }

    // Less is allowed than was meant, never more.
    #[test]
    fn what_would_allow_may_be_left_out_and_nothing_else() {
        let read = |text| Policy::parse_leaving_out_malformed(text, "F");
        let text = "allow = ['*.*',\n'a.test']\nallow-answers = ['10.0.0.0/8', 'x']";
        let (given, left_out) = read(text).unwrap();
        assert!(given.allows_name("a.test") && !given.allows_name("b.test"));
        assert!(answers(&given, "10.0.0.1"));
        let lines: Vec<_> = left_out.iter().map(|error| error.line).collect();
        assert_eq!(lines, [1, 3]);
        for (refused, line) in [
            (
                "allow = ['a.test', '*.*']\ndeny-answers = ['10.0.0.1/8']",
                2,
            ),
            ("allow = ['a.test']\nalow = ['*.*']", 2),
            ("allow-answers = ['10.0.0.0/8']\nallow = ['*.*',\n'']", 2),
            ("\nallow-answers = ['x']", 2),
        ] {
            assert_eq!(read(refused).unwrap_err().line, line, "{refused}");
        }
        // Nothing is wrong with one that allows nothing.
        assert_eq!(read("allow = []").unwrap().1, []);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_on_one_line(text in "(allow|deny|-answers|-private| = |\\[|\\]|'|\"|,|\\*|\\.|a|1|/|\n|\\PC){0,24}") {
            if let Err(error) = Policy::parse(&text, "F") {
                prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
                prop_assert!((1..=1 + text.matches('\n').count()).contains(&error.line));
            }
        }
    }
}
