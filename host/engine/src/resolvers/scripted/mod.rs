//! Answers from a script, for tests: with delays, errors, and lookups that never end.
//!
//! A script is made in Rust with [`Script`] and [`Rule`], or read from TOML with [`Script::parse`].
//! A lookup without a rule is not found.
//!
//! # The file
//!
//! ```
//! use winsock_async_engine::resolvers::Script;
//!
//! let scripted = Script::parse(
//!     r#"
//! [[rule]]
//! host = "www.test"                        # the lookup
//! name = "web.test"                        # the answer
//! aliases = ["www.test"]
//! addresses = ["192.0.2.1", "192.0.2.2"]
//! delay-ms = 50
//!
//! [[rule]]
//! host = "busy.test"
//! error = "WSATRY_AGAIN"
//!
//! [[rule]]                                 # from the second lookup on
//! host = "busy.test"
//! addresses = ["192.0.2.3"]
//!
//! [[rule]]
//! host = "stuck.test"
//! never = true
//!
//! [[rule]]
//! service = "echo"
//! transport = "tcp"
//! port = 7
//! now = true
//! "#,
//!     "example.toml",
//! )?;
//! # let _ = scripted;
//! # Ok::<(), winsock_async_engine::resolvers::ScriptError>(())
//! ```
//!
//! Each `[[rule]]` has exactly one of the keys of the first column, which names the lookup, and an
//! answer. The table says which parts the answer must have (`must`) or may have (`may`). The
//! default of `name` is the name of the lookup, and that of `addresses` its address.
//!
//! | key | lookup | `name` | `aliases` | `addresses` | `transport` | `port` | `number` |
//! |---|---|---|---|---|---|---|---|
//! | `host = "NAME"` | a host by its name | may | may | must | | | |
//! | `address = "IP"` | a host by its address | must | may | may | | | |
//! | `service = "NAME"` | a service by its name | may | may | | must | must | |
//! | `service-port = N` | a service by its port | must | may | | must | | |
//! | `protocol = "NAME"` | a protocol by its name | may | may | | | | must |
//! | `protocol-number = N` | a protocol by its number | must | may | | | | |
//!
//! `transport` is the protocol of a service, such as `tcp`. The rule then applies to lookups with
//! that protocol, and to lookups without a protocol. A lookup without a protocol takes the first
//! transport of the script.
//!
//! Instead of an answer, a rule may have `error = "WSA…"`, an error by its Winsock name. A rule may
//! also have one of these:
//!
//! - `delay-ms = N`: the lookup takes N milliseconds.
//! - `never = true`: the lookup does not end until a test [releases](ScriptControl::release) it.
//!   Such a rule needs no answer; a lookup that is released without one is not found.
//! - `now = true`: the lookup is answered at once, on the guest's thread.
//!
//! Rules with the same key apply one after the other, and the last rule stays. A lookup takes its
//! rule when it is answered at once, or when a worker begins it. A lookup that is cancelled before
//! that takes no rule.

mod control;
mod file;
mod file_rule;
mod resolver;
mod rule;
mod steps;

pub use self::control::ScriptControl;
pub use self::file::ScriptError;
pub use self::resolver::Scripted;
pub use self::rule::{Rule, RuleError, Script};
