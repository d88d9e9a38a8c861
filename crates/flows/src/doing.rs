//! What a flow does its work with: the tools of the issuer, the chronicle of this request,
//! and the proof that came with it.

use muster_store::{StoreError, Unit};

use crate::proof::{ProvenKey, REPLAYED, ShownProof};
use crate::{Chronicle, FlowError, Tools};

/// Everything but the permit.
#[derive(Clone, Copy)]
pub struct Doing<'a> {
    /// The issuer's tools.
    pub tools: &'a Tools,
    /// Where it is written down what happens.
    pub chronicle: &'a dyn Chronicle,
    /// The proof of possession that came with the request.
    pub shown: ShownProof<'a>,
}

impl Doing<'_> {
    /// Runs `work` in one unit in which the proof is spent, too. An inner error is the flow's
    /// verdict: the unit is committed all the same, so that what was noticed (a replay, a
    /// theft) stays noticed.
    pub(crate) fn once<T>(
        &self,
        proven: Option<&ProvenKey>,
        mut work: impl FnMut(&mut dyn Unit) -> Result<Result<T, FlowError>, StoreError>,
    ) -> Result<T, FlowError> {
        self.tools.store.change(|unit| {
            if let Some(proven) = proven
                && !proven.spend(unit, self.tools.issuer.key)?
            {
                return Ok(Err(REPLAYED));
            }
            work(unit)
        })?
    }
}
