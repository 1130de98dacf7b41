//! The search list, where the policy judges each of its names.

use std::ffi::{c_int, c_ulong};
use std::path::Path;
use std::time::Duration;

use super::by_name;
use crate::lookup::Lookup;
use crate::policy::Policy;
use crate::resolvers::resolv_conf::{self, Environment};
use crate::resolvers::search::{Miss, Next, Search, SearchState};
use crate::types::{ErrorCode, Outcome};

/// The system's settings of DNS.
const RESOLV_CONF: &str = "/etc/resolv.conf";

// The options of <resolv.h>.
const RES_INIT: c_ulong = 0x1;
const RES_DEFNAMES: c_ulong = 0x80;
const RES_DNSRCH: c_ulong = 0x200;
const RES_NOALIASES: c_ulong = 0x1000;

/// The first fields of the resolver's state, of <resolv.h>. Each thread has a state of its own.
#[repr(C)]
struct ResState {
    retrans: c_int,
    retry: c_int,
    options: c_ulong,
}

// Of <resolv.h>. The functions are part of the C library itself.
unsafe extern "C" {
    fn __res_state() -> *mut ResState;
    fn __res_ninit(state: *mut ResState) -> c_int;
    fn __res_nclose(state: *mut ResState);
}

/// Looks a host up by each name of its search that the policy allows (`S-R16`), as glibc's search
/// list has it.
pub(crate) fn by_allowed_names(lookup: &Lookup, policy: Option<&Policy>) -> Outcome {
    let text = resolv_conf::contents(Path::new(RESOLV_CONF)).unwrap_or_default();
    let environment = Environment::of_process();
    let list = resolv_conf::read(&text, RESOLV_CONF, &environment).0.search;
    let search = Search::new(lookup.clone(), &list, policy);
    let mut state = SearchState::new(&search, &list)?;
    let _no_search = NoSearch::begin()?;
    loop {
        let miss = match by_name(lookup, &state.name(&search, &list)) {
            Err(error @ (ErrorCode::HostNotFound | ErrorCode::NoData)) => {
                Miss::Missing(error, Duration::ZERO)
            }
            // glibc keeps to itself whether a server answered.
            Err(ErrorCode::TryAgain) => Miss::ServFail,
            Err(error) => Miss::Failed(error),
            found => return found,
        };
        if let Next::End(error, _) = state.next(miss, &search, &list) {
            return Err(error);
        }
    }
}

/// Turns the C library's search list and host aliases off for this thread, until it is dropped.
struct NoSearch {
    state: *mut ResState,
    options: c_ulong,
}

impl NoSearch {
    fn begin() -> Result<NoSearch, ErrorCode> {
        // SAFETY: the state is this thread's own, and lives as long as the thread, where the value
        // stays, as a pointer is not `Send`. The state is closed only if it was initialised, and is
        // initialised before its options are read. Initialising it again reads a changed file.
        unsafe {
            let state = __res_state();
            if (*state).options & RES_INIT != 0 {
                __res_nclose(state);
            }
            if __res_ninit(state) != 0 {
                return Err(ErrorCode::TryAgain);
            }
            let options = (*state).options;
            (*state).options = options & !(RES_DEFNAMES | RES_DNSRCH) | RES_NOALIASES;
            Ok(NoSearch { state, options })
        }
    }
}

impl Drop for NoSearch {
    fn drop(&mut self) {
        // SAFETY: as in `begin`.
        unsafe { (*self.state).options = self.options };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn search_is_off_until_the_guard_is_dropped() {
        // SAFETY: the state is this thread's own.
        let options = || unsafe { (*__res_state()).options };
        let guard = NoSearch::begin().unwrap();
        assert_eq!(options() & (RES_DEFNAMES | RES_DNSRCH), 0);
        assert!(options() & RES_INIT != 0 && options() & RES_NOALIASES != 0);
        drop(guard);
        assert!(options() & RES_DNSRCH != 0 && options() & RES_NOALIASES == 0);
    }
}
