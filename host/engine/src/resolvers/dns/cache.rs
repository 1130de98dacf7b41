//! The cache: outcomes, for their time to live.

use std::hash::Hash;
use std::time::{Duration, Instant};

use quick_cache::sync::Cache as Store;
use quick_cache::{DefaultHashBuilder, Equivalent, Weighter};

use crate::lookup::TimedOutcome;
use crate::resolvers::search::{Search, SearchByNone};
use crate::types::Outcome;

/// Bounds of the cache.
#[derive(Clone, Debug)]
pub(super) struct Bounds {
    pub(super) entries: usize,
    pub(super) bytes: u64,
    pub(super) max_ttl: Duration,
}

/// Outcomes by search. A call waits at most for one step of another thread in the same shard.
pub(super) struct Cache {
    store: Store<Search, Entry, Weigh, DefaultHashBuilder>,
    max_ttl: Duration,
}

#[derive(Clone)]
struct Entry {
    outcome: Outcome,
    expires_at: Instant,
}

/// An entry weighs its bytes, and at least `min`, so that no more entries fit than their bound.
#[derive(Clone)]
struct Weigh {
    min: u64,
}

impl Weighter<Search, Entry> for Weigh {
    fn weight(&self, search: &Search, entry: &Entry) -> u64 {
        let answer = entry.outcome.as_ref().map_or(0, |answer| answer.bytes());
        let bytes = size_of::<(Search, Entry)>() + search.lookup.heap_bytes() + answer;
        self.min.max(bytes as u64)
    }
}

impl Equivalent<Search> for SearchByNone<'_> {
    fn equivalent(&self, search: &Search) -> bool {
        self == search
    }
}

impl Cache {
    pub(super) fn new(bounds: &Bounds) -> Cache {
        let min = bounds.bytes.div_ceil(bounds.entries.max(1) as u64);
        // With a bound of 0 nothing fits.
        let bytes = if bounds.entries == 0 { 0 } else { bounds.bytes };
        Cache {
            store: Store::with(
                bounds.entries,
                bytes,
                Weigh { min },
                DefaultHashBuilder::default(),
                Default::default(),
            ),
            max_ttl: bounds.max_ttl,
        }
    }

    /// The outcome of a search, if it is cached and has not expired by `now`.
    pub(super) fn get(
        &self,
        search: &(impl Hash + Equivalent<Search>),
        now: Instant,
    ) -> Option<TimedOutcome> {
        let entry = self.store.get(search)?;
        if entry.expires_at > now {
            return Some(TimedOutcome {
                outcome: entry.outcome,
                expires: Some(entry.expires_at),
            });
        }
        self.store.remove(search);
        None
    }

    /// When an outcome with this time to live expires. None if no [`Instant`] can express that.
    pub(super) fn expires(&self, ttl: Duration, now: Instant) -> Option<Instant> {
        now.checked_add(ttl.min(self.max_ttl))
    }

    /// Caches an outcome for its time to live; not at all if that is 0.
    pub(super) fn put(&self, search: Search, outcome: Outcome, ttl: Duration, now: Instant) {
        if let Some(expires_at) = self.expires(ttl, now)
            && expires_at > now
        {
            let entry = Entry {
                outcome,
                expires_at,
            };
            self.store.insert(search, entry);
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
    use crate::lookup::Lookup;
    use crate::types::{Answer, ErrorCode, HostEntry};
    use std::sync::Arc;

    const SECOND: Duration = Duration::from_secs(1);

    fn cache(entries: usize, bytes: u64) -> Cache {
        Cache::new(&Bounds {
            entries,
            bytes,
            max_ttl: 100 * SECOND,
        })
    }

    fn get(cache: &Cache, n: usize, now: Instant) -> Option<Outcome> {
        cache.get(&name(n), now).map(|found| found.outcome)
    }

    fn name(n: usize) -> Search {
        Lookup::HostByName(format!("{n}.test").into()).into()
    }

    fn answer(addresses: u32) -> Outcome {
        let addresses = (0..addresses).map(Into::into);
        Ok(Arc::new(Answer::from(HostEntry::new("a.test", addresses))))
    }

    #[test]
    fn outcome_expires_after_its_ttl_or_the_maximum() {
        let (cache, now) = (cache(10, 100_000), Instant::now());
        cache.put(name(1), answer(1), 5 * SECOND, now);
        cache.put(name(2), Err(ErrorCode::HostNotFound), SECOND, now);
        assert_eq!(get(&cache, 1, now + 4 * SECOND), Some(answer(1)));
        assert_eq!(get(&cache, 1, now + 5 * SECOND), None);
        assert_eq!(get(&cache, 2, now), Some(Err(ErrorCode::HostNotFound)));
        assert_eq!(cache.get(&name(3), now), None);
        cache.put(name(3), answer(1), u32::MAX * SECOND, now);
        assert_eq!(get(&cache, 3, now + 100 * SECOND), None, "max_ttl");
    }

    // S-W4
    #[test]
    fn cached_answer_says_until_when_it_lives() {
        let (cache, now) = (cache(10, 100_000), Instant::now());
        for (n, ttl, kept) in [(1, 5 * SECOND, 5 * SECOND), (2, 500 * SECOND, 100 * SECOND)] {
            cache.put(name(n), answer(1), ttl, now);
            let found = cache.get(&name(n), now + SECOND).unwrap();
            assert_eq!(found.expires, Some(now + kept));
        }
    }

    #[test]
    fn search_by_no_domain_is_found_by_its_lookup() {
        let (cache, now) = (cache(10, 100_000), Instant::now());
        cache.put(name(1), answer(1), SECOND, now);
        for (n, found) in [(1, Some(answer(1))), (2, None)] {
            let lookup = name(n).lookup;
            let got = cache.get(&SearchByNone::from(&lookup), now);
            assert_eq!(got.map(|got| got.outcome), found);
        }
    }

    #[test]
    fn outcome_with_a_ttl_of_0_is_not_cached() {
        let (cache, now) = (cache(10, 100_000), Instant::now());
        cache.put(name(1), answer(1), Duration::ZERO, now);
        assert_eq!((cache.len(), cache.get(&name(1), now)), (0, None));
    }

    #[test]
    fn entries_stay_within_their_bound() {
        let (cache, now) = (cache(100, 1 << 20), Instant::now());
        for n in 0..10_000 {
            cache.put(name(n), answer(1), SECOND, now);
        }
        assert!((1..=100).contains(&cache.len()), "{}", cache.len());
    }

    #[test]
    fn bytes_stay_within_their_bound() {
        let (cache, now) = (cache(10_000, 1 << 20), Instant::now());
        for n in 0..1000 {
            cache.put(name(n), answer(4000), SECOND, now);
        }
        // Each answer has at least 16,000 bytes.
        assert!((1..=65).contains(&cache.len()), "{}", cache.len());
    }

    #[test]
    fn cache_with_a_bound_of_0_keeps_nothing() {
        for cache in [cache(0, 1 << 20), cache(10, 0)] {
            cache.put(name(1), answer(1), SECOND, Instant::now());
            assert_eq!(cache.len(), 0);
        }
    }
}
