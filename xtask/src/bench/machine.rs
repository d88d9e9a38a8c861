//! The machine that is measured with: a client of the service, its secret and its requests.

use std::net::SocketAddr;

use super::connection::{Connection, member, post};
use super::reader::{basic, encoded};
use crate::failure::{Failure, Outcome};

/// The redirect URI that its codes are bound to.
const REDIRECT_URI: &str = "https://bench.example/back";

/// A client, as the example `machine` registered it.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// The service.
    pub(crate) address: SocketAddr,
    /// The value of its header `Authorization`.
    pub(crate) authorization: String,
}

impl Machine {
    /// This client at this service.
    pub(crate) fn at(address: SocketAddr, (id, secret): (&str, &str)) -> Self {
        Self { address, authorization: basic(id, secret) }
    }

    /// Asks for a token (RFC 6749 4.4.2).
    pub(crate) fn issue(&self) -> Vec<u8> {
        self.post("token", "grant_type=client_credentials&scope=read")
    }

    /// Refreshes (RFC 6749 6).
    pub(crate) fn refresh(&self, token: &str) -> Vec<u8> {
        self.post("token", &format!("grant_type=refresh_token&refresh_token={}", encoded(token)))
    }

    /// Asks about a token (RFC 7662 2.1).
    pub(crate) fn introspect(&self, token: &str) -> Vec<u8> {
        self.post("introspect", &query(token))
    }

    /// Takes a token back (RFC 7009 2.1).
    pub(crate) fn revoke(&self, token: &str) -> Vec<u8> {
        self.post("revoke", &query(token))
    }

    /// So many access tokens, issued now.
    pub(crate) fn tokens(&self, count: usize) -> Outcome<Vec<String>> {
        let mut connection = Connection::open(self.address)?;
        let request = self.issue();
        (0..count).map(|_| got(&mut connection, &request, "access_token")).collect()
    }

    /// The refresh token that each of these codes is redeemed for (RFC 6749 4.1.3).
    pub(crate) fn families(&self, codes: &[String]) -> Outcome<Vec<String>> {
        let mut connection = Connection::open(self.address)?;
        let mut redeem = |code: &String| {
            let form = format!(
                "grant_type=authorization_code&code={}&redirect_uri={}",
                encoded(code),
                encoded(REDIRECT_URI)
            );
            got(&mut connection, &self.post("token", &form), "refresh_token")
        };
        codes.iter().map(&mut redeem).collect()
    }

    fn post(&self, endpoint: &str, form: &str) -> Vec<u8> {
        let path = format!("/oauth2/{endpoint}");
        post(self.address, &path, (&self.authorization, form))
    }
}

/// The form of a question about a token.
pub(crate) fn query(token: &str) -> String {
    format!("token={}&token_type_hint=access_token", encoded(token))
}

fn got(connection: &mut Connection, request: &[u8], name: &str) -> Outcome<String> {
    let answer = connection.ask(request)?;
    let text = member(&answer.body, name).filter(|_| answer.status == 200);
    text.map(str::to_owned)
        .ok_or_else(|| Failure::new(format!("no {name}, but {}: {}", answer.status, answer.body)))
}
