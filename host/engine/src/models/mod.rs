//! Models: small programs on the engine's own code that must hold in every order of their threads'
//! steps.
//!
//! `cargo xtask models` runs the models with two checkers. Loom tries every order within a bound on
//! preemptions, and every value that weak memory lets a load see. Shuttle tries random orders of
//! larger cases. The models of the session and of the pool are in those modules.
//!
//! Each model also runs with a planted defect, which it must find.

#[cfg(shuttle)]
mod crowd;

use std::process::Command;
use std::time::Duration;

use crate::engine::LookupEngine;
use crate::judge::Judge;
use crate::limits::Limits;
use crate::lookup::{Lookup, Resolution, Resolver};
use crate::policy::Policy;
use crate::pool::Pool;
use crate::shared::EngineShared;
use crate::sync::{Arc, AtomicUsize, CachePadded, Clock, Fault, plant};
use crate::types::{ErrorCode, Outcome};

/// The number of random orders of a model that shuttle tries.
#[cfg(shuttle)]
const ORDERS: usize = 20_000;

/// Checks that a model holds. Loom tries orders with at most this number of preemptions: without a
/// bound the larger models would not end.
pub(super) fn check(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    #[cfg(loom)]
    {
        let mut builder = loom::model::Builder::new();
        builder.preemption_bound = Some(preemptions);
        builder.check(model);
    }
    #[cfg(shuttle)]
    {
        let _ = preemptions;
        shuttle::check_random(model, ORDERS);
    }
}

/// Runs a model with a planted defect. Shuttle tries the same orders each time, until it finds the
/// defect.
fn search(preemptions: usize, model: impl Fn() + Send + Sync + 'static) {
    #[cfg(loom)]
    check(preemptions, model);
    #[cfg(shuttle)]
    {
        let _ = preemptions;
        let orders = shuttle::scheduler::RandomScheduler::new_from_seed(1, 20 * ORDERS);
        shuttle::Runner::new(orders, shuttle::Config::new()).run(model);
    }
}

/// Makes a test that a model finds this defect.
macro_rules! finds {
    ($name:ident: $fault:ident in $model:path, $preemptions:literal) => {
        #[test]
        fn $name() {
            let name = concat!(module_path!(), "::", stringify!($name));
            $crate::models::must_find(name, Fault::$fault, $preemptions, $model);
        }
    };
}
pub(super) use finds;

/// Runs the test `name` again in a child process, with the defect planted. A checker that has found
/// a defect can leave its threads in a state in which the process cannot go on.
pub(super) fn must_find(
    name: &str,
    fault: Fault,
    preemptions: usize,
    model: impl Fn() + Send + Sync + 'static,
) {
    const PLANT: &str = "PLANT";
    if std::env::var_os(PLANT).is_some() {
        plant(fault);
        return search(preemptions, model);
    }
    let (_crate, name) = name.split_once("::").expect("a path");
    let mut again = Command::new(std::env::current_exe().expect("this program"));
    again.args(["--exact", name, "--nocapture"]);
    again.env(PLANT, "").env("RUST_BACKTRACE", "0");
    let output = again.output().expect("a process");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success(), "{fault:?} is not found");
    // The model must have failed, not a bound of the checker or the harness.
    assert!(
        said.contains("panicked at") && !said.contains("exceeded"),
        "{fault:?} ended otherwise: {said}"
    );
}

/// A resolver that calls a function, and then finds nothing.
pub(super) struct After<F>(pub(super) F);

impl<F: Fn() + Send + Sync + 'static> Resolver for After<F> {
    fn try_resolve(&self, _: &Lookup) -> Resolution {
        Resolution::Blocking
    }

    fn resolve_blocking(&self, _: &Lookup) -> Outcome {
        (self.0)();
        Err(ErrorCode::HostNotFound)
    }
}

/// An engine with this number of workers.
pub(super) fn engine(workers: usize, resolver: impl Resolver) -> LookupEngine {
    let limits = Limits {
        workers,
        ..timeless()
    };
    let builder = LookupEngine::builder().resolver(resolver).limits(limits);
    builder
        .policy(Policy::allow_all().allow_private())
        .host_name("")
        .build()
}

/// An engine without a worker thread that counts one: the model does the worker's part. It may
/// start `extra` workers.
pub(super) fn unmanned(extra: usize, resolver: impl Resolver) -> LookupEngine {
    let limits = Limits {
        workers: 0,
        max_extra_workers: extra,
        ..timeless()
    };
    unmanned_with(limits, resolver)
}

/// Limits without time-outs and thresholds: no model has a watchdog thread.
pub(super) fn timeless() -> Limits {
    Limits {
        stuck_after: Duration::MAX,
        ..Limits::default()
    }
}

/// Like [`unmanned`], with these limits and one more worker, whose part the model does.
pub(super) fn unmanned_with(limits: Limits, resolver: impl Resolver) -> LookupEngine {
    let resolver: Arc<dyn Resolver> = Arc::new(resolver);
    let judge = Arc::new(Judge {
        policy: Arc::new(Policy::allow_all().allow_private()),
        inspector: None,
        answer_bytes: limits.answer_bytes,
    });
    let clock = Clock::start();
    let (pool, _) = Pool::start(Arc::clone(&resolver), &limits, clock, true);
    LookupEngine {
        shared: Arc::new(EngineShared {
            observers: Arc::new([]),
            sessions: Default::default(),
            resolver,
            pool,
            workers: 1,
            parent: None,
            registry: Arc::default(),
            judge,
            limits,
            host_name: String::new(),
            measure_latency: false,
            clock,
            outstanding: CachePadded::new(AtomicUsize::new(0)),
        }),
    }
}
