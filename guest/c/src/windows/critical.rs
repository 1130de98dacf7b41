//! Critical sections. The only thread never waits for them, so they only count.

use super::types::{BOOL, Handle};
use crate::memory;

/// `CRITICAL_SECTION`.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct CRITICAL_SECTION {
    DebugInfo: Handle,
    /// -1 if the section is free.
    LockCount: i32,
    RecursionCount: i32,
    OwningThread: Handle,
    LockSemaphore: Handle,
    SpinCount: usize,
}

/// InitializeCriticalSection: makes a section free.
///
/// # Safety
/// `section` is null, no memory, or a `CRITICAL_SECTION` of the program.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn InitializeCriticalSection(section: *mut CRITICAL_SECTION) {
    // SAFETY: see above.
    unsafe { memory::write(section, CRITICAL_SECTION::entered(0)) };
}

/// EnterCriticalSection: enters a section once more.
///
/// # Safety
/// As for [`InitializeCriticalSection`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn EnterCriticalSection(section: *mut CRITICAL_SECTION) {
    // SAFETY: see above.
    unsafe { count(section, 1) };
}

/// TryEnterCriticalSection: enters a section once more, and returns TRUE.
///
/// # Safety
/// As for [`InitializeCriticalSection`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn TryEnterCriticalSection(section: *mut CRITICAL_SECTION) -> BOOL {
    // SAFETY: see above.
    unsafe { count(section, 1) };
    1
}

/// LeaveCriticalSection: leaves a section. Leaving a free section does nothing.
///
/// # Safety
/// As for [`InitializeCriticalSection`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn LeaveCriticalSection(section: *mut CRITICAL_SECTION) {
    // SAFETY: see above.
    unsafe { count(section, -1) };
}

/// DeleteCriticalSection: makes a section free.
///
/// # Safety
/// As for [`InitializeCriticalSection`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn DeleteCriticalSection(section: *mut CRITICAL_SECTION) {
    // SAFETY: see above.
    unsafe { memory::write(section, CRITICAL_SECTION::entered(0)) };
}

impl CRITICAL_SECTION {
    fn entered(times: i32) -> CRITICAL_SECTION {
        let none = std::ptr::null_mut();
        let thread = usize::from(times > 0);
        CRITICAL_SECTION {
            DebugInfo: none,
            LockCount: times - 1,
            RecursionCount: times,
            OwningThread: std::ptr::without_provenance_mut(thread),
            LockSemaphore: none,
            SpinCount: 0,
        }
    }
}

unsafe fn count(section: *mut CRITICAL_SECTION, change: i32) {
    // SAFETY: the callers' promise; any bytes are a section, and its pointers are not dereferenced.
    unsafe {
        if let Some(before) = memory::read(section) {
            let times = before.RecursionCount.saturating_add(change).max(0);
            memory::write(section, CRITICAL_SECTION::entered(times));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_counts_how_often_it_was_entered() {
        let mut section = CRITICAL_SECTION::entered(9);
        let state = |s: &CRITICAL_SECTION| (s.LockCount, s.RecursionCount, s.OwningThread.addr());
        // SAFETY: a local section, and null.
        unsafe {
            InitializeCriticalSection(&mut section);
            assert_eq!(state(&section), (-1, 0, 0));
            EnterCriticalSection(&mut section);
            assert_eq!(TryEnterCriticalSection(&mut section), 1);
            assert_eq!(state(&section), (1, 2, 1));
            for left in [(0, 1, 1), (-1, 0, 0), (-1, 0, 0)] {
                LeaveCriticalSection(&mut section);
                assert_eq!(state(&section), left);
            }
            EnterCriticalSection(std::ptr::null_mut());
        }
    }
}
