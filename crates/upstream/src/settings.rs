//! What a keeper says about the provider: plain values, checked when the door is built.

use std::time::Duration;

use muster_domain::{ClaimValue, Claims, Lifetime, Secret};

use crate::address::{Address, InvalidAddress};

/// An upstream provider, and what we are to it.
#[derive(Clone, Debug)]
pub struct UpstreamSettings {
    /// Its issuer identifier, byte for byte as it writes it.
    pub issuer: String,
    /// What we are called there.
    pub client_id: String,
    /// Our secret there; without one we are a public client and PKCE alone protects the code.
    pub client_secret: Option<Secret<String>>,
    /// Where it sends people back to, as registered there.
    pub redirect_uri: String,
    /// What is asked for beside `openid`.
    pub scopes: Vec<String>,
    /// How its people are called here.
    pub user: UserNaming,
    /// Which of its claims are kept, and under which name.
    pub claims: Vec<PairOfNames>,
    /// Whether its userinfo endpoint is asked too, after the ID token.
    pub ask_user_info: bool,
    /// Whose certificates are accepted.
    pub trust: Trust,
    /// How long and how much.
    pub limits: UpstreamLimits,
}

/// How the provider's people are called here.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct UserNaming {
    /// The claim that names the user. `email` names one only while it is verified.
    pub claim: String,
    /// What is put before it, so that two doors cannot mean two people by one name.
    pub prefix: String,
    /// What is put after it, such as `@idp.example.org`.
    pub suffix: String,
}

impl Default for UserNaming {
    /// By `sub`, the one claim that a provider gives to nobody else ever again.
    fn default() -> Self {
        Self { claim: "sub".to_owned(), prefix: String::new(), suffix: String::new() }
    }
}

/// A claim as the provider calls it, and as we do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PairOfNames {
    /// The provider's name for it.
    pub theirs: String,
    /// Ours.
    pub ours: String,
}

/// Claims that most providers know (OpenID Connect Core 5.1), each kept under its own name.
pub const USUAL_CLAIMS: [&str; 6] =
    ["name", "given_name", "family_name", "preferred_username", "email", "email_verified"];

impl PairOfNames {
    /// The same name on both sides.
    pub fn same(name: &str) -> Self {
        Self { theirs: name.to_owned(), ours: name.to_owned() }
    }

    /// The usual claims.
    pub fn usual() -> Vec<Self> {
        USUAL_CLAIMS.iter().map(|name| Self::same(name)).collect()
    }
}

/// Whose certificates are accepted.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub enum Trust {
    /// Those that the operating system trusts.
    #[default]
    System,
    /// Those of these authorities alone: certificates in PEM.
    Only(Vec<u8>),
}

/// How long and how much; each bounds what a provider, or somebody on the way to it, can cost.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UpstreamLimits {
    /// A connection stands within this time.
    pub connect_time: Duration,
    /// A whole request and its answer take no longer: somebody is waiting before a browser.
    pub request_time: Duration,
    /// So many may be waiting for the provider; each of them holds a thread of the service.
    pub waiting_most: usize,
    /// No document of the provider is bigger. Key sets with chains of certificates have tens
    /// of kilobytes, and nothing else comes near.
    pub document_bytes: usize,
    /// A login at the provider takes no longer: people look for their second factor.
    pub flight_lifetime: Lifetime,
    /// So long nobody asks for the metadata again.
    pub metadata_fresh: Lifetime,
    /// So long old metadata is used while there is no new one.
    pub metadata_usable: Lifetime,
    /// So long nobody asks for the keys again.
    pub keys_fresh: Lifetime,
    /// So long old keys are used while there are no new ones. A provider that has withdrawn a
    /// stolen key must not be believed by it for long.
    pub keys_usable: Lifetime,
    /// So long after a failed fetch nobody tries again.
    pub pause_after_failure: Lifetime,
}

impl Default for UpstreamLimits {
    fn default() -> Self {
        Self {
            connect_time: Duration::from_secs(3),
            request_time: Duration::from_secs(10),
            waiting_most: 16,
            document_bytes: 64 * 1024,
            flight_lifetime: Lifetime::from_seconds(15 * 60),
            metadata_fresh: Lifetime::from_seconds(60 * 60),
            metadata_usable: Lifetime::from_days(1),
            keys_fresh: Lifetime::from_seconds(10 * 60),
            keys_usable: Lifetime::from_seconds(2 * 60 * 60),
            pause_after_failure: Lifetime::from_seconds(5),
        }
    }
}

/// A setting that cannot be.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum SettingsError {
    /// An address.
    #[error("{0}: {1}")]
    Address(&'static str, InvalidAddress),
    /// Something is empty.
    #[error("{0} is empty")]
    Empty(&'static str),
    /// A scope is no scope.
    #[error("`{0}` is no scope (RFC 6749 3.3)")]
    Scope(String),
    /// A claim that nobody may set.
    #[error("`{0}` is no claim of a person: a token says it about itself")]
    Claim(String),
    /// Two claims get one name.
    #[error("two claims are kept under the name `{0}`")]
    ClaimTwice(String),
    /// No certificate.
    #[error("there is no certificate of an authority to trust")]
    Trust,
}

impl UpstreamSettings {
    /// A provider by the usual rules: a user is named by `sub`, the usual claims are kept.
    pub fn usual(issuer: &str, client_id: &str, redirect_uri: &str) -> Self {
        Self {
            issuer: issuer.to_owned(),
            client_id: client_id.to_owned(),
            client_secret: None,
            redirect_uri: redirect_uri.to_owned(),
            scopes: vec!["profile".to_owned(), "email".to_owned()],
            user: UserNaming::default(),
            claims: PairOfNames::usual(),
            ask_user_info: false,
            trust: Trust::default(),
            limits: UpstreamLimits::default(),
        }
    }

    /// Checks everything that can be checked without asking the provider; its address.
    pub(crate) fn check(&self) -> Result<Address, SettingsError> {
        let issuer = Address::issuer(&self.issuer);
        let issuer = issuer.map_err(|error| SettingsError::Address("the issuer", error))?;
        Address::new(&self.redirect_uri)
            .map_err(|error| SettingsError::Address("the redirect URI", error))?;
        if self.client_id.is_empty() {
            return Err(SettingsError::Empty("the client id"));
        }
        if self.client_secret.as_ref().is_some_and(|secret| secret.expose().is_empty()) {
            return Err(SettingsError::Empty("the client secret"));
        }
        if self.user.claim.is_empty() {
            return Err(SettingsError::Empty("the name of the claim that names users"));
        }
        for scope in &self.scopes {
            let allowed = |c: char| matches!(c, '!'..='~') && !matches!(c, '"' | '\\');
            if scope.is_empty() || !scope.chars().all(allowed) {
                return Err(SettingsError::Scope(scope.clone()));
            }
        }
        let mut claims = Claims::default();
        for pair in &self.claims {
            if claims.value(&pair.ours).is_some() {
                return Err(SettingsError::ClaimTwice(pair.ours.clone()));
            }
            if !claims.set(pair.ours.as_str(), ClaimValue::Flag(true)) {
                return Err(SettingsError::Claim(pair.ours.clone()));
            }
        }
        Ok(issuer)
    }

    /// The value of `scope`: `openid` first, nothing twice.
    pub(crate) fn scope(&self) -> String {
        let mut scopes = vec!["openid"];
        for scope in &self.scopes {
            if !scopes.contains(&scope.as_str()) {
                scopes.push(scope);
            }
        }
        scopes.join(" ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usual() -> UpstreamSettings {
        UpstreamSettings::usual("https://idp.example", "muster", "https://here.example/back")
    }

    fn fault(change: impl FnOnce(&mut UpstreamSettings)) -> Option<SettingsError> {
        let mut settings = usual();
        change(&mut settings);
        settings.check().err()
    }

    #[test]
    fn settings_that_cannot_work_are_refused_before_anybody_logs_in() {
        assert_eq!(fault(|_| {}), None);
        let plain = |settings: &mut UpstreamSettings| settings.issuer = "http://a.example".into();
        assert!(matches!(fault(plain), Some(SettingsError::Address("the issuer", _))));
        let empty = |settings: &mut UpstreamSettings| settings.client_secret = Some("".into());
        assert_eq!(fault(empty), Some(SettingsError::Empty("the client secret")));
        let scope = |settings: &mut UpstreamSettings| settings.scopes.push("a b".into());
        assert_eq!(fault(scope), Some(SettingsError::Scope("a b".into())));
        let claim =
            |settings: &mut UpstreamSettings| settings.claims.push(PairOfNames::same("sub"));
        assert_eq!(fault(claim), Some(SettingsError::Claim("sub".into())));
        let twice =
            |settings: &mut UpstreamSettings| settings.claims.push(PairOfNames::same("name"));
        assert_eq!(fault(twice), Some(SettingsError::ClaimTwice("name".into())));
    }

    #[test]
    fn openid_is_always_asked_for_and_nothing_twice() {
        let mut settings = usual();
        settings.scopes = ["email", "openid", "email"].map(String::from).to_vec();
        assert_eq!(settings.scope(), "openid email");
    }

    #[test]
    fn the_secret_does_not_show_when_settings_are_printed() {
        let mut settings = usual();
        settings.client_secret = Some("s3cret".into());
        assert!(!format!("{settings:?}").contains("s3cret"));
    }
}
