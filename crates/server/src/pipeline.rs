//! The way of every token request, top to bottom: what is asked, who asks, may they, do it.
//! Telling them is `routes/`.
//!
//! No grant can forget or repeat a step: each takes what only the step before can make. The
//! other endpoints that clients authenticate at share the way as far as it goes
//! (`inquiries.rs`).

use muster_client_auth::{Caller, Identity};
use muster_domain::Secret;
use muster_flows::{Chronicle, Doing, FlowError, Outcome, ShownProof, Tools, carry_out};
use muster_grants::{Grant, ParseSettings, Presented, RawRequest, TokenRequest, parse};
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

/// What is asked for, as far as it is counted apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Errand {
    /// A listing.
    List,
    /// An introspection.
    Introspect,
    /// Anything else.
    Other,
}

/// What surrounds one request: who is asked to come back later, on both sides of the proof,
/// since a guess at a secret and a guess at a token are worth counting apart; and where it
/// is written down what happens.
pub trait Surroundings {
    /// Before a caller is verified.
    fn before(&self, presented: &Presented) -> Result<(), Cause>;

    /// Once it is known who it is.
    fn after(&self, caller: &Caller, errand: Errand) -> Result<(), Cause>;

    /// Where it is written down what happens at the request of this caller.
    fn chronicle<'a>(&'a self, caller: &'a Caller) -> Box<dyn Chronicle + 'a>;
}

impl Pipeline {
    /// Answers a token request, unless the surroundings send the caller away.
    pub fn answer(
        &self,
        raw: &RawRequest<'_>,
        around: &dyn Surroundings,
    ) -> Result<Answered, Cause> {
        let TokenRequest { presented, grant, proof } = parse(raw, &self.reading)?; // 1. what is asked
        let errand = errand(&grant);
        let caller = self.known(&presented, errand, around)?; //                      2. who asks
        let (who, asked) = (caller.id().to_owned(), grant.grant_type().name());
        let permit = permit(caller, grant, &self.rulebook) //                         3. may they
            .map_err(|denial| Cause::denied(&who, asked, denial))?;
        let outcome = self
            .doing("/token", proof.as_ref(), (permit.caller(), around), |doing| {
                carry_out(&permit, doing) //                                          4. do it
            })
            .map_err(|error| Cause::flow(&who, asked, error))?;
        Ok(Answered { permit, outcome }) //                                           5. tell them
    }

    /// Who asks, if whoever it is may come in.
    pub(crate) fn known(
        &self,
        presented: &Presented,
        errand: Errand,
        around: &dyn Surroundings,
    ) -> Result<Caller, Cause> {
        around.before(presented)?;
        let authenticated = self.identity.authenticate(presented);
        let hashed = self.identity.verifier.hashed();
        metrics::counter!("muster_secrets_hashed_total").absolute(hashed);
        let caller = authenticated?;
        around.after(&caller, errand)?;
        Ok(caller)
    }

    /// Does something with everything that it needs.
    pub(crate) fn doing<T>(
        &self,
        path: &str,
        proof: Option<&Secret<String>>,
        (caller, around): (&Caller, &dyn Surroundings),
        work: impl FnOnce(&Doing<'_>) -> Result<T, FlowError>,
    ) -> Result<T, FlowError> {
        let chronicle = around.chronicle(caller);
        let url = format!("{}{path}", self.tools.issuer.url);
        let shown = ShownProof { proof, method: "POST", url: &url };
        work(&Doing { tools: &self.tools, chronicle: &*chronicle, shown })
    }
}

/// A listing is counted apart.
const fn errand(grant: &Grant) -> Errand {
    match grant {
        Grant::TokenInfo(_) => Errand::List,
        Grant::AuthorizationCode(_)
        | Grant::RefreshToken(_)
        | Grant::ClientCredentials(_)
        | Grant::TokenExchange(_)
        | Grant::DeviceCode(_)
        | Grant::JwtBearer(_) => Errand::Other,
    }
}
