//! Random calls on native sessions, which share one engine, against the model.
//!
//! `PROPTEST_CASES` sets the number of sequences, `PROPTEST_RNG_SEED` the seed. A failure prints
//! the seed, the shortest sequence that fails, and the result of each of its calls. The same seed
//! gives the same calls, but not the same interleaving with workers: a failure may need several
//! runs to show again.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, RandomState};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use winsock_async_model::{Call, Native, Player, Settings};

/// Sequences of a run without `PROPTEST_CASES`.
const SEQUENCES: u32 = 120_000;

/// How often a shrunk sequence is played before it counts as right. A failure that depends on the
/// pace of workers does not show every time.
const TRIES: u32 = 100;

/// Small limits, so that sequences reach them and leave them often.
fn settings(workers: usize) -> Settings {
    Settings {
        workers,
        sessions: 3,
        max_requests: 4,
        requests_per_engine: 8,
        remembered: 65_536,
    }
}

fn calls(sessions: usize) -> impl Strategy<Value = Vec<Call>> {
    let call = any::<[u8; 4]>().prop_map(move |bytes| Call::from_bytes(bytes, sessions));
    prop::collection::vec(call, 1..=44)
}

/// The configuration and the seed: from the environment, or a new seed for each run.
fn config() -> (Config, u64) {
    let mut config = Config {
        failure_persistence: None,
        // Milliseconds: a sequence that hangs takes long to fail.
        max_shrink_time: 120_000,
        ..Config::default()
    };
    if std::env::var_os("PROPTEST_CASES").is_none() {
        config.cases = SEQUENCES;
    }
    let seed = match config.rng_seed {
        RngSeed::Fixed(seed) => seed,
        RngSeed::Random => RandomState::new().hash_one(()),
    };
    config.rng_seed = RngSeed::Fixed(seed);
    (config, seed)
}

// S-C1, S-C2, S-C3, S-C5, S-C7, S-C8, S-R2, S-R5, S-R6, S-R16, S-R17, S-R18, S-S3, S-S4, S-S5,
// S-S7, S-W1, S-W3, S-F1, S-F2, S-F3
#[test]
fn random_calls_return_what_the_model_allows() {
    let (config, seed) = config();
    let cases = config.cases;
    let engines = [1, 2, 3].map(|_| RefCell::new(None));
    let (played, made, failed) = (Cell::new(0), Cell::new(0), Cell::new(None));
    let verdict = TestRunner::new(config).run(&(1..=3usize, calls(3)), |(workers, calls)| {
        let engine = &engines[workers - 1];
        // An engine that has failed must not be used again.
        let player = engine.take();
        let mut player = player.unwrap_or_else(|| {
            let settings = settings(workers);
            Player::new(Native::new(&settings), settings)
        });
        let times = if failed.get().is_some() { TRIES } else { 1 };
        for _ in 0..times {
            played.set(played.get() + 1);
            made.set(made.get() + calls.len());
            let verdict = player.play(&calls).map_err(|why| why.to_string());
            let wrong = player.subject().gates().wrong();
            if let Err(why) = verdict.and_then(|()| wrong.map_or(Ok(()), Err)) {
                failed.set(failed.get().or(Some(played.get())));
                return Err(TestCaseError::fail(format!("\n{why}")));
            }
        }
        engine.replace(Some(player));
        Ok(())
    });
    let (played, made) = (played.get(), made.get());
    match verdict {
        Ok(()) => {
            println!("{played} sequences of {made} calls, seed {seed}");
            assert_eq!(played, cases);
        }
        Err(TestError::Fail(why, (workers, calls))) => panic!(
            "{why}\n\nSequence {} fails. The shortest that fails, with {workers} workers: {calls:?}\n\n\
             To run it again: PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases} \
             cargo test -p winsock-async-model --test engine",
            failed.get().unwrap_or(played)
        ),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
