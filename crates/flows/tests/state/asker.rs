//! Whoever asks: how it shows who it is, and the proof of a key that comes along.

use muster_grants::{Method, RawRequest};

/// How a client shows who it is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Showing<'a> {
    /// By its secret.
    Secret,
    /// By its name alone.
    Name,
    /// By a signed statement.
    Statement(&'a str),
}

/// A party as it comes to an endpoint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asker<'a> {
    pub(crate) id: &'a str,
    pub(crate) showing: Showing<'a>,
    /// A DPoP proof.
    pub(crate) proof: Option<&'a str>,
}

impl<'a> From<&'a str> for Asker<'a> {
    fn from(id: &'a str) -> Self {
        Self { id, showing: Showing::Secret, proof: None }
    }
}

impl<'a> From<(&'a str, Showing<'a>)> for Asker<'a> {
    fn from((id, showing): (&'a str, Showing<'a>)) -> Self {
        Self { id, showing, proof: None }
    }
}

/// What goes over the wire.
pub(crate) struct Letter {
    body: String,
    authorization: Vec<Vec<u8>>,
    proofs: Vec<Vec<u8>>,
}

impl Asker<'_> {
    /// A request of this asker's with this body.
    pub(crate) fn write(&self, body: &str) -> Letter {
        let mut pairs: Vec<String> = if body.is_empty() { vec![] } else { vec![body.to_owned()] };
        let mut authorization = Vec::new();
        match self.showing {
            Showing::Secret => authorization.push(basic(self.id)),
            Showing::Name => pairs.push(format!("client_id={}", self.id)),
            Showing::Statement(statement) => {
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                pairs.push(format!("client_assertion_type={kind}&client_assertion={statement}"));
            }
        }
        let proofs = self.proof.iter().map(|proof| proof.as_bytes().to_vec()).collect();
        Letter { body: pairs.join("&"), authorization, proofs }
    }
}

impl Letter {
    pub(crate) fn raw(&self) -> RawRequest<'_> {
        RawRequest {
            method: Method::Post,
            query: b"",
            body: self.body.as_bytes(),
            authorization: &self.authorization,
            dpop: &self.proofs,
        }
    }
}

/// The header of a party whose secret is its id.
fn basic(id: &str) -> Vec<u8> {
    let pair = data_encoding::BASE64.encode(format!("{id}:{id}").as_bytes());
    format!("Basic {pair}").into_bytes()
}
