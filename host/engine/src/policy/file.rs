//! Policies in TOML files.

use std::ops::Range;
use std::str::FromStr;

use serde::Deserialize;
use toml::Spanned;

use super::{PatternError, Policy};
use crate::text::DisplayText;

impl Policy {
    /// Reads a policy from TOML. Errors call it `file`. A key that is left out allows nothing.
    ///
    /// ```
    /// use winsock_async_engine::Policy;
    ///
    /// let policy = Policy::parse(
    ///     r#"
    ///     ## Which hosts may be looked up.
    ///     allow = ["www.example.com", "*.corp.example", "198.51.100.0/24"]
    ///     ## Which hosts and ports may be connected to, and where a guest may listen.
    ///     connect = ["db.example:5432", "udp:192.0.2.1:53"]
    ///     listen = ["127.0.0.1:8080"]
    ///     ## Addresses that answers may have, and may not have, besides the default.
    ///     allow-answers = ["10.1.0.0/16"]
    ///     deny-answers = ["10.1.255.0/24"]
    ///     ## Whether answers may have all addresses of no public host.
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
    /// The first mistake with its line. Nothing of such a file is used.
    pub fn parse(text: &str, file: &str) -> Result<Policy, FileError> {
        let (policy, left_out) = Policy::parse_leaving_out_malformed(text, file)?;
        left_out.into_iter().next().map_or(Ok(policy), Err)
    }

    /// Reads a policy from TOML, and skips malformed patterns in `allow`, `connect`, `listen` and
    /// `allow-answers`: the policy then allows less. Returns the policy, and the errors of skipped
    /// patterns: one for each of up to 100 patterns. The 100th error stands for all others if there
    /// are more.
    ///
    /// # Errors
    ///
    /// The first other mistake with its line, because the policy might allow more without it:
    ///
    /// - a malformed pattern in `deny-answers`;
    /// - an unknown key, or text that is not TOML.
    ///
    /// The first malformed pattern, if all patterns of `allow`, of `connect` or of `listen` are
    /// malformed, or all patterns of the four keys.
    pub fn parse_leaving_out_malformed(
        text: &str,
        file: &str,
    ) -> Result<(Policy, Vec<FileError>), FileError> {
        let mut lines = Lines::new(text);
        let mut wrong = |at: usize, problem| FileError {
            file: file.into(),
            line: lines.line_of(at),
            problem,
        };
        let read: File = toml::from_str(text).map_err(|error| {
            let message = error.message().lines().collect::<Vec<_>>().join(", ");
            let at = error.span().map_or(0, |span| span.start);
            wrong(at, Problem::Syntax(message.into()))
        })?;
        let mut left_out = LeftOut::default();
        let File {
            allow,
            connect,
            listen,
            allow_answers,
            deny_answers,
            allow_private,
        } = read;
        let mut policy = Policy::default();
        let all = allow.len() + connect.len() + listen.len() + allow_answers.len();
        policy = left_out.patterns(allow, policy, Policy::allow, &mut wrong)?;
        policy = left_out.patterns(connect, policy, Policy::connect, &mut wrong)?;
        policy = left_out.patterns(listen, policy, Policy::listen, &mut wrong)?;
        let add = Policy::allow_answers;
        policy = patterns(allow_answers, policy, add, |at, error| {
            left_out.add(|| wrong(at.start, error.into()));
            Ok(())
        })?;
        if all > 0 && left_out.count == all {
            return Err(left_out.errors.swap_remove(0));
        }
        let add = Policy::deny_answers;
        policy = patterns(deny_answers, policy, add, |at, error| {
            Err(wrong(at.start, error.into()))
        })?;
        if allow_private {
            policy = policy.allow_private();
        }
        Ok((policy, left_out.finish()))
    }
}

/// Most errors of skipped patterns.
const MAX_ERRORS: usize = 100;

/// The errors of skipped patterns.
#[derive(Default)]
struct LeftOut {
    /// The first [`MAX_ERRORS`].
    errors: Vec<FileError>,
    /// How many patterns are skipped.
    count: usize,
}

impl LeftOut {
    /// Adds patterns to a policy, and skips malformed ones.
    ///
    /// # Errors
    ///
    /// The first malformed pattern, if all are.
    fn patterns<P: FromStr<Err = PatternError>>(
        &mut self,
        texts: Vec<Spanned<String>>,
        policy: Policy,
        add: impl Fn(Policy, P) -> Policy,
        wrong: &mut impl FnMut(usize, Problem) -> FileError,
    ) -> Result<Policy, FileError> {
        let (all, before) = (texts.len(), self.count);
        let mut first = None;
        let policy = patterns(texts, policy, add, |at, error| {
            first.get_or_insert_with(|| (at.start, error.clone()));
            self.add(|| wrong(at.start, error.into()));
            Ok(())
        })?;
        match first {
            Some((at, error)) if self.count - before == all => Err(wrong(at, error.into())),
            _ => Ok(policy),
        }
    }

    fn add(&mut self, error: impl FnOnce() -> FileError) {
        if self.errors.len() < MAX_ERRORS {
            self.errors.push(error());
        }
        self.count += 1;
    }

    /// The errors. If there are more than [`MAX_ERRORS`], the last stands for those from there on.
    fn finish(mut self) -> Vec<FileError> {
        let more = self.count - self.errors.len();
        if more > 0
            && let Some(last) = self.errors.last_mut()
        {
            last.problem = Problem::More(more + 1);
        }
        self.errors
    }
}

/// Finds the lines of places in a text. Places in their order cost one pass over the text.
struct Lines<'a> {
    text: &'a [u8],
    /// The last place, and its line from 1.
    last: (usize, usize),
}

impl<'a> Lines<'a> {
    fn new(text: &'a str) -> Lines<'a> {
        Lines {
            text: text.as_bytes(),
            last: (0, 1),
        }
    }

    fn line_of(&mut self, at: usize) -> usize {
        if at < self.last.0 {
            self.last = (0, 1);
        }
        let (last, line) = self.last;
        let between = &self.text[last..at];
        self.last = (at, line + between.iter().filter(|&&b| b == b'\n').count());
        self.last.1
    }
}

/// A mistake in a policy file, shown as `FILE:LINE: PROBLEM`.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{file}:{line}: {problem}")]
#[non_exhaustive]
pub struct FileError {
    /// The name of the file.
    pub file: Box<str>,
    /// The number of the line, from 1.
    pub line: usize,
    /// The mistake.
    pub problem: Problem,
}

/// The kind of a mistake in a policy file.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// The text is not TOML, or has an unknown key or a value of the wrong type.
    #[error("{}", DisplayText::message(.0.as_bytes(), 1024))]
    Syntax(Box<str>),
    /// From this line on, this many patterns are malformed and not listed.
    #[error("from here on, {0} patterns are malformed")]
    More(usize),
    /// A pattern is malformed.
    #[error(transparent)]
    Pattern(#[from] PatternError),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    #[serde(default)]
    allow: Vec<Spanned<String>>,
    #[serde(default)]
    connect: Vec<Spanned<String>>,
    #[serde(default)]
    listen: Vec<Spanned<String>>,
    #[serde(default)]
    allow_answers: Vec<Spanned<String>>,
    #[serde(default)]
    deny_answers: Vec<Spanned<String>>,
    #[serde(default)]
    allow_private: bool,
}

/// Adds patterns to a policy by `add`. `malformed` decides what happens to text that is no pattern.
fn patterns<P: FromStr<Err = PatternError>>(
    texts: Vec<Spanned<String>>,
    policy: Policy,
    add: impl Fn(Policy, P) -> Policy,
    mut malformed: impl FnMut(Range<usize>, PatternError) -> Result<(), FileError>,
) -> Result<Policy, FileError> {
    texts
        .into_iter()
        .try_fold(policy, |policy, text| match text.get_ref().parse() {
            Ok(pattern) => Ok(add(policy, pattern)),
            Err(error) => malformed(text.span(), error).map(|()| policy),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lookup::Lookup;
    use crate::policy::Transport;
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
    fn a_key_that_is_left_out_allows_nothing() {
        for text in [
            "",
            "\n# nothing\n",
            "allow = []",
            "allow-private = true",
            "allow-answers = ['*']",
        ] {
            let policy = policy(text);
            assert!(!policy.allows_name("localhost"), "{text}");
            assert!(!policy.allows_address(Ipv4Addr::LOCALHOST.into()), "{text}");
        }
        assert!(!answers(&policy("allow = ['*']"), "10.0.0.1"));
    }

    #[test]
    fn every_key_takes_effect() {
        let given = policy(
            "allow = ['*.Corp.test', \"198.51.100.0/24\"]\n\
             allow-answers = ['10.0.0.0/8']\n\
             deny-answers = ['10.1.0.0/16', '8.8.8.8']\n",
        );
        assert!(given.allows_name("a.corp.test") && !given.allows_name("corp.test"));
        assert!(given.allows_address(Ipv4Addr::new(198, 51, 100, 7).into()));
        assert!(answers(&given, "10.2.0.1") && !answers(&given, "10.1.0.1"));
        assert!(!answers(&given, "8.8.8.8") && !answers(&given, "192.168.0.1"));
        let network =
            policy("connect = ['db.test:5432', '[2001:db8::1]:80']\nlisten = ['127.0.0.1:8080']");
        assert!(network.connects_to_name(Transport::Tcp, "db.test", 5432));
        assert!(network.allows_name("db.test") && !network.allows_name("a.test"));
        let at = "[2001:db8::1]:80".parse().unwrap();
        assert!(network.allows_connection(Transport::Tcp, at));
        assert!(network.allows_listen(Transport::Tcp, "127.0.0.1:8080".parse().unwrap()));
        let private = policy("allow-private = true\ndeny-answers = ['10.0.0.0/8']");
        assert!(answers(&private, "192.168.0.1") && !answers(&private, "10.0.0.1"));
    }

    #[test]
    fn a_mistake_is_reported_with_its_line() {
        for (text, wrong) in [
            (
                "\n\nalow = []",
                "F:3: unknown field `alow`, expected one of `allow`, `connect`, `listen`, `allow-answers`, `deny-answers`, `allow-private`",
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
                "F:2: `a.test` is no address; write it as in `192.0.2.7` or `2001:db8::7`",
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

    #[test]
    fn malformed_allowing_patterns_are_skipped_and_other_mistakes_are_errors() {
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
            (
                "allow = ['*.*', 'a.test']\nconnect = ['a.test',\n'a.test:0']",
                2,
            ),
            ("allow = ['*.*', 'a.test']\nlisten = [\n'a.test:1']", 3),
            (
                "allow = ['a.test']\nconnect = ['::1']\nlisten = ['[::1]:1']",
                2,
            ),
        ] {
            assert_eq!(read(refused).unwrap_err().line, line, "{refused}");
        }
        let text = "connect = ['a.test:1', 'b.test']\nlisten = ['[::1]:1',\n'::1:2']";
        let (given, left_out) = read(text).unwrap();
        assert!(given.connects_to_name(Transport::Tcp, "a.test", 1) && !given.remembers("b.test"));
        let lines: Vec<_> = left_out.iter().map(|error| error.line).collect();
        assert_eq!(lines, [1, 3]);
        // A policy that allows nothing is valid.
        assert_eq!(read("allow = []").unwrap().1, []);
    }

    #[test]
    fn at_most_100_errors_are_listed_of_any_number_of_malformed_patterns() {
        let read = |malformed: usize, key: &str| {
            let text = format!("{key} = ['10.0.0.1',\n{}]", "'a..b',\n".repeat(malformed));
            Policy::parse_leaving_out_malformed(&text, "F")
        };
        for key in ["allow", "allow-answers"] {
            let (given, errors) = read(100, key).unwrap();
            assert!(answers(&given, "10.0.0.1"));
            assert_eq!((errors.len(), errors[99].line), (100, 101));
            assert!(matches!(errors[99].problem, Problem::Pattern(_)));
            // 1.6 MB: a pass over the text for each error would take minutes.
            let (_, errors) = read(200_000, key).unwrap();
            assert_eq!(errors.len(), 100);
            assert_eq!(
                errors[99].to_string(),
                "F:101: from here on, 199901 patterns are malformed"
            );
        }
        let text = format!("allow = [\n{}]", "'a..b',\n".repeat(200_000));
        let error = Policy::parse_leaving_out_malformed(&text, "F").unwrap_err();
        assert_eq!(error.line, 2);
    }

    #[test]
    fn text_of_the_file_is_escaped_and_bounded_in_errors() {
        let name = format!("\u{202e}{}", "a".repeat(9000));
        for text in [
            format!("allow = ['{name} ']"),
            format!("allow = ['{name}/8']"),
            format!("allow = ['*{name}']"),
            format!("\"{name}\" = 1"),
            format!("allow = '{name}'"),
        ] {
            let said = error(&text);
            assert!(said.contains(r"\u{202e}"), "{said}");
            assert!(!said.contains('\u{202e}') && said.len() < 1200, "{said}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused_on_one_line(text in "(allow|connect|listen|deny|-answers|-private| = |\\[|\\]|'|\"|,|\\*|\\.|a|1|/|\n|\\PC){0,24}") {
            if let Err(error) = Policy::parse(&text, "F") {
                prop_assert_eq!(error.to_string().lines().count(), 1, "{}", error);
                prop_assert!((1..=1 + text.matches('\n').count()).contains(&error.line));
            }
        }
    }
}
