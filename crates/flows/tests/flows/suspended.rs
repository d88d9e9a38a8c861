//! A tenant that is suspended serves nobody, from the next request on.

use crate::house::{Engine, House};
use muster_domain::{ErrorCode, PartyStatus};

fn nobody_gets_in(engine: Engine) {
    // T08: the issuer's row of the disabled matrix
    let house = House::new(engine);
    house.admin("admin", true, true);
    let ask = || house.ask("admin", ("access_token", "unknown"));
    assert_eq!(ask(), Err(ErrorCode::InvalidGrant));
    let set = |status| {
        let issuer = house.seed.issuer.key;
        house.store().change(|unit| unit.set_issuer_status(issuer, status)).unwrap();
    };
    set(PartyStatus::Suspended);
    assert_eq!(ask(), Err(ErrorCode::InvalidClient));
    set(PartyStatus::Approved);
    assert_eq!(ask(), Err(ErrorCode::InvalidGrant));
}

#[test]
fn a_suspended_issuer_lets_nobody_in_on_sqlite() {
    nobody_gets_in(Engine::Sqlite);
}

#[test]
fn a_suspended_issuer_lets_nobody_in_on_postgres() {
    nobody_gets_in(Engine::Postgres);
}
