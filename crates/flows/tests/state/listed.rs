//! A listing as rows: what a client that may list its own is told.

use std::sync::Arc;

use muster_domain::{ClientId, TokenKind, TransactionId};
use muster_flows::{
    EndedTexts, ListingCursor, ListingSink, Outcome, Progress, ShowTokens, ShownToken,
};
use muster_store::StoredToken;

use crate::house::House;

/// A token of the answer.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) transaction: String,
    pub(crate) kind: TokenKind,
    pub(crate) text: String,
    pub(crate) is_valid: bool,
}

#[derive(Default)]
struct Rows {
    transaction: String,
    rows: Vec<Row>,
}

impl ListingSink for Rows {
    fn client(&mut self, _: &ClientId) {}

    fn transaction(&mut self, id: &TransactionId) {
        id.as_str().clone_into(&mut self.transaction);
    }

    fn element(&mut self, tokens: &[ShownToken]) {
        self.rows.extend(tokens.iter().map(|token| Row {
            transaction: self.transaction.clone(),
            kind: token.kind,
            text: token.text.as_ref().expect("its text is known").expose().clone(),
            is_valid: token.is_valid,
        }));
    }

    fn damaged(&mut self, _: &StoredToken, reason: &str) {
        panic!("a damaged token: {reason}");
    }

    fn wants_pause(&self) -> bool {
        false
    }
}

impl House {
    /// What `client` holds of the user for whom this access token speaks.
    pub(crate) fn listed(&self, client: &str, access: &str) -> Vec<Row> {
        let body = format!(
            "grant_type=urn:oa4mp:params:oauth:grant-type:token-info&access_token={access}"
        );
        let Outcome::Listing(planned) = self.outcome(client, &body).expect("it may list") else {
            panic!("a listing")
        };
        let mut cursor = ListingCursor::new(planned.plan, 5_000);
        let (keys, clock) = (Arc::clone(&self.tools.keys), self.clock.clone());
        let show = ShowTokens::new(keys, clock, EndedTexts::Keep, planned.warrant);
        let mut sink = Rows::default();
        loop {
            let progress = self.store().list(|reading| cursor.advance(reading, &show, &mut sink));
            match progress.expect("the store answers") {
                Progress::More => {}
                Progress::Done => return sink.rows,
                Progress::RightLost => panic!("the right was lost meanwhile"),
            }
        }
    }
}
