//! Lookups of an ordinary guest through `wasi:sockets`: by wasmtime-wasi itself and by the engine,
//! side by side in one run. And what the engine's part of WASI costs beyond lookups.
//!
//! The guest is a program of `tests/wasi`, which knows nothing of this project. It measures its own
//! steps, so no figure includes its start. Both linkers are those of async stores.
//!
//! wasmtime-wasi asks the C library, which asks port 53 of the servers in `/etc/resolv.conf`. So
//! the bench runs itself again in namespaces of its own for files, users and networks.

use std::net::{IpAddr, Ipv4Addr, SocketAddr, UdpSocket};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Instant;
use std::{env, fs};

use wasmtime::component::{Component, Linker};
use wasmtime::error::Context;
use wasmtime::{Config, Engine, Result, Store, ensure};
use wasmtime_wasi::p2::bindings::Command as Program;
use wasmtime_wasi::p2::pipe::MemoryOutputPipe;
use wasmtime_wasi::runtime::in_tokio;
use wasmtime_wasi::{FsPerms, WasiCtx};
use winsock_async_dns_server::Server;
use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{ConnectionUse, LookupEngine, Policy, Query};

use super::dns;
use super::dns_load::IN_FLIGHT;
use super::floors::resident_bytes;
use super::report::{Table, best, median};
use super::state::State;

/// Tells the bench that it runs in its own namespaces.
const IS_ALONE: &str = "WINSOCK_ASYNC_BENCH_ALONE";
/// The address of the servers in `/etc/resolv.conf`.
const SERVER: (Ipv4Addr, u16) = (Ipv4Addr::LOCALHOST, 53);
const ROUNDS: usize = 7;
/// Addresses that a session remembers, with the default limits.
const ADDRESSES: usize = 4096;
/// Sessions that exist at a time while their memory is measured.
const SESSIONS: usize = 50_000;

/// Runs the bench again in namespaces of its own, and ends with its exit status. Returns if it runs
/// there, or if the machine allows none.
pub(crate) fn enter_namespaces() -> Result<()> {
    if env::var_os(IS_ALONE).is_some() {
        return Ok(());
    }
    let set_up = "ip link set lo up && mount --bind /etc/resolv.conf /etc/resolv.conf";
    let trial = unshare(set_up).output();
    if !trial.is_ok_and(|output| output.status.success()) {
        println!("This machine allows no namespaces: nothing is measured by a name server");
        return Ok(());
    }
    let file = env::temp_dir().join(format!("winsock-async-bench-{}", std::process::id()));
    fs::write(&file, format!("nameserver {}\n", SERVER.0))?;
    let script = "ip link set lo up && mount --bind \"$1\" /etc/resolv.conf && rm \"$1\" && \
                  shift && exec \"$@\"";
    let error = unshare(script)
        .arg("sh")
        .arg(&file)
        .arg(env::current_exe()?)
        .args(env::args_os().skip(1))
        .env(IS_ALONE, "1")
        .env_remove("LOCALDOMAIN")
        .env_remove("RES_OPTIONS")
        .exec();
    Err(error).context("cannot run the bench in namespaces")
}

fn unshare(script: &str) -> Command {
    let mut command = Command::new("unshare");
    command.args(["-Urmn", "sh", "-c", script]);
    command
}

/// Measures with the guest in this file.
pub(crate) fn measure(
    file: &Path,
    table: &mut Table,
    rounds: &dyn Fn(usize) -> usize,
) -> Result<()> {
    // First, while the process has no freed memory to use again.
    idle_sessions(table)?;
    let guest = Guest::load(file)?;
    known(&guest, table, rounds(20_000))?;
    checks(table)?;
    if env::var_os(IS_ALONE).is_some() {
        by_server(&guest, table, rounds(2000))?;
        silent(&guest, table)?;
    }
    Ok(())
}

/// Measures lookups of a name in the hosts file.
fn known(guest: &Guest, table: &mut Table, count: usize) -> Result<()> {
    let policy = Policy::allow_all().allow_private();
    let lookups = LookupEngine::builder()
        .resolver(Tables::system())
        .policy(policy)
        .build();
    let args = |_| ["each".into(), count.to_string(), "localhost".into()];
    let [stock, ours] = side_by_side(guest, &lookups, count, args)?;
    table.floor("a known name, by wasmtime-wasi", stock, "/s");
    table.floor("a known name, by the engine", ours, "/s");
    table.share("  of wasmtime-wasi", ours, stock, 6.0);
    Ok(())
}

/// Measures lookups of names that a name server knows, and that nobody has asked for before.
fn by_server(guest: &Guest, table: &mut Table, one_by_one: usize) -> Result<()> {
    let server = Server::start_at(SERVER.into())?;
    for (command, count, what, asked) in [
        ("together", IN_FLIGHT, "1000 in flight", 3.0),
        ("each", one_by_one, "one at a time", 1.0),
    ] {
        let lookups = dns::lookups(&server, 0, 0)?;
        let args = |run| {
            let name = format!("good-{command}-{run}-#.test");
            [command.into(), count.to_string(), name]
        };
        let [stock, ours] = side_by_side(guest, &lookups, count, args)?;
        let by = |host| format!("by a name server, {what}, by {host}");
        table.floor(&by("wasmtime-wasi"), stock, "/s");
        table.floor(&by("the engine"), ours, "/s");
        table.share("  of wasmtime-wasi", ours, stock, asked);
    }
    Ok(())
}

/// Runs the guest in turns by wasmtime-wasi and by the engine. Returns the lookups a second of the
/// best round of each: other work on the machine only makes a round slower.
fn side_by_side(
    guest: &Guest,
    lookups: &LookupEngine,
    count: usize,
    args: impl Fn(usize) -> [String; 3],
) -> Result<[f64; 2]> {
    let mut samples = [vec![], vec![]];
    for round in 0..ROUNDS {
        for (i, host) in [Host::Stock, Host::Engine(lookups)].into_iter().enumerate() {
            let run = guest.run(&host, &args(2 * round + i))?;
            ensure!(
                run.printed(&format!("found {count}")),
                "every lookup has an answer, in: {}",
                run.0
            );
            samples[i].push((String::new(), run.microseconds("looked up")?));
        }
    }
    Ok(samples.map(|samples| count as f64 * 1e6 / best(samples)))
}

/// Measures what a guest does after it has begun and dropped 1000 lookups of a server that is
/// silent (`S-W3`).
fn silent(guest: &Guest, table: &mut Table) -> Result<()> {
    // A socket that nobody reads from.
    let _server = UdpSocket::bind(SERVER)?;
    let dns = winsock_async_engine::resolvers::Dns::builder().server(SERVER.into());
    let lookups = LookupEngine::builder()
        .resolver(dns.build()?)
        .policy(Policy::allow_all())
        .build();
    let args = ["flood", "1000", "silent.test", "/files/hosts"].map(String::from);
    // wasmtime-wasi comes last: its threads still wait when its run is over.
    let ours = guest.run(&Host::Engine(&lookups), &args)?;
    let stock = guest.run(&Host::Stock, &args)?;
    let steps = [
        (
            "dropped 1000",
            "1000 lookups of a silent server, begun and dropped",
        ),
        ("looked up", "  then localhost"),
        ("read", "  then a file"),
    ];
    for (step, what) in steps {
        let stock = stock.microseconds(step)?;
        table.floor(&format!("{what}, by wasmtime-wasi"), stock, "us");
        let (what, ours) = (format!("{what}, by the engine"), ours.microseconds(step)?);
        match step {
            "dropped 1000" => table.floor(&what, ours, "us"),
            _ => table.limit(&what, ours, "us", 1000.0),
        }
    }
    Ok(())
}

/// Measures the check of a connection to each address that a session remembers.
fn checks(table: &mut Table) -> Result<()> {
    let name = |i: usize| format!("host-{i}.example");
    let address = |i: usize| {
        let [.., high, low] = i.to_be_bytes();
        IpAddr::from([8, 8, high, low])
    };
    let hosts: String = (0..ADDRESSES)
        .map(|i| format!("{} {}\n", address(i), name(i)))
        .collect();
    let under = Policy::deny_all().connect("*.example:443".parse()?);
    let mut by_name = Policy::deny_all();
    let mut by_address = Policy::deny_all().allow("*.example".parse()?);
    for i in 0..ADDRESSES {
        by_name = by_name.connect(format!("{}:443", name(i)).parse()?);
        by_address = by_address.connect(format!("{}:443", address(i)).parse()?);
    }
    for (policy, what) in [
        (under, "4096 addresses answered, a rule for *.example"),
        (by_name, "  a rule for each name"),
        (by_address, "  a rule for each address"),
    ] {
        let lookups = LookupEngine::builder()
            .resolver(Tables::builder().hosts_text(&hosts).build()?)
            .policy(policy)
            .build();
        let mut session = lookups.session();
        let connections = session.connections();
        session.startup()?;
        for i in 0..ADDRESSES {
            session.request(Query::HostByName(name(i).into_bytes().into()), 0)?;
        }
        let answers = session.take(usize::MAX);
        ensure!(
            answers.iter().all(|answer| answer.outcome.is_ok()),
            "names are known"
        );
        let mut samples = Vec::new();
        for _ in 0..100 {
            let start = Instant::now();
            for i in 0..ADDRESSES {
                let address = SocketAddr::new(address(i), 443);
                let verdict = connections.check(ConnectionUse::TcpConnect, address);
                ensure!(verdict.is_ok(), "the policy allows {address}");
            }
            let ns = start.elapsed().as_nanos() as f64 / ADDRESSES as f64;
            samples.push((String::new(), ns));
        }
        let what = match what.strip_prefix(' ') {
            Some(_) => what.into(),
            None => format!("check of a connection, {what}"),
        };
        table.limit(&what, median(samples), "ns", 300.0);
    }
    Ok(())
}

/// Measures by how many bytes the process grows for each session without requests.
fn idle_sessions(table: &mut Table) -> Result<()> {
    let lookups = LookupEngine::builder().policy(Policy::deny_all()).build();
    let mut sessions = Vec::with_capacity(SESSIONS);
    // The pages of the list are no memory of sessions.
    sessions.resize_with(SESSIONS, || None);
    let before = resident_bytes()?;
    for session in &mut sessions {
        *session = Some(lookups.session());
    }
    let bytes = (resident_bytes()? - before) / SESSIONS as f64;
    table.limit("memory of an idle session", bytes, "bytes", 1024.0);
    Ok(())
}

/// Who serves the guest's lookups.
enum Host<'a> {
    /// wasmtime-wasi.
    Stock,
    Engine(&'a LookupEngine),
}

/// The guest, compiled.
struct Guest {
    component: Component,
    stock: Linker<State>,
    replaced: Linker<State>,
    /// The engine of guests that do not use it.
    unused: LookupEngine,
}

impl Guest {
    fn load(file: &Path) -> Result<Guest> {
        let mut config = Config::new();
        // As in the runner.
        config.concurrency_support(false);
        let engine = Engine::new(&config)?;
        let component = Component::from_file(&engine, file)
            .with_context(|| format!("cannot load {}", file.display()))?;
        let mut stock = Linker::new(&engine);
        wasmtime_wasi::p2::add_to_linker_async(&mut stock)?;
        let mut replaced = stock.clone();
        winsock_async_wasmtime::wasi::replace_in_linker(&mut replaced)?;
        Ok(Guest {
            component,
            stock,
            replaced,
            unused: LookupEngine::builder().build(),
        })
    }

    /// Runs the guest, which prints the duration of each step. `/files` is `/etc`.
    fn run(&self, host: &Host<'_>, args: &[String]) -> Result<Run> {
        let output = MemoryOutputPipe::new(1 << 20);
        let wasi = WasiCtx::builder()
            .args(&["lookups", "--time"])
            .args(args)
            .stdout(output.clone())
            .inherit_stderr()
            .preopened_dir("/etc", "/files", FsPerms::ReadOnly)?
            .inherit_network()
            .allow_ip_name_lookup(true)
            .build();
        let (linker, lookups) = match host {
            Host::Stock => (&self.stock, &self.unused),
            Host::Engine(lookups) => (&self.replaced, *lookups),
        };
        let mut store = Store::new(self.component.engine(), State::new(lookups, wasi));
        let ended = in_tokio(async {
            let program = Program::instantiate_async(&mut store, &self.component, linker).await?;
            program.wasi_cli_run().call_run(&mut store).await
        })?;
        ensure!(ended.is_ok(), "the guest failed at {}", args.join(" "));
        drop(store);
        Ok(Run(String::from_utf8(output.contents().to_vec())?))
    }
}

/// What a guest has printed.
struct Run(String);

impl Run {
    fn printed(&self, line: &str) -> bool {
        self.0.lines().any(|printed| printed == line)
    }

    /// The duration of the step whose line begins so.
    fn microseconds(&self, step: &str) -> Result<f64> {
        let of_step = |line: &str| {
            let took = line.strip_prefix(step)?.rsplit_once(": ")?.1;
            took.strip_suffix(" us")?.parse().ok()
        };
        let found = self.0.lines().find_map(of_step);
        found.with_context(|| format!("the guest has timed no {step}: {}", self.0))
    }
}
