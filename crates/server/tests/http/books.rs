//! Whether a database's books balance: every deed has its record in the audit trail and
//! every record its deed, a lineage has one end, and the chain of the trail holds.

use serde_json::Value;

use crate::house::{House, premises};
use crate::issuing::ISSUER;

/// Refresh tokens that live side by side in one transaction: a lineage that was forked.
const FORKS: &str = "(SELECT 1 FROM tokens WHERE kind = 2 AND state = 0 \
     GROUP BY shard, tx_seq HAVING count(*) > 1) AS forked";
/// Codes that were used for nothing.
const BURNT: &str = "codes WHERE redeemed_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM tokens \
     WHERE tokens.shard = codes.shard AND tokens.tx_seq = codes.tx_seq)";
/// Tokens of a code that was not used.
const UNPAID: &str = "codes WHERE redeemed_at IS NULL AND EXISTS (SELECT 1 FROM tokens \
     WHERE tokens.shard = codes.shard AND tokens.tx_seq = codes.tx_seq)";

/// Rows that a deed leaves behind.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Books {
    tokens: i64,
    rotated: i64,
    revoked: i64,
    codes: i64,
}

impl Books {
    /// As they stand in the database's tables.
    pub(crate) fn of(house: &House) -> Self {
        let count = |what: &str| count(house, what);
        Self {
            tokens: count("tokens"),
            rotated: count("tokens WHERE state = 2"),
            revoked: count("tokens WHERE state = 1"),
            codes: count("codes WHERE redeemed_at IS NOT NULL"),
        }
    }

    /// What the audit trail says has come about.
    fn of_trail(house: &House) -> Self {
        let premises = premises(&house.scratch, &house.kek, ISSUER);
        let walked = muster_audit::verify_store(&*premises.store, &premises.keys);
        walked.expect("a walk").expect("the chain holds");
        let records = premises.store.read(|reading| reading.list_audit(1, i64::MAX));
        let records = records.expect("records").into_iter();
        let records: Vec<Value> =
            records.map(|record| serde_json::from_str(&record.body).expect("JSON")).collect();
        let of = |event: &str| {
            let event = Value::from(event);
            records.iter().filter(move |record| record["event"] == event)
        };
        let by =
            |grant: &str| of("tokens_issued").filter(|record| record["grant"] == grant).count();
        let number = |count: usize| i64::try_from(count).expect("a small number");
        Self {
            tokens: of("tokens_issued").filter_map(|record| record["tokens"].as_i64()).sum(),
            rotated: number(by("refresh_token")),
            revoked: number(of("token_revoked").filter(|one| one["family"] == false).count()),
            codes: number(by("authorization_code")),
        }
    }

    /// What has come since is what the trail speaks of, no more and no less (I17, F01, F34).
    #[track_caller]
    pub(crate) fn assert_balanced(&self, house: &House) {
        let (now, told) = (Self::of(house), Self::of_trail(house));
        let since = Self {
            tokens: now.tokens - self.tokens,
            rotated: now.rotated - self.rotated,
            revoked: now.revoked - self.revoked,
            codes: now.codes - self.codes,
        };
        assert_eq!(since, told, "what was done, and what is recorded");
        for wrong in [FORKS, BURNT, UNPAID] {
            assert_eq!(count(house, wrong), 0, "{wrong}");
        }
    }
}

/// How many rows there are of this.
pub(crate) fn count(house: &House, what: &str) -> i64 {
    let query = format!("SELECT CAST(NULL AS TEXT) AS who, count(*) AS number FROM {what}");
    house.scratch.tally(&query).expect("a number")[0].1
}
