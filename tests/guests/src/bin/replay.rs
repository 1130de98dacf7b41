//! Random calls of the interface, whose results the model judges. The resolver of the host is the
//! model's `Gates`, which lets a request finish when the guest looks up another name.

use winsock_async_model::{Code, Player, Question, Random, Settings, Subject, TakenCompletion};
use winsock_async_test_guests::raw::code;
use winsock_async_test_guests::raw::completions::{take, wait};
use winsock_async_test_guests::raw::lifecycle::{cleanup, startup};
use winsock_async_test_guests::raw::requests::{async_request, cancel};
use winsock_async_test_guests::raw::types::{Answer, Completion, Query};

/// The number of a sequence is its seed, so that they are the same in every run.
const SEQUENCES: u64 = 5000;

/// The only session that a guest has.
struct Guest;

impl Subject for Guest {
    fn renew_all(&mut self) {
        self.renew(0);
    }

    fn renew(&mut self, _session: usize) {
        // S-S4: after the last clean-up, the session is like a new one.
        while cleanup().is_ok() {}
    }

    fn startup(&mut self, _session: usize) -> Result<(), Code> {
        startup().map_err(code)
    }

    fn cleanup(&mut self, _session: usize) -> Result<(), Code> {
        cleanup().map_err(code)
    }

    fn request(&mut self, _session: usize, question: Question, tag: u64) -> Result<u64, Code> {
        async_request(&Query::HostByName(question.name().into_bytes()), tag).map_err(code)
    }

    fn cancel(&mut self, _session: usize, handle: u64) -> Result<(), Code> {
        cancel(handle).map_err(code)
    }

    fn take(&mut self, _session: usize, max: u32) -> Vec<TakenCompletion> {
        take(max).iter().map(shown).collect()
    }

    fn look(&mut self, _session: usize) -> bool {
        wait(Some(0))
    }

    fn wait(&mut self, _session: usize) -> bool {
        wait(None)
    }

    fn finish(&mut self, _number: u64) -> bool {
        false
    }

    fn switch(&mut self, _up: bool) -> bool {
        false
    }

    fn outstanding(&self) -> Option<usize> {
        None
    }

    fn was_asked(&self, _number: u64) -> bool {
        false
    }
}

fn shown(completion: &Completion) -> TakenCompletion {
    let outcome = match &completion.outcome {
        Ok(Answer::Host(host)) => host.addresses.first().copied().ok_or(Code::Other),
        Ok(_) => Err(Code::Other),
        Err(error) => Err(code(*error)),
    };
    TakenCompletion {
        handle: completion.handle,
        tag: completion.tag,
        outcome,
    }
}

// S-C1, S-C2, S-C3, S-C5, S-C8, S-R2, S-R5, S-R6, S-R16, S-S3, S-S4, S-S5
fn main() {
    let mut player = Player::new(Guest, Settings::GUEST);
    for seed in 0..SEQUENCES {
        let calls = Random::new(seed).calls(Settings::GUEST.sessions);
        if let Err(why) = player.play(&calls) {
            panic!("sequence {seed} fails:\n{why}");
        }
    }
}
