//! The checker of histories of one token family (testing 6.4): is there an order of the
//! operations that respects real time and explains every answer? Depth first, with a memory
//! of what led nowhere, as Porcupine does.

use std::collections::{BTreeMap, BTreeSet, HashSet};

/// A refresh token of the family, by its number in the history.
pub type Name = usize;

/// A successor that nobody has ever seen.
const NAMELESS: Name = Name::MAX;

/// What was asked, and what was answered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Deed {
    /// A refresh token was shown; `Some`: its successor, `None`: refused.
    Refresh {
        /// The token.
        shown: Name,
        /// Its successor.
        got: Option<Name>,
    },
    /// The family was revoked by one of its refresh tokens.
    Revoke,
    /// Whether a refresh token is active.
    Introspect {
        /// The token.
        asked: Name,
        /// The answer.
        active: bool,
    },
    /// Which refresh tokens were listed, and whether each is valid.
    List {
        /// Every one of the family.
        listed: BTreeMap<Name, bool>,
    },
    /// A refresh token was shown and no answer came: it was used, or it was not.
    LostRefresh {
        /// The token.
        shown: Name,
    },
    /// A revocation without an answer: done, or not.
    LostRevoke,
}

impl Deed {
    const fn is_lost(&self) -> bool {
        match self {
            Self::LostRefresh { .. } | Self::LostRevoke => true,
            Self::Refresh { .. } | Self::Revoke | Self::Introspect { .. } | Self::List { .. } => {
                false
            }
        }
    }
}

/// An operation with the moments between which it took effect; a lost one did so by then or
/// never.
#[derive(Clone, Debug)]
pub struct Operation {
    /// What it was.
    pub deed: Deed,
    /// When it was asked.
    pub began: u64,
    /// When it was answered.
    pub ended: u64,
}

/// A family as the specification has it.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
struct Family {
    live: Name,
    used: BTreeSet<Name>,
    revoked: bool,
}

impl Family {
    fn is_active(&self, name: Name) -> bool {
        !self.revoked && name == self.live
    }

    /// The families that this deed may leave; none: its answer is wrong for this one.
    fn after(&self, deed: &Deed, strays: &[Name]) -> Vec<Self> {
        let if_right = |right: bool| if right { vec![self.clone()] } else { Vec::new() };
        match deed {
            Deed::Refresh { shown, got: Some(successor) } if self.is_active(*shown) => {
                vec![self.rotated(*successor)]
            }
            // Shown again, it ends the family (RFC 9700 4.14.2).
            Deed::Refresh { shown, got: None } if !self.is_active(*shown) => vec![self.ended()],
            Deed::Refresh { .. } => Vec::new(),
            Deed::Introspect { asked, active } => if_right(self.is_active(*asked) == *active),
            Deed::List { listed } if self.revoked => if_right(listed.values().all(|valid| !valid)),
            Deed::List { listed } => {
                let issued: BTreeSet<Name> = self.used.iter().copied().chain([self.live]).collect();
                let all = listed.keys().copied().collect::<BTreeSet<_>>() == issued;
                if_right(all && listed.iter().all(|(name, valid)| self.is_active(*name) == *valid))
            }
            Deed::LostRefresh { shown } if self.is_active(*shown) => {
                let unborn = strays.iter().copied().filter(|stray| !self.used.contains(stray));
                unborn.chain([NAMELESS]).map(|stray| self.rotated(stray)).collect()
            }
            Deed::Revoke | Deed::LostRevoke | Deed::LostRefresh { .. } => vec![self.ended()],
        }
    }

    fn rotated(&self, successor: Name) -> Self {
        let used = self.used.iter().copied().chain([self.live]).collect();
        Self { live: successor, used, revoked: self.revoked }
    }

    fn ended(&self) -> Self {
        Self { revoked: true, ..self.clone() }
    }
}

/// Whether some order explains the history of a family that begins with token 0.
pub fn is_explained(history: &[Operation]) -> bool {
    let mut search = Search { history, strays: strays(history), futile: HashSet::new() };
    let begin = Family { live: 0, used: BTreeSet::new(), revoked: false };
    search.explains(&vec![false; history.len()], &begin)
}

/// Tokens that were seen and that no answer has handed out: what came of lost ones.
fn strays(history: &[Operation]) -> Vec<Name> {
    let (mut seen, mut given) = (BTreeSet::new(), BTreeSet::from([0]));
    for operation in history {
        match &operation.deed {
            Deed::Refresh { shown, got } => {
                seen.insert(*shown);
                given.extend(*got);
            }
            Deed::Introspect { asked: name, .. } | Deed::LostRefresh { shown: name } => {
                seen.insert(*name);
            }
            Deed::List { listed } => seen.extend(listed.keys()),
            Deed::Revoke | Deed::LostRevoke => {}
        }
    }
    seen.difference(&given).copied().collect()
}

struct Search<'a> {
    history: &'a [Operation],
    strays: Vec<Name>,
    futile: HashSet<(Vec<bool>, Family)>,
}

impl Search<'_> {
    fn explains(&mut self, done: &[bool], family: &Family) -> bool {
        let history = self.history;
        let those = |wanted: bool| {
            let all = history.iter().enumerate().zip(done);
            all.filter(move |(_, done)| **done == wanted).map(|(numbered, _)| numbered)
        };
        let answered = those(false).filter(|(_, operation)| !operation.deed.is_lost());
        // Only what began before everything open has ended can be next.
        let Some(first_end) = answered.map(|(_, operation)| operation.ended).min() else {
            return true;
        };
        let here = (done.to_vec(), family.clone());
        if self.futile.contains(&here) {
            return false;
        }
        // What was lost has not come about after something that began when it was over.
        let latest = those(true).map(|(_, operation)| operation.began).max().unwrap_or(0);
        for (number, operation) in those(false) {
            if operation.began > first_end || operation.ended < latest {
                continue;
            }
            let mut with_it = done.to_vec();
            with_it.iter_mut().skip(number).take(1).for_each(|done| *done = true);
            for next in family.after(&operation.deed, &self.strays) {
                if self.explains(&with_it, &next) {
                    return true;
                }
            }
        }
        self.futile.insert(here);
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(deed: Deed, (began, ended): (u64, u64)) -> Operation {
        Operation { deed, began, ended }
    }

    fn refresh(shown: Name, got: Option<Name>, span: (u64, u64)) -> Operation {
        operation(Deed::Refresh { shown, got }, span)
    }

    fn introspect(asked: Name, active: bool, span: (u64, u64)) -> Operation {
        operation(Deed::Introspect { asked, active }, span)
    }

    fn list(rows: &[(Name, bool)], span: (u64, u64)) -> Operation {
        operation(Deed::List { listed: rows.iter().copied().collect() }, span)
    }

    fn lost(shown: Name, span: (u64, u64)) -> Operation {
        operation(Deed::LostRefresh { shown }, span)
    }

    #[test]
    fn good_histories_are_explained() {
        assert!(is_explained(&[]));
        // The answer tells that the introspection came first, although it began later.
        assert!(is_explained(&[refresh(0, Some(1), (1, 9)), introspect(0, true, (2, 3))]));
        assert!(is_explained(&[
            refresh(0, Some(1), (1, 4)),
            list(&[(0, false), (1, true)], (2, 3)),
            refresh(0, None, (5, 6)),
            introspect(1, false, (7, 8)),
            list(&[], (9, 10)),
        ]));
    }

    #[test]
    fn two_successors_of_one_token_are_not_explained() {
        let fork = [refresh(0, Some(1), (1, 9)), refresh(0, Some(2), (1, 9))];
        assert!(!is_explained(&fork));
    }

    #[test]
    fn a_token_that_is_active_after_its_revocation_is_not_explained() {
        let revoked = operation(Deed::Revoke, (1, 2));
        assert!(!is_explained(&[revoked.clone(), introspect(0, true, (3, 4))]));
        assert!(is_explained(&[revoked.clone(), introspect(0, true, (2, 4))]));
        assert!(!is_explained(&[revoked.clone(), refresh(0, Some(1), (3, 4))]));
        assert!(!is_explained(&[revoked, list(&[(0, true)], (3, 4))]));
    }

    #[test]
    fn a_listing_that_lacks_what_was_issued_is_not_explained() {
        let issued = refresh(0, Some(1), (1, 2));
        assert!(!is_explained(&[issued.clone(), list(&[(0, false)], (3, 4))]));
        assert!(!is_explained(&[issued, list(&[(0, true), (1, true)], (3, 4))]));
    }

    #[test]
    fn a_family_that_lives_on_after_reuse_is_not_explained() {
        let history =
            [refresh(0, Some(1), (1, 2)), refresh(0, None, (3, 4)), introspect(1, true, (5, 6))];
        assert!(!is_explained(&history));
    }

    #[test]
    fn a_refusal_without_a_reason_is_not_explained() {
        assert!(!is_explained(&[refresh(0, None, (1, 2))]));
        assert!(!is_explained(&[introspect(0, false, (1, 2)), refresh(0, Some(1), (3, 4))]));
    }

    #[test]
    fn what_was_lost_was_done_or_not_and_the_answers_tell_which() {
        let lost = lost(0, (1, 4));
        assert!(is_explained(&[lost.clone(), introspect(0, true, (5, 6))]));
        assert!(is_explained(&[lost.clone(), introspect(0, false, (5, 6))]));
        // A listing shows what came of it, and that is good from then on.
        let shown = list(&[(0, false), (1, true)], (5, 6));
        assert!(is_explained(&[lost.clone(), shown.clone(), refresh(1, Some(2), (7, 8))]));
        assert!(!is_explained(&[lost.clone(), shown, introspect(0, true, (7, 8))]));
        // Whoever shows the token again finds it good, or ends the family.
        assert!(is_explained(&[lost.clone(), refresh(0, Some(1), (5, 6))]));
        let ended = [lost, refresh(0, None, (5, 6)), introspect(0, true, (7, 8))];
        assert!(!is_explained(&ended));
    }

    #[test]
    fn what_was_lost_does_not_come_about_later_on() {
        let seen = [introspect(0, true, (5, 6)), introspect(0, false, (7, 8))];
        let with = |end: u64| [seen.as_slice(), &[lost(0, (1, end))]].concat();
        assert!(is_explained(&with(9)));
        assert!(!is_explained(&with(4)));
        let revoked = operation(Deed::LostRevoke, (1, 4));
        assert!(!is_explained(&[seen.as_slice(), &[revoked]].concat()));
    }

    #[test]
    fn what_was_lost_is_done_once_at_most() {
        let fork = list(&[(0, false), (1, true), (2, true)], (5, 6));
        assert!(!is_explained(&[lost(0, (1, 4)), lost(0, (1, 4)), fork]));
    }
}
