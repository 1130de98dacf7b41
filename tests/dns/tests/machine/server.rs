//! The name server, which writes down what it is asked.

use std::net::{SocketAddr, UdpSocket};
use std::sync::{Arc, Mutex};
use std::thread;

use hickory_proto::op::{Message, OpCode, ResponseCode};
use hickory_proto::rr::rdata::{A, AAAA, CNAME, PTR};
use hickory_proto::rr::{Name, RData, Record, RecordType};
use winsock_async_engine::Resolver;
use winsock_async_engine::policy::Policy;

use crate::table::{lookup, shown};

/// A name server that writes down what it is asked.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub(crate) fn start(address: SocketAddr) -> Server {
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
    pub(crate) fn ask(
        &self,
        resolver: &dyn Resolver,
        name: &str,
        policy: &Arc<Policy>,
    ) -> (String, String) {
        self.asked.lock().unwrap().clear();
        let outcome = resolver.resolve_with_policy(&lookup(name), policy);
        let mut asked = self.asked.lock().unwrap();
        // `Dns` sends a question again while a server is silent.
        asked.dedup_by(|a, b| a == b && a.contains("quiet"));
        (asked.join(" "), shown(outcome))
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
