//! The command line.

mod values;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use winsock_async_engine::Rate;
use winsock_async_engine::policy::{AddressPattern, Pattern};

pub use self::values::{Directory, Variable};
use self::values::{duration, name_server, rate};
use crate::log::Level;
use crate::timeline::Target;

/// Exit statuses, for `--help`.
const STATUSES: &str = "\
Exit status:
  the guest's own; 1 when its `run` returns an error, and for every failure of a core module
  2    the command line, the guest or a file is not usable
  124  the guest was stopped by --timeout
  134  the guest trapped";

const EXAMPLES: &str = "\
Examples:
  Services and protocols are public data, and always allowed:
    winsock-async run lookup.wasm serv:http/tcp proto:udp
  Hosts must be allowed, each by its name or many by a pattern:
    winsock-async run --allow localhost --allow '*.example.com' lookup.wasm host:localhost
  Names from a file, before those of this machine, with addresses of a private network:
    winsock-async run --hosts my-hosts --allow-all --allow-private lookup.wasm host:printer
  By a name server of one's own, thousands of lookups at a time:
    winsock-async run --resolver dns --dns-server 192.0.2.1 --allow-all lookup.wasm host:www.example.com
  A name that never answers, to see what the guest does with it:
    winsock-async run --script never.toml --allow never.test lookup.wasm host:never.test
  No more than ten seconds, and what the lookups took:
    winsock-async run --timeout 10s --stats --allow-all lookup.wasm host:www.example.com
  A picture of what ran when:
    winsock-async run --timeline lookups.svg --allow-all lookup.wasm host:www.example.com";

/// Runs WebAssembly components that look names up asynchronously, as Winsock does.
#[derive(Debug, Parser)]
#[command(name = "winsock-async", version, after_help = STATUSES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

impl Cli {
    /// What `run` is to do, there being no other command.
    pub fn into_run(self) -> Run {
        let Command::Run(run) = self.command;
        *run
    }
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run a command: a component that exports `wasi:cli/run`, or a core module for wasm32-wasip1
    Run(Box<Run>),
}

/// Options of `run`, the guest and its arguments.
#[derive(Args, Debug)]
#[command(
    override_usage = "winsock-async run [OPTIONS] GUEST.wasm [ARGS...]",
    after_help = format!("{EXAMPLES}\n\n{STATUSES}")
)]
pub struct Run {
    /// Allow lookups of these hosts: NAME, *.SUFFIX, ADDRESS, ADDRESS/BITS, or * for all. May be
    /// given again; names in --hosts and --script files must be allowed too [default: none]
    #[arg(long, value_name = "PATTERN")]
    pub allow: Vec<Pattern>,

    /// Allow lookups of all hosts
    #[arg(long)]
    pub allow_all: bool,

    /// Allow what this file says, in TOML, and what the other options say: `allow`, `allow-answers` and
    /// `deny-answers` are lists of patterns, `allow-private` is true or false
    #[arg(long, value_name = "FILE")]
    pub policy: Option<PathBuf>,

    /// Allow these addresses in answers, where an address of no public host (loopback, private,
    /// link-local and the like) or one of --deny-answers would be taken out: ADDRESS or
    /// ADDRESS/BITS. May be given again [default: none]
    #[arg(long, value_name = "ADDRESSES")]
    pub allow_answers: Vec<AddressPattern>,

    /// Take these addresses out of answers, too: ADDRESS, ADDRESS/BITS, or * for all that are not
    /// allowed. The longest prefix counts. May be given again [default: none]
    #[arg(long, value_name = "ADDRESSES")]
    pub deny_answers: Vec<AddressPattern>,

    /// Allow addresses of no public host in answers: loopback, private, link-local and the like
    #[arg(long)]
    pub allow_private: bool,

    /// Look hosts up in this file, of the form of /etc/hosts, before this machine's own databases
    #[arg(long, value_name = "FILE")]
    pub hosts: Option<PathBuf>,

    /// Answer as this file says, before anything else is asked: answers, delays, errors, names that
    /// never answer
    #[arg(long, value_name = "FILE")]
    pub script: Option<PathBuf>,

    /// Where hosts come from that are in no table: this machine's name service, name servers that are
    /// asked by this program itself, or nowhere
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    pub resolver: ResolverKind,

    /// With --resolver dns, ask this name server. May be given again, in the order in which they are
    /// asked [default: those of /etc/resolv.conf]
    #[arg(long, value_name = "IP[:PORT]", value_parser = name_server)]
    pub dns_server: Vec<SocketAddr>,

    /// With --resolver dns, take name servers, search list and options from this file, of the form of
    /// /etc/resolv.conf [default: /etc/resolv.conf, or none with --dns-server]
    #[arg(long, value_name = "FILE")]
    pub resolv_conf: Option<PathBuf>,

    /// Lookups that may wait at the same time, each on a thread; with 0 every request is refused
    /// with WSAENETDOWN [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=1024))]
    pub workers: Option<u16>,

    /// Threads more, one for each of those lookups that is slow, for some 10ms, or stuck: cancelled, or past
    /// --stuck-after. With all of these stuck too, what needs a thread is refused with WSAEWOULDBLOCK [default: 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=1024))]
    pub max_extra_workers: Option<u16>,

    /// How long a lookup may keep its thread before that counts as stuck [default: 1s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub stuck_after: Option<Duration>,

    /// How long a request may be pending; then it completes with WSATRY_AGAIN, whatever its lookup does
    /// [default: as long as it takes]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub request_timeout: Option<Duration>,

    /// Requests that may be outstanding; one more is refused with WSAEWOULDBLOCK [default: 65536]
    #[arg(long, value_name = "N")]
    pub max_requests: Option<usize>,

    /// Requests a second, and after / how many at once; faster ones are refused with WSAEWOULDBLOCK
    /// [default: no limit; without /BURST, as many as in a second]
    #[arg(long, value_name = "N[/BURST]", value_parser = rate)]
    pub max_rate: Option<Rate>,

    /// Stop the guest when it has run this long, not counting its compilation: seconds, or a number
    /// with a unit as in 500ms, 10s, 2m [default: never]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub timeout: Option<Duration>,

    /// Give the guest an environment variable; without =VALUE, the one of the runner. May be given
    /// again [default: none]
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub env: Vec<Variable>,

    /// Give the guest a directory, to read and write, under its own or another name. May be given
    /// again [default: none]
    #[arg(long, value_name = "HOST[::GUEST]")]
    pub dir: Vec<Directory>,

    /// At the end, write to standard error how many requests there were, what became of them, how
    /// long they took, and what the workers are at; not where a guest had to be stopped in a call to the host that does not return
    #[arg(long)]
    pub stats: bool,

    /// Write what ran when to a file: to NAME.json for Perfetto (ui.perfetto.dev) and Chrome
    /// (chrome://tracing), to NAME.svg as a picture. The first 100,000 requests, with their names
    #[arg(long, value_name = "FILE")]
    pub timeline: Option<Target>,

    /// Log what becomes of requests to standard error: error, warn, info, or with their names debug,
    /// trace [default: what RUST_LOG says, else nothing]
    #[arg(long, value_name = "LEVEL")]
    pub log: Option<Level>,

    /// The component or core module, and the arguments it gets
    #[arg(value_name = "GUEST.wasm", required = true, trailing_var_arg = true)]
    guest_and_args: Vec<OsString>,
}

impl Run {
    /// The component or core module to run.
    pub fn guest(&self) -> &Path {
        self.guest_and_args.first().map_or(Path::new(""), Path::new)
    }

    /// What the guest sees as its command line, the first being its own name as it was given.
    /// `Err` is one that is not UTF-8, which a component cannot get.
    pub fn command_line(&self) -> Result<Vec<&str>, &OsString> {
        self.guest_and_args
            .iter()
            .map(|arg| arg.to_str().ok_or(arg))
            .collect()
    }
}

/// Where hosts come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum ResolverKind {
    /// This machine's name service, each lookup on a thread
    #[default]
    System,
    /// Name servers, without a thread for each lookup
    Dns,
    /// Tables alone: --script, --hosts and this machine's hosts file
    Tables,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    fn parse(args: &[&str]) -> Run {
        let args = ["winsock-async", "run"].iter().chain(args);
        Cli::try_parse_from(args).unwrap().into_run()
    }

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn what_follows_the_guest_is_the_guests() {
        let given = [
            "--stats",
            "g.wasm",
            "--timeout",
            "5",
            "--",
            "--allow-all",
            "-x",
        ];
        let run = parse(&given);
        assert_eq!(run.guest(), Path::new("g.wasm"));
        assert_eq!(run.command_line().unwrap(), given[1..]);
        assert!(run.stats && !run.allow_all && run.timeout.is_none());
    }

    #[test]
    fn options_are_what_was_given() {
        let run = parse(&[
            "--allow",
            "*.test",
            "--allow",
            "10.0.0.0/8",
            "--workers",
            "2",
            "--max-requests",
            "7",
            "--max-extra-workers=3",
            "--stuck-after=2s",
            "--request-timeout=1m",
            "--env",
            "A=b=c",
            "--env",
            "B",
            "--dir",
            "x::y",
            "--dir=z",
            "g.wasm",
        ]);
        let allowed: Vec<String> = run.allow.iter().map(ToString::to_string).collect();
        assert_eq!(allowed, ["*.test", "10.0.0.0/8"]);
        assert_eq!((run.workers, run.max_requests), (Some(2), Some(7)));
        assert_eq!(run.max_extra_workers, Some(3));
        let times = [run.stuck_after, run.request_timeout];
        assert_eq!(times, [2, 60].map(|s| Some(Duration::from_secs(s))));
        let set = Variable::Set {
            name: "A".into(),
            value: "b=c".into(),
        };
        assert_eq!(run.env, [set, Variable::Inherit("B".into())]);
        let directory = |host: &str, guest: &str| Directory {
            host: host.into(),
            guest: guest.into(),
        };
        assert_eq!(run.dir, [directory("x", "y"), directory("z", "z")]);
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for option in [
            "--allow=*.*",
            "--workers=-1",
            "--workers=1025",
            "--max-requests=x",
            "--max-extra-workers=-1",
            "--stuck-after=0",
            "--request-timeout=soon",
            "--max-rate=0",
            "--max-rate=10/",
            "--max-rate=1/2/3",
            "--timeout=0",
            "--timeout=-1",
            "--timeout=nan",
            "--timeout=5 parsecs",
            "--env==x",
            "--dir=::x",
            "--dir=x::",
            "--timeline=a.png",
            "--timeline=",
            "--log=loud",
            "--resolver=hosts",
            "--dns-server=a.test",
            "--no-such-option",
        ] {
            let args = ["winsock-async", "run", option, "g.wasm"];
            assert!(Cli::try_parse_from(args).is_err(), "{option}");
        }
        assert!(Cli::try_parse_from(["winsock-async", "run", "--stats"]).is_err());
    }
}
