//! Unchanged clients and verifiers of others, let loose on the real service.
//!
//! `ground` starts the service on an empty database, `registry` enters the clients by the
//! keeper's commands and writes down what a program must know, `language` knows how each
//! language's programs are made and run, `report` collects what they say. They know Muster
//! as a stranger does: by its commands and over HTTP.

mod ground;
mod key;
mod language;
mod registry;
mod report;
mod run;

pub(crate) use run::{Arguments, run};
