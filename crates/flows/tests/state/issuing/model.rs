//! Random parties that use every grant, against the reference model. After every step every
//! party asks about every token and presents it for a listing, and is told what the model
//! says (I02 to I07, I15 to I21); a request has changed nobody's rows but those of whom it
//! concerns, and looking changes none at all (I14, I22); cleaning changes no answer (I24).
//!
//! So many sequences as `MUSTER_TEST_CASES` says, or few.

use proptest::prelude::*;

use super::command::commands;
use super::world::World;
use crate::house::Engine;

fn cases(few: u32) -> u32 {
    let asked = std::env::vars().find(|(name, _)| name == "MUSTER_TEST_CASES");
    asked.map_or(few, |(_, number)| number.parse().expect("a number of cases"))
}

fn house_and_model_agree(engine: Engine, few: u32) {
    let config = ProptestConfig {
        cases: cases(few),
        max_shrink_iters: 100,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    proptest!(config, |(commands in commands())| {
        let mut world = World::new(engine);
        for command in &commands {
            world.apply(command)?;
            world.check()?;
        }
        world.no_text_is_at_rest()?;
    });
}

#[test]
fn whatever_parties_do_each_is_told_what_the_model_says_after_every_step_on_sqlite() {
    house_and_model_agree(Engine::Sqlite, 24);
}

#[test]
fn whatever_parties_do_each_is_told_what_the_model_says_after_every_step_on_postgres() {
    house_and_model_agree(Engine::Postgres, 6);
}
