//! The engines that a scenario is measured on: each an empty database, a service and a client.

use super::machine::Machine;
use super::service::Service;
use super::world::{Target, World};
use crate::failure::Outcome;

/// An engine with its service.
pub(crate) struct Engine {
    /// Its name.
    pub(crate) name: &'static str,
    /// The service on it.
    pub(crate) service: Service,
    /// The client that is measured with.
    pub(crate) machine: Machine,
    /// Codes that nobody has redeemed yet.
    pub(crate) codes: Vec<String>,
    target: Target,
}

impl Engine {
    /// Another start on the same database, once this service is gone.
    pub(crate) fn started_again(self, world: &World) -> Outcome<Service> {
        drop(self.service);
        Service::start(&world.binary, &self.target)
    }
}

/// SQLite and PostgreSQL, new, with so many codes each.
pub(crate) fn engines(world: &World, codes: usize) -> Outcome<Vec<Engine>> {
    world.wait_for_the_disk()?;
    let sqlite = engine(world, ("SQLite", world.on_sqlite(&world.new_name())?), codes)?;
    let postgres = engine(world, ("PostgreSQL", world.on_postgres(&world.new_name())?), codes)?;
    Ok(vec![sqlite, postgres])
}

fn engine(world: &World, (name, target): (&'static str, Target), codes: usize) -> Outcome<Engine> {
    let registered = world.register_machine(&target, codes)?;
    let service = Service::start(&world.binary, &target)?;
    let machine = Machine::at(service.address, (&registered.id, &registered.secret));
    Ok(Engine { name, service, machine, codes: registered.codes, target })
}
