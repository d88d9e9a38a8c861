//! The clean-up and the schedule of keys, round by round, with a clock in the hand, on both
//! engines.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on says so")]

mod meddling;

use std::sync::Arc;

use meddling::Meddling;
use muster_admin::{ClientDraft, Keeper, Proof};
use muster_cli::{KeeperSettings, Premises};
use muster_crypto::{Algorithm, Kek, OsRandomness};
use muster_domain::{
    ClientId, Clock, IssuerUrl, Lifetime, Randomness, Reach, Registration, TokenKind, UserId,
};
use muster_flows::{Seed, Sprout};
use muster_server::cleaning::{Broom, Round, Schedule};
use muster_store::{AssertionUse, Cleaned, SigningKeyState};
use muster_store_diesel::{PoolSettings, Scratch};
use muster_testkit::{Folder, HandClock, TestServer, database_url};

const HOUR: Lifetime = Lifetime::from_seconds(3_600);
const WEEK: Lifetime = Lifetime::from_days(7);

/// A database with a keeper.
struct Yard {
    premises: Premises,
    clock: Arc<HandClock>,
    _kept: (Scratch, Folder),
}

impl Yard {
    fn on(scratch: Scratch) -> Self {
        let folder = Folder::new("cleaning");
        let kek = folder.file("muster.kek");
        Kek::create(&kek, &OsRandomness).unwrap();
        let settings = KeeperSettings {
            database: scratch.url().clone(),
            pool: PoolSettings::default(),
            kek_file: Some(kek),
            issuer: IssuerUrl::new("https://issuer.example/oauth2").unwrap(),
            audit_file: None,
            token_longest: Lifetime::from_days(1),
            family: Lifetime::from_days(365),
        };
        let clock = HandClock::shared(1_800_000_000_000);
        let (time, randomness): (Arc<dyn Clock>, Arc<dyn Randomness>) =
            (clock.clone(), Arc::new(OsRandomness));
        let premises = Premises::open(&settings, &time, &randomness).unwrap();
        Self { premises, clock, _kept: (scratch, folder) }
    }

    fn keeper(&self) -> Keeper {
        self.premises.keeper(self.clock.clone(), Arc::new(OsRandomness))
    }

    /// A process that looks after the database.
    fn broom(&self, holder: &str, rotate_every: Option<Lifetime>) -> Broom {
        Broom {
            store: Arc::clone(&self.premises.store),
            clock: self.clock.clone(),
            keep: WEEK,
            holder: holder.to_owned(),
            schedule: rotate_every.map(|every| Schedule {
                keeper: self.keeper(),
                every,
                longest: Lifetime::from_days(1),
            }),
        }
    }

    /// Gives alice a token of an hour at a client of her own.
    fn token(&self) {
        let draft = ClientDraft {
            id: "portal".to_owned(),
            name: None,
            proof: Proof::GeneratedSecret,
            registration: Registration::default(),
            approved: true,
        };
        let (client, _) = self.keeper().add_client(&draft).unwrap();
        let seed = Seed {
            store: Arc::clone(&self.premises.store),
            keys: Arc::clone(&self.premises.keys),
            clock: self.clock.clone(),
            randomness: Arc::new(OsRandomness),
            issuer: self.premises.issuer.clone(),
        };
        let user = seed.user(&UserId::new("alice").unwrap()).unwrap();
        let flow = seed.flow(&client, Some(&user), self.clock.now()).unwrap();
        let sprout = Sprout::live(TokenKind::Access, self.clock.now(), HOUR);
        seed.element(&flow, &[sprout]).unwrap();
    }

    /// How many clients alice holds something at.
    fn holdings(&self) -> usize {
        let issuer = self.premises.issuer.key;
        let listed = self.premises.store.list(|reading| {
            let user = reading.find_user(issuer, &UserId::new("alice").unwrap())?.unwrap();
            let client = reading.find_client(issuer, &ClientId::new("portal").unwrap())?.unwrap();
            let reach = Reach::one_client(issuer, client.key);
            reading.listed_clients(user.key, reach, None, 9)
        });
        listed.unwrap().len()
    }

    fn current(&self) -> Vec<String> {
        let keys = self.keeper().list_signing_keys().unwrap();
        let current = keys.into_iter().filter(|key| key.state == SigningKeyState::Current);
        current.map(|key| key.kid).collect()
    }
}

/// I24.
fn what_ended_is_deleted_after_retention_and_not_before(yard: &Yard) {
    yard.token();
    let broom = yard.broom("one", None);
    assert_eq!(broom.round().unwrap(), Round::default(), "it lives");
    yard.clock.turn(HOUR);
    yard.clock.turn(Lifetime::from_millis(WEEK.millis() - 1));
    assert_eq!(broom.round().unwrap(), Round::default(), "it is kept for a week");
    assert_eq!(yard.holdings(), 1);
    yard.clock.turn(Lifetime::from_millis(1));
    let cleaned = Cleaned { tokens: 1, transactions: 1, ..Cleaned::default() };
    assert_eq!(broom.round().unwrap(), Round { cleaned, rotated: Vec::new() });
    assert_eq!(yard.holdings(), 0);
    assert_eq!(broom.round().unwrap(), Round::default());
}

fn processes_take_turns_by_the_lease(yard: &Yard) {
    yard.token();
    let (one, other) = (yard.broom("one", Some(WEEK)), yard.broom("other", Some(WEEK)));
    yard.keeper().ensure_signing_keys().unwrap();
    assert_eq!(one.round().unwrap(), Round::default());
    yard.clock.turn(HOUR);
    yard.clock.turn(WEEK);
    // The lease of the first round has run out: whoever comes first has it now.
    let round = other.round().unwrap();
    assert_eq!((round.cleaned.tokens, round.rotated.len()), (1, 1));
    yard.clock.turn(WEEK);
    assert_eq!(one.round().unwrap().rotated.len(), 1);
    assert_eq!(other.round().unwrap(), Round::default(), "the one is at it");
    yard.clock.turn(Lifetime::from_seconds(149));
    assert_eq!(other.round().unwrap(), Round::default());
    yard.clock.turn(Lifetime::from_seconds(1));
    let taken = yard.premises.store.change(|unit| {
        let now = yard.clock.now();
        unit.take_lease("cleaning", "third", now, now.plus(HOUR))
    });
    assert!(taken.unwrap(), "a process that died keeps nobody for longer");
    assert_eq!(one.round().unwrap(), Round::default());
}

/// B93, F16, F17.
fn no_assertion_counts_twice_although_clocks_differ(yard: &Yard) {
    let (issuer, now) = (yard.premises.issuer.key, yard.clock.now());
    let shown = || {
        let expiry = now.plus(Lifetime::from_seconds(60));
        let used = yard.premises.store.change(|u| u.use_assertion(issuer, "web", "jti", expiry));
        used.unwrap()
    };
    assert_eq!(shown(), AssertionUse::Fresh);
    // Another process whose clock is far ahead: it was set, or this one was set back.
    let ahead = HandClock::shared(now.plus(HOUR).millis());
    let other = Broom { clock: ahead.clone(), ..yard.broom("other", None) };
    other.round().unwrap();
    assert_eq!(shown(), AssertionUse::Replayed);
    ahead.turn(Lifetime::from_seconds(86_400 - 3_541));
    other.round().unwrap();
    assert_eq!(shown(), AssertionUse::Replayed);
    // And yet they are forgotten at last.
    ahead.turn(HOUR);
    other.round().unwrap();
    assert_eq!(shown(), AssertionUse::Fresh);
}

/// S64, T19.
fn the_next_key_takes_over_when_it_is_time(yard: &Yard) {
    let broom = yard.broom("one", Some(Lifetime::from_days(90)));
    assert_eq!(broom.round().unwrap(), Round::default(), "it makes the first keys");
    let first = yard.current();
    let next = yard.keeper().list_signing_keys().unwrap();
    let next = next.into_iter().find(|key| key.state == SigningKeyState::Next).unwrap();
    yard.clock.turn(Lifetime::from_days(89));
    assert_eq!(broom.round().unwrap(), Round::default());
    assert_eq!(yard.current(), first);
    yard.clock.turn(Lifetime::from_days(1));
    let rotated = vec![yard.premises.issuer.url.as_str().to_owned()];
    assert_eq!(broom.round().unwrap(), Round { cleaned: Cleaned::default(), rotated });
    assert_eq!(yard.current(), [next.kid], "it was published for the whole period");
    let now = yard.clock.now();
    let keys = yard.keeper().list_signing_keys().unwrap();
    let old = keys.iter().find(|key| Some(&key.kid) == first.first()).unwrap();
    assert!(old.published_until.unwrap() > now.plus(Lifetime::from_days(1)), "F14");
    assert_eq!(broom.round().unwrap(), Round::default(), "once a period");
}

/// S64: plain and scheduled rotations stay with the algorithm that was chosen last.
fn a_change_of_algorithm_lasts(yard: &Yard) {
    let (keeper, day) = (yard.keeper(), Lifetime::from_days(1));
    keeper.ensure_signing_keys().unwrap();
    let of = |state| {
        let keys = keeper.list_signing_keys().unwrap().into_iter();
        keys.filter(|key| key.state == state).map(|key| key.algorithm).collect::<Vec<_>>()
    };
    let stays = || {
        let both = [of(SigningKeyState::Current), of(SigningKeyState::Next)].concat();
        assert_eq!(both, ["RS256", "RS256"]);
    };
    let before = keeper.list_signing_keys().unwrap();
    let waited = before.iter().find(|key| key.state == SigningKeyState::Next).unwrap();
    let rotated = keeper.rotate_signing_key(Some(Algorithm::Rs256), day).unwrap();
    assert_eq!(rotated.withdrawn, std::slice::from_ref(&waited.kid));
    let left = keeper.list_signing_keys().unwrap().into_iter().find(|key| key.kid == waited.kid);
    let left = left.unwrap();
    assert_eq!((left.published_until, left.private), (Some(yard.clock.now()), None));
    for _ in 0..4 {
        stays();
        let next = keeper.rotate_signing_key(None, day).unwrap();
        assert_eq!((next.withdrawn.len(), next.retired.len()), (0, 1));
    }
    yard.clock.turn(Lifetime::from_days(90));
    yard.broom("one", Some(Lifetime::from_days(90))).round().unwrap();
    stays();
}

/// A rotation looks at the keys before its unit, too: what was done between stays done.
fn a_key_that_was_withdrawn_meanwhile_never_signs(yard: &Yard) {
    let keeper = yard.keeper();
    keeper.ensure_signing_keys().unwrap();
    let next = |keeper: &Keeper| {
        let keys = keeper.list_signing_keys().unwrap().into_iter();
        keys.filter(|key| key.state == SigningKeyState::Next).map(|key| key.kid).next()
    };
    let leaked = next(&keeper).unwrap();
    let (other, kid) = (keeper.clone(), leaked.clone());
    let meddling = Meddling::after_one_reading(&yard.premises.store, move || {
        other.retire_signing_key(&kid).unwrap();
    });
    let meddled = Keeper { store: Arc::new(meddling), ..keeper.clone() };
    let rotated = meddled.rotate_signing_key(None, Lifetime::from_days(1)).unwrap();
    assert_ne!(rotated.current, leaked);
    let key = keeper.list_signing_keys().unwrap().into_iter().find(|key| key.kid == leaked);
    let key = key.unwrap();
    assert_eq!((key.state, key.private), (SigningKeyState::Retired, None));
    assert_eq!((yard.current(), next(&keeper)), (vec![rotated.current], Some(rotated.next)));
}

macro_rules! both {
    ($($sqlite:ident $postgres:ident $story:ident;)+) => {
        $(
            #[test]
            fn $sqlite() {
                $story(&Yard::on(Scratch::sqlite().unwrap()));
            }

            #[test]
            fn $postgres() {
                let server = database_url(TestServer::Postgres);
                $story(&Yard::on(Scratch::postgres(&server).unwrap()));
            }
        )+
    };
}

both! {
    what_ended_is_deleted_after_retention_and_not_before_on_sqlite
        what_ended_is_deleted_after_retention_and_not_before_on_postgres
        what_ended_is_deleted_after_retention_and_not_before;
    processes_take_turns_by_the_lease_on_sqlite
        processes_take_turns_by_the_lease_on_postgres
        processes_take_turns_by_the_lease;
    no_assertion_counts_twice_although_clocks_differ_on_sqlite
        no_assertion_counts_twice_although_clocks_differ_on_postgres
        no_assertion_counts_twice_although_clocks_differ;
    a_change_of_algorithm_lasts_on_sqlite
        a_change_of_algorithm_lasts_on_postgres
        a_change_of_algorithm_lasts;
    a_key_that_was_withdrawn_meanwhile_never_signs_on_sqlite
        a_key_that_was_withdrawn_meanwhile_never_signs_on_postgres
        a_key_that_was_withdrawn_meanwhile_never_signs;
    the_next_key_takes_over_when_it_is_time_on_sqlite
        the_next_key_takes_over_when_it_is_time_on_postgres
        the_next_key_takes_over_when_it_is_time;
}
