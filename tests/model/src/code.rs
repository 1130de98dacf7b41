//! The errors that sessions return.

/// The errors of Winsock that the sessions of these tests return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum Code {
    /// WSAEACCES.
    AccessDenied = 10013,
    /// WSAEINVAL.
    Invalid = 10022,
    /// WSAEWOULDBLOCK.
    WouldBlock = 10035,
    /// WSAEALREADY.
    Already = 10037,
    /// WSAENETDOWN.
    NetworkDown = 10050,
    /// WSANOTINITIALISED.
    NotInitialised = 10093,
    /// WSAHOST_NOT_FOUND.
    HostNotFound = 11001,
    /// WSATRY_AGAIN.
    TryAgain = 11002,
    /// WSANO_RECOVERY.
    NoRecovery = 11003,
    /// WSANO_DATA.
    NoData = 11004,
    /// Any other error, which the model never allows.
    Other = 0,
}

impl Code {
    /// The error with this number of Winsock's.
    pub fn from_number(number: u16) -> Code {
        let codes = [
            Code::AccessDenied,
            Code::Invalid,
            Code::WouldBlock,
            Code::Already,
            Code::NetworkDown,
            Code::NotInitialised,
            Code::HostNotFound,
            Code::TryAgain,
            Code::NoRecovery,
            Code::NoData,
        ];
        let same = |code: &Code| *code as u16 == number;
        codes.into_iter().find(same).unwrap_or(Code::Other)
    }
}
