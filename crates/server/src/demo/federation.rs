//! The demo's federation: admins with different rights, clients, users, and flows in every
//! state: fresh, refreshed, exchanged, revoked, expired, abandoned.

use std::net::SocketAddr;
use std::sync::Arc;

use muster_admin::{AdminDraft, ClientDraft, DeedError, Keeper, Proof};
use muster_cli::Premises;
use muster_crypto::{Algorithm, PrivateKey, PrivateKeyError, Signer};
use muster_domain::{
    AdminRights, Client, Ending, Lifetime, Registration, Timestamp, TokenKind, User, UserId,
};
use muster_flows::{Flow, Seed, SeedError, Sprout};
use serde_json::{Map, Value, json};

use crate::assemble::World;

const HOUR: Lifetime = Lifetime::from_seconds(3_600);
const DAY: Lifetime = Lifetime::from_days(1);
const GRANT: &str = "urn:oa4mp:params:oauth:grant-type:token-info";

/// What was planted, as far as the demo speaks of it.
pub(super) struct Federation {
    pub(super) views: Vec<View>,
    pub(super) now: Timestamp,
}

/// An admin's question.
pub(super) struct View {
    pub(super) admin: &'static str,
    pub(super) rights: &'static str,
    pub(super) id: String,
    pub(super) secret: String,
    pub(super) token: String,
}

impl View {
    /// The form of the question.
    pub(super) fn form(&self) -> [(&'static str, &str); 2] {
        [("grant_type", GRANT), ("access_token", &self.token)]
    }

    /// The same as a line for a shell. Colons of the id are form-encoded (RFC 6749 2.3.1).
    pub(super) fn curl(&self, address: SocketAddr) -> String {
        let id = self.id.replace(':', "%3A").replace('/', "%2F");
        format!(
            "  curl -s -u '{id}:{}' \\\n    --data-urlencode grant_type={GRANT} \\\n    \
             --data-urlencode access_token={} \\\n    http://{address}/oauth2/token",
            self.secret, self.token
        )
    }
}

/// Why the federation could not be planted.
#[derive(Debug, thiserror::Error)]
pub(super) enum PlantError {
    #[error(transparent)]
    Deed(#[from] DeedError),
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error(transparent)]
    Key(#[from] PrivateKeyError),
    #[error(transparent)]
    Id(#[from] muster_domain::InvalidId),
}

struct Planter<'a> {
    keeper: Keeper,
    seed: Seed,
    signer: Signer,
    world: &'a World,
}

/// Plants it.
pub(super) fn plant(premises: &Premises, world: &World) -> Result<Federation, PlantError> {
    let planter = Planter {
        keeper: premises.keeper(Arc::clone(&world.clock), Arc::clone(&world.randomness)),
        seed: Seed {
            store: Arc::clone(&premises.store),
            keys: Arc::clone(&premises.keys),
            clock: Arc::clone(&world.clock),
            randomness: Arc::clone(&world.randomness),
            issuer: premises.issuer.clone(),
        },
        signer: PrivateKey::generate(Algorithm::Es256)?.signer()?,
        world,
    };
    planter.plant()
}

impl Planter<'_> {
    fn plant(&self) -> Result<Federation, PlantError> {
        let [portal, notebook, mover, lists] = [
            self.client("portal")?,
            self.client("notebook")?,
            self.client("data-mover")?,
            self.client("mailing-lists")?,
        ];
        let campus = self.admin("demo:/campus-it", true, false, &["portal", "notebook"])?;
        let incident = self.admin("demo:/incident-team", true, true, &["portal"])?;
        self.admin("demo:/helpdesk", false, false, &["portal"])?;
        let (alice, bob) = (self.user("alice@example.org")?, self.user("bob@example.org")?);
        let token = self.portal_session(&portal, &alice)?;
        self.notebook_flows(&notebook, &alice)?;
        self.exchanged(&mover, &alice)?;
        self.revoked(&lists, &alice)?;
        self.fresh_pair(&portal, &bob)?;
        let view = |admin, rights, (id, secret): (&str, String)| View {
            admin,
            rights,
            id: id.to_owned(),
            secret,
            token: token.clone(),
        };
        Ok(Federation {
            views: vec![
                view(
                    "The campus IT's admin client asks",
                    "it administers portal and notebook",
                    ("demo:/campus-it", campus),
                ),
                view(
                    "The incident team's admin client asks the same",
                    "it may list every client of the issuer",
                    ("demo:/incident-team", incident),
                ),
            ],
            now: self.world.clock.now(),
        })
    }

    fn ago(&self, lifetime: Lifetime) -> Timestamp {
        self.world.clock.now().minus(lifetime)
    }

    fn client(&self, id: &str) -> Result<Client, PlantError> {
        let draft = ClientDraft {
            id: id.to_owned(),
            name: None,
            proof: Proof::GeneratedSecret,
            registration: Registration::default(),
            approved: true,
        };
        Ok(self.keeper.add_client(&draft)?.0)
    }

    /// An admin with its clients; its secret.
    fn admin(
        &self,
        id: &str,
        list_users: bool,
        list_users_other_clients: bool,
        clients: &[&str],
    ) -> Result<String, PlantError> {
        let draft = AdminDraft {
            id: id.to_owned(),
            name: None,
            email: None,
            rights: AdminRights { list_users, list_users_other_clients },
            max_clients: None,
            proof: Proof::GeneratedSecret,
            approved: true,
        };
        let (_, secret) = self.keeper.add_admin(&draft)?;
        for client in clients {
            self.keeper.link(id, client)?;
        }
        Ok(secret.map(|secret| secret.expose().clone()).unwrap_or_default())
    }

    fn user(&self, id: &str) -> Result<User, PlantError> {
        Ok(self.seed.user(&UserId::new(id)?)?)
    }

    /// A pair of three hours ago, refreshed an hour ago; the newest access token's text.
    fn portal_session(&self, portal: &Client, user: &User) -> Result<String, PlantError> {
        let (then, later) = (self.ago(Lifetime::from_seconds(3 * 3_600)), self.ago(HOUR));
        let flow = self.seed.flow(portal, Some(user), then)?;
        let first = [
            Sprout::live(TokenKind::Access, then, HOUR),
            Sprout::live(TokenKind::Refresh, then, DAY).ended(Ending::Rotated, later),
        ];
        self.seed.element(&flow, &first)?;
        let second = [
            Sprout::live(TokenKind::Access, later, DAY),
            Sprout::live(TokenKind::Refresh, later, DAY),
        ];
        let planted = self.seed.element(&flow, &second)?;
        Ok(planted.into_iter().next().map(|token| token.text).unwrap_or_default())
    }

    /// A fresh signed token, one that has expired, and a flow that was abandoned.
    fn notebook_flows(&self, notebook: &Client, user: &User) -> Result<(), PlantError> {
        let now = self.world.clock.now();
        let fresh = self.seed.flow(notebook, Some(user), now)?;
        let text = self.signed(&fresh, notebook, user, now)?;
        self.seed.element(&fresh, &[Sprout::live(TokenKind::Access, now, HOUR).with_text(text)])?;
        let then = self.ago(DAY);
        let expired = self.seed.flow(notebook, Some(user), then)?;
        self.seed.element(&expired, &[Sprout::live(TokenKind::Access, then, HOUR)])?;
        self.seed.flow(notebook, Some(user), self.ago(HOUR))?;
        Ok(())
    }

    /// A token that another service got in exchange: it belongs to that service.
    fn exchanged(&self, mover: &Client, user: &User) -> Result<(), PlantError> {
        let then = self.ago(Lifetime::from_seconds(600));
        let flow = self.seed.flow(mover, Some(user), then)?;
        let text = self.signed(&flow, mover, user, then)?;
        self.seed.element(&flow, &[Sprout::live(TokenKind::Access, then, HOUR).with_text(text)])?;
        Ok(())
    }

    fn revoked(&self, lists: &Client, user: &User) -> Result<(), PlantError> {
        let then = self.ago(HOUR);
        let flow = self.seed.flow(lists, Some(user), then)?;
        let pair =
            [TokenKind::Access, TokenKind::Refresh].map(|kind| Sprout::live(kind, then, DAY));
        let planted = self.seed.element(&flow, &pair)?;
        self.seed.end(&planted.iter().collect::<Vec<_>>(), Ending::Revoked)?;
        Ok(())
    }

    fn fresh_pair(&self, client: &Client, user: &User) -> Result<(), PlantError> {
        let now = self.world.clock.now();
        let flow = self.seed.flow(client, Some(user), now)?;
        let pair = [TokenKind::Access, TokenKind::Refresh].map(|kind| Sprout::live(kind, now, DAY));
        self.seed.element(&flow, &pair)?;
        Ok(())
    }

    /// An access token by RFC 9068.
    fn signed(
        &self,
        flow: &Flow,
        client: &Client,
        user: &User,
        at: Timestamp,
    ) -> Result<String, PlantError> {
        let seconds = at.millis().div_euclid(1_000);
        let claims = json!({
            "iss": self.seed.issuer.url.as_str(),
            "sub": user.id.as_str(),
            "aud": "https://resource.example.org",
            "client_id": client.id.as_str(),
            "iat": seconds,
            "exp": seconds.saturating_add(3_600),
            "jti": format!("{}#access", flow.transaction.id),
        });
        let claims = match claims {
            Value::Object(members) => members,
            Value::Null
            | Value::Bool(_)
            | Value::Number(_)
            | Value::String(_)
            | Value::Array(_) => Map::new(),
        };
        Ok(self.signer.sign("at+jwt", &claims)?)
    }
}
