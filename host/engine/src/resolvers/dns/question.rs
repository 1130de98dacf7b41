//! Questions as c-ares has them.

use c_ares::{
    DnsCls, DnsFlags, DnsOpcode, DnsRcode, DnsRecord, DnsRecordType, DnsRrKey, DnsSection, Result,
};

use crate::lookup::Lookup;

/// The largest answer over UDP that is asked for: it crosses networks in one piece. Units: bytes.
const UDP_SIZE: u16 = 1232;

/// A question of each kind, in which only the name changes. c-ares copies what it is given.
pub(super) struct Questions {
    address: DnsRecord,
    name: DnsRecord,
}

impl Questions {
    pub(super) fn new() -> Result<Questions> {
        Ok(Questions {
            address: question(DnsRecordType::A)?,
            name: question(DnsRecordType::PTR)?,
        })
    }

    /// The question for this name; none for a name that cannot be.
    pub(super) fn of(&mut self, lookup: &Lookup, name: &str) -> Option<&DnsRecord> {
        let question = match lookup {
            Lookup::HostByAddress(_) => &mut self.name,
            _ => &mut self.address,
        };
        if name.is_empty() {
            return None;
        }
        question
            .query_set_name(0, name)
            .ok()
            .map(|question| &*question)
    }
}

/// c-ares gives each question that it sends a number of its own.
fn question(what: DnsRecordType) -> Result<DnsRecord> {
    let mut message = DnsRecord::new(0, DnsFlags::RD, DnsOpcode::Query, DnsRcode::NoError)?;
    message.query_add("", what, DnsCls::IN)?;
    message
        .rr_add(
            DnsSection::Additional,
            "",
            DnsRecordType::OPT,
            DnsCls::IN,
            0,
        )?
        .set_u16(DnsRrKey::OPT_UDP_SIZE, UDP_SIZE)?
        .set_u8(DnsRrKey::OPT_VERSION, 0)?
        .set_u16(DnsRrKey::OPT_FLAGS, 0)?;
    Ok(message)
}
