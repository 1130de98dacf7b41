//! The six questions, as another face asks them.

use crate::bindings::types::Query;
use crate::query;

/// What is asked. Names and protocols need not be UTF-8.
#[derive(Clone, Debug)]
pub struct Question<'a>(pub(super) Query<'a>);

impl<'a> Question<'a> {
    /// As [`wsa_async_get_host_by_name`](crate::wsa_async_get_host_by_name) asks.
    pub fn host_by_name(name: &'a [u8]) -> Question<'a> {
        Question(Query::HostByName(name))
    }

    /// As [`wsa_async_get_host_by_addr`](crate::wsa_async_get_host_by_addr) asks.
    pub fn host_by_address(address: &'a [u8], family: i32) -> Question<'a> {
        Question(query::host_by_address(address, family))
    }

    /// As [`wsa_async_get_serv_by_name`](crate::wsa_async_get_serv_by_name) asks.
    pub fn service_by_name(name: &'a [u8], protocol: Option<&'a [u8]>) -> Question<'a> {
        Question(query::service_by_name(name, protocol))
    }

    /// As [`wsa_async_get_serv_by_port`](crate::wsa_async_get_serv_by_port) asks; the port is in
    /// network byte order.
    pub fn service_by_port(port: i32, protocol: Option<&'a [u8]>) -> Question<'a> {
        Question(query::service_by_network_port(port, protocol))
    }

    /// As [`wsa_async_get_proto_by_name`](crate::wsa_async_get_proto_by_name) asks.
    pub fn protocol_by_name(name: &'a [u8]) -> Question<'a> {
        Question(Query::ProtocolByName(name))
    }

    /// As [`wsa_async_get_proto_by_number`](crate::wsa_async_get_proto_by_number) asks.
    pub fn protocol_by_number(number: i32) -> Question<'a> {
        Question(Query::ProtocolByNumber(number))
    }

    /// One that no resolver is asked, and that completes with [`WSAEINVAL`](crate::WSAEINVAL)
    /// (`S-R14`): for requests with an argument that cannot even be read, which must end in a message
    /// all the same (`S-R4`).
    pub fn invalid() -> Question<'a> {
        Question(query::host_by_address(&[], 0))
    }
}
