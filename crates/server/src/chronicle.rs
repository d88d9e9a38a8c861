//! What flows did, as entries of the audit trail, in the unit of the deed itself.

use muster_audit::{Actor, Ending, Entry, Event, Subject, Trail};
use muster_domain::{TransactionKey, UserId};
use muster_flows::{Chronicle, Happening};
use muster_store::{StoreError, Unit};

use crate::edge::RequestFacts;

/// Writes down what happens in one request.
pub(crate) struct RequestChronicle<'a> {
    pub(crate) trail: &'a Trail,
    /// The issuer's URL.
    pub(crate) issuer: &'a str,
    /// Who asks.
    pub(crate) actor: Actor<'a>,
    /// From where, in which request.
    pub(crate) facts: &'a RequestFacts,
}

impl Chronicle for RequestChronicle<'_> {
    fn note(&self, unit: &mut dyn Unit, happening: &Happening<'_>) -> Result<(), StoreError> {
        self.trail.append_in(unit, &self.entry(happening))
    }
}

impl RequestChronicle<'_> {
    fn entry(&self, happening: &Happening<'_>) -> Entry {
        match *happening {
            Happening::Issued { grant, transaction, first, count, user } => {
                let count = u64::try_from(count).unwrap_or(u64::MAX);
                let entry = self.begun(Event::TokensIssued, Ending::Done);
                let entry = entry.with_word("grant", grant.room()).with_count("tokens", count);
                about_user(entry, user)
                    .with_count("transaction", number(transaction.key))
                    .about(Subject::Token(first))
            }
            Happening::AnsweredAgain { transaction } => self
                .begun(Event::AnsweredAgain, Ending::Done)
                .with_count("transaction", number(transaction)),
            Happening::RefreshReused { transaction, user } => {
                self.ended_family(Event::RefreshReused, transaction, user)
            }
            Happening::CodeReplayed { transaction, user } => {
                self.ended_family(Event::CodeReplayed, transaction, user)
            }
            Happening::StrangerShowedCode { transaction, times } => self
                .begun(Event::CodeShownByStranger, Ending::Refused)
                .with_count("transaction", number(transaction))
                .with_count("times", u64::try_from(times).unwrap_or_default()),
            Happening::TokenRevoked { token, family, holder, user } => {
                let entry = self.begun(Event::TokenRevoked, Ending::Done);
                about_user(entry, user)
                    .to_client(holder.as_str())
                    .with_flag("family", family)
                    .about(Subject::Token(token))
            }
            Happening::DeviceStarted => self.begun(Event::DeviceStarted, Ending::Done),
            Happening::DeviceDecided { user, approved } => {
                let ending = if approved { Ending::Done } else { Ending::Refused };
                about_user(self.begun(Event::DeviceDecided, ending), user)
            }
        }
    }

    fn ended_family(
        &self,
        event: Event,
        transaction: TransactionKey,
        user: Option<&UserId>,
    ) -> Entry {
        about_user(self.begun(event, Ending::Refused), user)
            .with_count("transaction", number(transaction))
    }

    fn begun(&self, event: Event, ending: Ending) -> Entry {
        Entry::new(event, ending)
            .by(self.actor)
            .in_issuer(self.issuer)
            .from(&self.facts.client.to_string(), self.facts.id.as_str())
    }
}

fn about_user(entry: Entry, user: Option<&UserId>) -> Entry {
    match user {
        None => entry,
        Some(user) => entry.about(Subject::User(user.as_str().to_owned())),
    }
}

fn number(transaction: TransactionKey) -> u64 {
    u64::try_from(transaction.number).unwrap_or_default()
}
