//! The cookies of a browser: its own secret, which tickets are bound to, and its session.
//!
//! Where the issuer is https they have the prefix `__Host-`, which no other host and no plain
//! http can set (RFC 6265bis 4.1.3.2). Several issuers may share a host: each has names of its
//! own.

use actix_web::cookie::{Cookie, SameSite, time::Duration};
use muster_domain::{Issuer, Secret};

/// The names of one issuer's cookies.
#[derive(Clone, Debug)]
pub(crate) struct CookieNames {
    browser: String,
    session: String,
    is_secure: bool,
}

impl CookieNames {
    /// Those of this issuer.
    pub(crate) fn of(issuer: &Issuer) -> Self {
        let is_secure = issuer.url.as_str().starts_with("https://");
        let prefix = if is_secure { "__Host-" } else { "" };
        let number = issuer.key.number();
        Self {
            browser: format!("{prefix}muster-visit-{number}"),
            session: format!("{prefix}muster-session-{number}"),
            is_secure,
        }
    }

    /// The name of the browser's own secret.
    pub(super) fn browser(&self) -> &str {
        &self.browser
    }

    /// The name of the session.
    pub(super) fn session(&self) -> &str {
        &self.session
    }

    /// Gives the browser a secret.
    pub(super) fn give_browser(&self, secret: &Secret<String>) -> Cookie<'static> {
        self.cookie(&self.browser, secret)
    }

    /// Gives it a session.
    pub(super) fn give_session(&self, text: &Secret<String>) -> Cookie<'static> {
        self.cookie(&self.session, text)
    }

    /// Takes the session away.
    pub(super) fn take_session(&self) -> Cookie<'static> {
        let mut cookie = self.cookie(&self.session, &Secret::from(""));
        cookie.set_max_age(Duration::ZERO);
        cookie
    }

    /// It goes back to us alone, over TLS, is seen by no script, and comes along when somebody
    /// follows a link to us but not with a form that another site sends. It ends with the
    /// browser.
    fn cookie(&self, name: &str, value: &Secret<String>) -> Cookie<'static> {
        Cookie::build(name.to_owned(), value.expose().clone())
            .path("/")
            .http_only(true)
            .secure(self.is_secure)
            .same_site(SameSite::Lax)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use muster_domain::{IssuerKey, IssuerUrl, PartyStatus};

    use super::*;

    fn names(url: &str) -> CookieNames {
        CookieNames::of(&Issuer {
            key: IssuerKey::new(7),
            url: IssuerUrl::new(url).unwrap(),
            status: PartyStatus::Approved,
        })
    }

    #[test]
    fn the_cookies_of_an_https_issuer_are_bound_to_their_host() {
        let cookie = names("https://a.example/oauth2").give_session(&Secret::from("text"));
        assert_eq!(
            cookie.to_string(),
            "__Host-muster-session-7=text; HttpOnly; SameSite=Lax; Secure; Path=/"
        );
        let gone = names("https://a.example/oauth2").take_session().to_string();
        assert!(gone.starts_with("__Host-muster-session-7=; "), "{gone}");
        assert!(gone.contains("Max-Age=0"), "{gone}");
    }

    #[test]
    fn on_loopback_without_tls_they_are_plain_ones() {
        let cookie = names("http://127.0.0.1:9080/oauth2").give_browser(&Secret::from("text"));
        assert_eq!(cookie.to_string(), "muster-visit-7=text; HttpOnly; SameSite=Lax; Path=/");
    }
}
