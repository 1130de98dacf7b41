//! Runs a core module with lookups: `host-wasmi [OPTIONS] MODULE.wasm [ARGS]`.

#![forbid(unsafe_code)]

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;
use std::{fs, process};

use anyhow::{Context, Result, anyhow};
use lexopt::prelude::*;
use wasmi_wasi::WasiCtxBuilder;
use winsock_async_engine::resolvers::{Chain, Script, System, Tables};
use winsock_async_engine::{Limits, LookupEngine, Policy};

const USAGE: &str = "usage: host-wasmi [--script FILE] [--allow PATTERN] [--allow-answers NETWORK] \
                     [--allow-all] [--allow-private] [--max-requests N] MODULE.wasm [ARGS]";

/// The command line: the options are those of `winsock-async run`.
struct Options {
    script: Option<PathBuf>,
    policy: Policy,
    limits: Limits,
    /// The module, and the guest's arguments.
    command: Vec<OsString>,
}

fn main() -> ExitCode {
    match options().and_then(|options| run(&options)) {
        Ok(status) => process::exit(status),
        Err(error) => {
            eprintln!("host-wasmi: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn options() -> Result<Options> {
    let mut options = Options {
        script: None,
        policy: Policy::deny_all(),
        limits: Limits::default(),
        command: Vec::new(),
    };
    let mut arguments = lexopt::Parser::from_env();
    while options.command.is_empty() {
        let policy = options.policy.clone();
        match arguments.next()?.context(USAGE)? {
            Long("script") => options.script = Some(arguments.value()?.into()),
            Long("allow") => options.policy = policy.allow(arguments.value()?.parse()?),
            Long("allow-answers") => {
                options.policy = policy.allow_answers(arguments.value()?.parse()?);
            }
            Long("allow-all") => options.policy = policy.allow("*".parse()?),
            Long("allow-private") => options.policy = policy.allow_private(),
            Long("max-requests") => options.limits.max_requests = arguments.value()?.parse()?,
            Value(module) => {
                options.command.push(module);
                options.command.extend(arguments.raw_args()?);
            }
            other => return Err(other.unexpected()).context(USAGE),
        }
    }
    Ok(options)
}

fn run(options: &Options) -> Result<i32> {
    let mut chain = Chain::new();
    if let Some(path) = &options.script {
        let shown = path.display().to_string();
        let text = fs::read_to_string(path).with_context(|| format!("cannot read {shown}"))?;
        chain = chain.then(Script::parse(&text, &shown)?);
    }
    let lookups = LookupEngine::builder()
        .resolver(chain.then(Tables::system()).then(System::new()))
        .policy(options.policy.clone())
        .limits(options.limits.clone())
        .build();
    let module = &options.command[0];
    let module = fs::read(module).with_context(|| format!("cannot read {module:?}"))?;
    let mut wasi = WasiCtxBuilder::new();
    wasi.inherit_stdio();
    for argument in &options.command {
        let argument = argument.to_str();
        wasi.arg(argument.ok_or_else(|| anyhow!("an argument is not UTF-8"))?)?;
    }
    host_wasmi::run(&lookups, &module, wasi.build())
}
