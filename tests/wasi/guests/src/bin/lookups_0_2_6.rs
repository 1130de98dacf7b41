//! Looks names up with WASI 0.2.6.

winsock_async_wasi_guests::lookups!("wit/0.2.6");
