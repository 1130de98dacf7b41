//! An observer that records the steps of lookups.

use std::sync::{Arc, Mutex};

use winsock_async_engine::observe::{Observer, QueryKind, RequestId, RunsOn};
use winsock_async_engine::policy::Policy;
use winsock_async_engine::{ErrorCode, LookupEngine, Outcome, Query, TaskHandle};

use crate::kept::Kept;

/// Records each step of each request.
#[derive(Default)]
pub(crate) struct Diary(Mutex<Vec<(TaskHandle, &'static str)>>);

impl Diary {
    pub(crate) fn write(&self, request: RequestId, what: &'static str) {
        self.0.lock().unwrap().push((request.handle, what));
    }

    pub(crate) fn last(&self) -> TaskHandle {
        self.0.lock().unwrap().last().expect("a step").0
    }

    pub(crate) fn of(&self, handle: TaskHandle) -> Vec<&'static str> {
        let steps = self.0.lock().unwrap();
        let of_it = steps.iter().filter(|step| step.0 == handle);
        of_it.map(|step| step.1).collect()
    }
}

impl Observer for Diary {
    fn request(&self, request: RequestId, _: QueryKind, _: Option<&Query>) {
        self.write(request, "request");
    }

    fn refusal(&self, session: u64, _: QueryKind, _: ErrorCode) {
        let request = RequestId { session, handle: 0 };
        self.write(request, "refusal");
    }

    fn start(&self, request: RequestId, _: RunsOn) {
        self.write(request, "start");
    }

    fn finish(&self, request: RequestId, _: RunsOn) {
        self.write(request, "finish");
    }

    fn answer(&self, request: RequestId, _: &Outcome) {
        self.write(request, "answer");
    }

    fn denial(&self, request: RequestId) {
        self.write(request, "denial");
    }

    fn cancel(&self, request: RequestId) {
        self.write(request, "cancel");
    }
}

pub(crate) fn observed() -> (LookupEngine, Kept, Arc<Diary>) {
    let (kept, diary) = (Kept::default(), Arc::new(Diary::default()));
    let engine = LookupEngine::builder()
        .resolver(kept.clone())
        .policy(Policy::deny_all().allow("*.test".parse().unwrap()))
        .observer(Arc::clone(&diary))
        .build();
    (engine, kept, diary)
}
