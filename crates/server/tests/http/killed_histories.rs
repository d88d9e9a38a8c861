//! Recorded histories of {refresh, revoke, introspect, list} over HTTP, in the midst of which
//! the service is killed: some order explains every answer of before and after, if what was
//! not answered counts as done or not done (T05, F01, testing 6.4).
//!
//! Few times in all; as often as is wanted with `MUSTER_TEST_KILLS`.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use muster_domain::{AccessTokenProfile, GrantName, Lifetime, Registration};
use muster_testkit::{
    CountingRandomness, Deed, Hands, NoAnswer, Operation, Recording, is_explained, mixed,
};

use crate::house::{Engine, House, TOKEN_INFO, free_address_at};
use crate::issuing::{Office, Party, assert_invalid_grant, member, registration, tokens};
use crate::killed::{a_moment, kills_of_one_engine, until_nothing_is_under_way};
use crate::wire::Answer;

/// Over both engines, unless the environment says otherwise.
const KILLS: usize = 40;
/// Families whose histories a kill divides.
const FAMILIES: usize = 4;
/// Threads at work on each.
const THREADS: u64 = 3;
/// Operations of each thread, at most: before the kill, and after it.
const STEPS: u64 = 12;
/// So long so many answers may take, and more than they do.
const PATIENCE: Duration = Duration::from_secs(5);

/// One family, over the wire.
struct OverHttp {
    party: Party,
    address: SocketAddr,
    /// An access token of the same user's that nobody touches, to list by.
    lamp: String,
    /// The family's transaction.
    transaction: String,
}

impl OverHttp {
    /// A service that is gone does not answer, and one that cannot now has done nothing that
    /// could be relied on.
    fn ask(&self, endpoint: &str, pairs: &[(&str, &str)]) -> Result<Answer, NoAnswer> {
        let answer = self.party.request(endpoint, pairs).try_send(self.address);
        answer.filter(|answer| answer.status != 503).ok_or(NoAnswer)
    }

    /// The refresh tokens that one listing shows, each with its transaction.
    fn listed(&self) -> Result<Vec<(String, String, bool)>, NoAnswer> {
        let pairs = [("grant_type", TOKEN_INFO), ("access_token", self.lamp.as_str())];
        let answer = self.ask("token", &pairs)?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        let listing = answer.json();
        let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
        let mut rows = Vec::new();
        for transaction in listing["clients"][0]["transactions"].as_array().expect("some") {
            for element in transaction["tokens"].as_array().expect("an array") {
                let token = &element["refresh_token"];
                if let Some(valid) = token["is_valid"].as_bool() {
                    rows.push((text(&transaction["code"]), text(&token["token"]), valid));
                }
            }
        }
        Ok(rows)
    }
}

impl Hands for OverHttp {
    fn refresh(&self, token: &str) -> Result<Option<String>, NoAnswer> {
        let grant = ("grant_type", GrantName::RefreshToken.as_str());
        let answer = self.ask("token", &[grant, ("refresh_token", token)])?;
        if answer.status == 200 {
            return Ok(Some(member(&answer, "refresh_token")));
        }
        assert_invalid_grant(&answer);
        Ok(None)
    }

    fn revoke(&self, token: &str) -> Result<(), NoAnswer> {
        let answer = self.ask("revoke", &[("token", token)])?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Ok(())
    }

    fn is_active(&self, token: &str) -> Result<bool, NoAnswer> {
        let answer = self.ask("introspect", &[("token", token)])?;
        assert_eq!(answer.status, 200, "{}", answer.text());
        Ok(answer.json()["active"].as_bool().expect("a boolean"))
    }

    fn list(&self) -> Result<Vec<(String, bool)>, NoAnswer> {
        let ours = self.listed()?.into_iter().filter(|(code, ..)| *code == self.transaction);
        Ok(ours.map(|(_, token, valid)| (token, valid)).collect())
    }
}

/// A family in the making: its hands, and what is written down of it.
type Watched = (OverHttp, Recording);

fn watched(party: &Party, address: SocketAddr, [lamp, code]: &[String; 2]) -> Watched {
    let (lamp, _) = tokens(&party.redeem(lamp));
    let (_, first) = tokens(&party.redeem(code));
    let mut hands = OverHttp { party: party.clone(), address, lamp, transaction: String::new() };
    let rows = hands.listed().expect("the service answers").into_iter();
    hands.transaction = rows.clone().find(|(_, token, _)| *token == first).expect("it is listed").0;
    (hands, Recording::of(&first))
}

/// Lets everybody work, each until it is not answered, while `meanwhile` happens.
fn work(families: &[Watched], seed: u64, answered: &AtomicUsize, meanwhile: impl FnOnce()) {
    let lanes = families.iter().flat_map(|family| (0..THREADS).map(move |_| family));
    std::thread::scope(|scope| {
        for (lane, (hands, recording)) in (0..).zip(lanes) {
            scope.spawn(move || {
                for step in 0..STEPS {
                    let choice = mixed(seed.wrapping_add(lane * STEPS + step));
                    if recording.step(hands, choice).is_err() {
                        return;
                    }
                    answered.fetch_add(1, Ordering::Relaxed);
                }
            });
        }
        meanwhile();
    });
}

/// What a kill has left behind.
#[derive(Clone, Copy, Default, Debug)]
struct Left {
    /// Deeds without an answer.
    lost: usize,
    /// Families that lived on.
    alive: usize,
}

/// Whether the family was good for something after its last deed that was lost.
fn lives_on(history: &[Operation]) -> bool {
    let lost = history
        .iter()
        .filter(|operation| matches!(operation.deed, Deed::LostRefresh { .. } | Deed::LostRevoke));
    let Some(over) = lost.map(|operation| operation.ended).max() else { return false };
    history.iter().filter(|operation| operation.began > over).any(|operation| {
        matches!(
            operation.deed,
            Deed::Refresh { got: Some(_), .. } | Deed::Introspect { active: true, .. }
        )
    })
}

fn killed_in_the_midst(
    (house, engine): (&mut House, Engine),
    families: Vec<Watched>,
    seed: u64,
    (answers, behind): (usize, Duration),
) -> Left {
    let answered = AtomicUsize::new(0);
    work(&families, seed, &answered, || {
        let began = Instant::now();
        while answered.load(Ordering::Relaxed) < answers && began.elapsed() < PATIENCE {
            std::thread::park_timeout(Duration::from_micros(100));
        }
        std::thread::park_timeout(behind);
        house.kill();
    });
    until_nothing_is_under_way(house, engine);
    let lost = families.iter().map(|(_, recording)| recording.settle()).sum();
    house.revive();
    work(&families, !seed, &answered, || {});
    let mut alive = 0;
    for (_, recording) in families {
        let history = recording.finish();
        assert!(is_explained(&history), "no order explains {history:#?}");
        alive += usize::from(lives_on(&history));
    }
    Left { lost, alive }
}

fn some_order_explains_every_answer(engine: Engine, host: [u8; 4]) {
    let many = "100000";
    let settings = [
        ("MUSTER__TOKENS__INTROSPECTIONS_PER_SECOND", many),
        ("MUSTER__TOKEN_INFO__CLIENTS_MAY_LIST_OWN", "true"),
        ("MUSTER__TOKEN_INFO__LISTINGS_WAITING", "64"),
        ("MUSTER__TOKEN_INFO__PER_ADMIN_PER_MINUTE", many),
    ];
    let addresses = (free_address_at(host), free_address_at(host));
    let office = Office::of(House::start_at(engine.scratch(), &settings, addresses));
    let lasting = Registration {
        access_lifetime: Some(Lifetime::from_days(1)),
        profile: AccessTokenProfile::Opaque,
        ..registration()
    };
    let rounds: Vec<(Party, Vec<String>)> = (0..kills_of_one_engine(KILLS))
        .map(|round| {
            let id = format!("app-{round}");
            let party = office.register(&id, lasting.clone());
            (party, office.lasting_codes(&id, 2 * FAMILIES))
        })
        .collect();
    // From here on the service alone has the database open: it, and nobody else, recovers it.
    let Office { mut house, behind } = office;
    drop(behind);
    let (chance, mut all) = (CountingRandomness::default(), Left::default());
    for (round, (party, codes)) in (0..).zip(rounds) {
        let pairs = codes.as_chunks::<2>().0.iter();
        let families = pairs.map(|pair| watched(&party, house.address, pair)).collect();
        let seed = mixed(round);
        let left = killed_in_the_midst((&mut house, engine), families, seed, a_moment(&chance));
        (all.lost, all.alive) = (all.lost + left.lost, all.alive + left.alive);
    }
    assert!(all.lost > 0 && all.alive > 0, "it was never killed where it matters: {all:?}");
}

#[test]
fn some_order_explains_what_was_answered_before_and_after_a_kill_on_sqlite() {
    some_order_explains_every_answer(Engine::Sqlite, [127, 0, 0, 11]);
}

#[test]
fn some_order_explains_what_was_answered_before_and_after_a_kill_on_postgres() {
    some_order_explains_every_answer(Engine::Postgres, [127, 0, 0, 12]);
}
