//! A family whose history is recorded: eight threads refresh, revoke, introspect and list it
//! at once, and some order must explain what they were told.

use std::sync::Barrier;

use muster_domain::{Client, TokenKind};
use muster_testkit::{Hands, NoAnswer, Recording, is_explained, mixed};

use crate::house::House;
use crate::verbs::live_refresh;

const THREADS: u64 = 8;
/// Operations of each thread on one family.
const STEPS: u64 = 6;

/// One family in the house.
struct InHouse<'a> {
    house: &'a House,
    client: &'a str,
    /// An access token of the same user's that nobody touches, to list by.
    lamp: String,
    /// The family's transaction.
    transaction: String,
}

impl Hands for InHouse<'_> {
    fn refresh(&self, token: &str) -> Result<Option<String>, NoAnswer> {
        let answer = self.house.refresh(self.client, token, "").ok();
        Ok(answer.map(|answer| answer.refresh_token.expect("a successor").expose().clone()))
    }

    fn revoke(&self, token: &str) -> Result<(), NoAnswer> {
        self.house.revoke(self.client, token).expect("its own token");
        Ok(())
    }

    fn is_active(&self, token: &str) -> Result<bool, NoAnswer> {
        Ok(self.house.is_active(self.client, token))
    }

    fn list(&self) -> Result<Vec<(String, bool)>, NoAnswer> {
        let rows = self.house.listed(self.client, &self.lamp).into_iter();
        let ours = rows
            .filter(|row| row.transaction == self.transaction && row.kind == TokenKind::Refresh);
        Ok(ours.map(|row| (row.text, row.is_valid)).collect())
    }
}

/// Records and checks the histories of so many families of the client; how many operations
/// that makes.
pub(crate) fn every_history_is_explained(
    house: &House,
    client: &Client,
    families: std::ops::Range<u64>,
) -> u64 {
    let operations = (families.end - families.start) * THREADS * STEPS;
    for family in families {
        let user = house.user(&format!("user-{family}"));
        let id = client.id.as_str();
        let lamp = house.family(client, &user).access_token.expose().clone();
        let first = house.family(client, &user).refresh_token.expect("one").expose().clone();
        let transaction = house.walk(client, &first).0.id.as_str().to_owned();
        let hands = InHouse { house, client: id, lamp, transaction };
        let (recording, barrier) = (Recording::of(&first), Barrier::new(8));
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let (recording, barrier, hands) = (&recording, &barrier, &hands);
                scope.spawn(move || {
                    barrier.wait();
                    for step in 0..STEPS {
                        let choice = mixed((family * THREADS + thread) * STEPS + step);
                        recording.step(hands, choice).expect("an answer");
                    }
                });
            }
        });
        let history = recording.finish();
        assert!(is_explained(&history), "no order explains {history:#?}");
        assert!(live_refresh(&house.walk(client, &first).1) <= 1);
    }
    operations
}
