//! Files of tables with odd lines: what this reads, and that glibc reads the same.
//!
//! The second test compares each lookup with glibc, in a mount namespace in which these files are
//! `/etc/hosts`, `/etc/services` and `/etc/protocols`. Where the machine allows no namespace, or
//! has another C library, it says so and compares nothing.

use std::path::PathBuf;
use std::{env, fs, process};

use winsock_async_engine::resolvers::Tables;
use winsock_async_engine::{Answer, Lookup, Resolution, Resolver};

const HOSTS: &[u8] = b"\
# M\xfcller \xff, \x01 and \x00 are in a comment\r\n\
127.0.0.1\tlocalhost # \xe9\r\n\
::1 ip6-localhost\r\n\
::ffff:192.0.2.9 mapped.test\n\
fe80::1%lo0 scoped.test\n\
2001:db8::1 six.test\n\
\t \x0b\x0c\r\n\
192.0.2.1\x0ba.test\x0cb.test\rc.test\r\n\
192.0.2.2 nul.test\0x y.test\n\
192.0.2.3 first.test nm.ns.arn:aws:eks:region:000:cluster/demo after.test\n\
192.0.2.5 before.test caf\xe9.test late.test\n\
010.0.0.1 octal.test\n\
1.2.3 short.test\n\
192.0.2.6 cut.test#comment\n\
0.0.0.0 0.0.0.0\n\
0.0.0.0 ads_.test -ads.test\n\
192.0.2.7 twice.test one.test\n\
192.0.2.8 twice.test\n\
192.0.2.70 n0.test n1.test n2.test n3.test n4.test n5.test n6.test n7.test n8.test n9.test \
n10.test n11.test n12.test n13.test n14.test n15.test n16.test n17.test n18.test n19.test \
n20.test n21.test n22.test n23.test n24.test n25.test n26.test n27.test n28.test n29.test \
n30.test n31.test n32.test n33.test n34.test n35.test n36.test n37.test n38.test n39.test \
n40.test n41.test n42.test n43.test n44.test n45.test n46.test n47.test n48.test n49.test \
n50.test n51.test n52.test n53.test n54.test n55.test n56.test n57.test n58.test n59.test \
n60.test n61.test n62.test n63.test n64.test n65.test n66.test n67.test n68.test n69.test\n\
192.0.2.10 last.test";

const SERVICES: &[u8] = b"\
# J\xf6rg <joerg@test>\n\
plain 1/tcp first # \xe9\n\
spaced\x0b2/tcp\x0ctwo\rtoo\r\n\
cut 3/udp#comment\n\
range 6000-6063/tcp\n\
slashes 4//tcp\n\
bare 5\n\
open 6/ opened\n\
lost 5 losing\n\
nul 7/tcp seven\0x eight\n\
large 70000\n\
h\xe9 8/tcp nine\n\
after 9/tcp caf\xe9 ten\n\
PLAIN 1/udp\n\
last 10/tcp";

const PROTOCOLS: &[u8] = b"\
# \xff\n\
one 1 ONE # \xe9\n\
two\x0b2\x0cTWO\r\n\
odd 3x\n\
none\n\
nul 4 four\0x\n\
last 5";

/// Each host that is looked up by name, and its addresses. The word `none` is no host.
const HOSTS_FOUND: &[(&str, &str)] = &[
    ("localhost", "127.0.0.1"),
    ("ip6-localhost", "127.0.0.1"),
    ("mapped.test", "192.0.2.9"),
    ("scoped.test", "none"),
    ("six.test", "none"),
    ("a.test", "192.0.2.1"),
    ("b.test", "192.0.2.1"),
    ("c.test", "192.0.2.1"),
    ("nul.test", "192.0.2.2"),
    ("y.test", "none"),
    ("first.test", "192.0.2.3"),
    ("after.test", "192.0.2.3"),
    ("before.test", "192.0.2.5"),
    ("late.test", "192.0.2.5"),
    ("octal.test", "none"),
    ("short.test", "none"),
    ("cut.test", "192.0.2.6"),
    ("ads_.test", "0.0.0.0"),
    ("-ads.test", "0.0.0.0"),
    ("twice.test", "192.0.2.7 192.0.2.8"),
    ("n0.test", "192.0.2.70"),
    ("n69.test", "192.0.2.70"),
    ("last.test", "192.0.2.10"),
];

/// Each service that is looked up by name without a protocol.
const SERVICES_FOUND: &[(&str, &str)] = &[
    ("plain", "1/tcp"),
    ("first", "1/tcp"),
    ("spaced", "2/tcp"),
    ("two", "2/tcp"),
    ("too", "2/tcp"),
    ("cut", "3/udp"),
    ("range", "none"),
    ("slashes", "4/tcp"),
    ("bare", "5/"),
    ("open", "6/"),
    ("opened", "6/"),
    ("lost", "none"),
    ("losing", "none"),
    ("nul", "7/tcp"),
    ("seven", "7/tcp"),
    ("eight", "none"),
    ("nine", "8/tcp"),
    ("after", "9/tcp"),
    ("ten", "9/tcp"),
    ("last", "10/tcp"),
];

/// Each protocol that is looked up by name.
const PROTOCOLS_FOUND: &[(&str, &str)] = &[
    ("one", "1"),
    ("ONE", "1"),
    ("two", "2"),
    ("TWO", "2"),
    ("odd", "none"),
    ("none", "none"),
    ("nul", "4"),
    ("four", "4"),
    ("last", "5"),
];

/// A directory with the files.
struct Files(PathBuf);

impl Files {
    fn new(test: &str) -> Files {
        let directory = env::temp_dir().join(format!("winsock-odd-{test}-{}", process::id()));
        fs::create_dir_all(&directory).unwrap();
        for (name, bytes) in [
            ("hosts", HOSTS),
            ("services", SERVICES),
            ("protocols", PROTOCOLS),
            (
                "nsswitch.conf",
                b"hosts: files\nservices: files\nprotocols: files\n",
            ),
            ("host.conf", b"multi on\n"),
        ] {
            fs::write(directory.join(name), bytes).unwrap();
        }
        Files(directory)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }
}

impl Drop for Files {
    fn drop(&mut self) {
        // A file that stays is in the system's directory for temporary files.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The number or addresses of an answer, as the tables of this file have them.
fn found(tables: &Tables, lookup: &Lookup) -> String {
    let Resolution::Ready(Ok(answer)) = tables.try_resolve(lookup) else {
        return "none".into();
    };
    match &*answer {
        Answer::Host(host) => {
            let addresses: Vec<_> = host
                .addresses()
                .map(|address| address.to_string())
                .collect();
            addresses.join(" ")
        }
        Answer::Service(service) => format!("{}/{}", service.port, service.protocol),
        Answer::Protocol(protocol) => protocol.number.to_string(),
        other => format!("{other:?}"),
    }
}

#[test]
fn odd_lines_lose_their_odd_part_only() {
    let files = Files::new("lines");
    let tables = Tables::builder()
        .skip_malformed()
        .hosts_file(files.path("hosts"))
        .services_file(files.path("services"))
        .protocols_file(files.path("protocols"))
        .build()
        .unwrap();
    for (name, expected) in HOSTS_FOUND {
        let lookup = Lookup::HostByName((*name).into());
        assert_eq!(found(&tables, &lookup), *expected, "{name}");
    }
    for (name, expected) in SERVICES_FOUND {
        let lookup = Lookup::ServiceByName {
            name: (*name).into(),
            protocol: None,
        };
        assert_eq!(found(&tables, &lookup), *expected, "{name}");
    }
    for (name, expected) in PROTOCOLS_FOUND {
        let lookup = Lookup::ProtocolByName((*name).into());
        assert_eq!(found(&tables, &lookup), *expected, "{name}");
    }
    let prefix = files.0.display().to_string();
    let warnings: Vec<_> = tables
        .warnings()
        .iter()
        .map(|warning| warning.to_string().replace(&prefix, ""))
        .collect();
    assert_eq!(
        warnings,
        [
            "/hosts:9: has a NUL; the rest of the line is not read",
            "/hosts:10: `nm.ns.arn:aws:eks:region:000:cluster/demo` is not a host name",
            r"/hosts:11: `caf\xe9.test` is not a host name",
            "/hosts:12: `010.0.0.1` is not an IPv4 or IPv6 address",
            "/hosts:13: `1.2.3` is not an IPv4 or IPv6 address",
            "/services:7: port 5 has no protocol, such as `80/tcp`",
            "/services:8: port 6 has no protocol, such as `80/tcp`",
            "/services:9: `5` is not a port and a protocol, such as `80/tcp`",
            "/services:10: has a NUL; the rest of the line is not read",
            "/services:11: `70000` is not a port and a protocol, such as `80/tcp`",
            r"/services:12: `h\xe9` is not a name in UTF-8",
            r"/services:13: `caf\xe9` is not a name in UTF-8",
            "/protocols:4: `3x` is not the number of a protocol",
            "/protocols:5: a protocol's number is missing",
            "/protocols:6: has a NUL; the rest of the line is not read",
        ]
    );
}

/// What glibc's `getent` prints for a key, or None if there is no namespace.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
fn getent(files: &std::path::Path, database: &str, key: &str) -> Option<String> {
    const SCRIPT: &str = "for file in hosts services protocols nsswitch.conf host.conf; do \
         mount --bind \"$0/$file\" \"/etc/$file\" || exit 99; done; getent -- \"$1\" \"$2\"";
    let output = process::Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "sh", "-c", SCRIPT])
        .arg(files)
        .args([database, key])
        .output()
        .ok()?;
    // 2: the database has no such key.
    matches!(output.status.code(), Some(0 | 2))
        .then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[test]
fn glibc_finds_the_same() {
    let files = Files::new("glibc");
    if getent(&files.0, "ahostsv4", "last.test").is_none_or(|said| said.is_empty()) {
        println!("not compared: no mount namespace, or no getent");
        return;
    }
    let said = |database: &str, key: &str| getent(&files.0, database, key).expect("as before");
    for (name, expected) in HOSTS_FOUND {
        let addresses: Vec<_> = said("ahostsv4", name)
            .lines()
            .filter(|line| line.contains("STREAM"))
            .filter_map(|line| line.split_whitespace().next().map(String::from))
            .collect();
        let found = match addresses.join(" ") {
            none if none.is_empty() => "none".into(),
            found => found,
        };
        assert_eq!(found, *expected, "{name}");
    }
    for (name, expected) in SERVICES_FOUND {
        // glibc takes 70000 for a port of 16 bits.
        let said = said("services", name);
        let found = said.split_whitespace().nth(1).unwrap_or("none");
        assert_eq!(found, *expected, "{name}");
    }
    for (name, expected) in PROTOCOLS_FOUND {
        let said = said("protocols", name);
        let found = said.split_whitespace().nth(1).unwrap_or("none");
        assert_eq!(found, *expected, "{name}");
    }
}
