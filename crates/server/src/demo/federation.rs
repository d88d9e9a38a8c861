//! The demo's federation: admins with different rights, clients, users, and tokens of every
//! kind: fresh, refreshed, exchanged, on a device, revoked, expired; and a flow that was
//! abandoned.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use muster_admin::DeedError;
use muster_cli::Premises;
use muster_crypto::challenge_of;
use muster_domain::{AccessTokenProfile, AdminRights, GrantName, Timestamp, UserId};
use muster_flows::{FlowError, PublishedKeys, Seed, SeedError, Signers, Tools};
use muster_store::StoreError;

use crate::assemble::World;

use super::parties::{Kind, Party, admin, client};
use super::person::{Life, member};

const GRANT: &str = "urn:oa4mp:params:oauth:grant-type:token-info";
/// Whose laptop was stolen.
pub(super) const ALICE: &str = "alice@example.org";
/// What the hasty client wishes for, so that the demo has an expired token to show.
const SHORT: (&str, Duration) = ("1 s", Duration::from_millis(1_050));

/// What there is, as far as the demo speaks of it.
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

/// Why the federation does not come to life.
#[derive(Debug, thiserror::Error)]
pub(super) enum LiveError {
    #[error(transparent)]
    Deed(#[from] DeedError),
    #[error(transparent)]
    Seed(#[from] SeedError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Flow(#[from] FlowError),
    #[error(transparent)]
    Id(#[from] muster_domain::InvalidId),
    #[error(transparent)]
    Scope(#[from] muster_domain::InvalidScope),
    #[error(transparent)]
    Randomness(#[from] muster_domain::RandomnessFailed),
    #[error("the service cannot be asked: {0}")]
    Http(#[from] std::io::Error),
    #[error("{client} got {refusal} from {path}")]
    Refused { client: String, path: &'static str, refusal: String },
    #[error("the answer has no {0}")]
    Missing(&'static str),
    #[error("no device waits under this user code")]
    NoSuchDevice,
}

/// Lets it live, at the service that serves these premises at this address.
pub(super) fn live(
    premises: &Premises,
    world: &World,
    address: SocketAddr,
) -> Result<Federation, LiveError> {
    let keeper = premises.keeper(Arc::clone(&world.clock), Arc::clone(&world.randomness));
    let clients = Clients::register(&keeper)?;
    let right =
        |list_users, list_users_other_clients| AdminRights { list_users, list_users_other_clients };
    let campus_clients = ["portal", "notebook", "lab-console"];
    let campus = admin(&keeper, "demo:/campus-it", right(true, false), &campus_clients)?;
    let incident = admin(&keeper, "demo:/incident-team", right(true, true), &["portal"])?;
    admin(&keeper, "demo:/helpdesk", right(false, false), &["portal"])?;
    let token = clients.live(&life(premises, world, address))?;
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
                "it administers portal, notebook and lab-console",
                ("demo:/campus-it", campus),
            ),
            view(
                "The incident team's admin client asks the same",
                "it may list every client of the issuer",
                ("demo:/incident-team", incident),
            ),
        ],
        now: world.clock.now(),
    })
}

fn life<'a>(premises: &Premises, world: &'a World, address: SocketAddr) -> Life<'a> {
    let seed = Seed {
        store: Arc::clone(&premises.store),
        keys: Arc::clone(&premises.keys),
        clock: Arc::clone(&world.clock),
        randomness: Arc::clone(&world.randomness),
        issuer: premises.issuer.clone(),
    };
    let tools = Tools {
        issuer: premises.issuer.clone(),
        store: Arc::clone(&premises.store),
        keys: Arc::clone(&premises.keys),
        published: Arc::new(PublishedKeys::default()),
        signers: Arc::new(Signers::default()),
        clock: Arc::clone(&world.clock),
        randomness: Arc::clone(&world.randomness),
    };
    Life { address, seed, tools, randomness: &world.randomness }
}

/// The clients.
struct Clients {
    portal: Party,
    notebook: Party,
    mover: Party,
    lists: Party,
    console: Party,
    backup: Party,
}

impl Clients {
    fn register(keeper: &muster_admin::Keeper) -> Result<Self, LiveError> {
        let people = Kind::OF_PEOPLE;
        let moved = Kind { audiences: &["data-mover"], ..Kind::OF_PEOPLE };
        let opaque = Kind { profile: AccessTokenProfile::Opaque, ..Kind::OF_PEOPLE };
        let exchanges = Kind { grants: &[GrantName::TokenExchange], ..Kind::OF_PEOPLE };
        let device = Kind {
            grants: &[GrantName::DeviceCode, GrantName::RefreshToken],
            is_public: true,
            ..opaque
        };
        let robot = Kind { grants: &[GrantName::ClientCredentials], ..Kind::OF_PEOPLE };
        Ok(Self {
            portal: client(keeper, "portal", &opaque)?,
            notebook: client(keeper, "notebook", &moved)?,
            mover: client(keeper, "data-mover", &exchanges)?,
            lists: client(keeper, "mailing-lists", &people)?,
            console: client(keeper, "lab-console", &device)?,
            backup: client(keeper, "night-backup", &robot)?,
        })
    }

    /// What alice and bob do; the access token of alice's portal session.
    fn live(&self, life: &Life<'_>) -> Result<String, LiveError> {
        let alice = life.seed.user(&UserId::new(ALICE)?)?;
        let bob = life.seed.user(&UserId::new("bob@example.org")?)?;
        life.log_in(&self.notebook, &alice, &[], Some(SHORT.0))?;
        let session = life.log_in(&self.portal, &alice, &[], None)?;
        let session = life.refresh(&self.portal, &session)?;
        let notebook = life.log_in(&self.notebook, &alice, &["data-mover"], None)?;
        life.exchange(&self.mover, &notebook)?;
        life.use_device(&self.console, &alice)?;
        let lists = life.log_in(&self.lists, &alice, &[], None)?;
        life.revoke(&self.lists, &lists)?;
        // She closed the window: nobody ever came with this code.
        life.consent(&self.notebook, &alice, &[], &challenge_of("forgotten"))?;
        life.log_in(&self.portal, &bob, &[], None)?;
        life.speak_for_itself(&self.backup)?;
        std::thread::sleep(SHORT.1);
        Ok(member(&session, "access_token")?.to_owned())
    }
}
