//! The keeper at the terminal: whole command lines against a database of the test's own.

#[cfg(test)]
mod admins;
#[cfg(test)]
mod clients;
#[cfg(test)]
mod desk;
#[cfg(test)]
mod devices;
#[cfg(test)]
mod doctor;
#[cfg(test)]
mod import;
#[cfg(test)]
mod issuers;
#[cfg(test)]
mod keys;
#[cfg(test)]
#[path = "../import/old.rs"]
#[expect(dead_code, reason = "the tests of the import use the rest")]
mod old;
#[cfg(test)]
mod premises;
#[cfg(test)]
mod registrations;
#[cfg(test)]
mod rehearsing;
#[cfg(test)]
mod scripts;
#[cfg(test)]
mod signing_keys;
#[cfg(test)]
mod trail;
#[cfg(test)]
mod trust;
#[cfg(test)]
mod users;
