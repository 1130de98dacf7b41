//! What was answered, for as long as its records live.

use std::time::{Duration, Instant};

use quick_cache::sync::Cache as Store;
use quick_cache::{DefaultHashBuilder, Weighter};

use crate::lookup::Lookup;
use crate::types::Outcome;

/// How much is kept, and how long.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) entries: usize,
    /// Units: bytes.
    pub(super) bytes: u64,
    pub(super) longest: Duration,
}

/// Outcomes by lookup. Looking waits for nobody but another thread that is in the same shard of the map, for the
/// length of one step there.
pub(super) struct Cache {
    store: Store<Lookup, Entry, Weigh, DefaultHashBuilder>,
    longest: Duration,
}

#[derive(Clone)]
struct Entry {
    outcome: Outcome,
    dies: Instant,
}

/// An entry weighs its bytes, and at least so much that no more than the bound of entries fit.
#[derive(Clone)]
struct Weigh {
    least: u64,
}

impl Weighter<Lookup, Entry> for Weigh {
    fn weight(&self, lookup: &Lookup, entry: &Entry) -> u64 {
        let answer = entry.outcome.as_ref().map_or(0, |answer| answer.bytes());
        let bytes = size_of::<(Lookup, Entry)>() + lookup.heap_bytes() + answer;
        self.least.max(bytes as u64)
    }
}

impl Cache {
    pub(super) fn new(bounds: &Bounds) -> Cache {
        let least = bounds.bytes.div_ceil(bounds.entries.max(1) as u64);
        // Without entries or bytes nothing fits.
        let bytes = if bounds.entries == 0 { 0 } else { bounds.bytes };
        Cache {
            store: Store::with(
                bounds.entries,
                bytes,
                Weigh { least },
                DefaultHashBuilder::default(),
                Default::default(),
            ),
            longest: bounds.longest,
        }
    }

    /// What is known, and has not died by `now`.
    pub(super) fn get(&self, lookup: &Lookup, now: Instant) -> Option<Outcome> {
        let entry = self.store.get(lookup)?;
        if entry.dies > now {
            return Some(entry.outcome);
        }
        self.store.remove(lookup);
        None
    }

    /// Keeps an outcome for its time to live; not at all if that is 0.
    pub(super) fn put(&self, lookup: Lookup, outcome: Outcome, life: Duration, now: Instant) {
        let Some(dies) = now.checked_add(life.min(self.longest)) else {
            return;
        };
        if dies > now {
            self.store.insert(lookup, Entry { outcome, dies });
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.store.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::types::{Answer, ErrorCode, HostEntry};
    use std::sync::Arc;

    const SECOND: Duration = Duration::from_secs(1);

    fn cache(entries: usize, bytes: u64) -> Cache {
        Cache::new(&Bounds {
            entries,
            bytes,
            longest: 100 * SECOND,
        })
    }

    fn name(n: usize) -> Lookup {
        Lookup::HostByName(format!("{n}.test").into())
    }

    fn answer(addresses: u32) -> Outcome {
        let addresses = (0..addresses).map(Into::into);
        Ok(Arc::new(Answer::from(HostEntry::new("a.test", addresses))))
    }

    #[test]
    fn an_outcome_lives_as_long_as_its_records() {
        let (cache, now) = (cache(10, 100_000), Instant::now());
        cache.put(name(1), answer(1), 5 * SECOND, now);
        cache.put(name(2), Err(ErrorCode::HostNotFound), SECOND, now);
        assert_eq!(cache.get(&name(1), now + 4 * SECOND), Some(answer(1)));
        assert_eq!(cache.get(&name(1), now + 5 * SECOND), None);
        assert_eq!(cache.get(&name(2), now), Some(Err(ErrorCode::HostNotFound)));
        assert_eq!(cache.get(&name(3), now), None);
        cache.put(name(3), answer(1), u32::MAX * SECOND, now);
        assert_eq!(cache.get(&name(3), now + 100 * SECOND), None, "the longest");
    }

    #[test]
    fn what_lives_for_no_time_is_not_kept() {
        let (cache, now) = (cache(10, 100_000), Instant::now());
        cache.put(name(1), answer(1), Duration::ZERO, now);
        assert_eq!((cache.len(), cache.get(&name(1), now)), (0, None));
    }

    #[test]
    fn entries_are_bounded() {
        let (cache, now) = (cache(100, 1 << 20), Instant::now());
        for n in 0..10_000 {
            cache.put(name(n), answer(1), SECOND, now);
        }
        assert!((1..=100).contains(&cache.len()), "{}", cache.len());
    }

    #[test]
    fn bytes_are_bounded() {
        let (cache, now) = (cache(10_000, 1 << 20), Instant::now());
        for n in 0..1000 {
            cache.put(name(n), answer(4000), SECOND, now);
        }
        // Each answer is of 16,000 bytes and more.
        assert!((1..=65).contains(&cache.len()), "{}", cache.len());
    }

    #[test]
    fn a_cache_of_nothing_keeps_nothing() {
        for cache in [cache(0, 1 << 20), cache(10, 0)] {
            cache.put(name(1), answer(1), SECOND, Instant::now());
            assert_eq!(cache.len(), 0);
        }
    }
}
