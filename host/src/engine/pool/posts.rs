//! Where each worker is: in a resolver or not, for how long, and whether it counts as stuck.

use crate::engine::job::Shift;
use crate::engine::sync::{AtomicU64, CachePadded, Fault, Mutex, MutexGuard, Ordering, planted};

/// Workers that there may be.
pub(super) const MOST: usize = 1 << u16::BITS;

/// A place for each worker, spares included.
pub(super) struct Posts {
    posts: Box<[CachePadded<Post>]>,
    free: Mutex<Vec<u16>>,
}

/// One worker's.
#[derive(Default)]
struct Post {
    shift: ShiftWord,
    /// For which session its worker is inside. Written before the shift begins.
    session: AtomicU64,
}

/// The number of a shift, and below that [`INSIDE`] and [`STUCK`].
///
/// Its worker alone comes and goes. Others set `STUCK`, and only on the shift that they mean: so a shift is
/// counted once, whoever finds it first, and its worker learns of it when it leaves.
type ShiftWord = AtomicU64;

/// The worker is in a resolver.
const INSIDE: u64 = 1;
/// It counts as stuck.
const STUCK: u64 = 2;
const TURN_SHIFT: u32 = 2;

/// What a post was like when it was looked at last.
#[derive(Clone, Copy, Default)]
struct Look {
    word: u64,
    /// Since when, in nanoseconds.
    since: u64,
}

/// What whoever inspects the posts remembers of them.
#[derive(Default)]
pub(super) struct Rounds(Vec<Look>);

/// What came of an inspection.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Inspection {
    /// Workers in a resolver that do not count as stuck: they are to be looked at again.
    pub(super) inside: usize,
    /// Workers that count as stuck from now on.
    pub(super) marked: usize,
}

impl Posts {
    /// For so many workers, [`MOST`] but for a model's.
    pub(super) fn new(workers: usize) -> Posts {
        Posts {
            posts: (0..workers).map(|_| CachePadded::default()).collect(),
            // The first to be given away is the first.
            free: Mutex::new((0..workers).rev().map(|i| i as u16).collect()),
        }
    }

    /// Gives a worker its post; none if all are taken.
    pub(super) fn take(&self) -> Option<u16> {
        self.free().pop()
    }

    /// Takes it back from a worker that is in no resolver.
    pub(super) fn give_back(&self, post: u16) {
        self.free().push(post);
    }

    fn free(&self) -> MutexGuard<'_, Vec<u16>> {
        self.free.lock().expect("no holder panics")
    }

    /// Its worker's: begins a shift in the resolver, for this session.
    pub(super) fn enter(&self, post: u16, session: u64) -> Shift {
        let Post {
            shift: word,
            session: whose,
        } = &*self.posts[usize::from(post)];
        whose.store(session, Ordering::Relaxed);
        // Nobody else writes to it while nobody is inside.
        let turn = (turn(word.load(Ordering::Relaxed)) + 1) % Shift::TURNS;
        // A read-modify-write, as in `is_anyone_inside`.
        word.swap(turn << TURN_SHIFT | INSIDE, Ordering::AcqRel);
        Shift { post, turn }
    }

    /// Its worker's: ends the shift, and says whether it counts as stuck.
    pub(super) fn leave(&self, shift: Shift) -> bool {
        let word = &self.posts[usize::from(shift.post)].shift;
        if planted(Fault::LeaveWithoutExchange) {
            let seen = word.load(Ordering::Relaxed);
            word.store(shift.turn << TURN_SHIFT, Ordering::Relaxed);
            return seen & STUCK != 0;
        }
        word.swap(shift.turn << TURN_SHIFT, Ordering::AcqRel) & STUCK != 0
    }

    /// Has a shift count as stuck; false if it is over, or counts already.
    pub(super) fn mark(&self, shift: Shift) -> bool {
        let word = &self.posts[usize::from(shift.post)].shift;
        let inside = shift.turn << TURN_SHIFT | INSIDE;
        if planted(Fault::MarkUnseen) {
            word.fetch_or(STUCK, Ordering::AcqRel);
            return true;
        }
        word.compare_exchange(inside, inside | STUCK, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok()
    }

    /// Looks at all posts, at this time in nanoseconds, and marks whoever was seen in the same shift for so
    /// long.
    pub(super) fn inspect(&self, rounds: &mut Rounds, now: u64, patience: u64) -> Inspection {
        let mut inspection = Inspection::default();
        rounds.0.resize_with(self.posts.len(), Look::default);
        for (i, (look, post)) in rounds.0.iter_mut().zip(&self.posts).enumerate() {
            let word = post.shift.load(Ordering::Acquire);
            if look.word != word {
                *look = Look { word, since: now };
            }
            if word & (INSIDE | STUCK) != INSIDE {
                continue;
            }
            let shift = Shift {
                post: i as u16,
                turn: turn(word),
            };
            if now - look.since >= patience && self.mark(shift) {
                inspection.marked += 1;
            } else {
                inspection.inside += 1;
            }
        }
        inspection
    }

    /// How many workers are stuck for this session. Walks over all posts.
    pub(super) fn stuck_for(&self, session: u64) -> usize {
        let stuck = |post: &&CachePadded<Post>| {
            post.shift.load(Ordering::Acquire) & STUCK != 0
                && post.session.load(Ordering::Relaxed) == session
        };
        self.posts.iter().filter(stuck).count()
    }

    /// Whether any worker is in a resolver that does not count as stuck. Whoever enters later sees what was
    /// written before this: both sides are read-modify-writes, of which one comes second.
    pub(super) fn is_anyone_inside(&self) -> bool {
        let inside = |post: &CachePadded<Post>| {
            post.shift.fetch_or(0, Ordering::AcqRel) & (INSIDE | STUCK) == INSIDE
        };
        self.posts.iter().any(inside)
    }
}

fn turn(word: u64) -> u64 {
    word >> TURN_SHIFT
}

#[cfg(all(test, not(any(loom, shuttle))))]
mod tests {
    use super::*;

    #[test]
    fn a_post_is_given_to_one_worker_at_a_time() {
        let posts = Posts::new(2);
        assert_eq!(
            [posts.take(), posts.take(), posts.take()],
            [Some(0), Some(1), None]
        );
        posts.give_back(1);
        assert_eq!(posts.take(), Some(1));
    }

    #[test]
    fn a_shift_is_marked_once_and_only_while_it_lasts() {
        let posts = Posts::new(2);
        let shift = posts.enter(1, 8);
        assert!(posts.mark(shift));
        assert!(!posts.mark(shift));
        assert!(posts.leave(shift));
        assert!(!posts.mark(shift), "it is over");
        let next = posts.enter(1, 8);
        assert_ne!(shift, next);
        assert!(!posts.mark(shift), "it is another");
        assert!(!posts.leave(next));
    }

    // S-C7
    #[test]
    fn who_stays_past_the_bound_is_marked() {
        let posts = Posts::new(3);
        let mut rounds = Rounds::default();
        let mut inspect = |now| {
            let Inspection { inside, marked } = posts.inspect(&mut rounds, now, 10);
            (inside, marked)
        };
        assert_eq!(inspect(0), (0, 0));
        let (stays, goes) = (posts.enter(0, 7), posts.enter(1, 8));
        assert_eq!(inspect(5), (2, 0));
        posts.leave(goes);
        let again = posts.enter(1, 8);
        assert_eq!(inspect(14), (2, 0));
        assert_eq!(inspect(15), (1, 1));
        assert_eq!(inspect(23), (1, 0));
        assert_eq!(inspect(24), (0, 1));
        assert_eq!([7, 8, 9].map(|session| posts.stuck_for(session)), [1, 1, 0]);
        assert!(posts.leave(stays) && posts.leave(again));
        assert_eq!(inspect(100), (0, 0));
        assert_eq!(posts.stuck_for(7), 0);
    }

    #[test]
    fn the_number_of_a_shift_begins_anew() {
        let posts = Posts::new(1);
        posts.posts[0]
            .shift
            .store((Shift::TURNS - 1) << TURN_SHIFT, Ordering::Relaxed);
        let shift = posts.enter(0, 7);
        assert_eq!(shift.turn, 0);
        assert!(posts.mark(shift) && posts.leave(shift));
    }
}
