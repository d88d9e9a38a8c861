//! What people and clients do in the demo: every token comes from the token endpoint over
//! HTTP. Only what people do in a browser has no endpoint here and is planted: the code that
//! a login ends with, and the consent to a device.

use std::net::SocketAddr;
use std::sync::Arc;

use muster_crypto::{CodeKind, Handle, HandleKind, challenge_of, generate_client_secret};
use muster_domain::{
    AuthorizationCode, CodeState, Entitlement, GrantName, Lifetime, Randomness, User,
};
use muster_flows::{Decision, Seed, Tools, Unrecorded, decide_device};
use serde_json::Value;

use super::federation::LiveError;
use super::http;
use super::parties::{Party, scopes};

/// Where the token endpoint is.
pub(super) const TOKEN: &str = "/oauth2/token";
const REDIRECT_URI: &str = "https://client.example.org/callback";
const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// How long a code is good: as RFC 6749 4.1.2 advises at most.
const CODE: Lifetime = Lifetime::from_seconds(600);

/// The world as people and clients meet it.
pub(super) struct Life<'a> {
    pub(super) address: SocketAddr,
    pub(super) seed: Seed,
    pub(super) tools: Tools,
    pub(super) randomness: &'a Arc<dyn Randomness>,
}

impl Life<'_> {
    /// A person logs in; the client redeems the code with PKCE (RFC 6749 4.1.3, RFC 7636).
    pub(super) fn log_in(
        &self,
        party: &Party,
        user: &User,
        audience: &[&str],
        wish: Option<&str>,
    ) -> Result<Value, LiveError> {
        let verifier = generate_client_secret(&**self.randomness)?;
        let code = self.consent(party, user, audience, &challenge_of(verifier.expose()))?;
        let mut form = vec![
            ("grant_type", GrantName::AuthorizationCode.as_str()),
            ("code", code.as_str()),
            ("redirect_uri", REDIRECT_URI),
            ("code_verifier", verifier.expose()),
        ];
        form.extend(wish.map(|wish| ("at_lifetime", wish)));
        self.post(TOKEN, party, &form)
    }

    /// A person consents and is sent back with a code.
    pub(super) fn consent(
        &self,
        party: &Party,
        user: &User,
        audience: &[&str],
        challenge: &str,
    ) -> Result<String, LiveError> {
        let now = self.seed.clock.now();
        let flow = self.seed.flow(&party.client, Some(user), now)?;
        let key = flow.transaction.key;
        let text = Handle::generate(HandleKind::Code, key.shard, &**self.randomness)?;
        let code = AuthorizationCode {
            transaction: key,
            issued_at: now,
            expires_at: now.plus(CODE),
            state: CodeState::Issued,
            strangers: 0,
            entitlement: Entitlement {
                audience: audience.iter().map(|&one| one.to_owned()).collect(),
                authenticated_at: Some(now),
                ..Entitlement::of_scopes(scopes()?)
            },
            redirect_uri: Some(REDIRECT_URI.to_owned()),
            challenge: Some(challenge.to_owned()),
            nonce: None,
        };
        let tag = self.seed.keys.code_tag(CodeKind::Authorization, text.expose());
        self.seed.store.change(|unit| unit.add_code(&code, tag))?;
        Ok(text.expose().clone())
    }

    /// The client uses its refresh token up for its successor (RFC 6749 6).
    pub(super) fn refresh(&self, party: &Party, tokens: &Value) -> Result<Value, LiveError> {
        let refresh = member(tokens, "refresh_token")?;
        let grant = GrantName::RefreshToken.as_str();
        self.post(TOKEN, party, &[("grant_type", grant), ("refresh_token", refresh)])
    }

    /// A service exchanges a token that is meant for it (RFC 8693).
    pub(super) fn exchange(&self, party: &Party, tokens: &Value) -> Result<Value, LiveError> {
        let form = [
            ("grant_type", GrantName::TokenExchange.as_str()),
            ("subject_token", member(tokens, "access_token")?),
            ("subject_token_type", ACCESS_TOKEN),
        ];
        self.post(TOKEN, party, &form)
    }

    /// A client speaks for itself (RFC 6749 4.4).
    pub(super) fn speak_for_itself(&self, party: &Party) -> Result<Value, LiveError> {
        self.post(TOKEN, party, &[("grant_type", GrantName::ClientCredentials.as_str())])
    }

    /// A device starts, its user approves it elsewhere, the device polls (RFC 8628).
    pub(super) fn use_device(&self, party: &Party, user: &User) -> Result<Value, LiveError> {
        let started = self.post("/oauth2/device_authorization", party, &[])?;
        let user_code = member(&started, "user_code")?;
        let decision = Decision::Approve(user);
        if !decide_device(user_code, decision, (&self.tools, &Unrecorded))? {
            return Err(LiveError::NoSuchDevice);
        }
        let device_code = member(&started, "device_code")?;
        let grant = GrantName::DeviceCode.as_str();
        self.post(TOKEN, party, &[("grant_type", grant), ("device_code", device_code)])
    }

    /// The client gives its refresh token back, and with it the family (RFC 7009).
    pub(super) fn revoke(&self, party: &Party, tokens: &Value) -> Result<(), LiveError> {
        let refresh = member(tokens, "refresh_token")?;
        self.post("/oauth2/revoke", party, &[("token", refresh)]).map(|_| ())
    }

    fn post(
        &self,
        path: &'static str,
        party: &Party,
        form: &[(&str, &str)],
    ) -> Result<Value, LiveError> {
        let who = (party.client.id.as_str(), party.secret.as_deref());
        let answer = http::post(self.address, path, who, form)?;
        match answer.refusal() {
            None => Ok(answer.json()),
            Some(refusal) => {
                let client = party.client.id.as_str().to_owned();
                Err(LiveError::Refused { client, path, refusal })
            }
        }
    }
}

/// A text of an answer.
pub(super) fn member<'a>(answer: &'a Value, name: &'static str) -> Result<&'a str, LiveError> {
    answer.get(name).and_then(Value::as_str).ok_or(LiveError::Missing(name))
}
