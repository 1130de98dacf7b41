//! Random numbers of the operating system, for what a forger of answers must guess.

/// Bytes that are fetched at a time, for 20 to 60 questions.
const BYTES: usize = 256;

/// Random bytes that are not used yet.
pub(super) struct Entropy {
    bytes: [u8; BYTES],
    used: usize,
}

impl Entropy {
    /// Fails if the operating system has no random bytes.
    pub(super) fn new() -> Result<Entropy, getrandom::Error> {
        let mut bytes = [0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Entropy { bytes, used: 0 })
    }

    /// Random bytes, each given once.
    pub(super) fn take<const N: usize>(&mut self) -> [u8; N] {
        const { assert!(N <= BYTES) };
        if self.used + N > BYTES {
            getrandom::fill(&mut self.bytes).expect("there were random bytes before");
            self.used = 0;
        }
        let mut taken = [0; N];
        taken.copy_from_slice(&self.bytes[self.used..][..N]);
        self.used += N;
        taken
    }

    pub(super) fn number(&mut self) -> u16 {
        u16::from_ne_bytes(self.take())
    }
}
