//! The command line.

mod refusal;
mod values;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use winsock_async_engine::Rate;
use winsock_async_engine::policy::{AddressPattern, ConnectPattern, ListenPattern, Pattern};

pub(crate) use self::refusal::refusal;
pub(crate) use self::values::{Directory, Variable};
use self::values::{duration, name_server, rate};
use crate::log::Level;
use crate::timeline::Target;

/// The exit statuses, for `--help`.
const STATUSES: &str = "\
Exit status:
  the guest's own; a core module's is 0 or 1
  1    the guest's `run` returned an error
  2    the command line, the guest or a file is not usable
  124  the guest ran longer than --timeout
  134  the guest trapped
  128 + N  signal N ended the run: 129 SIGHUP, 130 SIGINT, 143 SIGTERM";

const EXAMPLES: &str = "\
Examples:
  Services and protocols are public data, and always allowed:
    winsock-async run lookup.wasm serv:http/tcp proto:udp
  Hosts must be allowed, each by its name or many by a pattern:
    winsock-async run --allow localhost --allow '*.example.com' lookup.wasm host:localhost
  Names from a file, before those of this machine, with addresses of a private network:
    winsock-async run --hosts my-hosts --allow-all --allow-private lookup.wasm host:printer
  A name server of your choice, thousands of lookups at a time:
    winsock-async run --resolver dns --dns-server 192.0.2.1 --allow-all lookup.wasm host:www.example.com
  A name that never answers, to see what the guest does with it:
    winsock-async run --script never.toml --allow never.test lookup.wasm host:never.test
  At most ten seconds, and how long the lookups took:
    winsock-async run --timeout 10s --stats --allow-all lookup.wasm host:www.example.com
  A picture of each request's time:
    winsock-async run --timeline lookups.svg --allow-all lookup.wasm host:www.example.com";

/// What a composed guest is, for `--help`.
const COMPOSED: &str = "\
The composed guest imports no winsock:async-lookup any more. It looks hosts up by
wasi:sockets/ip-name-lookup, which its runtime must allow, and has the runner's services and
protocols. A guest that imports winsock:async-lookup/readiness is refused: this needs a host.

Example:
  winsock-async compose lookup.wasm -o composed.wasm
  wasmtime run -S inherit-network -S allow-ip-name-lookup composed.wasm host:localhost";

/// Runs WebAssembly components that look names up asynchronously, as Winsock does.
#[derive(Debug, Parser)]
#[command(name = "winsock-async", version, after_help = STATUSES)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[cfg(test)]
impl Cli {
    /// The options of `run`.
    pub(crate) fn into_run(self) -> Run {
        match self.command {
            Command::Run(run) => *run,
            other => panic!("another command: {other:?}"),
        }
    }
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run a command: a component that exports `wasi:cli/run`, or a core module for wasm32-wasip1
    Run(Box<Run>),
    /// Compile a command to a file that `run` takes: it starts without a compilation
    Compile(Compile),
    /// Compose a guest with the lookups, so that it runs on any runtime with WASI 0.2
    Compose(Compose),
}

/// The options of `compile`.
#[derive(Args, Debug)]
#[command(override_usage = "winsock-async compile [OPTIONS] GUEST.wasm")]
pub(crate) struct Compile {
    /// The file to write, which only you can read [default: GUEST.cwasm]
    #[arg(long, short, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// At most N bytes of the guest's file
    #[arg(long, value_name = "N", default_value_t = MAX_GUEST_BYTES)]
    pub(crate) max_guest_bytes: u64,

    /// The component or core module
    #[arg(value_name = "GUEST.wasm")]
    pub(crate) guest: PathBuf,
}

/// The options of `compose`.
#[derive(Args, Debug)]
#[command(
    override_usage = "winsock-async compose GUEST.wasm -o OUT.wasm",
    after_help = COMPOSED
)]
pub(crate) struct Compose {
    /// The component or core module
    #[arg(value_name = "GUEST.wasm")]
    pub(crate) guest: PathBuf,

    /// The component to write. An existing file is replaced
    #[arg(short, long, value_name = "OUT.wasm")]
    pub(crate) output: PathBuf,
}

/// The most bytes of a guest's file by default.
pub(crate) const MAX_GUEST_BYTES: u64 = 256 << 20;

/// The options of `run`, the guest and its arguments.
#[derive(Args, Debug)]
#[command(
    override_usage = "winsock-async run [OPTIONS] GUEST.wasm [ARGS...]",
    after_help = format!("{EXAMPLES}\n\n{STATUSES}")
)]
pub(crate) struct Run {
    /// Allow lookups of these hosts: NAME, *.SUFFIX, ADDRESS, ADDRESS/BITS, or * for all. Names in
    /// --hosts and --script files must be allowed too. May be repeated [default: none]
    #[arg(long, value_name = "PATTERN")]
    pub(crate) allow: Vec<Pattern>,

    /// Allow lookups of all hosts
    #[arg(long)]
    pub(crate) allow_all: bool,

    /// Allow connections to these hosts and ports, and lookups of these hosts: HOST:PORTS, where
    /// HOST is as for --allow, with IPv6 in brackets, and PORTS is PORT, PORT,PORT, FROM-TO or *.
    /// TCP, unless udp: is before it. May be repeated [default: none]
    #[arg(long, value_name = "HOST:PORTS")]
    pub(crate) connect: Vec<ConnectPattern>,

    /// Allow listening at this address and port: ADDRESS:PORT. TCP, unless udp: is before it.
    /// Loopback with a port that the system chooses needs no rule. May be repeated [default: none]
    #[arg(long, value_name = "ADDRESS:PORT")]
    pub(crate) listen: Vec<ListenPattern>,

    /// Allow connections and datagrams to every public address, and lookups of all hosts
    #[arg(long)]
    pub(crate) allow_network: bool,

    /// Trust the certificate authorities in this PEM file too, for https requests of wasi:http. May
    /// be repeated [default: those that Mozilla trusts]
    #[arg(long, value_name = "FILE")]
    pub(crate) tls_ca: Vec<PathBuf>,

    /// Write a policy to this file that allows exactly what the guest asked for in this run:
    /// lookups, connections and places to listen, allowed or denied
    #[arg(long, value_name = "FILE")]
    pub(crate) policy_trace: Option<PathBuf>,

    /// Allow what this TOML file allows, in addition to the other options. `allow`, `connect`,
    /// `listen`, `allow-answers` and `deny-answers` are lists of patterns, `allow-private` is true
    /// or false
    #[arg(long, value_name = "FILE")]
    pub(crate) policy: Option<PathBuf>,

    /// Keep these addresses in answers: ADDRESS or ADDRESS/BITS. By default an answer loses its
    /// loopback, private, link-local and similar addresses, and those of --deny-answers. May be
    /// repeated [default: none]
    #[arg(long, value_name = "ADDRESSES")]
    pub(crate) allow_answers: Vec<AddressPattern>,

    /// Remove these addresses from answers too: ADDRESS, ADDRESS/BITS, or * for all addresses that
    /// --allow-answers and --allow do not name. The longest prefix counts. May be repeated
    /// [default: none]
    #[arg(long, value_name = "ADDRESSES")]
    pub(crate) deny_answers: Vec<AddressPattern>,

    /// Keep loopback, private, link-local and similar addresses in answers
    #[arg(long)]
    pub(crate) allow_private: bool,

    /// Look hosts up in this file, of the form of /etc/hosts, before this machine's databases
    #[arg(long, value_name = "FILE")]
    pub(crate) hosts: Option<PathBuf>,

    /// Answer lookups as this TOML file says, before any other resolver: with answers, delays,
    /// errors, or never
    #[arg(long, value_name = "FILE")]
    pub(crate) script: Option<PathBuf>,

    /// The resolver of hosts that are in no table: this machine's name service, name servers that
    /// the runner asks itself, or none
    #[arg(long, value_name = "KIND", value_enum, default_value_t)]
    pub(crate) resolver: ResolverKind,

    /// With --resolver dns, ask this name server. May be repeated: servers are asked in this order
    /// [default: those of /etc/resolv.conf]
    #[arg(long, value_name = "IP[:PORT]", value_parser = name_server)]
    pub(crate) dns_server: Vec<SocketAddr>,

    /// With --resolver dns, take name servers, search list and options from this file, of the form
    /// of /etc/resolv.conf [default: /etc/resolv.conf, or none with --dns-server]
    #[arg(long, value_name = "FILE")]
    pub(crate) resolv_conf: Option<PathBuf>,

    /// Worker threads, each of which runs one blocking lookup at a time. With 0, every request is
    /// refused with WSAENETDOWN [default: 8]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=1024))]
    pub(crate) workers: Option<u16>,

    /// At most N extra workers. Each replaces a worker that is slow (its lookup takes over 10ms) or
    /// stuck (its lookup was cancelled, or exceeds --stuck-after). With every worker stuck, a
    /// request that needs a worker is refused with WSAEWOULDBLOCK [default: 64]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=1024))]
    pub(crate) max_extra_workers: Option<u16>,

    /// How long a lookup may run before its worker counts as stuck [default: 1s]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) stuck_after: Option<Duration>,

    /// How long a request may be pending. After that it completes with WSATRY_AGAIN [default: no
    /// limit]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) request_timeout: Option<Duration>,

    /// At most N outstanding requests; further ones are refused with WSAEWOULDBLOCK [default:
    /// 65536]
    #[arg(long, value_name = "N")]
    pub(crate) max_requests: Option<usize>,

    /// At most N requests each second, and BURST at once; further ones are refused with
    /// WSAEWOULDBLOCK [default: no limit; BURST is N]
    #[arg(long, value_name = "N[/BURST]", value_parser = rate)]
    pub(crate) max_rate: Option<Rate>,

    /// Stop the guest when it has run this long; compilation does not count. A pipe or a device
    /// that is read as a file must end within this time too, or within 10s by default. Write
    /// seconds, or a number with a unit as in 500ms, 10s, 2m [default: never]
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub(crate) timeout: Option<Duration>,

    /// At most N bytes of the guest's file
    #[arg(long, value_name = "N", default_value_t = MAX_GUEST_BYTES)]
    pub(crate) max_guest_bytes: u64,

    /// Give the guest an environment variable; without =VALUE, the runner's variable of this name.
    /// May be repeated [default: none]
    #[arg(long, value_name = "NAME[=VALUE]")]
    pub(crate) env: Vec<Variable>,

    /// Give the guest a directory to read and write, under the same name or under GUEST. May be
    /// repeated [default: none]
    #[arg(long, value_name = "HOST[::GUEST]")]
    pub(crate) dir: Vec<Directory>,

    /// Neither read nor write wasmtime's cache of compiled guests, which is the folder `wasmtime`
    /// in $XDG_CACHE_HOME or ~/.cache
    #[arg(long)]
    pub(crate) no_cache: bool,

    /// At the end, write counts to standard error: requests by how they ended, their latency, and
    /// the workers. However the guest ends: also if --timeout, SIGINT, SIGTERM or SIGHUP stops it
    #[arg(long)]
    pub(crate) stats: bool,

    /// Write the phases of each request over time to a file: NAME.json for Perfetto
    /// (ui.perfetto.dev) and Chrome (chrome://tracing), or NAME.svg for a picture. The first
    /// 100,000 requests are written, with their names. The file is replaced at the end, however the
    /// guest ends
    #[arg(long, value_name = "FILE")]
    pub(crate) timeline: Option<Target>,

    /// Log requests to standard error, from this level up: error, warn, info, debug or trace. Names
    /// and answers need debug [default: the filter in RUST_LOG, else no log]
    #[arg(long, value_name = "LEVEL")]
    pub(crate) log: Option<Level>,

    /// The component, core module or compiled guest, and its arguments
    #[arg(value_name = "GUEST.wasm", required = true, trailing_var_arg = true)]
    guest_and_args: Vec<OsString>,
}

impl Run {
    /// The component or core module to run.
    pub(crate) fn guest(&self) -> &Path {
        self.guest_and_args.first().map_or(Path::new(""), Path::new)
    }

    /// The guest's command line, which begins with its name as the user typed it.
    ///
    /// # Errors
    /// The first argument that is not UTF-8, which a component cannot receive.
    pub(crate) fn command_line(&self) -> Result<Vec<&str>, &OsString> {
        self.guest_and_args
            .iter()
            .map(|arg| arg.to_str().ok_or(arg))
            .collect()
    }
}

/// The last resolver of the chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(crate) enum ResolverKind {
    /// This machine's name service, one worker for each lookup
    #[default]
    System,
    /// Name servers, without a worker for each lookup
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
    fn the_definition_passes_the_checks_of_clap() {
        Cli::command().debug_assert();
    }

    #[test]
    fn arguments_after_the_guest_go_to_the_guest() {
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
    fn compile_takes_a_guest_and_a_file_to_write() {
        for output in [&["-o", "out"][..], &["--output=out"]] {
            let args = ["winsock-async", "compile", "g.wasm"].iter().chain(output);
            let Command::Compile(compile) = Cli::try_parse_from(args).unwrap().command else {
                panic!("another command")
            };
            assert_eq!(compile.guest, Path::new("g.wasm"));
            assert_eq!(compile.output.as_deref(), Some(Path::new("out")));
        }
        for args in [&["compile"][..], &["compile", "a.wasm", "b.wasm"]] {
            let args = ["winsock-async"].iter().chain(args);
            assert!(Cli::try_parse_from(args).is_err());
        }
    }

    #[test]
    fn options_have_the_given_values() {
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
    fn malformed_values_are_refused() {
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
