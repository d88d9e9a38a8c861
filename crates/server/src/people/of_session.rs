//! What waits for the person of one session: sealed with the session's key, so that nobody
//! answers for somebody else who has logged in here meanwhile.

use muster_crypto::TicketKind;
use muster_domain::{Secret, SessionKey};
use muster_flows::LiveSession;

use super::visit::Visit;
use crate::house::House;

/// The text of a ticket for this session's person.
pub(super) fn of_session(session: SessionKey, text: &str) -> Secret<String> {
    let (shard, number) = (session.shard.number(), session.number);
    Secret::new(format!("{shard}.{number}.{text}"))
}

/// Which session a text of [`of_session`] is for, and what it says.
pub(super) fn read_of_session(text: &str) -> Option<((i16, i64), &str)> {
    let (shard, rest) = text.split_once('.')?;
    let (number, text) = rest.split_once('.')?;
    Some(((shard.parse().ok()?, number.parse().ok()?), text))
}

/// Whether a session is the one that a text was for.
pub(super) fn is_same(session: &LiveSession, asked: (i16, i64)) -> bool {
    (session.key().shard.number(), session.key().number) == asked
}

impl House {
    /// What a ticket of this browser says to this session.
    pub(super) fn open_of_session(
        &self,
        kind: TicketKind,
        visit: &Visit,
        (session, ticket): (&LiveSession, Option<&Secret<String>>),
    ) -> Option<Secret<String>> {
        let text = self.open(kind, visit, ticket?)?;
        let (asked, said) = read_of_session(text.expose())?;
        is_same(session, asked).then(|| Secret::from(said))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_domain::Shard;

    #[test]
    fn what_waits_for_a_session_is_read_as_it_was_written() {
        let key = SessionKey::new(Shard::from_number(3).unwrap(), 7);
        for said in ["", "to=own", "a.b.c", "-1.2"] {
            let text = of_session(key, said);
            assert_eq!(read_of_session(text.expose()), Some(((3, 7), said)));
        }
        for text in ["", "3", "3.7", "x.7.a", "3.x.a", "to=own"] {
            assert!(read_of_session(text).is_none(), "{text}");
        }
    }
}
