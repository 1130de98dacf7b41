//! Questions as messages of c-ares.

use c_ares::{
    DnsCls, DnsFlags, DnsOpcode, DnsRcode, DnsRecord, DnsRecordType, DnsRrKey, DnsSection, Result,
};

use crate::lookup::Lookup;

/// The largest answer over UDP, by EDNS: it crosses networks without fragments.
const UDP_SIZE_BYTES: u16 = 1232;

/// A message for each kind of question. Its name is replaced for each lookup, as c-ares copies the
/// message.
pub(super) struct Questions {
    a: DnsRecord,
    ptr: DnsRecord,
}

impl Questions {
    pub(super) fn new() -> Result<Questions> {
        Ok(Questions {
            a: question(DnsRecordType::A)?,
            ptr: question(DnsRecordType::PTR)?,
        })
    }

    /// The question for a name. `None` for a name that cannot exist.
    pub(super) fn of(&mut self, lookup: &Lookup, name: &str) -> Option<&DnsRecord> {
        let question = match lookup {
            Lookup::HostByAddress(_) => &mut self.ptr,
            _ => &mut self.a,
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

/// Makes a message with one question, with an id of 0: c-ares gives each question a random one.
fn question(kind: DnsRecordType) -> Result<DnsRecord> {
    let mut message = DnsRecord::new(0, DnsFlags::RD, DnsOpcode::Query, DnsRcode::NoError)?;
    message.query_add("", kind, DnsCls::IN)?;
    message
        .rr_add(
            DnsSection::Additional,
            "",
            DnsRecordType::OPT,
            DnsCls::IN,
            0,
        )?
        .set_u16(DnsRrKey::OPT_UDP_SIZE, UDP_SIZE_BYTES)?
        .set_u8(DnsRrKey::OPT_VERSION, 0)?
        .set_u16(DnsRrKey::OPT_FLAGS, 0)?;
    Ok(message)
}
