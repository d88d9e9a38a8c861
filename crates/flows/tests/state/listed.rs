//! A listing as rows: what a party is told that presents a token.

use std::sync::Arc;

use muster_domain::{ClientId, ErrorCode, TokenKind, TransactionId};
use muster_flows::{
    EndedTexts, ListingCursor, ListingSink, Outcome, Progress, ShowTokens, ShownToken,
};
use muster_store::StoredToken;

use crate::asker::Asker;
use crate::house::House;

/// A token of the answer.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) client: String,
    pub(crate) transaction: String,
    pub(crate) kind: TokenKind,
    pub(crate) text: String,
    pub(crate) is_valid: bool,
}

#[derive(Default)]
struct Gathered {
    client: String,
    transaction: String,
    tokens: Vec<Row>,
}

impl ListingSink for Gathered {
    fn client(&mut self, id: &ClientId) {
        id.as_str().clone_into(&mut self.client);
    }

    fn transaction(&mut self, id: &TransactionId) {
        id.as_str().clone_into(&mut self.transaction);
    }

    fn element(&mut self, tokens: &[ShownToken]) {
        self.tokens.extend(tokens.iter().map(|token| Row {
            client: self.client.clone(),
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
        self.told(client, (TokenKind::Access, access)).expect("it may list")
    }

    /// What a party is told of the user for whom this token speaks.
    pub(crate) fn told<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        (kind, text): (TokenKind, &str),
    ) -> Result<Vec<Row>, ErrorCode> {
        let body = format!(
            "grant_type=urn:oa4mp:params:oauth:grant-type:token-info&{}={text}",
            kind.as_str()
        );
        let Outcome::Listing(planned) = self.outcome(asker, &body)? else { panic!("a listing") };
        let mut cursor = ListingCursor::new(planned.plan, 5_000);
        let (keys, clock) = (Arc::clone(&self.tools.keys), self.clock.clone());
        let show = ShowTokens::new(keys, clock, EndedTexts::Keep, planned.warrant);
        let mut sink = Gathered::default();
        loop {
            let progress = self.store().list(|reading| cursor.advance(reading, &show, &mut sink));
            match progress.expect("the store answers") {
                Progress::More => {}
                Progress::Done => return Ok(sink.tokens),
                Progress::RightLost => panic!("the right was lost meanwhile"),
            }
        }
    }
}
