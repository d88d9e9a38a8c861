//! Fills a database for the benchmarks.
//!
//! `fill DATABASE_URL KEK_FILE ISSUER own TOKENS` makes an admin with twenty clients and one
//! user with so many tokens; prints the admin's id, its secret and one of the tokens, a line
//! each. `fill .. foreign FIRST TOKENS` adds other users' tokens at the same clients, a
//! thousand each, beginning with user number FIRST.

use std::error::Error;
use std::io::Write;
use std::path::PathBuf;
use std::sync::Arc;

use muster_admin::{AdminDraft, ClientDraft, Keeper, Proof};
use muster_cli::{KeeperSettings, Premises};
use muster_crypto::{OsRandomness, SealContext};
use muster_domain::{
    AdminRights, Client, ClientKey, Clock, ElementKey, IssuerUrl, Lifetime, Randomness,
    Registration, ScopeSet, Timestamp, Token, TokenId, TokenKey, TokenKind, TokenState,
    Transaction, TransactionId, TransactionKey, TransactionState, User, UserId,
};
use muster_server::clock::SystemClock;
use muster_store::{Sequence, StoredToken};
use muster_store_diesel::PoolSettings;

const USAGE: &str = "fill DATABASE_URL KEK_FILE ISSUER own TOKENS | foreign FIRST TOKENS";
const CLIENTS: i64 = 20;
/// Tokens of one transaction: 5,000 transactions for a million tokens.
const TOKENS_A_FLOW: i64 = 200;
const FLOWS_A_UNIT: i64 = 10;
/// About the length of a JWT with the usual claims.
const TEXT: usize = 700;

struct Filler {
    premises: Premises,
    clients: Vec<Client>,
    now: Timestamp,
}

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, database, kek, issuer, what @ ..] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let settings = KeeperSettings {
        database: database.parse()?,
        pool: PoolSettings {
            statement: std::time::Duration::from_mins(1),
            ..PoolSettings::default()
        },
        kek_file: Some(PathBuf::from(kek)),
        issuer: IssuerUrl::new(issuer.as_str())?,
        audit_file: None,
        token_longest: muster_domain::Lifetime::from_days(1),
        family: muster_domain::Lifetime::from_days(365),
    };
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let randomness: Arc<dyn Randomness> = Arc::new(OsRandomness);
    let premises = Premises::open(&settings, &clock, &randomness)?;
    let keeper = premises.keeper(Arc::clone(&clock), randomness);
    let now = clock.now();
    match what {
        [word, tokens] if word == "own" => {
            let clients = (0..CLIENTS)
                .map(|number| add_client(&keeper, number))
                .collect::<Result<Vec<_>, Box<dyn Error>>>()?;
            let secret = add_admin(&keeper)?;
            let text = Filler { premises, clients, now }.user_with("bench", tokens.parse()?)?;
            writeln!(std::io::stdout(), "bench-admin\n{secret}\n{text}")?;
        }
        [word, first, tokens] if word == "foreign" => {
            let clients = (0..CLIENTS)
                .map(|number| keeper.find_client(&client_id(number)))
                .collect::<Result<Vec<_>, _>>()?;
            let filler = Filler { premises, clients, now };
            let first: i64 = first.parse()?;
            let users = tokens.parse::<i64>()?.div_euclid(1_000);
            for number in first..first + users {
                filler.user_with(&format!("foreign-{number}"), 1_000)?;
            }
        }
        _ => return Err(USAGE.into()),
    }
    Ok(())
}

fn client_id(number: i64) -> String {
    format!("localhost:bench-client-{number:02}")
}

fn add_client(keeper: &Keeper, number: i64) -> Result<Client, Box<dyn Error>> {
    let draft = ClientDraft {
        id: client_id(number),
        name: None,
        proof: Proof::GeneratedSecret,
        registration: Registration::default(),
        approved: true,
    };
    Ok(keeper.add_client(&draft)?.0)
}

fn add_admin(keeper: &Keeper) -> Result<String, Box<dyn Error>> {
    let draft = AdminDraft {
        id: "bench-admin".to_owned(),
        name: None,
        email: None,
        rights: AdminRights { list_users: true, list_users_other_clients: false },
        max_clients: None,
        proof: Proof::GeneratedSecret,
        approved: true,
    };
    let (_, secret) = keeper.add_admin(&draft)?;
    for number in 0..CLIENTS {
        keeper.link("bench-admin", &client_id(number))?;
    }
    Ok(secret.map(|secret| secret.expose().clone()).unwrap_or_default())
}

impl Filler {
    /// A user with so many tokens; the text of the last one.
    fn user_with(&self, name: &str, tokens: i64) -> Result<String, Box<dyn Error>> {
        let id = UserId::new(name)?;
        let (store, issuer) = (&self.premises.store, &self.premises.issuer);
        let users = store
            .change(|unit| unit.ensure_users(issuer.key, std::slice::from_ref(&id), self.now))?;
        let user = users.into_iter().next().ok_or("no user")?;
        let mut last = String::new();
        let flows = tokens.div_euclid(TOKENS_A_FLOW);
        let mut done = 0;
        while done < flows {
            let count = (flows - done).min(FLOWS_A_UNIT);
            last = self.unit(&user, name, (done, count))?;
            done += count;
        }
        Ok(last)
    }

    fn unit(
        &self,
        user: &User,
        name: &str,
        (first, count): (i64, i64),
    ) -> Result<String, Box<dyn Error>> {
        let mut last = String::new();
        self.premises.store.change(|unit| {
            let flows = unit.take_numbers(Sequence::Transactions, count)?;
            let mut numbers = unit.take_numbers(Sequence::Tokens, count * TOKENS_A_FLOW)?;
            let (mut transactions, mut tokens) = (Vec::new(), Vec::new());
            for (offset, number) in flows.enumerate() {
                let index = first + i64::try_from(offset).unwrap_or_default();
                let client = self.client(index);
                let transaction = self.flow(user, name, (index, number), client)?;
                for pair in 0..TOKENS_A_FLOW / 2 {
                    for kind in [TokenKind::Access, TokenKind::Refresh] {
                        let number = numbers.next().unwrap_or_default();
                        let (stored, text) = self.token(&transaction, kind, (number, pair))?;
                        tokens.push(stored);
                        if kind == TokenKind::Access {
                            last = text;
                        }
                    }
                }
                transactions.push(transaction);
            }
            unit.add_transactions(&transactions)?;
            unit.add_tokens(&tokens)
        })?;
        Ok(last)
    }

    fn client(&self, index: i64) -> ClientKey {
        let place = usize::try_from(index.rem_euclid(CLIENTS)).unwrap_or_default();
        self.clients.get(place).map_or_else(|| ClientKey::new(0), |client| client.key)
    }

    fn flow(
        &self,
        user: &User,
        name: &str,
        (index, number): (i64, i64),
        client: ClientKey,
    ) -> Result<Transaction, muster_store::StoreError> {
        let started_at = self.now.minus(Lifetime::from_seconds(index));
        let url = &self.premises.issuer.url;
        let id = format!("{url}/{name}-{index:026x}?type=authzGrant&ts={started_at}&version=v2.0");
        Ok(Transaction {
            key: TransactionKey::new(user.key.shard, number),
            issuer: self.premises.issuer.key,
            client,
            user: Some(user.key),
            id: TransactionId::new(id)
                .map_err(|e| muster_store::StoreError::corrupt(e.to_string()))?,
            started_at,
            state: TransactionState::Open,
            expires_at: None,
            descent: None,
            scopes: ScopeSet::default(),
        })
    }

    fn token(
        &self,
        transaction: &Transaction,
        kind: TokenKind,
        (number, pair): (i64, i64),
    ) -> Result<(StoredToken, String), muster_store::StoreError> {
        let issued_at = transaction.started_at.plus(Lifetime::from_millis(pair * 7));
        let url = &self.premises.issuer.url;
        let id =
            format!("{url}/{number:032x}?type=token&ts={issued_at}&version=v2.0&lifetime=86400000");
        let corrupt = |error: String| muster_store::StoreError::corrupt(error);
        let token = Token {
            key: TokenKey::new(transaction.key.shard, number),
            issuer: transaction.issuer,
            client: transaction.client,
            user: transaction.user,
            transaction: transaction.key,
            element: ElementKey::new(if kind == TokenKind::Access { number } else { number - 1 }),
            kind,
            id: TokenId::new(id).map_err(|error| corrupt(error.to_string()))?,
            issued_at,
            expires_at: issued_at.plus(Lifetime::from_days(30)),
            state: TokenState::Live,
        };
        let text = format!("eyJ{number:020}{}", "x".repeat(TEXT - 23));
        let keys = &self.premises.keys;
        let sealed = keys.seal(&text, &SealContext::of(&token), &OsRandomness);
        let stored = StoredToken {
            tag: Some(keys.lookup_tag(kind, &text)),
            started_at: transaction.started_at,
            element_at: issued_at,
            text: Some(sealed.map_err(|error| corrupt(error.to_string()))?),
            token,
        };
        Ok((stored, text))
    }
}
