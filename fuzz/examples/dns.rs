//! Runs the target `dns` without libFuzzer: changes messages at random, and prints what came of
//! them and how long the slowest took to read.
//!
//! `cargo run --release --example dns -- 10000000 [SEED]`

use std::env;
use std::time::{Duration, Instant};

use hickory_proto::op::Message;
use winsock_async_fuzz::dns::{Read, check, message, read};

/// Bytes that have a meaning in messages: lengths, pointers, types.
const BYTES: [u8; 16] = [
    0, 1, 2, 3, 4, 5, 6, 12, 41, 60, 63, 64, 0x80, 0xc0, 0xc1, 0xff,
];
/// One in this many inputs is a large one.
const LARGE: u64 = 4096;

struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 32) as usize % bound.max(1)
    }
}

fn main() {
    let mut arguments = env::args()
        .skip(1)
        .map(|text| text.parse().expect("a number"));
    let count: u64 = arguments.next().unwrap_or(1_000_000);
    let mut random = Random(arguments.next().unwrap_or(0x1234_5678_9abc_def1));
    let (small, large) = (small(), large());
    let (mut foreign, mut malformed, mut empty, mut answers) = (0, 0, 0, 0);
    let mut slowest = Duration::ZERO;
    let begun = Instant::now();
    for _ in 0..count {
        let seeds = if random.next() % LARGE == 0 {
            &large
        } else {
            &small
        };
        let mut input = seeds[random.below(seeds.len())].clone();
        change(&mut input, &mut random);
        let bytes = message(&input);
        slowest = slowest.max(time(&bytes, slowest));
        match check(&input) {
            Read::Foreign => foreign += 1,
            Read::Malformed => malformed += 1,
            Read::Addresses(0) => empty += 1,
            Read::Addresses(_) => answers += 1,
        }
    }
    println!(
        "{count} messages in {:.0?}: {answers} with addresses, all read by hickory-proto;",
        begun.elapsed()
    );
    println!("{empty} without, {malformed} malformed, {foreign} foreign; slowest {slowest:.0?}");
    for (index, seed) in large.iter().enumerate() {
        let bytes = message(seed);
        let own = time(&bytes, Duration::ZERO);
        let begun = Instant::now();
        std::hint::black_box(Message::from_vec(&bytes).is_ok());
        let other = begun.elapsed();
        println!(
            "large message {index}: {:?}, {own:.0?}; hickory-proto {other:.0?}",
            read(&bytes)
        );
    }
}

/// How long a message takes to read. Measured again if it seems slow, as other programs run.
fn time(bytes: &[u8], slowest: Duration) -> Duration {
    let measure = || {
        let begun = Instant::now();
        std::hint::black_box(read(bytes));
        begun.elapsed()
    };
    let first = measure();
    if first <= slowest && !slowest.is_zero() {
        return first;
    }
    (0..20).map(|_| measure()).fold(first, Duration::min)
}

/// Changes a few bytes, or moves, cuts or doubles a part.
fn change(input: &mut Vec<u8>, random: &mut Random) {
    for _ in 0..random.below(6) {
        let at = random.below(input.len());
        match random.below(8) {
            0 if !input.is_empty() => input[at] = random.next() as u8,
            1 | 2 if !input.is_empty() => input[at] = BYTES[random.below(BYTES.len())],
            3 if !input.is_empty() => {
                input[at] = input[at]
                    .wrapping_add(random.below(5) as u8)
                    .wrapping_sub(2)
            }
            4 => input.insert(at, BYTES[random.below(BYTES.len())]),
            5 if !input.is_empty() => drop(input.remove(at)),
            6 => {
                let end = (at + random.below(24)).min(input.len());
                let part = input[at..end].to_vec();
                let to = random.below(input.len() + 1);
                input.splice(to..to, part);
            }
            7 if random.below(8) == 0 => input.truncate(at),
            // A pointer to any place.
            _ if input.len() > at + 2 => {
                let target = random.below(input.len().min(0x4000)) as u16;
                input[at..at + 2].copy_from_slice(&(0xc000 | target).to_be_bytes());
            }
            _ => {}
        }
    }
}

/// The start of an input: a response to the question for `a.test`.
fn start() -> Vec<u8> {
    let mut input = vec![0, 0, 7, 0x81, 0x80, 0, 1, 0, 0, 0, 0, 0, 0];
    input.extend(b"\x01a\x04test\0\0\x01\0\x01");
    input
}

fn pointer(at: usize) -> [u8; 2] {
    (0xc000 | at as u16).to_be_bytes()
}

/// Adds a record to a section: 0 is the answer section.
fn add(input: &mut Vec<u8>, section: usize, owner: &[u8], kind: u16, data: &[u8]) {
    let count = &mut input[7 + 2 * section..9 + 2 * section];
    let more = u16::from_be_bytes([count[0], count[1]]) + 1;
    count.copy_from_slice(&more.to_be_bytes());
    input.extend_from_slice(owner);
    input.extend(kind.to_be_bytes());
    input.extend([0, 1, 0, 0, 0, 60]);
    input.extend((data.len() as u16).to_be_bytes());
    input.extend_from_slice(data);
}

fn small() -> Vec<Vec<u8>> {
    let question = pointer(12);
    let address = [192, 0, 2, 1];
    let mut one = start();
    add(&mut one, 0, &question, 1, &address);
    add(
        &mut one,
        2,
        &[0],
        41,
        &[0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8],
    );
    let mut chain = start();
    add(&mut chain, 0, &question, 5, b"\x01b\xc0\x0e");
    add(&mut chain, 0, &pointer(36), 5, b"\x01c\x01d\xc0\x0e");
    add(&mut chain, 0, b"\x01C\x01d\x04TEST\0", 1, &address);
    add(&mut chain, 0, &pointer(52), 1, &[192, 0, 2, 2]);
    let mut missing = start();
    missing[4] = 0x83;
    add(
        &mut missing,
        1,
        &pointer(14),
        6,
        &[&b"\x02ns\xc0\x0e\x04root\xc0\x0e"[..], &[0; 20]].concat(),
    );
    let mut other = one.clone();
    other[0] = 0xff;
    let mut names = start();
    names[0] = 1;
    add(&mut names, 0, &question, 5, b"\x01b\xc0\x0e");
    add(&mut names, 0, &pointer(36), 12, b"\x04o e\0\xc0\x0e");
    add(&mut names, 0, &pointer(36), 12, b"\x03two\x01\x03\xc0\x0e");
    let mut ipv6 = start();
    ipv6[0] = 2;
    let last = [&[0x20, 1, 0xd, 0xb8][..], &[0; 11], &[1]].concat();
    add(&mut ipv6, 0, &question, 5, b"\x01b\xc0\x0e");
    add(&mut ipv6, 0, &pointer(36), 28, &last);
    add(&mut ipv6, 0, &pointer(36), 1, &address);
    add(&mut ipv6, 0, b"\x01B\x04TEST\0", 28, &last);
    vec![one, chain, missing, other, names, ipv6]
}

/// The messages that cost the most. Each has 64 KiB.
fn large() -> Vec<Vec<u8>> {
    const ADDRESS: [u8; 4] = [192, 0, 2, 1];
    let fill = |mut input: Vec<u8>, owner: &[u8]| {
        let mut count = 0;
        while input.len() + owner.len() + 14 < 65_536 && count < 4095 {
            add(&mut input, 0, owner, 1, &ADDRESS);
            count += 1;
        }
        input
    };
    let addresses = fill(start(), &pointer(12));
    // A name in a record that is not read, 24 + 10 bytes after the start of the message.
    let base = 12 + 12 + 2 + 10;
    let with = |data: &[u8], owner: &[u8]| {
        let mut input = start();
        add(&mut input, 0, &pointer(12), 10, data);
        fill(input, owner)
    };
    let labels = with(
        &[&b"\x01a".repeat(126)[..], &[0]].concat(),
        &[&b"\x01a"[..], &pointer(base + 2)].concat(),
    );
    let climb = |step: &[u8], count: usize| {
        let (mut data, mut last) = (Vec::new(), 12);
        for _ in 0..count {
            let at = base + data.len();
            data.extend_from_slice(step);
            data.extend(pointer(last));
            last = at;
        }
        (data, pointer(last))
    };
    let (data, owner) = climb(b"\x01a", 110);
    let pointers = with(&data, &owner);
    let (data, owner) = climb(b"", 8100);
    let ladder = with(&data, &owner);
    // The chain goes to a long name, which each owner spells in another case.
    let name = |byte: u8| {
        let label = |len: u8| [&[len][..], &vec![byte; usize::from(len)]].concat();
        [label(63), label(63), label(63), label(61), vec![0]].concat()
    };
    let mut long = start();
    add(&mut long, 0, &pointer(12), 5, &name(b'a'));
    let at = long.len() - 1 + 12;
    add(&mut long, 0, &pointer(12), 10, &name(b'A'));
    let long = fill(long, &pointer(at));
    let mut labels_of_chain = start();
    let longest = b"\x01a".repeat(126);
    add(
        &mut labels_of_chain,
        0,
        &pointer(12),
        5,
        &[&longest[..], &[0]].concat(),
    );
    let at = labels_of_chain.len() - 1 + 12;
    add(
        &mut labels_of_chain,
        0,
        &pointer(12),
        10,
        &[&longest.to_ascii_uppercase()[..], &[0]].concat(),
    );
    let labels_of_chain = fill(labels_of_chain, &pointer(at));
    // A chain in reverse order, of labels that are escaped.
    let mut chain = start();
    let label = [&[63][..], &[0; 63]].concat();
    let owner = |n: u16| [&[2][..], &n.to_be_bytes(), &label, &label, &label, &[0]].concat();
    for n in (0..120).rev() {
        let from = if n == 0 {
            b"\x01a\x04test\0".to_vec()
        } else {
            owner(n)
        };
        add(&mut chain, 0, &from, 5, &owner(n + 1));
    }
    add(&mut chain, 0, &owner(120), 1, &ADDRESS);
    vec![
        addresses,
        labels,
        pointers,
        ladder,
        long,
        labels_of_chain,
        chain,
    ]
}
