//! Looks up a protocol and a host by messages, and cancels one request.

use winsock_async_guest::{
    WM_USER, WSAEALREADY, Window, Winsock, WsaError, makeword, post_quit_message, run_message_loop,
    wsa_async_get_host_by_name, wsa_async_get_proto_by_name, wsa_cancel_async_request,
};

const WM_FOUND: u32 = WM_USER + 1;

fn main() -> Result<(), WsaError> {
    let _winsock = Winsock::startup(makeword(2, 2))?;
    let window = Window::new(|message| {
        match message.answer() {
            Some(Ok(answer)) => println!("found {answer:?}"),
            Some(Err(error)) => println!("not found: {error}"),
            None => {}
        }
        post_quit_message(0);
        0
    });
    wsa_async_get_proto_by_name(window.hwnd(), WM_FOUND, "udp")?;
    let other = wsa_async_get_host_by_name(window.hwnd(), WM_FOUND, "localhost")?;
    // After a successful cancel, the message of the request never comes.
    match wsa_cancel_async_request(other) {
        Ok(()) => println!("cancelled"),
        Err(WSAEALREADY) => println!("already completed"),
        Err(error) => return Err(error),
    }
    run_message_loop()?;
    Ok(())
}
