//! A user with very many tokens, planted in bulk: thousands of rows in one unit.

use muster_cli::Premises;
use muster_crypto::{OsRandomness, SealContext};
use muster_domain::{
    Client, Clock, ElementKey, Lifetime, ScopeSet, Timestamp, Token, TokenId, TokenKey, TokenKind,
    TokenState, Transaction, TransactionId, TransactionKey, TransactionState, User, UserId,
};
use muster_server::clock::SystemClock;
use muster_store::{Sequence, StoredToken};

use crate::house::{House, premises};
use crate::planting::tools;
use crate::wire::Request;

pub(crate) const ISSUER: &str = "https://issuer.example/oauth2";
/// Tokens of one transaction, and of one element two: access and refresh.
const TOKENS_A_FLOW: i64 = 200;
const FLOWS_A_UNIT: i64 = 25;
/// About the length of a JWT with the usual claims.
const TEXT: usize = 700;

/// A user of many tokens at the client `portal`.
pub(crate) struct Crowd {
    premises: Premises,
    client: Client,
    user: User,
    now: Timestamp,
    /// One of the access tokens.
    pub(crate) token: String,
}

impl Crowd {
    /// With this many tokens, in hundreds.
    pub(crate) fn plant(house: &House, tokens: i64) -> Self {
        let premises = premises(&house.scratch, &house.kek, ISSUER);
        let (keeper, seed) = tools(&premises);
        let client = keeper.find_client("portal").expect("portal");
        let user = seed.user(&UserId::new("crowd").unwrap()).expect("a user");
        let now = SystemClock.now();
        let mut crowd = Self { premises, client, user, now, token: String::new() };
        let (flows, mut done) = (tokens / TOKENS_A_FLOW, 0);
        while done < flows {
            let count = (flows - done).min(FLOWS_A_UNIT);
            crowd.token = crowd.unit(done, count);
            done += count;
        }
        crowd
    }

    pub(crate) fn premises(&self) -> &Premises {
        &self.premises
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) fn user(&self) -> &User {
        &self.user
    }

    /// The good admin's question about this user.
    pub(crate) fn question(&self, house: &House) -> Request {
        let kind = ("grant_type", crate::house::TOKEN_INFO);
        house.as_admin().form(&[kind, ("access_token", &self.token)])
    }

    /// Flows with their tokens; the text of one of them.
    fn unit(&self, first: i64, count: i64) -> String {
        let mut text = String::new();
        let planted = self.premises.store.change(|unit| {
            let flows = unit.take_numbers(Sequence::Transactions, count)?;
            let mut numbers = unit.take_numbers(Sequence::Tokens, count * TOKENS_A_FLOW)?;
            let (mut transactions, mut tokens) = (Vec::new(), Vec::new());
            for (index, number) in (first..).zip(flows) {
                let flow = self.flow(index, number);
                for pair in 0..TOKENS_A_FLOW / 2 {
                    let element = numbers.start;
                    for kind in [TokenKind::Refresh, TokenKind::Access] {
                        let number = numbers.next().expect("numbers for all");
                        let (stored, plain) = self.token(&flow, kind, (element, number, pair));
                        tokens.push(stored);
                        text = plain;
                    }
                }
                transactions.push(flow);
            }
            unit.add_transactions(&transactions)?;
            unit.add_tokens(&tokens)
        });
        planted.expect("tokens");
        text
    }

    fn flow(&self, index: i64, number: i64) -> Transaction {
        let started_at = self.now.minus(Lifetime::from_seconds(index));
        let id = format!("{ISSUER}/{index:032x}?type=authzGrant&ts={started_at}&version=v2.0");
        Transaction {
            key: TransactionKey::new(self.user.key.shard, number),
            issuer: self.premises.issuer.key,
            client: self.client.key,
            user: Some(self.user.key),
            id: TransactionId::new(id).expect("an id"),
            started_at,
            state: TransactionState::Open,
            expires_at: None,
            descent: None,
            scopes: ScopeSet::default(),
        }
    }

    fn token(
        &self,
        flow: &Transaction,
        kind: TokenKind,
        (element, number, pair): (i64, i64, i64),
    ) -> (StoredToken, String) {
        let issued_at = flow.started_at.plus(Lifetime::from_millis(pair * 7));
        let id = format!("{ISSUER}/{number:032x}?type=token&ts={issued_at}&version=v2.0");
        let token = Token {
            key: TokenKey::new(flow.key.shard, number),
            issuer: flow.issuer,
            client: flow.client,
            user: flow.user,
            transaction: flow.key,
            element: ElementKey::new(element),
            kind,
            id: TokenId::new(id).expect("an id"),
            issued_at,
            expires_at: issued_at.plus(Lifetime::from_days(30)),
            state: TokenState::Live,
        };
        let text = format!("eyJ{number:020}{}", "x".repeat(TEXT - 23));
        let keys = &self.premises.keys;
        let sealed = keys.seal(&text, &SealContext::of(&token), &OsRandomness);
        let stored = StoredToken {
            tag: Some(keys.lookup_tag(kind, &text)),
            started_at: flow.started_at,
            element_at: issued_at,
            text: Some(sealed.expect("a sealed text")),
            token,
        };
        (stored, text)
    }
}
