//! The trail as a whole: what goes in comes out in order, and nobody changes it unseen.

#[cfg(test)]
mod bench;
#[cfg(test)]
mod file;
#[cfg(test)]
mod forging;
#[cfg(test)]
mod milestones;
#[cfg(test)]
mod order;
#[cfg(test)]
mod tampering;
#[cfg(test)]
mod words;
