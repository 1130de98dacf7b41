//! Signals that end the runner.

use std::io;

/// Has the first SIGINT, SIGTERM or SIGHUP call `end` with the exit status, and then end the
/// process. The status is 128 and the signal's number. A second signal ends the process at once, or
/// half a second after the first: timeout(1) may send each twice.
///
/// A write past the size limit of files (`RLIMIT_FSIZE`) is an error of that write, not the signal
/// SIGXFSZ.
///
/// A signal that is ignored when the process starts stays ignored (Linux): nohup(1) relies on that.
///
/// # Errors
/// If no thread or no descriptor is left.
#[cfg(unix)]
pub(crate) fn catch(end: impl FnOnce(i32) + Send + 'static) -> io::Result<()> {
    use std::process::exit;
    use std::sync::Arc;
    use std::thread;
    use std::time::{Duration, Instant};

    use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM, SIGXFSZ};
    use signal_hook::flag;
    use signal_hook::iterator::Signals;

    const REPEATED: Duration = Duration::from_millis(500);

    // A handler, whatever it does, lets a write past RLIMIT_FSIZE fail. Nothing reads its flag.
    flag::register(SIGXFSZ, Arc::default())?;
    let ignored = ignored();
    let is_caught = |signal: &i32| ignored & (1 << (signal - 1)) == 0;
    let mut signals = Signals::new([SIGHUP, SIGINT, SIGTERM].into_iter().filter(is_caught))?;
    thread::Builder::new()
        .name("signals".into())
        .spawn(move || {
            let mut signals = signals.forever().map(|signal| 128 + signal);
            let Some(status) = signals.next() else { return };
            let first = Instant::now();
            let ending = thread::Builder::new().name("end".into()).spawn(move || {
                end(status);
                exit(status)
            });
            // Without a thread nothing can be written in a way that a second signal ends.
            let status = ending.map_or(Some(status), |_| signals.next());
            thread::sleep(REPEATED.saturating_sub(first.elapsed()));
            exit(status.unwrap_or(1))
        })?;
    Ok(())
}

/// The signals that the process ignores, one bit each, from 1.
#[cfg(unix)]
fn ignored() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok())
        .unwrap_or(0)
}

/// Has Ctrl-C, and a console that closes, call `end` and then end the process, with the exit status
/// 130.
///
/// # Errors
/// If the system refuses it.
#[cfg(not(unix))]
pub(crate) fn catch(end: impl FnOnce(i32) + Send + 'static) -> io::Result<()> {
    const STATUS: i32 = 130;
    let mut end = Some(end);
    ctrlc::set_handler(move || {
        if let Some(end) = end.take() {
            end(STATUS);
        }
        std::process::exit(STATUS)
    })
    .map_err(io::Error::other)
}
