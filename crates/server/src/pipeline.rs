//! The way of every token request, top to bottom: what is asked, who asks, may they, do it.
//! Telling them is `routes/token.rs`.
//!
//! No grant can forget or repeat a step: each takes what only the step before can make.

use muster_client_auth::{AuthError, Caller, Identity};
use muster_flows::{Outcome, Tools, carry_out};
use muster_grants::{ParseSettings, Presented, RawRequest, TokenRequest, parse};
use muster_policy::{Permit, Rulebook, permit};

use crate::causes::Cause;

/// The five rooms of a token request, ready for use.
#[derive(Clone)]
pub struct Pipeline {
    /// How requests are read.
    pub reading: ParseSettings,
    /// Who verifies callers.
    pub identity: Identity,
    /// What the keeper has settled.
    pub rulebook: Rulebook,
    /// What deeds are done with.
    pub tools: Tools,
}

/// A request that was permitted and carried out.
#[derive(Debug)]
pub struct Answered {
    /// By which permit.
    pub permit: Permit,
    /// What came of it.
    pub outcome: Outcome,
}

/// Who is asked to come back later: on both sides of the proof, since a guess at a secret
/// and a guess at a token are worth counting apart.
pub trait Gates {
    /// Before a caller is verified.
    fn before(&self, presented: &Presented) -> Result<(), Cause>;

    /// Once it is known who it is.
    fn after(&self, caller: &Caller) -> Result<(), Cause>;
}

impl Pipeline {
    /// Answers a request, unless the gates send the caller away.
    pub fn answer(&self, raw: &RawRequest<'_>, gates: &dyn Gates) -> Result<Answered, Cause> {
        let TokenRequest { presented, grant } = parse(raw, &self.reading)?; // 1. what is asked
        gates.before(&presented)?;
        let caller = self.authenticate(&presented)?; //                        2. who asks
        gates.after(&caller)?;
        let who = caller.id().to_owned();
        let permit = permit(caller, grant, &self.rulebook) //                  3. may they
            .map_err(|denial| Cause::Denied { caller: who.clone(), denial })?;
        let outcome = carry_out(&permit, &self.tools) //                       4. do it
            .map_err(|error| Cause::Flow { caller: who, error })?;
        Ok(Answered { permit, outcome }) //                                    5. tell them
    }

    fn authenticate(&self, presented: &Presented) -> Result<Caller, AuthError> {
        self.identity.authenticate(presented)
    }
}
