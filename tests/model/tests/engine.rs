//! Random calls on native sessions, which share one engine, against the model.
//!
//! `PROPTEST_CASES` says how many sequences, `PROPTEST_RNG_SEED` which: a failure prints the seed, the shortest
//! sequence that it found, and what each call of it returned. The same seed gives the same calls; how the
//! workers come between them is another matter, so it may take several runs to see it again.

use std::cell::{Cell, RefCell};
use std::hash::{BuildHasher, RandomState};

use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestCaseError, TestError, TestRunner};
use winsock_async_model::{Call, Native, Player, Settings};

/// Sequences that a run plays unless `PROPTEST_CASES` says otherwise.
const SEQUENCES: u32 = 120_000;

/// How often a shorter sequence is played before it is taken to be right: what depends on the workers' pace
/// fails now and then.
const TRIES: u32 = 100;

/// Small limits, so that refusing and relenting is reached often.
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

/// From the environment, or another one each time.
fn config() -> (Config, u64) {
    let mut config = Config {
        failure_persistence: None,
        // A sequence that hangs takes long to fail.
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

// S-C1, S-C2, S-C3, S-C5, S-C7, S-C8, S-R2, S-R5, S-R6, S-R16, S-R17, S-R18, S-S3, S-S4, S-S5, S-S7
#[test]
fn sessions_behave_like_the_model() {
    let (config, seed) = config();
    let cases = config.cases;
    let engines = [1, 2, 3].map(|_| RefCell::new(None));
    let (played, made, failed) = (Cell::new(0), Cell::new(0), Cell::new(None));
    let verdict = TestRunner::new(config).run(&(1..=3usize, calls(3)), |(workers, calls)| {
        let engine = &engines[workers - 1];
        // An engine that has failed is not used again.
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
            "{why}\n\nSequence {} fails. The shortest that does, with {workers} workers: {calls:?}\n\n\
             To run it again: PROPTEST_RNG_SEED={seed} PROPTEST_CASES={cases} \
             cargo test -p winsock-async-model --test engine",
            failed.get().unwrap_or(played)
        ),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}
