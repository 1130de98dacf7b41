//! The model of a session.

use std::collections::HashMap;

use crate::question::{Code, Outcome, Question};

/// A session as the rules have it. Each function is told what a call returned, and says whether it may.
#[derive(Clone, Debug)]
pub struct Session {
    /// Most requests outstanding (S-R2).
    limit: usize,
    /// For how many completions that were taken "already" is told from "never" (S-C9).
    remembered: usize,
    startups: u64,
    /// Whether the engine was taken down.
    down: bool,
    /// Counts the calls, to tell what came before what.
    now: u64,
    /// In the order in which they were asked.
    outstanding: Vec<Request>,
    /// What became of the others, by their handles.
    ended: HashMap<u64, End>,
    /// Completions taken since the last clean-up.
    taken: usize,
    one_of: Option<OneOf>,
}

/// A completion as it was taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The request.
    pub handle: u64,
    /// The number that came with it.
    pub tag: u64,
    /// What came of it.
    pub outcome: Outcome,
}

#[derive(Clone, Debug)]
struct Request {
    handle: u64,
    tag: u64,
    question: Question,
    stage: Stage,
    cut: Option<Cut>,
}

/// The engine went down before the request had certainly completed.
#[derive(Clone, Copy, Debug)]
struct Cut {
    /// Whether the session was not called since, so that the request keeps the worker that it may have.
    unseen: bool,
    /// Whether the resolver may have finished it all the same.
    finished: bool,
}

#[derive(Clone, Copy, Debug)]
enum Stage {
    /// It cannot have completed.
    Pending,
    /// It may have completed, not before `from`.
    Finishing { from: u64 },
    /// It has completed, not before `from` and not after `by`.
    Completed { from: u64, by: u64 },
}

#[derive(Clone, Copy, Debug)]
enum End {
    /// As which of the completions since the last clean-up.
    Taken(usize),
    Cancelled,
    /// By the last clean-up.
    Forgotten,
}

/// One of these had completed by then, as a wait has said so; nobody knows which.
#[derive(Clone, Debug)]
struct OneOf {
    handles: Vec<u64>,
    by: u64,
}

type Inspection = Result<(), String>;

fn expect<T: PartialEq + std::fmt::Debug>(got: T, right: T) -> Inspection {
    if got == right {
        return Ok(());
    }
    Err(format!("got {got:?}, and {right:?} is right"))
}

impl Session {
    /// A new session, with a limit of requests and a number of completions that are remembered.
    pub fn new(limit: usize, remembered: usize) -> Session {
        Session {
            limit,
            remembered,
            startups: 0,
            down: false,
            now: 0,
            outstanding: Vec::new(),
            ended: HashMap::new(),
            taken: 0,
            one_of: None,
        }
    }

    /// Requests that are outstanding: exactly known, whatever workers do.
    pub fn outstanding(&self) -> usize {
        self.outstanding.len()
    }

    /// Requests that the resolver was not let finish, and that keep a worker if one has begun.
    pub fn held(&self) -> usize {
        let held = |r: &&Request| match r.cut {
            None => matches!(r.stage, Stage::Pending),
            Some(cut) => cut.unseen && !cut.finished,
        };
        self.outstanding.iter().filter(held).count()
    }

    /// Whether something has certainly completed and was not taken.
    pub fn has_completed(&self) -> bool {
        let completed = |r: &Request| matches!(r.stage, Stage::Completed { .. });
        self.one_of.is_some() || self.outstanding.iter().any(completed)
    }

    /// S-S3
    pub fn startup(&mut self, got: Result<(), Code>) -> Inspection {
        self.now += 1;
        self.startups += 1;
        expect(got, Ok(()))
    }

    /// The engine goes down: everything has completed, with WSAENETDOWN where the resolver was not
    /// first (S-R18).
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

    /// It comes up again.
    pub fn bring_up(&mut self) {
        self.down = false;
    }

    /// A call that looks at what has come.
    fn settle(&mut self) {
        self.now += 1;
        let cuts = self.outstanding.iter_mut().filter_map(|r| r.cut.as_mut());
        cuts.for_each(|cut| cut.unseen = false);
    }

    /// S-S3, S-S4
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

    /// S-R2, S-R5, S-R18, S-S5. `full` says that the engine's own limit is reached.
    pub fn request(
        &mut self,
        question: Question,
        tag: u64,
        full: bool,
        got: Result<u64, Code>,
    ) -> Inspection {
        self.settle();
        if self.startups == 0 {
            return expect(got, Err(Code::NotInitialised));
        }
        if self.down {
            return expect(got, Err(Code::NetworkDown));
        }
        if full || self.outstanding.len() >= self.limit {
            return expect(got, Err(Code::WouldBlock));
        }
        let handle = got.map_err(|error| format!("got {error:?}, and a handle is right"))?;
        // S-R17
        let outstanding = self.outstanding.iter().any(|r| r.handle == handle);
        if handle == 0 || outstanding || self.ended.contains_key(&handle) {
            return Err(format!("{handle:#x} is zero or was given before"));
        }
        let (from, by) = (self.now, self.now);
        let stage = match question {
            Question::Held(_) => Stage::Pending,
            Question::Quick(_) => Stage::Finishing { from },
            _ => Stage::Completed { from, by },
        };
        self.outstanding.push(Request {
            handle,
            tag,
            question,
            stage,
            cut: None,
        });
        Ok(())
    }

    /// The resolver is let finish what was asked under this number.
    pub fn finish(&mut self, number: u64) {
        self.now += 1;
        let from = self.now;
        let held = Question::Held(number);
        for request in self.outstanding.iter_mut().filter(|r| r.question == held) {
            if matches!(request.stage, Stage::Pending) {
                request.stage = Stage::Finishing { from };
            }
            if let Some(cut) = &mut request.cut {
                cut.finished |= cut.unseen;
            }
        }
    }

    /// S-C1, S-C2, S-C3, S-C5, S-C8, S-C9
    pub fn cancel(&mut self, handle: u64, got: Result<(), Code>) -> Inspection {
        self.settle();
        if self.startups == 0 {
            return expect(got, Err(Code::NotInitialised));
        }
        if self.down {
            return expect(got, Err(Code::NetworkDown));
        }
        let Some(at) = self.outstanding.iter().position(|r| r.handle == handle) else {
            return expect(got, Err(self.after_the_end(handle)));
        };
        let stage = &mut self.outstanding[at].stage;
        match (*stage, got) {
            (Stage::Pending | Stage::Finishing { .. }, Ok(())) => {
                self.outstanding.remove(at);
                self.ended.insert(handle, End::Cancelled);
                self.not_this_one(handle);
                Ok(())
            }
            (Stage::Finishing { from }, Err(Code::Already)) => {
                let by = self.now;
                *stage = Stage::Completed { from, by };
                Ok(())
            }
            (Stage::Completed { .. }, got) => expect(got, Err(Code::Already)),
            (Stage::Pending, got) => expect(got, Ok(())),
            (Stage::Finishing { .. }, got) => {
                Err(format!("got {got:?}, and Ok or Already is right"))
            }
        }
    }

    /// What cancel says of a handle that is not outstanding.
    fn after_the_end(&self, handle: u64) -> Code {
        match self.ended.get(&handle) {
            Some(End::Taken(place)) if self.taken - place <= self.remembered => Code::Already,
            Some(End::Taken(_) | End::Cancelled | End::Forgotten) | None => Code::Invalid,
        }
    }

    /// A request of which a wait may have spoken was cancelled: it spoke of another.
    fn not_this_one(&mut self, handle: u64) {
        let Some(OneOf { handles, by }) = &mut self.one_of else {
            return;
        };
        handles.retain(|other| *other != handle);
        if let [last] = handles[..] {
            let by = *by;
            self.one_of = None;
            self.completed(last, by);
        }
    }

    /// A request has completed by then.
    fn completed(&mut self, handle: u64, then: u64) {
        for request in self.outstanding.iter_mut().filter(|r| r.handle == handle) {
            request.stage = match request.stage {
                Stage::Completed { from, by } => Stage::Completed {
                    from,
                    by: by.min(then),
                },
                Stage::Finishing { from } => Stage::Completed { from, by: then },
                Stage::Pending => Stage::Pending,
            };
        }
    }

    /// S-R6, S-C1: nothing but what has completed, each once, and all of it if there is room.
    pub fn take(&mut self, max: usize, shown: &[Shown]) -> Inspection {
        self.settle();
        if shown.len() > max {
            return Err(format!(
                "{} are shown, and at most {max} asked for",
                shown.len()
            ));
        }
        for one in shown {
            self.show(one)
                .map_err(|why| format!("{one:x?} is shown: {why}"))?;
        }
        if shown.len() < max && self.has_completed() {
            return Err("something has completed and is not shown".into());
        }
        Ok(())
    }

    fn show(&mut self, shown: &Shown) -> Inspection {
        let same = |r: &Request| r.handle == shown.handle;
        let at = self
            .outstanding
            .iter()
            .position(same)
            .ok_or("it is not outstanding")?;
        let request = &self.outstanding[at];
        let (Stage::Finishing { from: first } | Stage::Completed { from: first, .. }) =
            request.stage
        else {
            return Err("the resolver was not let finish it".into());
        };
        expect(shown.tag, request.tag)?;
        match request.cut {
            Some(_) if shown.outcome == Err(Code::NetworkDown) => {}
            Some(cut) if !cut.finished => expect(shown.outcome, Err(Code::NetworkDown))?,
            _ => expect(shown.outcome, request.question.outcome())?,
        }
        let before = |r: &&Request| matches!(r.stage, Stage::Completed { by, .. } if by < first);
        if let Some(before) = self.outstanding.iter().find(before) {
            return Err(format!("{before:x?} completed before it"));
        }
        if let Some(one_of) = self.one_of.take()
            && !one_of.handles.contains(&shown.handle)
        {
            return Err(format!("one of {one_of:x?} completed before it"));
        }
        self.outstanding.remove(at);
        self.ended.insert(shown.handle, End::Taken(self.taken));
        self.taken += 1;
        Ok(())
    }

    /// `certain` says that what may have completed was waited for, as long as it takes.
    pub fn wait(&mut self, certain: bool, got: bool) -> Inspection {
        self.settle();
        if self.has_completed() {
            return expect(got, true);
        }
        let finishing = |r: &&Request| matches!(r.stage, Stage::Finishing { .. });
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
            _ => self.one_of = Some(OneOf { handles, by }),
        }
        Ok(())
    }
}
