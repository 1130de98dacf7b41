//! The memory of tables stays below the formula of `docs/limits.md`. It counts the bytes of the
//! whole process, so this program has one test.

use std::{env, fs, process};

use peak_alloc::PeakAlloc;
use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{Lookup, Resolution, Resolver};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;

const LINES: usize = 200_000;

/// What the formula has, for the tables that are loaded and while they load.
fn most_bytes(text: usize, keys: usize) -> (usize, usize) {
    const REST: usize = 64 << 10;
    (text + 8 * keys + REST, text + 24 * keys + REST)
}

#[test]
fn large_hosts_files_stay_within_the_memory_formula() {
    let file = env::temp_dir().join(format!("winsock-large-{}", process::id()));
    for (what, line) in [
        ("block list", "0.0.0.0 NAME.ads.example.com\n"),
        ("capital letters", "0.0.0.0 NAME.ADS.Example.COM\n"),
        ("addresses", "10.ADDRESS NAME.ads.example.com\n"),
    ] {
        let text: String = (0..LINES)
            .map(|i| {
                let address = format!("{}.{}.{}", i >> 16, (i >> 8) & 255, i & 255);
                line.replace("NAME", &format!("host-{i}"))
                    .replace("ADDRESS", &address)
            })
            .collect();
        fs::write(&file, &text).unwrap();
        let bytes = text.len();
        drop(text);
        // A name and an address for each line.
        let (held, loading) = most_bytes(bytes, 2 * LINES);
        let before = HEAP.current_usage();
        HEAP.reset_peak_usage();
        let tables = Tables::builder()
            .hosts_file(&file)
            .services_text("")
            .protocols_text("")
            .build()
            .unwrap();
        let peak = HEAP.peak_usage() - before;
        let kept = HEAP.current_usage() - before;
        println!("{what}: {bytes} bytes of text, {kept} kept, {peak} while loading");
        assert!(kept <= held, "{what}: {kept} of {held} bytes");
        assert!(peak <= loading, "{what}: {peak} of {loading} bytes");
        assert!(peak - bytes <= 60 * LINES, "{what}: {peak} bytes");
        let last = Lookup::HostByName(format!("host-{}.ads.example.com", LINES - 1).into());
        assert!(matches!(
            tables.try_resolve(&last),
            Resolution::Ready(Ok(_))
        ));
    }
    fs::remove_file(&file).unwrap();
}
