//! Window classes.

use std::collections::BTreeMap;
use std::ffi::{c_char, c_int};

use super::state::{State, with};
use super::text::{Unit, Wide};
use super::{
    BOOL, ERROR_CLASS_ALREADY_EXISTS, ERROR_CLASS_DOES_NOT_EXIST, ERROR_CLASS_HAS_WINDOWS,
    ERROR_INVALID_PARAMETER, Handle, WNDPROC, or_fail,
};
use crate::memory;

/// `WNDCLASS` of either form.
#[repr(C)]
pub struct WNDCLASS<U> {
    style: u32,
    lpfnWndProc: Option<WNDPROC>,
    cbClsExtra: c_int,
    cbWndExtra: c_int,
    hInstance: Handle,
    hIcon: Handle,
    hCursor: Handle,
    hbrBackground: Handle,
    lpszMenuName: *const U,
    lpszClassName: *const U,
}

/// `WNDCLASSEX` of either form.
#[repr(C)]
pub struct WNDCLASSEX<U> {
    cbSize: u32,
    class: WNDCLASS<U>,
    hIconSm: Handle,
}

/// What windows of a class have in common.
#[derive(Clone, Copy)]
pub(super) struct Class {
    pub(super) procedure: WNDPROC,
    /// Bytes that each window has for the program.
    pub(super) extra: u16,
    /// Whether it was registered with wide text, and its procedure is given such.
    pub(super) is_wide: bool,
}

/// The classes by their atoms.
pub(super) type Classes = BTreeMap<u16, Class>;

/// RegisterClass: the class's atom, or 0. Extra bytes of a window are 65,535 at most.
///
/// # Safety
/// `class` is null, no memory, or a `WNDCLASSA` whose name lives until this returns, and whose procedure
/// can be called for as long as the class is registered.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterClassA(class: *const WNDCLASS<c_char>) -> u16 {
    // SAFETY: see above.
    unsafe { register(memory::read(class)) }
}

/// RegisterClassW.
///
/// # Safety
/// As for [`RegisterClassA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterClassW(class: *const WNDCLASS<Wide>) -> u16 {
    // SAFETY: see above.
    unsafe { register(memory::read(class)) }
}

/// RegisterClassEx.
///
/// # Safety
/// As for [`RegisterClassA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterClassExA(class: *const WNDCLASSEX<c_char>) -> u16 {
    // SAFETY: see above.
    unsafe { register_ex(class) }
}

/// RegisterClassExW.
///
/// # Safety
/// As for [`RegisterClassA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn RegisterClassExW(class: *const WNDCLASSEX<Wide>) -> u16 {
    // SAFETY: see above.
    unsafe { register_ex(class) }
}

/// UnregisterClass, by name or atom.
///
/// # Safety
/// The name lives until this returns. Null, atoms and what is no memory are told apart.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn UnregisterClassA(name: *const c_char, _instance: Handle) -> BOOL {
    // SAFETY: see above.
    unsafe { unregister(name) }
}

/// UnregisterClassW.
///
/// # Safety
/// As for [`UnregisterClassA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn UnregisterClassW(name: *const Wide, _instance: Handle) -> BOOL {
    // SAFETY: see above.
    unsafe { unregister(name) }
}

/// The atom of the class that a pointer means: a string, or an atom itself. Strings go first, as on
/// wasm32 they too may lie where atoms are.
///
/// # Safety
/// As for [`UnregisterClassA`].
pub(super) unsafe fn named<U: Unit>(name: *const U) -> Option<u16> {
    // SAFETY: see above.
    let text = unsafe { U::read(name) };
    with(|state| {
        let by_text = text.and_then(|text| state.names.find(&text));
        let is_class = |atom: &u16| state.classes.contains_key(atom);
        let by_number = || u16::try_from(name.addr()).ok().filter(is_class);
        by_text.filter(is_class).or_else(by_number)
    })
}

unsafe fn register_ex<U: Unit>(class: *const WNDCLASSEX<U>) -> u16 {
    // SAFETY: the callers' promise.
    unsafe {
        let class = memory::read(class);
        let fits = |class: &WNDCLASSEX<U>| class.cbSize as usize == size_of::<WNDCLASSEX<U>>();
        register(class.filter(fits).map(|class| class.class))
    }
}

unsafe fn register<U: Unit>(class: Option<WNDCLASS<U>>) -> u16 {
    // SAFETY: the callers' promise.
    let name = class
        .as_ref()
        .and_then(|class| unsafe { U::read(class.lpszClassName) });
    let class = class.and_then(|class| {
        Some(Class {
            procedure: class.lpfnWndProc?,
            extra: u16::try_from(class.cbWndExtra).ok()?,
            is_wide: U::IS_WIDE,
        })
        .filter(|_| class.cbClsExtra >= 0)
    });
    let atom = match (name, class) {
        (Some(name), Some(class)) => with(|state| add(state, &name, class)),
        _ => Err(ERROR_INVALID_PARAMETER),
    };
    or_fail(atom, 0)
}

fn add(state: &mut State, name: &[u8], class: Class) -> Result<u16, u32> {
    let atom = state.names.add(name)?;
    if state.classes.contains_key(&atom) {
        return Err(ERROR_CLASS_ALREADY_EXISTS);
    }
    state.classes.insert(atom, class);
    Ok(atom)
}

unsafe fn unregister<U: Unit>(name: *const U) -> BOOL {
    // SAFETY: the callers' promise.
    let atom = unsafe { named(name) }.ok_or(ERROR_CLASS_DOES_NOT_EXIST);
    or_fail(atom.and_then(|atom| with(|state| remove(state, atom))), 0)
}

fn remove(state: &mut State, atom: u16) -> Result<BOOL, u32> {
    if state.windows.any_of(atom) {
        return Err(ERROR_CLASS_HAS_WINDOWS);
    }
    state.classes.remove(&atom);
    Ok(1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hwnd::HWND;

    unsafe extern "C" fn procedure(_: HWND, _: u32, _: u32, _: i32) -> i32 {
        0
    }

    const CLASS: Class = Class {
        procedure,
        extra: 4,
        is_wide: false,
    };

    #[test]
    fn a_class_is_there_once_and_again_after_it_was_removed() {
        let mut state = State::default();
        assert_eq!(add(&mut state, b"one", CLASS), Ok(0xc000));
        let again = add(&mut state, b"ONE", CLASS);
        assert_eq!(again, Err(ERROR_CLASS_ALREADY_EXISTS));
        assert_eq!(add(&mut state, b"", CLASS), Err(ERROR_INVALID_PARAMETER));
        assert_eq!(remove(&mut state, 0xc000), Ok(1));
        assert_eq!(add(&mut state, b"One", CLASS), Ok(0xc000));
    }

    #[test]
    fn a_class_is_named_without_regard_to_case_and_other_names_are_no_classes() {
        let atom = with(|state| add(state, b"Named", CLASS)).unwrap();
        with(|state| state.names.add(b"no class")).unwrap();
        // SAFETY: constants, and a number.
        unsafe {
            assert_eq!(named(c"nAMED".as_ptr()), Some(atom));
            assert_eq!(named(c"no class".as_ptr()), None);
            assert_eq!(named::<c_char>(std::ptr::null()), None);
        }
    }
}
