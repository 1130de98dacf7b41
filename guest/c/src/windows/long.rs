//! GetWindowLong and SetWindowLong: data that a program keeps with a window.

use std::ffi::c_int;
use std::mem;

use super::error::{ERROR_INVALID_INDEX, ERROR_INVALID_WINDOW_HANDLE, or_fail};
use super::state::with;
use super::tables::Entry;
use crate::hwnd::{HWND, from_c};

const GWL_USERDATA: c_int = -21;

/// GetWindowLong: returns GWL_USERDATA, or the four extra bytes at any offset.
#[unsafe(no_mangle)]
pub extern "C" fn GetWindowLongA(hwnd: HWND, index: c_int) -> i32 {
    exchange(hwnd, index, None)
}

/// SetWindowLong: sets what [`GetWindowLongA`] returns, and returns the former value.
#[unsafe(no_mangle)]
pub extern "C" fn SetWindowLongA(hwnd: HWND, index: c_int, value: i32) -> i32 {
    exchange(hwnd, index, Some(value))
}

fn exchange(hwnd: HWND, index: c_int, value: Option<i32>) -> i32 {
    let former = with(|tables| {
        let entry = tables.windows.get(from_c(hwnd));
        place(entry.ok_or(ERROR_INVALID_WINDOW_HANDLE)?, index, value)
    });
    or_fail(former, 0)
}

fn place(entry: &mut Entry, index: c_int, value: Option<i32>) -> Result<i32, u32> {
    if index == GWL_USERDATA {
        let former = entry.user_data;
        return Ok(mem::replace(&mut entry.user_data, value.unwrap_or(former)));
    }
    bytes(&mut entry.extra, index, value).ok_or(ERROR_INVALID_INDEX)
}

/// Returns the four bytes at this offset, and replaces them with `value`. `None` if they are not
/// all there.
fn bytes(extra: &mut [u8], index: c_int, value: Option<i32>) -> Option<i32> {
    let offset = usize::try_from(index).ok()?;
    let place = extra.get_mut(offset..)?.first_chunk_mut::<4>()?;
    let former = i32::from_le_bytes(*place);
    *place = value.unwrap_or(former).to_le_bytes();
    Some(former)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_lies_at_any_offset_inside_the_extra_bytes_and_not_beyond() {
        let mut extra = [0; 7];
        assert_eq!(bytes(&mut extra, 3, Some(-2)), Some(0));
        assert_eq!(bytes(&mut extra, 3, None), Some(-2));
        // The former bytes 1 to 4 are 0, 0, FE and FF.
        let former = i32::from_le_bytes([0, 0, 0xfe, 0xff]);
        assert_eq!(bytes(&mut extra, 1, Some(0x0102_0304)), Some(former));
        assert_eq!(extra, [0, 4, 3, 2, 1, 0xff, 0xff]);
        for outside in [4, 7, 8, -1, c_int::MIN, c_int::MAX] {
            assert_eq!(bytes(&mut extra, outside, Some(9)), None);
        }
        assert_eq!(extra, [0, 4, 3, 2, 1, 0xff, 0xff]);
        assert_eq!(bytes(&mut [], 0, None), None);
    }
}
