//! The model of a session.

mod lookup;
mod stage;

use std::collections::HashMap;

use self::lookup::Lookup;
pub use self::stage::{Asked, Inspection, Pace};
use self::stage::{Cut, Stage, expect, finish, is_held, is_right};
use crate::code::Code;

/// A session as the rules describe it. Each function takes what a call returned, and judges it.
#[derive(Clone, Debug)]
pub struct Session<Q> {
    /// The number of newest taken completions for whose handles cancel still returns "already"
    /// (S-C9).
    remembered: usize,
    startups: u64,
    /// Whether the engine was taken down.
    down: bool,
    /// The number of calls so far. It orders events.
    now: u64,
    /// In the order in which they were asked.
    outstanding: Vec<Request<Q>>,
    /// Those of the guest whose futures exist. They need no start-up.
    lookups: Vec<Lookup<Q>>,
    /// How every other request ended, by handle.
    ended: HashMap<u64, End>,
    /// Completions taken since the last clean-up.
    taken: usize,
    /// A wait has shown that one of these requests had completed by then, but not which.
    one_of: Option<Vec<u64>>,
    /// The last call that looked at completions, if a library puts all of them into a queue then.
    queued_by: Option<u64>,
}

/// Whether the limits leave room for one more request (S-R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// They do.
    Free,
    /// They do not.
    Full,
    /// The test cannot see how much of a limit is used.
    Unknown,
}

/// A completion as it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TakenCompletion<A = u32> {
    /// The request.
    pub handle: u64,
    /// The number that came with the request.
    pub tag: u64,
    /// Its outcome.
    pub outcome: Result<A, Code>,
}

#[derive(Clone, Debug)]
struct Request<Q> {
    handle: u64,
    tag: u64,
    asked: Q,
    stage: Stage,
    cut: Option<Cut>,
    /// Whether a cancel has shown that its message is in the library's queue.
    is_queued: bool,
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// Its completion was taken: the index among those taken since the last clean-up.
    Taken(usize),
    Cancelled,
    /// The last clean-up ended it.
    Forgotten,
}

impl<Q: Asked> Session<Q> {
    /// A new session, which tells the given number of taken completions from unknown handles.
    pub fn new(remembered: usize) -> Session<Q> {
        Session {
            remembered,
            startups: 0,
            down: false,
            now: 0,
            outstanding: Vec::new(),
            lookups: Vec::new(),
            ended: HashMap::new(),
            taken: 0,
            one_of: None,
            queued_by: None,
        }
    }

    /// A new session behind a library that has a message queue. A call that looks at completions
    /// may put any of them into the queue, and a cancel comes too late for those (S-C2).
    pub fn with_queue(remembered: usize) -> Session<Q> {
        Session {
            queued_by: Some(0),
            ..Session::new(remembered)
        }
    }

    /// The outstanding requests. They are known exactly, at whatever pace workers go.
    pub fn outstanding(&self) -> impl ExactSizeIterator<Item = (u64, &Q)> {
        self.outstanding.iter().map(|r| (r.handle, &r.asked))
    }

    /// The number of requests and lookups that count for the limits.
    pub fn places(&self) -> usize {
        self.outstanding.len() + self.lookups.len()
    }

    /// The number of requests and lookups that wait for [`Session::finish`] or
    /// [`Session::finish_lookup`], each of which may keep a worker.
    pub fn held(&self) -> usize {
        let requests = self.outstanding.iter().map(|r| (r.stage, r.cut));
        let lookups = self.lookups.iter().map(|l| (l.stage, l.cut));
        requests.chain(lookups).filter(is_held).count()
    }

    /// Whether the resolver may finish one of the requests, or has finished it.
    pub fn is_finishing(&self) -> bool {
        let mut requests = self.outstanding.iter().map(|r| (r.stage, r.cut));
        requests.any(|request| !is_held(&request))
    }

    /// Whether a request has certainly completed and was not taken.
    pub fn has_completed(&self) -> bool {
        let completed = |r: &Request<Q>| matches!(r.stage, Stage::Completed { .. });
        self.one_of.is_some() || self.outstanding.iter().any(completed)
    }

    /// Judges a start-up (S-S3).
    pub fn startup(&mut self, got: Result<(), Code>) -> Inspection {
        self.now += 1;
        self.startups += 1;
        expect(got, Ok(()))
    }

    /// The engine goes down. Every request has completed, with WSAENETDOWN unless its lookup ended
    /// before (S-R18).
    pub fn take_down(&mut self) {
        self.now += 1;
        self.down = true;
        let by = self.now;
        let requests = self.outstanding.iter_mut();
        let requests = requests.map(|request| (&mut request.stage, &mut request.cut));
        let lookups = self.lookups.iter_mut();
        let lookups = lookups.map(|lookup| (&mut lookup.stage, &mut lookup.cut));
        for (stage, cut) in requests.chain(lookups) {
            let (from, finished) = match *stage {
                Stage::Pending => (by, false),
                Stage::Finishing { from } => (from, true),
                Stage::Completed { .. } => continue,
            };
            *stage = Stage::Completed { from, by };
            *cut = Some(Cut {
                unseen: true,
                finished,
            });
        }
    }

    /// The engine comes up again.
    pub fn bring_up(&mut self) {
        self.down = false;
    }

    /// Begins a call that looks at completions.
    fn settle(&mut self) {
        self.now += 1;
        let requests = self.outstanding.iter_mut().map(|r| &mut r.cut);
        let lookups = self.lookups.iter_mut().map(|l| &mut l.cut);
        let cuts = requests.chain(lookups).flatten();
        cuts.for_each(|cut| cut.unseen = false);
    }

    /// Judges a clean-up: the last one ends every request (S-S3, S-S4).
    pub fn cleanup(&mut self, got: Result<(), Code>) -> Inspection {
        self.settle();
        if self.startups == 0 {
            return expect(got, Err(Code::NotInitialised));
        }
        self.startups -= 1;
        if self.startups == 0 {
            let handles = self.outstanding.drain(..).map(|request| request.handle);
            self.ended
                .extend(handles.map(|handle| (handle, End::Forgotten)));
            self.ended
                .values_mut()
                .for_each(|end| *end = End::Forgotten);
            self.one_of = None;
            self.taken = 0;
        }
        expect(got, Ok(()))
    }

    /// Judges a request, which succeeds if there is room, with a handle never given before (S-R2,
    /// S-R5, S-R17, S-R18, S-S5).
    pub fn request(
        &mut self,
        asked: Q,
        tag: u64,
        room: Room,
        got: Result<u64, Code>,
    ) -> Inspection {
        self.settle();
        let refusal = match room {
            _ if self.startups == 0 => Some(Code::NotInitialised),
            _ if self.down => Some(Code::NetworkDown),
            Room::Full => Some(Code::WouldBlock),
            Room::Unknown if got == Err(Code::WouldBlock) => return Ok(()),
            Room::Free | Room::Unknown => None,
        };
        if let Some(code) = refusal {
            return expect(got, Err(code));
        }
        let handle = got.map_err(|error| format!("got {error:?}, and a handle is right"))?;
        if handle == 0 || self.find(handle).is_some() || self.ended.contains_key(&handle) {
            return Err(format!("{handle:#x} is zero or was given before"));
        }
        let stage = Stage::begun(&asked, self.now);
        self.outstanding.push(Request {
            handle,
            tag,
            asked,
            stage,
            cut: None,
            is_queued: false,
        });
        Ok(())
    }

    /// The resolver may finish this request from now on, if it is outstanding.
    pub fn finish(&mut self, handle: u64) {
        self.now += 1;
        if let Some(at) = self.find(handle) {
            let request = &mut self.outstanding[at];
            finish(&mut request.stage, &mut request.cut, self.now);
        }
    }

    fn find(&self, handle: u64) -> Option<usize> {
        self.outstanding.iter().position(|r| r.handle == handle)
    }

    /// Judges a cancel: it succeeds until the completion is taken. Afterwards the request has
    /// completed, and any other handle is unknown (S-C1, S-C2, S-C3, S-C5, S-C8, S-C9).
    pub fn cancel(&mut self, handle: u64, got: Result<(), Code>) -> Inspection {
        self.settle();
        if self.startups == 0 {
            return expect(got, Err(Code::NotInitialised));
        }
        if self.down {
            return expect(got, Err(Code::NetworkDown));
        }
        let Some(at) = self.find(handle) else {
            return expect(got, Err(self.after_the_end(handle)));
        };
        let request = &mut self.outstanding[at];
        if got == Err(Code::Already)
            && let Stage::Finishing { from } | Stage::Completed { from, .. } = request.stage
            && self.queued_by.is_some_and(|by| from < by)
        {
            request.is_queued = true;
            let by = self.now;
            self.completed(handle, by);
            return Ok(());
        }
        let right = if request.is_queued {
            Err(Code::Already)
        } else {
            Ok(())
        };
        expect(got, right)?;
        self.outstanding.remove(at);
        self.ended.insert(handle, End::Cancelled);
        // If a wait has shown that one of several had completed, it may have been this one.
        self.one_of.take_if(|one_of| one_of.contains(&handle));
        Ok(())
    }

    /// What cancel returns for a handle that is not outstanding.
    fn after_the_end(&self, handle: u64) -> Code {
        match self.ended.get(&handle) {
            Some(End::Taken(index)) if self.taken - index <= self.remembered => Code::Already,
            Some(End::Taken(_) | End::Cancelled | End::Forgotten) | None => Code::Invalid,
        }
    }

    /// The request has completed, not after `then`.
    fn completed(&mut self, handle: u64, then: u64) {
        let Some(at) = self.find(handle) else {
            return;
        };
        let stage = &mut self.outstanding[at].stage;
        *stage = match *stage {
            Stage::Completed { from, by } => Stage::Completed {
                from,
                by: by.min(then),
            },
            Stage::Finishing { from } => Stage::Completed { from, by: then },
            Stage::Pending => Stage::Pending,
        };
    }

    /// Judges the completions that a call took, at most `max` (S-R6, S-C1). Each request comes at
    /// most once, in the order of completion. A call that took fewer than `max` took every
    /// completion.
    pub fn take(&mut self, max: usize, shown: &[TakenCompletion<Q::Answer>]) -> Inspection {
        self.settle();
        if let Some(by) = &mut self.queued_by {
            *by = self.now;
        }
        if shown.len() > max {
            return Err(format!(
                "{} are shown, and at most {max} asked for",
                shown.len()
            ));
        }
        for one in shown {
            let wrong = |why| format!("{one:x?} is shown: {why}");
            self.show(one).map_err(wrong)?;
        }
        if shown.len() < max && self.has_completed() {
            return Err("a request has completed and is not shown".into());
        }
        Ok(())
    }

    fn show(&mut self, shown: &TakenCompletion<Q::Answer>) -> Inspection {
        let at = self.find(shown.handle).ok_or("it is not outstanding")?;
        let request = &self.outstanding[at];
        let (Stage::Finishing { from: first } | Stage::Completed { from: first, .. }) =
            request.stage
        else {
            return Err("the resolver must not have finished it".into());
        };
        expect(shown.tag, request.tag)?;
        if !is_right(&request.asked, request.cut, &shown.outcome) {
            return Err(format!("the outcome is not that of {request:x?}"));
        }
        let before = |r: &&Request<Q>| matches!(r.stage, Stage::Completed { by, .. } if by < first);
        if let Some(before) = self.outstanding.iter().find(before) {
            return Err(format!("{before:x?} completed before it"));
        }
        if let Some(one_of) = self.one_of.take()
            && !one_of.contains(&shown.handle)
        {
            return Err(format!("one of {one_of:x?} completed before it"));
        }
        self.outstanding.remove(at);
        self.ended.insert(shown.handle, End::Taken(self.taken));
        self.taken += 1;
        Ok(())
    }

    /// Judges a wait, which returned whether a completion can be taken. `certain` says that the
    /// call waited for as long as it takes.
    pub fn wait(&mut self, certain: bool, got: bool) -> Inspection {
        self.settle();
        if self.has_completed() {
            return expect(got, true);
        }
        let finishing = |r: &&Request<Q>| matches!(r.stage, Stage::Finishing { .. });
        let finishing = self.outstanding.iter().filter(finishing);
        let handles: Vec<u64> = finishing.map(|r| r.handle).collect();
        match (handles.is_empty(), got) {
            (true, _) => return expect(got, false),
            (false, false) if certain => return expect(got, true),
            (false, false) => return Ok(()),
            (false, true) => {}
        }
        let by = self.now;
        match handles[..] {
            [only] => self.completed(only, by),
            _ => self.one_of = Some(handles),
        }
        Ok(())
    }

    /// The lookups whose futures exist, by the number that each began with.
    pub fn lookups(&self) -> impl ExactSizeIterator<Item = u64> {
        self.lookups.iter().map(|lookup| lookup.number)
    }

    /// Judges the beginning of a lookup, which needs no start-up (S-W1, S-R2, S-R18).
    pub fn begin(
        &mut self,
        number: u64,
        asked: Q,
        room: Room,
        got: Result<(), Code>,
    ) -> Inspection {
        self.settle();
        let refusal = match room {
            _ if self.down => Some(Code::NetworkDown),
            Room::Full => Some(Code::WouldBlock),
            Room::Unknown if got == Err(Code::WouldBlock) => return Ok(()),
            Room::Free | Room::Unknown => None,
        };
        if let Some(code) = refusal {
            return expect(got, Err(code));
        }
        expect(got, Ok(()))?;
        self.lookups.push(Lookup::new(number, asked, self.now));
        Ok(())
    }

    /// The resolver may finish this lookup from now on, if its future exists.
    pub fn finish_lookup(&mut self, number: u64) {
        self.now += 1;
        let now = self.now;
        if let Some(lookup) = self.lookup(number) {
            finish(&mut lookup.stage, &mut lookup.cut, now);
        }
    }

    /// Judges a poll of a lookup. `certain` says that the call waited for as long as it takes.
    pub fn poll(
        &mut self,
        number: u64,
        certain: bool,
        got: Option<&Result<Q::Answer, Code>>,
    ) -> Inspection {
        self.settle();
        let by = self.now;
        let lookup = self.lookup(number).ok_or("there is no such lookup")?;
        lookup.poll(by, certain, got)
    }

    /// Whether a wait for this lookup ends: it has completed, or a free worker finishes it.
    pub fn lookup_ends(&self, number: u64, has_free_worker: bool) -> bool {
        let lookup = self.lookups.iter().find(|one| one.number == number);
        lookup.is_some_and(|lookup| match lookup.stage {
            Stage::Completed { .. } => true,
            Stage::Finishing { .. } => has_free_worker,
            Stage::Pending => false,
        })
    }

    /// The future is dropped: the lookup counts for no limit any more (S-W3, S-C6).
    pub fn drop_lookup(&mut self, number: u64) {
        self.settle();
        self.lookups.retain(|lookup| lookup.number != number);
    }

    fn lookup(&mut self, number: u64) -> Option<&mut Lookup<Q>> {
        self.lookups.iter_mut().find(|one| one.number == number)
    }
}
