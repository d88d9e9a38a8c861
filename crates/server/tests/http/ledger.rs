//! What a client knows of the tokens that it was given, and what it cannot know because an
//! answer was lost: the model that a service is measured by after a crash.

use std::time::{Duration, Instant};

use crate::issuing::{assert_invalid_grant, member, tokens};
use crate::wire::Answer;

/// What introspection has to say of a token.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Worth {
    Good,
    Ended,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    Access,
    Refresh,
    /// An access token that another one was exchanged for.
    Exchanged,
}

/// A token that was acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) text: String,
    pub(crate) kind: Kind,
    pub(crate) worth: Worth,
}

/// What can be done to a family; tokens are named by their number in it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Deed {
    Redeem,
    Refresh(usize),
    /// A refresh token that was used before is shown again: it ends the family.
    Reuse(usize),
    Revoke(usize),
    Exchange(usize),
    IssueToItself,
}

/// Everything that came of one code, or one token that a client got for itself.
#[derive(Debug, Default)]
pub(crate) struct Family {
    pub(crate) code: Option<String>,
    /// The code was redeemed, or the token issued.
    pub(crate) has_begun: bool,
    pub(crate) held: Vec<Held>,
    /// What was asked, and when, without an answer having come.
    pub(crate) doubt: Option<(Deed, Instant)>,
}

impl Family {
    pub(crate) fn of_code(code: String) -> Self {
        Self { code: Some(code), ..Self::default() }
    }

    /// The numbers of the tokens of this kind and worth.
    pub(crate) fn those(&self, kind: Kind, worth: Worth) -> Vec<usize> {
        let fits = |held: &Held| held.kind == kind && held.worth == worth;
        (0..self.held.len()).filter(|number| fits(&self.held[*number])).collect()
    }

    pub(crate) fn is_over(&self) -> bool {
        self.has_begun && self.held.iter().all(|held| held.worth == Worth::Ended)
    }

    /// The tokens that a deed would end: all of them, or none.
    pub(crate) fn at_stake(&self, deed: Deed) -> Vec<usize> {
        let good = |number: &usize| self.held[*number].worth == Worth::Good;
        match deed {
            Deed::Redeem | Deed::Exchange(_) | Deed::IssueToItself => Vec::new(),
            Deed::Refresh(number) => vec![number],
            Deed::Revoke(number) if self.held[number].kind != Kind::Refresh => vec![number],
            Deed::Reuse(_) | Deed::Revoke(_) => (0..self.held.len()).filter(good).collect(),
        }
    }

    /// Enters what was acknowledged; any other answer is a lie.
    pub(crate) fn enter(&mut self, deed: Deed, answer: &Answer) {
        if matches!(deed, Deed::Reuse(_)) {
            assert_invalid_grant(answer);
        }
        for number in self.at_stake(deed) {
            self.held[number].worth = Worth::Ended;
        }
        match deed {
            Deed::Redeem | Deed::Refresh(_) => {
                let (access, refresh) = tokens(answer);
                self.has_begun = true;
                self.take(access, Kind::Access);
                self.take(refresh, Kind::Refresh);
            }
            Deed::Exchange(_) => self.take(member(answer, "access_token"), Kind::Exchanged),
            Deed::IssueToItself => {
                self.has_begun = true;
                self.take(member(answer, "access_token"), Kind::Access);
            }
            Deed::Revoke(_) => assert_eq!(answer.status, 200, "{}", answer.text()),
            Deed::Reuse(_) => {}
        }
        self.doubt = None;
    }

    fn take(&mut self, text: String, kind: Kind) {
        self.held.push(Held { text, kind, worth: Worth::Good });
    }

    /// What has become of the deed in doubt, by what introspection says of every token:
    /// it was done wholly or not at all, and nothing else has changed.
    pub(crate) fn is_done(&self, deed: Deed, seen: &[Worth]) -> bool {
        let at_stake = self.at_stake(deed);
        for (number, held) in self.held.iter().enumerate() {
            let known = at_stake.contains(&number) || seen[number] == held.worth;
            assert!(known, "token {number} is {:?} after {deed:?} of {self:#?}", seen[number]);
        }
        let ended = at_stake.iter().filter(|number| seen[**number] == Worth::Ended).count();
        assert!(ended == 0 || ended == at_stake.len(), "{deed:?} is half done: {self:#?}");
        ended > 0
    }

    pub(crate) fn end(&mut self) {
        self.has_begun = true;
        self.held.iter_mut().for_each(|held| held.worth = Worth::Ended);
        self.doubt = None;
    }
}

/// How long a client with a period of grace may surely ask again (decision D4).
pub(crate) const GRACE: Duration = Duration::from_secs(10);
