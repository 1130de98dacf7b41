//! The model of a session.

use std::collections::HashMap;
use std::fmt::Debug;

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
    /// How every other request ended, by handle.
    ended: HashMap<u64, End>,
    /// Completions taken since the last clean-up.
    taken: usize,
    /// A wait has shown that one of these requests had completed by then, but not which.
    one_of: Option<Vec<u64>>,
    /// The last call that looked at completions, if a library puts all of them into a queue then.
    queued_by: Option<u64>,
}

/// The properties of a lookup that the model must know.
pub trait Asked: Debug {
    /// An answer.
    type Answer: Debug;

    /// When the request completes.
    fn pace(&self) -> Pace {
        Pace::Soon
    }

    /// Whether this may be the outcome, while the engine is up.
    fn allows(&self, outcome: &Result<Self::Answer, Code>) -> bool;
}

/// When a request completes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// Before the call that asks has returned.
    AtOnce,
    /// At any time.
    Soon,
    /// Not before [`Session::finish`].
    Held,
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

/// The engine went down before the model knew that the request had completed.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Whether no call was made on the session since. Until then the request keeps its worker.
    unseen: bool,
    /// Whether the resolver may have finished it before.
    finished: bool,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// The request cannot have completed.
    Pending,
    /// It may have completed, not before `from`.
    Finishing { from: u64 },
    /// It has completed, not before `from` and not after `by`.
    Completed { from: u64, by: u64 },
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// Its completion was taken: the index among those taken since the last clean-up.
    Taken(usize),
    Cancelled,
    /// The last clean-up ended it.
    Forgotten,
}

/// The reason why a result is wrong, if it is.
pub type Inspection = Result<(), String>;

fn expect<T: PartialEq + Debug>(got: T, right: T) -> Inspection {
    if got == right {
        return Ok(());
    }
    Err(format!("got {got:?}, and {right:?} is right"))
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

    /// The number of requests that wait for [`Session::finish`], each of which may keep a worker.
    pub fn held(&self) -> usize {
        let held = |r: &&Request<Q>| match r.cut {
            None => matches!(r.stage, Stage::Pending),
            Some(cut) => cut.unseen && !cut.finished,
        };
        self.outstanding.iter().filter(held).count()
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
        for request in &mut self.outstanding {
            let (from, finished) = match request.stage {
                Stage::Pending => (by, false),
                Stage::Finishing { from } => (from, true),
                Stage::Completed { .. } => continue,
            };
            request.stage = Stage::Completed { from, by };
            request.cut = Some(Cut {
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
        let cuts = self.outstanding.iter_mut().filter_map(|r| r.cut.as_mut());
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
        let (from, by) = (self.now, self.now);
        let stage = match asked.pace() {
            Pace::Held => Stage::Pending,
            Pace::Soon => Stage::Finishing { from },
            Pace::AtOnce => Stage::Completed { from, by },
        };
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
        let Some(at) = self.find(handle) else {
            return;
        };
        let request = &mut self.outstanding[at];
        if matches!(request.stage, Stage::Pending) {
            request.stage = Stage::Finishing { from: self.now };
        }
        if let Some(cut) = &mut request.cut {
            cut.finished |= cut.unseen;
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
        let down = matches!(shown.outcome, Err(Code::NetworkDown));
        let right = match request.cut {
            Some(cut) if down || !cut.finished => down,
            _ => request.asked.allows(&shown.outcome),
        };
        if !right {
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
}
