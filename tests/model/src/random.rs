//! Sequences from a seed, for guests.

use crate::call::Call;

/// SplitMix64: the same numbers from the same seed, everywhere.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// A generator with this seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    /// A sequence of 5 to 40 calls on `sessions` sessions.
    pub fn calls(&mut self, sessions: usize) -> Vec<Call> {
        let length = 5 + self.next() % 36;
        let mut call = || {
            let [.., a, b, c, d] = self.next().to_be_bytes();
            Call::from_bytes([a, b, c, d], sessions)
        };
        (0..length).map(|_| call()).collect()
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut number = self.0;
        number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        number ^ (number >> 31)
    }
}
