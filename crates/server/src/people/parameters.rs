//! The parameters of our own forms: few, short, each once.

use muster_domain::Secret;
use muster_grants::{FormParams, ParseError};

/// What a form of ours sent.
pub(crate) struct Parameters(FormParams);

impl Parameters {
    /// Reads a body or a query.
    pub(crate) fn read(bytes: &[u8]) -> Result<Self, ParseError> {
        FormParams::parse(bytes).map(Self)
    }

    /// The value of one; an empty one counts as absent.
    pub(crate) fn find(&self, name: &str) -> Option<&Secret<String>> {
        self.0.find(name)
    }

    /// Its text.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.find(name).map(|value| value.expose().as_str())
    }
}
