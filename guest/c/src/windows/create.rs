//! CreateWindowEx.

use std::ffi::{c_char, c_int, c_void};
use std::ptr;

use winsock_async_guest::{Hwnd, Message, Window, is_window, send_message};

use super::class::named;
use super::destroy::{abandon, destroy};
use super::error::{
    ERROR_CANNOT_FIND_WND_CLASS, ERROR_INVALID_WINDOW_HANDLE, ERROR_TLW_WITH_WSCHILD, or_fail,
};
use super::state::with;
use super::tables::{Class, Entry, Tables};
use super::text::{Unit, Wide, folded, narrow_of, wide, wide_of};
use super::types::Handle;
use crate::hwnd::{HWND, from_c, to_c};
use crate::memory;

const WM_CREATE: u32 = 0x0001;
const WM_NCCREATE: u32 = 0x0081;
const WS_VISIBLE: u32 = 0x1000_0000;
const WS_CHILD: u32 = 0x4000_0000;

/// HWND_MESSAGE, -3: the parent of windows that only receive messages.
const MESSAGE_ONLY: usize = 0_usize.wrapping_sub(3);

/// `CREATESTRUCT` of either form.
#[repr(C)]
struct CREATESTRUCT {
    lpCreateParams: *mut c_void,
    hInstance: Handle,
    hMenu: Handle,
    hwndParent: HWND,
    cy: c_int,
    cx: c_int,
    y: c_int,
    x: c_int,
    style: u32,
    lpszName: *const c_void,
    lpszClass: *const c_void,
    dwExStyle: u32,
}

/// CreateWindowEx: makes a window. Its procedure gets WM_NCCREATE and WM_CREATE before this
/// returns. The procedure refuses the window with FALSE for the first or -1 for the second. It gets
/// narrow or wide texts, as its class was registered. A child needs a parent.
///
/// # Safety
/// `class` is null, an atom, no memory, or a string; `title` is null, no memory, or a string.
/// Strings live until this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn CreateWindowExA(
    ex_style: u32,
    class: *const c_char,
    title: *const c_char,
    style: u32,
    x: c_int,
    y: c_int,
    width: c_int,
    height: c_int,
    parent: HWND,
    menu: Handle,
    instance: Handle,
    parameter: *mut c_void,
) -> HWND {
    let details = CREATESTRUCT {
        lpCreateParams: parameter,
        hInstance: instance,
        hMenu: menu,
        hwndParent: parent,
        cy: height,
        cx: width,
        y,
        x,
        style,
        lpszName: title.cast(),
        lpszClass: class.cast(),
        dwExStyle: ex_style,
    };
    // SAFETY: see above.
    or_fail(unsafe { create::<c_char>(details) }, ptr::null_mut())
}

/// CreateWindowExW.
///
/// # Safety
/// As for [`CreateWindowExA`].
#[unsafe(no_mangle)]
pub unsafe extern "C" fn CreateWindowExW(
    ex_style: u32,
    class: *const Wide,
    title: *const Wide,
    style: u32,
    x: c_int,
    y: c_int,
    width: c_int,
    height: c_int,
    parent: HWND,
    menu: Handle,
    instance: Handle,
    parameter: *mut c_void,
) -> HWND {
    let details = CREATESTRUCT {
        lpCreateParams: parameter,
        hInstance: instance,
        hMenu: menu,
        hwndParent: parent,
        cy: height,
        cx: width,
        y,
        x,
        style,
        lpszName: title.cast(),
        lpszClass: class.cast(),
        dwExStyle: ex_style,
    };
    // SAFETY: see above.
    or_fail(unsafe { create::<Wide>(details) }, ptr::null_mut())
}

/// Returns the window, or null if its procedure has refused it.
///
/// # Safety
/// As for [`CreateWindowExA`]; the strings are of form `U`.
unsafe fn create<U: Unit>(mut details: CREATESTRUCT) -> Result<HWND, u32> {
    let is_message_only = details.hwndParent.addr() == MESSAGE_ONLY;
    let parent = from_c(details.hwndParent).filter(|_| !is_message_only);
    // A window under destruction gets no more children: it would end before them, or never.
    let can_have_children = |tables: &mut Tables| {
        let entry = tables.windows.get(parent);
        entry.is_some_and(|entry| !entry.is_ending)
    };
    if parent.is_some() && !with(can_have_children) {
        return Err(ERROR_INVALID_WINDOW_HANDLE);
    }
    let is_child = details.style & WS_CHILD != 0;
    if is_child && parent.is_none() && !is_message_only {
        return Err(ERROR_TLW_WITH_WSCHILD);
    }
    // SAFETY: the caller's promise.
    let atom = unsafe { named::<U>(details.lpszClass.cast()) };
    let found = atom.and_then(|atom| Some((atom, with(|tables| tables.class(atom))?)));
    let (atom, class) = found.ok_or(ERROR_CANNOT_FIND_WND_CLASS)?;
    // SAFETY: the caller's promise.
    let title = unsafe { U::read(details.lpszName.cast()) }.unwrap_or_default();
    let window = window_of(class);
    let hwnd = window.hwnd();
    let entry = Entry {
        window,
        class: atom,
        title: folded(&title),
        parent,
        is_top_level: !is_child && !is_message_only,
        is_visible: details.style & WS_VISIBLE != 0,
        is_ending: false,
        user_data: 0,
        extra: vec![0; class.extra.into()].into(),
    };
    with(|tables| tables.windows.add(entry));
    // Both texts live until the procedure has seen them.
    let texts = (class.is_wide != U::IS_WIDE).then(|| {
        // SAFETY: the caller's promise.
        unsafe {
            let name = converted::<U>(details.lpszName);
            (name, converted::<U>(details.lpszClass))
        }
    });
    if let Some((name, class)) = &texts {
        details.lpszName = name.pointer().unwrap_or(details.lpszName);
        details.lpszClass = class.pointer().unwrap_or(details.lpszClass);
    }
    Ok(to_c(announce(hwnd, &details).then_some(hwnd)))
}

/// Makes a window whose messages go to the procedure of its class.
fn window_of(class: Class) -> Window {
    Window::new(move |message: &Message| {
        let (wparam, lparam) = (message.wparam as u32, message.lparam.cast_signed());
        // SAFETY: the caller of RegisterClass has promised that it can be called.
        unsafe { (class.procedure)(to_c(message.hwnd), message.message, wparam, lparam) as isize }
    })
}

/// Asks the procedure whether it wants the window, and ends the window if not. Returns whether it
/// still exists.
fn announce(hwnd: Hwnd, details: &CREATESTRUCT) -> bool {
    let lparam = ptr::from_ref(details).expose_provenance() as u32;
    let send = |message| send_message(hwnd, message, 0, lparam);
    if send(WM_NCCREATE) == Ok(0) {
        abandon(hwnd);
    } else if send(WM_CREATE) == Ok(-1) {
        destroy(Some(hwnd));
    }
    is_window(hwnd)
}

/// A string of the program, converted to the other form. `None` if it is no string.
enum Text {
    Narrow(Vec<u8>),
    Wide(Vec<Wide>),
    None,
}

impl Text {
    fn pointer(&self) -> Option<*const c_void> {
        match self {
            Text::Narrow(text) => Some(text.as_ptr().cast()),
            Text::Wide(text) => Some(text.as_ptr().cast()),
            Text::None => None,
        }
    }
}

/// # Safety
/// The string lives until this returns.
unsafe fn converted<U: Unit>(text: *const c_void) -> Text {
    let end = |mut text: Vec<u8>| {
        text.push(0);
        text
    };
    // SAFETY: the caller's promise.
    unsafe {
        if U::IS_WIDE {
            wide(text.cast()).map_or(Text::None, |text| Text::Narrow(end(narrow_of(&text))))
        } else {
            memory::string(text.cast())
                .map_or(Text::None, |text| Text::Wide(wide_of(&end(text.to_vec()))))
        }
    }
}
