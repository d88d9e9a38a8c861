//! Random parties that use every grant, against a reference model (invariants 7.1).

mod asking;
mod beginning;
mod checking;
mod command;
mod inspecting;
mod keeping;
mod model;
mod reference;
mod succeeding;
mod world;
