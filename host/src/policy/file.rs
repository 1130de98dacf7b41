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
    /// use winsock_async_host::Policy;
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
    /// # Ok::<(), winsock_async_host::policy::FileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// What is wrong, and the line that it is on. Nothing of a file that is wrong is used: without one of its
    /// lines it would be another policy.
    pub fn parse(text: &str, file: &str) -> Result<Policy, FileError> {
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
        let bad = |(span, error): (Range<usize>, PatternError)| wrong(span.start, error.into());
        let mut policy = patterns(read.allow, Policy::default(), Policy::allow).map_err(bad)?;
        policy = patterns(read.allow_answers, policy, Policy::allow_answers).map_err(bad)?;
        policy = patterns(read.deny_answers, policy, Policy::deny_answers).map_err(bad)?;
        if read.allow_private {
            policy = policy.allow_private();
        }
        Ok(policy)
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

/// The policy with each of these; or where the first that is no pattern stands.
fn patterns<P: FromStr<Err = PatternError>>(
    texts: Vec<Spanned<String>>,
    policy: Policy,
    with: impl Fn(Policy, P) -> Policy,
) -> Result<Policy, (Range<usize>, PatternError)> {
    texts.into_iter().try_fold(policy, |policy, text| {
        let pattern = text.get_ref().parse();
        let pattern = pattern.map_err(|error| (text.span(), error))?;
        Ok(with(policy, pattern))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resolve::Lookup;
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
