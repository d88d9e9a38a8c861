//! Sending somebody to the provider (OpenID Connect Core 3.1.2.1).

use muster_crypto::challenge_of;
use muster_domain::Lifetime;

use crate::address::Address;
use crate::flight::Flight;
use crate::settings::UpstreamSettings;

/// Longer hints are left out: a browser has to carry them.
const HINT_LONGEST: usize = 320;

/// What is wished of the provider for this one login.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Wishes {
    /// Who is expected; the provider may fill in its form with it.
    pub login_hint: Option<String>,
    /// What the person is to be asked.
    pub prompt: Option<Prompt>,
    /// How long ago the person may have logged in there at most; zero: they log in now. The ID
    /// token must prove it.
    pub max_age: Option<Lifetime>,
}

/// What the person is to be asked.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prompt {
    /// Nothing: it works without a page, or not at all.
    None,
    /// To log in, even if they have. Only `max_age` makes the provider prove it.
    Login,
    /// To consent, even if they have.
    Consent,
    /// As whom.
    SelectAccount,
}

/// Somebody about to go.
#[derive(Clone, Debug)]
pub struct Begun {
    /// Where the browser is sent.
    pub url: String,
    /// What has to be there when it comes back.
    pub flight: Flight,
}

impl Prompt {
    const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Login => "login",
            Self::Consent => "consent",
            Self::SelectAccount => "select_account",
        }
    }
}

/// The address of the authorization request.
pub(crate) fn authorization_url(
    endpoint: &Address,
    settings: &UpstreamSettings,
    flight: &Flight,
    wishes: &Wishes,
) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query
        .append_pair("response_type", "code")
        .append_pair("client_id", &settings.client_id)
        .append_pair("redirect_uri", &settings.redirect_uri)
        .append_pair("scope", &settings.scope())
        .append_pair("state", flight.state.expose())
        .append_pair("nonce", flight.nonce.expose())
        .append_pair("code_challenge", &challenge_of(flight.verifier.expose()))
        .append_pair("code_challenge_method", "S256");
    if let Some(hint) = wishes.login_hint.as_ref().filter(|hint| hint.len() <= HINT_LONGEST) {
        query.append_pair("login_hint", hint);
    }
    if let Some(prompt) = wishes.prompt {
        query.append_pair("prompt", prompt.as_str());
    }
    if let Some(age) = wishes.max_age {
        query.append_pair("max_age", &age.millis().div_euclid(1_000).max(0).to_string());
    }
    endpoint.with_query(&query.finish())
}
