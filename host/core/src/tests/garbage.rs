//! Random parameters, memory and allocators.

use fastrand::Rng;

use super::fake::{Allocator, Fake, PAGE};
use crate::{Error, Import, Value, ValueType};

/// A number that is likely to be near a boundary.
fn number(random: &mut Rng, memory: u32) -> u64 {
    let near = |random: &mut Rng, of: u64| of.wrapping_add(random.u64(..64)).wrapping_sub(32);
    match random.u8(..8) {
        0 => random.u64(..10),
        1 => near(random, memory.into()),
        2 => near(random, 1 << 32),
        3 => near(random, 1 << 31),
        4 => near(random, 0),
        5 => random.u64(..u64::from(memory)) & !7,
        6 => random.u64(..u64::from(memory)),
        _ => random.u64(..),
    }
}

fn params(random: &mut Rng, import: Import, memory: u32) -> Vec<Value> {
    let param = |ty: &ValueType| match (ty, number(random, memory)) {
        (ValueType::I32, number) => Value::I32(number as i32),
        (ValueType::I64, number) => Value::I64(number as i64),
    };
    let mut params: Vec<Value> = import.params().iter().map(param).collect();
    match import {
        // Half of the queries are of a case.
        Import::AsyncRequest if random.bool() => params[0] = Value::I32(random.i32(..8)),
        // A guest that waits for ever is no test of the parameters.
        Import::Wait => params[0] = Value::I32(random.i32(1..9)),
        _ => {}
    }
    if let (Import::Wait, [_, Value::I64(nanoseconds)]) = (import, &mut params[..]) {
        *nanoseconds &= 0xff;
    }
    params
}

/// Calls the guest with garbage, and returns the number of calls that succeeded and trapped.
///
/// The fake's methods panic if a call uses memory that is not there.
fn calls(seed: u64) -> (u32, u32) {
    let mut random = Rng::with_seed(seed);
    let mut guest = Fake::started();
    let bytes = guest.memory.len();
    random.fill(&mut guest.memory[..bytes / 2]);
    let (mut succeeded, mut trapped) = (0, 0);
    for _ in 0..300 {
        let memory = guest.memory.len() as u32;
        guest.allocator = match random.u8(..8) {
            0 => Allocator::Returns(number(&mut random, memory) as u32),
            1 => Allocator::Traps,
            2 if memory < 64 * PAGE => Allocator::Grows,
            3 => {
                let import = Import::ALL[random.usize(..6)];
                Allocator::Calls(import, params(&mut random, import, memory))
            }
            _ => Allocator::Bumps,
        };
        let import = Import::ALL[random.usize(..6)];
        match guest.call(import, &params(&mut random, import, memory)) {
            Ok(result) => {
                assert_eq!(result.is_some(), import == Import::Wait);
                succeeded += 1;
            }
            Err(Error::Params) => panic!("the parameters have the import's types"),
            Err(_) => trapped += 1,
        }
        assert!(!guest.ctx.allocating);
    }
    (succeeded, trapped)
}

#[test]
fn garbage_is_a_result_or_a_trap() {
    let runs = (0..100).map(calls);
    let (succeeded, trapped) = runs.fold((0, 0), |sum, run| (sum.0 + run.0, sum.1 + run.1));
    assert!(succeeded > 3000 && trapped > 3000, "{succeeded}, {trapped}");
}
