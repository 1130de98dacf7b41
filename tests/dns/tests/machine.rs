//! `System` and `Dns` on one machine: the same settings, one name server, question by question.
//! This holds the table of `docs/resolvers.md`.
//!
//! The C library reads `/etc/resolv.conf` and asks port 53. So each row runs in a child process,
//! which has namespaces of its own for files and networks.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::{env, fs, thread};

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, PTR};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Dns, System};
use winsock_async_engine::{AddressFamily, Answer, Lookup, Outcome, Resolver};

/// Tells the child the name that it looks up.
const NAME: &str = "WINSOCK_ASYNC_TEST_NAME";

struct Row {
    conf: &'static str,
    env: &'static [(&'static str, &'static str)],
    /// A name, or with a prefix what [`lookup`] makes of it.
    name: &'static str,
    /// The names that each resolver asks for, in order, and the outcome as [`shown`] has it.
    system: (&'static str, &'static str),
    dns: (&'static str, &'static str),
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
const ROWS: &[Row] = &[
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
const POLICED: &[Row] = &[
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

#[test]
fn both_resolvers_ask_and_answer_as_the_table_says() {
    // The test runs itself in a namespace for each row.
    if let Ok(asked) = env::var(NAME) {
        return in_the_namespace(&asked);
    }
    let set_up = "ip link set lo up && mount --bind /etc/resolv.conf /etc/resolv.conf";
    let own = Command::new("unshare")
        .args(["-Urmn", "sh", "-c", set_up])
        .output();
    if !own.is_ok_and(|output| output.status.success()) {
        println!("this machine allows no namespaces: the system's resolver is not compared");
        for row in ROWS.iter().filter(|row| row.env.is_empty()) {
            let server = Server::start((Ipv4Addr::LOCALHOST, 0).into());
            let dns = Dns::builder().resolv_conf_text(conf(row).as_bytes(), "conf");
            let dns = dns.server(server.address).cache(0, 0).build().unwrap();
            let (asked, outcome) = server.ask(&dns, row.name, &Arc::new(Policy::allow_all()));
            assert_eq!((&*asked, &*outcome), row.dns, "{} {}", row.conf, row.name);
        }
        return;
    }
    let mut wrong = Vec::new();
    for (rows, policy) in [(ROWS, "*"), (POLICED, "some")] {
        for row in rows {
            let told = run_child(row, policy);
            for (resolver, (asked, outcome)) in [("system", row.system), ("dns", row.dns)] {
                let line = format!("{resolver}: [{asked}] {outcome}");
                if !told.contains(&line) {
                    wrong.push(format!("{:?} {}: not {line}\n{told}", row.conf, row.name));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn conf(row: &Row) -> String {
    format!("{}\noptions timeout:1 attempts:1\n", row.conf)
}

/// Runs [`child`] in a process whose `/etc/resolv.conf` is the row's, and returns its output.
fn run_child(row: &Row, policy: &str) -> String {
    let file = |name: &str, text: &str| {
        let mut path = env::temp_dir();
        path.push(format!("winsock-async-{name}-{}", std::process::id()));
        fs::write(&path, text).unwrap();
        path
    };
    let resolv_conf = file("resolv.conf", &conf(row));
    // No other service of the machine may answer.
    let nsswitch_conf = file("nsswitch.conf", "hosts: files dns\n");
    let hosts = file("hosts", "192.0.2.1 hosts4\n2001:db8::1 hosts6\n");
    let script = "ip link set lo up && mount --bind \"$1\" /etc/resolv.conf && \
                  mount --bind \"$4\" /etc/hosts && \
                  { [ ! -e /etc/nsswitch.conf ] || mount --bind \"$2\" /etc/nsswitch.conf; } && \
                  exec \"$3\" --exact both_resolvers_ask_and_answer_as_the_table_says --nocapture";
    let output = Command::new("unshare")
        .args(["-Urmn", "sh", "-c", script, "sh"])
        .args([&resolv_conf, &nsswitch_conf])
        .arg(env::current_exe().unwrap())
        .arg(&hosts)
        .env_remove("LOCALDOMAIN")
        .env_remove("RES_OPTIONS")
        .env_remove("HOSTALIASES")
        .envs(row.env.iter().copied())
        .env(NAME, format!("{policy} {}", row.name))
        .output()
        .unwrap();
    for path in [resolv_conf, nsswitch_conf, hosts] {
        fs::remove_file(path).unwrap();
    }
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    text(&output.stdout) + &text(&output.stderr)
}

/// Looks the name up by both resolvers, and prints what they ask and find.
fn in_the_namespace(asked: &str) {
    let (policy, name) = asked.split_once(' ').unwrap();
    let policy = Arc::new(match policy {
        "*" => Policy::allow_all(),
        _ => ["good.test", "nobody.test", "*.b.test"]
            .iter()
            .fold(Policy::deny_all(), |policy, p| {
                policy.allow(p.parse().unwrap())
            }),
    });
    // No line of most files names a server.
    let server = Server::start((Ipv4Addr::LOCALHOST, 53).into());
    let dns = Dns::builder().system().unwrap().cache(0, 0);
    let resolvers: [(&str, Box<dyn Resolver>); 2] = [
        ("system", Box::new(System::new())),
        ("dns", Box::new(dns.build().unwrap())),
    ];
    for (shown, resolver) in resolvers {
        let (asked, outcome) = server.ask(&*resolver, name, &policy);
        println!("\n{shown}: [{asked}] {outcome}");
    }
}

/// A name server that writes down what it is asked.
struct Server {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(address: SocketAddr) -> Server {
        let socket = UdpSocket::bind(address).unwrap();
        let address = socket.local_addr().unwrap();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let shared = Arc::clone(&asked);
        // The thread ends with the process.
        thread::spawn(move || {
            let mut bytes = [0; 4096];
            let mut with_edns = None;
            while let Ok((len, from)) = socket.recv_from(&mut bytes) {
                let Ok(question) = Message::from_vec(&bytes[..len]) else {
                    continue;
                };
                let name = question.queries[0].name().to_ascii().to_ascii_lowercase();
                let name = name.trim_end_matches('.').to_owned();
                // `Dns` sends a question again without EDNS if the server fails.
                let is_again = question.edns.is_none() && with_edns.as_ref() == Some(&name);
                if !is_again {
                    shared.lock().unwrap().push(name.clone());
                }
                with_edns = question.edns.is_some().then(|| name.clone());
                if let Some(answer) = answer(&question, &name) {
                    socket.send_to(&answer.to_vec().unwrap(), from).unwrap();
                }
            }
        });
        Server { address, asked }
    }

    /// The names that a resolver asks for, and the official name or the error.
    fn ask(&self, resolver: &dyn Resolver, name: &str, policy: &Arc<Policy>) -> (String, String) {
        self.asked.lock().unwrap().clear();
        let outcome = resolver.resolve_with_policy(&lookup(name), policy);
        let mut asked = self.asked.lock().unwrap();
        // `Dns` sends a question again while a server is silent.
        asked.dedup_by(|a, b| a == b && a.contains("quiet"));
        (asked.join(" "), shown(outcome))
    }
}

/// The lookup of a row.
fn lookup(row: &str) -> Lookup {
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
fn shown(outcome: Outcome) -> String {
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

/// `None` for a name whose server is silent.
fn answer(question: &Message, name: &str) -> Option<Message> {
    let mut message = Message::response(question.metadata.id, OpCode::Query);
    message.metadata.recursion_desired = true;
    message.metadata.recursion_available = true;
    let query = question.queries[0].clone();
    message.add_query(query.clone());
    let own = query.name().clone();
    let good = || Name::from_ascii("good.test.").unwrap();
    let none = || RData::CNAME(CNAME(Name::from_ascii("none.test.").unwrap()));
    let under = |domain: &str| name == domain || name.ends_with(&format!(".{domain}"));
    let is_ptr = query.query_type() == RecordType::PTR;
    let is_v6 = query.query_type() == RecordType::AAAA;
    let address = || match is_v6 {
        false => RData::A(A::new(192, 0, 2, 1)),
        true => RData::AAAA(AAAA::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1)),
    };
    let first = name.split('.').next().unwrap_or_default();
    match first {
        _ if under("quiet.test") => return None,
        _ if under("down.test") => message.metadata.response_code = ResponseCode::ServFail,
        _ if under("known.test") => {}
        "1" | "5" if is_ptr => {
            message.add_answer(Record::from_rdata(own, 60, RData::PTR(PTR(good()))));
        }
        "2" if is_ptr => {
            message.add_answer(Record::from_rdata(own, 60, none()));
        }
        "4" if is_ptr => message.metadata.response_code = ResponseCode::YXDomain,
        "half" if is_v6 => message.metadata.response_code = ResponseCode::ServFail,
        "good" | "half" => {
            message.add_answer(Record::from_rdata(own, 60, address()));
        }
        "4" | "6" if !is_ptr => {
            if (first == "6") == is_v6 {
                message.add_answer(Record::from_rdata(own, 60, address()));
            }
        }
        "alias" => {
            message.add_answer(Record::from_rdata(own, 60, none()));
        }
        "refused" => message.metadata.response_code = ResponseCode::Refused,
        "broken" => message.metadata.response_code = ResponseCode::YXDomain,
        _ => message.metadata.response_code = ResponseCode::NXDomain,
    }
    Some(message)
}
