//! Where each worker is: in a resolver or not, for how long, and whether it counts as stuck.

use crate::pool::job::Shift;
use crate::sync::{
    AtomicU64, AtomicUsize, CachePadded, Fault, Mutex, MutexGuard, Ordering, planted,
};

/// Workers that there may be.
pub(super) const MOST: usize = 1 << u16::BITS;

/// A place for each worker, spares included.
pub(super) struct Posts {
    posts: Box<[CachePadded<Post>]>,
    /// How many were ever given away: nobody was at those that follow.
    given: AtomicUsize,
    free: Mutex<Vec<u16>>,
}

/// One worker's.
#[derive(Default)]
struct Post {
    shift: ShiftWord,
    /// For which session its worker is inside. Written before the shift begins.
    session: AtomicU64,
}

/// The number of a shift, and below that [`INSIDE`], [`RELIEVED`] and [`STUCK`].
///
/// Its worker alone comes and goes. Others set the latter two, and only on the shift that they mean: so a shift is
/// relieved once, whoever finds it first, and its worker learns of it when it leaves.
type ShiftWord = AtomicU64;

/// The worker is in a resolver.
const INSIDE: u64 = 1;
/// A spare may take its place.
const RELIEVED: u64 = 2;
/// It counts as stuck, and so is relieved.
const STUCK: u64 = 4;
const TURN_SHIFT: u32 = 3;

/// What a post was like when it was looked at last.
#[derive(Clone, Copy, Default)]
struct Look {
    /// The word without its marks.
    shift: u64,
    /// Since when, in nanoseconds.
    since: u64,
}

/// What whoever inspects the posts remembers of them.
#[derive(Default)]
pub(super) struct Rounds {
    looks: Vec<Look>,
    /// When a worker was seen last that had come or gone, in nanoseconds.
    changed: u64,
}

/// How long things may take. Units: nanoseconds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Patience {
    /// A worker in a resolver, before it is relieved.
    pub(super) slow: u64,
    /// Before it counts as stuck.
    pub(super) stuck: u64,
    /// Until another comes or goes, before nobody looks for it any more.
    pub(super) calm: u64,
}

/// What came of an inspection.
#[derive(Default, PartialEq, Eq, Debug)]
pub(super) struct Inspection {
    /// Workers in a resolver that do not count as stuck: they are to be looked at again.
    pub(super) inside: usize,
    /// For how long no worker has come or gone, in nanoseconds.
    pub(super) calm: u64,
    /// Workers that are relieved from now on.
    pub(super) relieved: usize,
}

impl Posts {
    /// For so many workers, [`MOST`] at most.
    pub(super) fn new(workers: usize) -> Posts {
        Posts {
            posts: (0..workers).map(|_| CachePadded::default()).collect(),
            given: AtomicUsize::new(0),
            // The first to be given away is the first.
            free: Mutex::new((0..workers).rev().map(|i| i as u16).collect()),
        }
    }

    /// Gives a worker its post; none if all are taken.
    pub(super) fn take(&self) -> Option<u16> {
        let post = self.free().pop()?;
        // A read-modify-write, as in `is_anyone_inside`.
        self.given
            .fetch_max(usize::from(post) + 1, Ordering::AcqRel);
        Some(post)
    }

    /// Takes it back from a worker that is in no resolver.
    #[cfg(test)]
    pub(super) fn give_back(&self, post: u16) {
        self.free().push(post);
    }

    /// Takes it back from a worker that is in no resolver if this says so, which it returns. Whoever comes for a post that
    /// is free by this finds it.
    pub(super) fn give_back_if(&self, post: u16, decide: impl FnOnce() -> bool) -> bool {
        let mut free = self.free();
        let decided = decide();
        if decided {
            free.push(post);
        }
        decided
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
        // Whoever sees it sees that the last shift is over, as in `Post::has`.
        whose.store(session, Ordering::Release);
        // Nobody else changes it while nobody is inside.
        let turn = (turn(word.load(Ordering::Relaxed)) + 1) % Shift::TURNS;
        // A read-modify-write, as in `is_anyone_inside`.
        word.swap(turn << TURN_SHIFT | INSIDE, Ordering::AcqRel);
        Shift { post, turn }
    }

    /// Its worker's: ends the shift, and says whether it was relieved.
    pub(super) fn leave(&self, shift: Shift) -> bool {
        let word = &self.posts[usize::from(shift.post)].shift;
        if planted(Fault::LeaveWithoutExchange) {
            let seen = word.load(Ordering::Relaxed);
            word.store(shift.turn << TURN_SHIFT, Ordering::Relaxed);
            return seen & RELIEVED != 0;
        }
        word.swap(shift.turn << TURN_SHIFT, Ordering::AcqRel) & RELIEVED != 0
    }

    /// Has a shift count as stuck; whether that relieves it: not if it is over, or was relieved before.
    pub(super) fn mark_stuck(&self, shift: Shift) -> bool {
        self.mark(shift, RELIEVED | STUCK)
    }

    /// Has a shift count as slow; whether that relieves it.
    pub(super) fn mark_slow(&self, shift: Shift) -> bool {
        self.mark(shift, RELIEVED)
    }

    fn mark(&self, shift: Shift, marks: u64) -> bool {
        let word = &self.posts[usize::from(shift.post)].shift;
        if planted(Fault::MarkUnseen) {
            word.fetch_or(marks, Ordering::AcqRel);
            return true;
        }
        let inside = shift.turn << TURN_SHIFT | INSIDE;
        // Without a look before: the line is the worker's, and to fetch it twice costs as much again.
        let exchange =
            |from| word.compare_exchange(from, from | marks, Ordering::AcqRel, Ordering::Relaxed);
        match exchange(inside) {
            Ok(_) => true,
            Err(before) => {
                if before == inside | RELIEVED {
                    // If it fails the shift is over, or another has marked it.
                    let _ = exchange(before);
                }
                false
            }
        }
    }

    /// Looks at all posts, at this time in nanoseconds, and marks whoever was seen in the same shift for too long.
    pub(super) fn inspect(&self, rounds: &mut Rounds, now: u64, patience: Patience) -> Inspection {
        let mut inspection = Inspection::default();
        let given = self.given();
        rounds.looks.resize_with(given.len(), Look::default);
        for (i, (look, post)) in rounds.looks.iter_mut().zip(given).enumerate() {
            let word = load(&post.shift);
            let shift = shift(word);
            if look.shift != shift {
                *look = Look { shift, since: now };
                rounds.changed = now;
            }
            if word & (INSIDE | STUCK) != INSIDE {
                continue;
            }
            let shift = Shift {
                post: i as u16,
                turn: turn(word),
            };
            let since = now - look.since;
            let is_stuck = since >= patience.stuck;
            if is_stuck {
                inspection.relieved += usize::from(self.mark_stuck(shift));
            } else {
                inspection.inside += 1;
                if since >= patience.slow && word & RELIEVED == 0 {
                    inspection.relieved += usize::from(self.mark_slow(shift));
                }
            }
        }
        inspection.calm = now - rounds.changed;
        inspection
    }

    /// How many workers are stuck. Walks over all posts that were given, as those below do.
    pub(super) fn stuck(&self) -> usize {
        self.count(load, STUCK, None)
    }

    /// The same for this session.
    pub(super) fn stuck_for(&self, session: u64) -> usize {
        self.count(load, STUCK, Some(session))
    }

    /// How many are in a resolver for it.
    pub(super) fn inside_for(&self, session: u64) -> usize {
        self.count(load, INSIDE, Some(session))
    }

    /// The same, and whoever leaves later sees what was written before this: both sides are read-modify-writes,
    /// of which one comes second.
    pub(super) fn still_inside_for(&self, session: u64) -> usize {
        self.count(exchange, INSIDE, Some(session))
    }

    fn count(&self, read: impl Fn(&ShiftWord) -> u64, mark: u64, session: Option<u64>) -> usize {
        let has = |post: &&CachePadded<Post>| post.has(read(&post.shift), mark, session);
        self.given().iter().filter(has).count()
    }

    fn given(&self) -> &[CachePadded<Post>] {
        &self.posts[..self.given.load(Ordering::Acquire)]
    }

    /// Whether any worker is in a resolver that does not count as stuck. Whoever enters later sees what was
    /// written before this: both sides are read-modify-writes, of which one comes second.
    pub(super) fn is_anyone_inside(&self) -> bool {
        let given = self.given.fetch_or(0, Ordering::AcqRel);
        self.posts[..given]
            .iter()
            .any(|post| exchange(&post.shift) & (INSIDE | STUCK) == INSIDE)
    }
}

impl Post {
    /// Whether its word, as it was read, has this mark, in a shift for this session, if for any.
    fn has(&self, word: u64, mark: u64, session: Option<u64>) -> bool {
        let Some(session) = session else {
            return word & mark != 0;
        };
        let marked = word & mark != 0 && self.session.load(Ordering::Acquire) == session;
        // It is the session of another shift if that has begun meanwhile.
        let now = |word: &ShiftWord| word.load(Ordering::Relaxed);
        marked && (planted(Fault::CountUnseen) || shift(now(&self.shift)) == shift(word))
    }
}

fn load(word: &ShiftWord) -> u64 {
    word.load(Ordering::Acquire)
}

/// Reads by a read-modify-write.
fn exchange(word: &ShiftWord) -> u64 {
    word.fetch_or(0, Ordering::AcqRel)
}

/// The word without its marks.
fn shift(word: u64) -> u64 {
    word & !(RELIEVED | STUCK)
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
    fn who_counts_walks_over_posts_that_were_given() {
        let posts = Posts::new(MOST);
        assert_eq!(posts.given().len(), 0);
        let taken = [(); 3].map(|()| posts.take().unwrap());
        posts.give_back(taken[1]);
        posts.take();
        assert_eq!(posts.given().len(), 3);
        let shift = posts.enter(taken[2], 7);
        assert!(posts.is_anyone_inside() && posts.mark_stuck(shift));
        assert_eq!((posts.stuck(), posts.stuck_for(7)), (1, 1));
    }

    #[test]
    fn a_shift_is_marked_once_and_only_while_it_lasts() {
        let posts = Posts::new(2);
        let shift = posts.enter(1, 8);
        assert!(posts.mark_stuck(shift));
        assert!(!posts.mark_stuck(shift));
        assert!(posts.leave(shift));
        assert!(!posts.mark_stuck(shift), "it is over");
        let next = posts.enter(1, 8);
        assert_ne!(shift, next);
        assert!(!posts.mark_stuck(shift), "it is another");
        assert!(!posts.leave(next));
    }

    // S-C7
    #[test]
    fn who_stays_past_the_bound_is_marked() {
        let posts = Posts::new(3);
        let mut rounds = Rounds::default();
        let mut inspect = |now| {
            let patience = Patience {
                slow: 7,
                stuck: 10,
                calm: 0,
            };
            let seen = posts.inspect(&mut rounds, now, patience);
            (seen.inside, seen.relieved)
        };
        assert_eq!(inspect(0), (0, 0));
        let [first, second] = [(); 2].map(|()| posts.take().unwrap());
        let (stays, goes) = (posts.enter(first, 7), posts.enter(second, 8));
        assert_eq!(inspect(5), (2, 0));
        assert!(!posts.leave(goes));
        let again = posts.enter(second, 8);
        assert_eq!(inspect(11), (2, 0));
        // Relieved, and not stuck yet.
        assert_eq!(inspect(12), (2, 1));
        assert_eq!((posts.inside_for(7), posts.stuck()), (1, 0));
        assert_eq!(inspect(15), (1, 0));
        assert_eq!((posts.stuck_for(7), posts.stuck()), (1, 1));
        assert_eq!(inspect(18), (1, 1));
        assert_eq!(inspect(21), (0, 0));
        assert_eq!([7, 8, 9].map(|session| posts.stuck_for(session)), [1, 1, 0]);
        assert!(posts.leave(stays) && posts.leave(again));
        assert_eq!(inspect(100), (0, 0));
        assert_eq!((posts.stuck(), posts.inside_for(7)), (0, 0));
    }

    #[test]
    fn the_number_of_a_shift_begins_anew() {
        let posts = Posts::new(1);
        posts.posts[0]
            .shift
            .store((Shift::TURNS - 1) << TURN_SHIFT, Ordering::Relaxed);
        let shift = posts.enter(0, 7);
        assert_eq!(shift.turn, 0);
        assert!(posts.mark_stuck(shift) && posts.leave(shift));
    }
}
