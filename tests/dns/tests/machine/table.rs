//! The rows: settings and a name, and what each resolver asks and finds.

use winsock_async_engine::{AddressFamily, Answer, Lookup, Outcome};

pub(crate) struct Row {
    pub(crate) conf: &'static str,
    pub(crate) env: &'static [(&'static str, &'static str)],
    /// A name, or with a prefix what [`lookup`] makes of it.
    pub(crate) name: &'static str,
    /// The names that each resolver asks for, in order, and the outcome as [`shown`] has it.
    pub(crate) system: (&'static str, &'static str),
    pub(crate) dns: (&'static str, &'static str),
}

const fn row(
    conf: &'static str,
    name: &'static str,
    system: (&'static str, &'static str),
    dns: (&'static str, &'static str),
) -> Row {
    let env = &[];
    Row {
        conf,
        env,
        name,
        system,
        dns,
    }
}

/// A row in which both resolvers do the same.
const fn same(
    conf: &'static str,
    name: &'static str,
    asked: &'static str,
    outcome: &'static str,
) -> Row {
    row(conf, name, (asked, outcome), (asked, outcome))
}

const fn same_with(
    env: &'static [(&'static str, &'static str)],
    conf: &'static str,
    name: &'static str,
    asked: &'static str,
    outcome: &'static str,
) -> Row {
    let row = same(conf, name, asked, outcome);
    Row { env, ..row }
}

const UNKNOWN: &str = "WSAHOST_NOT_FOUND";

const BUSY: &str = "WSATRY_AGAIN";

const BROKEN: &str = "WSANO_RECOVERY";

const KNOWN: &str = "WSANO_DATA";

/// What `good.test` has.
const BOTH: &str = "good.test 192.0.2.1 2001:db8::1";

/// The name of an address under 2001:db8:: that ends with one digit.
macro_rules! ip6_arpa {
    ($digit:literal) => {
        concat!(
            $digit,
            ".0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa"
        )
    };
}

/// The first label of a name is its server's answer, except under `down.test`, `quiet.test` and
/// `known.test`.
pub(crate) const ROWS: &[Row] = &[
    // The four errors (`S-R15`).
    same("", "good.test", "good.test", "good.test"),
    same("", "nobody.test", "nobody.test", UNKNOWN),
    same("", "known.test", "known.test", KNOWN),
    same("", "down.test", "down.test", BUSY),
    row(
        "",
        "refused.test",
        ("refused.test", BUSY),
        ("refused.test", BROKEN),
    ),
    // `System` asks the C library twice.
    row(
        "",
        "alias.test",
        ("alias.test alias.test", KNOWN),
        ("alias.test", KNOWN),
    ),
    row(
        "",
        "broken.test",
        ("broken.test broken.test", BROKEN),
        ("broken.test", BROKEN),
    ),
    same("", "addr:10.0.0.1", "1.0.0.10.in-addr.arpa", "good.test"),
    same("", "addr:10.0.0.2", "2.0.0.10.in-addr.arpa", KNOWN),
    same("", "addr:10.0.0.3", "3.0.0.10.in-addr.arpa", UNKNOWN),
    same("", "addr:10.0.0.4", "4.0.0.10.in-addr.arpa", BROKEN),
    // Addresses of one family or of both: a question for each (`S-A1` to `S-A3`).
    same("", "ip:good.test", "good.test good.test", BOTH),
    same("", "ip4:good.test", "good.test", "good.test 192.0.2.1"),
    same("", "ip6:good.test", "good.test", "good.test 2001:db8::1"),
    same("", "ip:4.test", "4.test 4.test", "4.test 192.0.2.1"),
    same("", "ip6:4.test", "4.test", KNOWN),
    same("", "ip:6.test", "6.test 6.test", "6.test 2001:db8::1"),
    same("", "ip4:6.test", "6.test", KNOWN),
    same("", "6.test", "6.test", KNOWN),
    // `System` asks the C library twice if a name has no address.
    row(
        "",
        "ip:nobody.test",
        ("nobody.test nobody.test nobody.test", UNKNOWN),
        ("nobody.test nobody.test", UNKNOWN),
    ),
    row(
        "",
        "ip6:nobody.test",
        ("nobody.test nobody.test", UNKNOWN),
        ("nobody.test", UNKNOWN),
    ),
    same("", "ip:known.test", "known.test known.test", KNOWN),
    row(
        "",
        "ip:alias.test",
        ("alias.test alias.test alias.test", KNOWN),
        ("alias.test alias.test", KNOWN),
    ),
    row(
        "",
        "ip4:alias.test",
        ("alias.test alias.test", KNOWN),
        ("alias.test", KNOWN),
    ),
    same("", "ip6:down.test", "down.test", BUSY),
    same(
        "",
        "ip:half.test",
        "half.test half.test",
        "half.test 192.0.2.1",
    ),
    same(
        "search known.test a.test",
        "ip6:good",
        "good.known.test good.a.test",
        "good.a.test 2001:db8::1",
    ),
    row(
        "search a.test b.test",
        "ip6:nobody",
        (
            "nobody.a.test nobody.b.test nobody nobody.a.test nobody.b.test nobody",
            UNKNOWN,
        ),
        ("nobody.a.test nobody.b.test nobody", UNKNOWN),
    ),
    // Only `System` reads the hosts file. It does not see that `hosts6` has an IPv6 address.
    row(
        "",
        "ip:hosts4",
        ("", "hosts4 192.0.2.1"),
        ("hosts4 hosts4", UNKNOWN),
    ),
    row("", "ip6:hosts4", ("hosts4", KNOWN), ("hosts4", UNKNOWN)),
    row(
        "",
        "ip:hosts6",
        ("", "hosts6 2001:db8::1"),
        ("hosts6 hosts6", UNKNOWN),
    ),
    row(
        "",
        "ip4:hosts6",
        ("hosts6 hosts6", UNKNOWN),
        ("hosts6", UNKNOWN),
    ),
    row(
        "",
        "name:2001:db8::1",
        ("", "hosts6"),
        (ip6_arpa!("1"), "good.test"),
    ),
    // The name of an address of either family.
    same("", "name:10.0.0.1", "1.0.0.10.in-addr.arpa", "good.test"),
    same("", "name:10.0.0.2", "2.0.0.10.in-addr.arpa", KNOWN),
    same("", "name:10.0.0.3", "3.0.0.10.in-addr.arpa", UNKNOWN),
    same("", "name:10.0.0.4", "4.0.0.10.in-addr.arpa", BROKEN),
    same("", "name:2001:db8::5", ip6_arpa!("5"), "good.test"),
    same("", "name:2001:db8::2", ip6_arpa!("2"), KNOWN),
    same("", "name:2001:db8::3", ip6_arpa!("3"), UNKNOWN),
    same("", "name:2001:db8::4", ip6_arpa!("4"), BROKEN),
    // The order of a search.
    same(
        "search a.test b.test",
        "nobody",
        "nobody.a.test nobody.b.test nobody",
        UNKNOWN,
    ),
    same(
        "search a.test",
        "nobody.x",
        "nobody.x nobody.x.a.test",
        UNKNOWN,
    ),
    same(
        "search a.test\noptions ndots:2",
        "nobody.x",
        "nobody.x.a.test nobody.x",
        UNKNOWN,
    ),
    same(
        "search a.test\noptions ndots:0",
        "nobody",
        "nobody nobody.a.test",
        UNKNOWN,
    ),
    same("search a.test", "nobody.", "nobody", UNKNOWN),
    same("search a.test", "good", "good.a.test", "good.a.test"),
    // Failures under a domain.
    same(
        "search down.test a.test",
        "good",
        "good.down.test good.a.test",
        "good.a.test",
    ),
    same(
        "search down.test a.test",
        "nobody",
        "nobody.down.test nobody.a.test nobody",
        BUSY,
    ),
    same(
        "search down.test\noptions ndots:5",
        "nobody.x",
        "nobody.x.down.test nobody.x",
        BUSY,
    ),
    same(
        "search down.test",
        "nobody.x",
        "nobody.x nobody.x.down.test",
        UNKNOWN,
    ),
    same(
        "search known.test down.test",
        "nobody",
        "nobody.known.test nobody.down.test nobody",
        KNOWN,
    ),
    row(
        "search quiet.test a.test",
        "nobody",
        ("nobody.quiet.test nobody", UNKNOWN),
        ("nobody.quiet.test nobody", BUSY),
    ),
    // resolv.conf(5).
    same(
        "search a.test\noptions no-tld-query",
        "nobody",
        "nobody.a.test",
        UNKNOWN,
    ),
    same(
        "search a.test\noptions no-tld-query",
        "nobody.x",
        "nobody.x nobody.x.a.test",
        UNKNOWN,
    ),
    same(
        "search .\noptions no-tld-query",
        "nobody",
        "nobody",
        UNKNOWN,
    ),
    same(
        "search a.test . b.test",
        "nobody",
        "nobody.a.test nobody nobody.b.test",
        UNKNOWN,
    ),
    same(
        "domain a.test b.test",
        "nobody",
        "nobody.a.test nobody",
        UNKNOWN,
    ),
    same(
        "search a.test\ndomain b.test",
        "nobody",
        "nobody.b.test nobody",
        UNKNOWN,
    ),
    same(" search a.test\nsearch", "nobody", "nobody", UNKNOWN),
    same(
        "#\nnameserver 127.0.0.1 # x\n;",
        "nobody",
        "nobody",
        UNKNOWN,
    ),
    row(
        "search a.test # b",
        "nobody",
        ("nobody.a.test nobody.\\# nobody.b nobody", UNKNOWN),
        ("nobody.a.test nobody", UNKNOWN),
    ),
    row(
        "search a.test a.test",
        "nobody",
        ("nobody.a.test nobody.a.test nobody", UNKNOWN),
        ("nobody.a.test nobody", UNKNOWN),
    ),
    // The environment.
    same_with(
        &[("LOCALDOMAIN", "b.test c.test")],
        "search a.test",
        "nobody",
        "nobody.b.test nobody.c.test nobody",
        UNKNOWN,
    ),
    same_with(
        &[("LOCALDOMAIN", "")],
        "search a.test",
        "nobody",
        "nobody",
        UNKNOWN,
    ),
    same_with(
        &[("RES_OPTIONS", "ndots:3")],
        "search a.test",
        "nobody.x",
        "nobody.x.a.test nobody.x",
        UNKNOWN,
    ),
    // Names that never leave the machine, in a search list neither.
    same(
        "search a.test\noptions ndots:5",
        "localhost",
        "",
        "localhost",
    ),
    same(
        "search a.test\noptions ndots:5",
        "good.localhost",
        "",
        "good.localhost",
    ),
    same(
        "search a.test\noptions ndots:5",
        "good.invalid",
        "",
        UNKNOWN,
    ),
    same("search a.test\noptions ndots:5", "good.onion", "", UNKNOWN),
];

/// Rows with a policy that allows `good.test` and what is under `b.test` (`S-R16`).
pub(crate) const POLICED: &[Row] = &[
    same(
        "search corp.internal\noptions ndots:5",
        "good.test",
        "good.test",
        "good.test",
    ),
    same(
        "search corp.internal b.test\noptions ndots:5",
        "good.test",
        "good.test.b.test",
        "good.test.b.test",
    ),
    same(
        "search down.test b.test\noptions ndots:5",
        "nobody.test",
        "nobody.test.b.test nobody.test",
        UNKNOWN,
    ),
    same(
        "search corp.internal b.test\noptions ndots:5",
        "ip6:good.test",
        "good.test.b.test",
        "good.test.b.test 2001:db8::1",
    ),
    same(
        "search corp.internal\noptions ndots:5",
        "ip:good.test",
        "good.test good.test",
        BOTH,
    ),
    row(
        "search corp.internal\noptions ndots:5",
        "ip6:nobody.test",
        ("nobody.test nobody.test", UNKNOWN),
        ("nobody.test", UNKNOWN),
    ),
];

/// The lookup of a row.
pub(crate) fn lookup(row: &str) -> Lookup {
    let (kind, text) = row.split_once(':').unwrap_or(("host", row));
    let addresses = |family| Lookup::Addresses {
        name: text.into(),
        family,
    };
    match kind {
        "host" => Lookup::HostByName(text.into()),
        "addr" => Lookup::HostByAddress(text.parse().unwrap()),
        "ip" => addresses(None),
        "ip4" => addresses(Some(AddressFamily::Ipv4)),
        "ip6" => addresses(Some(AddressFamily::Ipv6)),
        "name" => Lookup::NameOf(text.parse().unwrap()),
        _ => panic!("{row}"),
    }
}

/// The official name, the canonical name with the addresses of a list in ascending order, or the
/// error.
pub(crate) fn shown(outcome: Outcome) -> String {
    match outcome.as_deref() {
        Ok(Answer::Host(host)) => host.name.clone(),
        Ok(Answer::Addresses(list)) => {
            let mut addresses: Vec<_> = list.addresses().collect();
            addresses.sort();
            let name = list.canonical_name.clone().unwrap_or_default();
            let texts = addresses.iter().map(|address| format!(" {address}"));
            texts.fold(name, |line, text| line + &text)
        }
        Ok(Answer::Name(name)) => name.clone(),
        Ok(other) => panic!("not a host: {other:?}"),
        Err(error) => error.winsock_name().to_owned(),
    }
}
