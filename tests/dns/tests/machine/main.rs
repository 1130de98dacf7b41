//! `System` and `Dns` on one machine: the same settings, one name server, question by question.
//! This holds the table of `docs/resolvers.md`.
//!
//! The C library reads `/etc/resolv.conf` and asks port 53. So each row runs in a child process,
//! which has namespaces of its own for files and networks.
#![cfg(all(target_os = "linux", target_env = "gnu"))]

mod server;
mod table;

use std::net::Ipv4Addr;
use std::process::Command;
use std::sync::Arc;
use std::{env, fs};

use winsock_async_engine::Resolver;
use winsock_async_engine::policy::Policy;
use winsock_async_engine::resolvers::{Dns, System};

use self::server::Server;
use self::table::{POLICED, ROWS, Row};

/// Tells the child the name that it looks up.
const NAME: &str = "WINSOCK_ASYNC_TEST_NAME";

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
