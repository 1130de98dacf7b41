//! The lookup engine that the command line describes.

use std::collections::HashSet;
use std::path::Path;

use anyhow::{Context, Result, anyhow, bail};
use winsock_async_engine::policy::Pattern;
use winsock_async_engine::resolvers::{Chain, Script, Scripted, System, Tables};
use winsock_async_engine::{Limits, LookupEngine, Policy};

use crate::args::{ResolverKind, Run};
use crate::policy_trace::PolicyTrace;
use crate::timeline::Timeline;
use crate::{error, files};

/// Builds the engine. It asks the script, the hosts file, this machine's tables and the resolver of
/// --resolver, in this order, if the policy allows the lookup.
///
/// # Errors
/// If a file or a name server's setting is not usable.
pub(crate) fn engine(
    options: &Run,
    timeline: Option<&Timeline>,
    trace: Option<&PolicyTrace>,
) -> Result<LookupEngine> {
    let engine = LookupEngine::builder()
        .resolver(chain(options)?)
        .policy(policy(options)?)
        .limits(limits(options))
        .measure_latency(options.stats);
    let engine = match timeline {
        Some(timeline) => engine.observer(timeline.recorder()),
        None => engine,
    };
    let engine = match trace {
        Some(trace) => engine.observer(trace.recorder()),
        None => engine,
    }
    .build();
    let (wanted, started) = (limits(options).workers, engine.workers());
    if started < wanted {
        bail!("can start only {started} of {wanted} worker threads; try --workers {started}");
    }
    Ok(engine)
}

fn chain(options: &Run) -> Result<Chain> {
    check_dns_options(options)?;
    let mut chain = Chain::new();
    let mut told = HashSet::new();
    if let Some(path) = &options.script {
        chain = chain.then(script(path, options)?);
    }
    if let Some(path) = &options.hosts {
        let bytes = read(path, "--hosts", MAX_HOSTS_BYTES, options)?;
        // In a chain, the first tables answer all lookups of services and protocols.
        let tables = Tables::builder()
            .skip_malformed()
            .hosts_bytes(bytes, &path.display().to_string())
            .system_services()
            .system_protocols()
            .build()
            .map_err(|error| anyhow!("--hosts {error}"))?;
        warn(&tables, &mut told);
        chain = chain.then(tables);
    }
    let tables = Tables::system();
    warn(&tables, &mut told);
    let chain = chain.then(tables);
    Ok(match options.resolver {
        ResolverKind::System => chain.then(System::new()),
        ResolverKind::Dns => chain.then(dns(options)?),
        ResolverKind::Tables => chain,
    })
}

/// Warns of lines that the tables skip. `told` has the earlier warnings: two tables may read the
/// same file, and each warning is written once.
fn warn(tables: &Tables, told: &mut HashSet<String>) {
    let warnings = tables.warnings().iter().map(ToString::to_string);
    for warning in warnings {
        if !told.contains(&warning) {
            error::warn(&warning);
            told.insert(warning);
        }
    }
}

/// Refuses options that would have no effect.
fn check_dns_options(options: &Run) -> Result<()> {
    let given = [
        (!options.dns_server.is_empty(), "--dns-server"),
        (options.resolv_conf.is_some(), "--resolv-conf"),
    ];
    match given.into_iter().find(|(is_given, _)| *is_given) {
        Some((_, option)) if options.resolver != ResolverKind::Dns => {
            bail!("{option} is for --resolver dns; add that, or leave it out")
        }
        _ => Ok(()),
    }
}

#[cfg(feature = "dns")]
fn dns(options: &Run) -> Result<winsock_async_engine::resolvers::Dns> {
    use winsock_async_engine::resolvers::Dns;

    let unusable = |error: winsock_async_engine::resolvers::DnsError| {
        anyhow!("--resolver dns: {error}; give a name server with --dns-server IP[:PORT]")
    };
    let builder = match &options.resolv_conf {
        // Not its text alone: the environment counts too.
        Some(path) => Dns::builder().resolv_conf(path).map_err(unusable)?,
        None if options.dns_server.is_empty() => Dns::builder().system().map_err(unusable)?,
        None => Dns::builder(),
    };
    let servers = options.dns_server.iter().copied();
    let dns = servers
        .fold(builder, |builder, server| builder.server(server))
        .build()
        .map_err(unusable)?;
    dns.warnings().iter().for_each(error::warn);
    Ok(dns)
}

#[cfg(not(feature = "dns"))]
fn dns(_: &Run) -> Result<System> {
    bail!("--resolver dns is not in this build; build it with the feature `dns`")
}

fn script(path: &Path, options: &Run) -> Result<Scripted> {
    let text = text(path, "--script", options)?;
    Script::parse(&text, &path.display().to_string()).map_err(|error| anyhow!("--script {error}"))
}

/// Reads the text of the file that `option` names.
fn text(path: &Path, option: &str, options: &Run) -> Result<String> {
    let file = path.display();
    let bytes = read(path, option, MAX_TEXT_BYTES, options)?;
    String::from_utf8(bytes).map_err(|error| {
        let line = 1 + newlines(&error.as_bytes()[..error.utf8_error().valid_up_to()]);
        anyhow!("{option} {file}:{line}: this is not UTF-8")
    })
}

/// Reads the file that `option` names.
pub(crate) fn read(path: &Path, option: &str, max_bytes: u64, options: &Run) -> Result<Vec<u8>> {
    files::read(path, max_bytes, options.timeout)
        .with_context(|| format!("{option} {}: cannot be read", path.display()))
}

/// The size limit of a script or a policy.
const MAX_TEXT_BYTES: u64 = 16 << 20;

/// The size limit of a hosts file, which is the engine's.
const MAX_HOSTS_BYTES: u64 = 32 << 20;

fn newlines(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| byte == b'\n').count()
}

fn policy(options: &Run) -> Result<Policy> {
    let mut policy = match &options.policy {
        None => Policy::deny_all(),
        Some(path) => {
            let (text, file) = (text(path, "--policy", options)?, path.display().to_string());
            let (policy, left_out) = Policy::parse_leaving_out_malformed(&text, &file)
                .map_err(|error| anyhow!("--policy {error}"))?;
            for error in left_out {
                error::warn(&format_args!("--policy {error}"));
            }
            policy
        }
    };
    if options.allow_all {
        policy = policy.allow(Pattern::ALL);
    }
    if options.allow_private {
        policy = policy.allow_private();
    }
    if options.allow_network {
        policy = policy.allow_network();
    }
    policy = options.allow.iter().cloned().fold(policy, Policy::allow);
    policy = options
        .connect
        .iter()
        .cloned()
        .fold(policy, Policy::connect);
    policy = options.listen.iter().copied().fold(policy, Policy::listen);
    let allowed = options.allow_answers.iter().copied();
    policy = allowed.fold(policy, Policy::allow_answers);
    let denied = options.deny_answers.iter().copied();
    Ok(denied.fold(policy, Policy::deny_answers))
}

fn limits(options: &Run) -> Limits {
    let default = Limits::default();
    Limits {
        workers: options.workers.map_or(default.workers, usize::from),
        max_requests: options.max_requests.unwrap_or(default.max_requests),
        max_rate: options.max_rate,
        request_timeout: options.request_timeout,
        max_extra_workers: options
            .max_extra_workers
            .map_or(default.max_extra_workers, usize::from),
        // The guest shares the workers with no other.
        max_workers_per_session: usize::MAX,
        stuck_after: options.stuck_after.unwrap_or(default.stuck_after),
        ..default
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args::Cli;
    use clap::Parser;
    use winsock_async_engine::Lookup;

    fn parse(args: &[&str]) -> Run {
        let args = ["winsock-async", "run"]
            .iter()
            .chain(args)
            .chain(&["g.wasm"]);
        Cli::try_parse_from(args).unwrap().into_run()
    }

    #[test]
    fn a_host_is_denied_unless_allowed() {
        // S-R16: the policy denies by default.
        let allows = |args: &[&str], name| policy(&parse(args)).unwrap().allows_name(name);
        assert!(!allows(&[], "a.test"));
        assert!(allows(&["--allow-all"], "a.test"));
        assert!(allows(
            &["--allow", "b.test", "--allow", "a.test"],
            "a.test"
        ));
        assert!(!allows(&["--allow", "b.test"], "a.test"));
    }

    #[test]
    fn a_private_address_is_denied_unless_allowed() {
        // S-R16: the policy denies by default.
        let lookup = Lookup::HostByName("a.test".into());
        let allows = |args: &[&str], address: &str| {
            let policy = policy(&parse(args)).unwrap();
            policy.allows_answer(&lookup, address.parse().unwrap())
        };
        assert!(!allows(&["--allow-all"], "10.0.0.7"));
        assert!(allows(&["--allow-private"], "10.0.0.7"));
        let some = ["--allow-answers", "10.0.0.0/30", "--allow-answers=10.0.0.7"];
        assert!(allows(&some, "10.0.0.7") && !allows(&some, "10.0.0.6"));
        let fewer = ["--allow-private", "--deny-answers", "10.0.0.0/8"];
        assert!(!allows(&fewer, "10.0.0.7") && allows(&fewer, "192.168.0.7"));
        let only = ["--deny-answers", "*", "--allow-answers", "8.8.8.0/24"];
        assert!(allows(&only, "8.8.8.8") && !allows(&only, "8.8.4.4"));
    }

    #[test]
    fn limits_default_to_those_of_the_engine() {
        let alone = Limits {
            max_workers_per_session: usize::MAX,
            ..Limits::default()
        };
        assert_eq!(limits(&parse(&[])), alone);
        let given = limits(&parse(&["--workers", "3", "--max-requests", "0"]));
        assert_eq!((given.workers, given.max_requests), (3, 0));
        let times = [
            "--request-timeout=1s",
            "--stuck-after=2s",
            "--max-extra-workers=4",
        ];
        let given = limits(&parse(&times));
        let second = std::time::Duration::from_secs(1);
        assert_eq!(given.request_timeout, Some(second));
        assert_eq!(
            (given.stuck_after, given.max_extra_workers),
            (2 * second, 4)
        );
    }
}
