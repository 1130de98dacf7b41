//! The six questions, as another face asks them.

use crate::bindings::types::Query;
use crate::query;

/// A question. Names and protocols need not be UTF-8.
#[derive(Clone, Debug)]
pub struct Question<'a>(Query<'a>);

impl<'a> Question<'a> {
    /// Asks like [`wsa_async_get_host_by_name`](crate::wsa_async_get_host_by_name).
    pub fn host_by_name(name: &'a [u8]) -> Question<'a> {
        Question(Query::HostByName(name))
    }

    /// Asks like [`wsa_async_get_host_by_addr`](crate::wsa_async_get_host_by_addr).
    pub fn host_by_address(address: &'a [u8], family: i32) -> Question<'a> {
        Question(query::host_by_address(address, family))
    }

    /// Asks like [`wsa_async_get_serv_by_name`](crate::wsa_async_get_serv_by_name).
    pub fn service_by_name(name: &'a [u8], protocol: Option<&'a [u8]>) -> Question<'a> {
        Question(query::service_by_name(name, protocol))
    }

    /// Asks like [`wsa_async_get_serv_by_port`](crate::wsa_async_get_serv_by_port). The port is in
    /// network byte order.
    pub fn service_by_port(port: i32, protocol: Option<&'a [u8]>) -> Question<'a> {
        Question(query::service_by_network_port(port, protocol))
    }

    /// Asks like [`wsa_async_get_proto_by_name`](crate::wsa_async_get_proto_by_name).
    pub fn protocol_by_name(name: &'a [u8]) -> Question<'a> {
        Question(Query::ProtocolByName(name))
    }

    /// Asks like [`wsa_async_get_proto_by_number`](crate::wsa_async_get_proto_by_number).
    pub fn protocol_by_number(number: i32) -> Question<'a> {
        Question(Query::ProtocolByNumber(number))
    }

    /// Makes a question that reaches no resolver, and that completes with
    /// [`WSAEINVAL`](crate::WSAEINVAL) (`S-R14`). It is for a request with an argument that cannot
    /// be read, because such a request must end in a message too (`S-R4`).
    pub fn invalid() -> Question<'a> {
        Question(query::host_by_address(&[], 0))
    }

    pub(crate) fn into_query(self) -> Query<'a> {
        self.0
    }
}
