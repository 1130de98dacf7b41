//! What is known of a server: whether it bears EDNS, keeps the case of letters, and has a cookie.

use std::time::{Duration, Instant};

use super::entropy::Entropy;
use crate::resolvers::dns::message::{Cookie, Response};

/// The shortest time until a question is sent again.
const MIN_INTERVAL: Duration = Duration::from_millis(250);
/// How long a server without EDNS gets no question with it.
const WITHOUT_EDNS: Duration = Duration::from_secs(15 * 60);

/// What a server does with EDNS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edns {
    /// It has answered nothing yet, and gets questions without EDNS.
    Unasked,
    /// It answers, and gets questions with EDNS. One without an answer is sent again without.
    Trial,
    /// It has answered a question with EDNS.
    Works,
    /// It answers questions without EDNS alone.
    Fails(Instant),
}

/// What a server does with the case of a question's letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Case {
    Unknown,
    Keeps,
    Changes,
}

/// What is known of a server.
pub(super) struct Knowledge {
    edns: Edns,
    case: Case,
    client_cookie: [u8; Cookie::CLIENT_BYTES],
    /// The client's part, and the server's if it is known.
    cookie: Cookie,
    /// The usual time until an answer.
    rtt: Option<Duration>,
}

/// How a question was sent to a server over UDP.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Sent {
    pub(super) times: u8,
    pub(super) with_edns: bool,
    pub(super) without_edns: bool,
    /// Whether the server has refused the question because of EDNS.
    pub(super) is_edns_refused: bool,
    /// Whether the question was sent again because of a cookie.
    pub(super) has_new_cookie: bool,
    /// Whether the letters have random case.
    pub(super) is_mixed: bool,
}

/// What a response over UDP means for its question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Judged {
    /// It is the answer.
    Answer,
    /// Anybody may have sent it.
    Drop,
    /// The question is sent again, as the server wants it.
    SendAgain,
    /// The question is sent again over TCP.
    OverTcp,
}

/// The codes of servers that do not bear EDNS.
mod rcode {
    pub(super) const FORM_ERR: u16 = 1;
    pub(super) const SERV_FAIL: u16 = 2;
    pub(super) const NOT_IMP: u16 = 4;
    pub(super) const REFUSED: u16 = 5;
    pub(super) const BAD_VERS: u16 = 16;
    pub(super) const BAD_COOKIE: u16 = 23;
}

impl Knowledge {
    pub(super) fn new(entropy: &mut Entropy) -> Knowledge {
        let client_cookie = entropy.take();
        Knowledge {
            edns: Edns::Unasked,
            case: Case::Unknown,
            client_cookie,
            cookie: Cookie::client(client_cookie),
            rtt: None,
        }
    }

    /// Whether the next message for a question has EDNS, and with which cookie.
    pub(super) fn edns(&mut self, sent: &Sent, now: Instant) -> Option<Option<&Cookie>> {
        if let Edns::Fails(since) = self.edns
            && now.duration_since(since) >= WITHOUT_EDNS
        {
            self.edns = Edns::Trial;
        }
        let with_edns = !sent.is_edns_refused
            && match self.edns {
                Edns::Unasked | Edns::Fails(_) => false,
                Edns::Trial => sent.times == 0,
                // A path may lose large answers.
                Edns::Works => sent.times < 2,
            };
        with_edns.then_some(Some(&self.cookie))
    }

    /// Whether the letters of a question get a random case.
    pub(super) fn mixes_case(&self, sent: &Sent) -> bool {
        self.case != Case::Changes && sent.times < 2
    }

    /// How long a question waits for an answer before it is sent again: five times the usual time,
    /// and at most half of a time-out.
    pub(super) fn interval(&self, timeout: Duration) -> Duration {
        let usual = self.rtt.map_or(Duration::ZERO, |rtt| rtt * 5);
        usual.max(MIN_INTERVAL).min(timeout / 2)
    }

    /// Records the time until an answer.
    pub(super) fn answered_within(&mut self, time: Duration) {
        self.rtt = Some(self.rtt.map_or(time, |rtt| (rtt * 7 + time) / 8));
    }

    /// Judges the letters of a response's question, which are in another case.
    pub(super) fn judge_other_case(&mut self, sent: &Sent) -> Judged {
        match self.case {
            _ if !sent.is_mixed => Judged::Answer,
            // A forger has not seen the question.
            Case::Keeps => Judged::Drop,
            Case::Unknown | Case::Changes => {
                self.case = Case::Changes;
                Judged::SendAgain
            }
        }
    }

    /// Judges a response over UDP whose question is the one asked, and learns from it.
    pub(super) fn judge(&mut self, response: &Response, sent: &mut Sent, now: Instant) -> Judged {
        let cookie = response.edns.and_then(|edns| edns.cookie);
        if let Some(cookie) = cookie {
            if cookie.client_part() != self.cookie.client_part() {
                return Judged::Drop;
            }
            if cookie.has_server_part() {
                self.cookie = cookie;
            }
        } else if self.cookie.has_server_part() && sent.with_edns && !sent.without_edns {
            // A server that has a cookie sends it. TCP tells its answer from a forger's.
            self.cookie = Cookie::client(self.client_cookie);
            return Judged::OverTcp;
        }
        if response.rcode == rcode::BAD_COOKIE {
            let is_new = cookie.is_some_and(|cookie| cookie.has_server_part());
            if !is_new || sent.has_new_cookie {
                return Judged::OverTcp;
            }
            sent.has_new_cookie = true;
            self.edns = Edns::Works;
            return Judged::SendAgain;
        }
        if self.refuses_edns(response.rcode, sent) {
            sent.is_edns_refused = true;
            return Judged::SendAgain;
        }
        if !response.is_failure() {
            self.learn(response.edns.is_some(), sent, now);
        }
        if response.is_truncated {
            return Judged::OverTcp;
        }
        Judged::Answer
    }

    /// Whether the code may be the answer to EDNS, and the question was not sent without.
    fn refuses_edns(&self, code: u16, sent: &Sent) -> bool {
        let may_be = match code {
            rcode::FORM_ERR | rcode::NOT_IMP | rcode::BAD_VERS => true,
            rcode::SERV_FAIL | rcode::REFUSED => self.edns != Edns::Works,
            _ => false,
        };
        may_be && sent.with_edns && !sent.without_edns
    }

    fn learn(&mut self, has_edns: bool, sent: &Sent, now: Instant) {
        if sent.is_mixed {
            self.case = Case::Keeps;
        }
        self.edns = match (self.edns, sent.with_edns, sent.without_edns) {
            (Edns::Unasked, false, _) => Edns::Trial,
            (Edns::Fails(since), _, _) if !has_edns => Edns::Fails(since),
            (edns, false, _) => edns,
            (_, true, false) => Edns::Works,
            (_, true, true) if has_edns => Edns::Works,
            (Edns::Trial, ..) => Edns::Fails(now),
            _ if sent.is_edns_refused => Edns::Fails(now),
            _ => Edns::Trial,
        };
    }
}
