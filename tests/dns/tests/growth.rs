//! Whatever a server says, memory stays where it was. A program of its own, as it looks at the whole process.
#![cfg(target_os = "linux")]

mod support;

use winsock_async_dns_server::Lie;

use support::*;

/// Bytes of this process that are in memory.
fn resident() -> usize {
    let statm = std::fs::read_to_string("/proc/self/statm").unwrap();
    let pages: usize = statm.split(' ').nth(1).unwrap().parse().unwrap();
    pages * 4096
}

// Whatever a server says, ten thousand times over, memory stays where it was.
#[test]
fn no_lie_makes_anything_grow() {
    let mut bench = bench_with(|dns| dns.cache(100, 1 << 20));
    let quick = Lie::ALL.iter().filter(|(_, lie)| {
        let waits = [Lie::Silent, Lie::Late, Lie::WrongId, Lie::WrongQuestion];
        let over_tcp = [Lie::Truncated, Lie::Many, Lie::Half];
        !waits.contains(lie) && !over_tcp.contains(lie)
    });
    let labels: Vec<_> = quick.map(|(label, _)| *label).collect();
    let mut number = 0;
    let mut rounds = |count: usize| {
        for _ in 0..count {
            for label in &labels {
                number += 1;
                ask(&mut bench.session, &format!("{label}-{number}.test"));
            }
            for _ in &labels {
                one(&mut bench.session);
            }
        }
    };
    rounds(200);
    let before = resident();
    rounds(2000);
    let grown = resident().saturating_sub(before);
    assert!(grown < 8 << 20, "{grown} bytes");
    assert_eq!(bench.dns.under_way(), 0);
}
