//! Where an answer may be sent: to a redirect URI that the client has registered, byte for byte
//! (RFC 6749 3.1.2, RFC 9700 2.1). A [`RedirectTarget`] is made here alone, so that nothing is
//! ever sent anywhere else:
//!
//! ```compile_fail
//! let forged = muster_policy::RedirectTarget { uri: String::new(), was_named: true };
//! ```

use muster_domain::Registration;

/// A place that a client has registered.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct RedirectTarget {
    uri: String,
    was_named: bool,
}

impl RedirectTarget {
    /// The URI, as it was asked for.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// The URI as the client must repeat it to redeem its code: `None` where it named none
    /// (RFC 6749 4.1.3).
    pub fn to_repeat(&self) -> Option<String> {
        self.was_named.then(|| self.uri.clone())
    }
}

/// Why there is no such place. Whoever came is told on a page, and sent nowhere.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
pub enum NoTarget {
    /// The client has registered none.
    #[error("the client has registered no redirect URI")]
    NoneRegistered,
    /// It has several and named none of them.
    #[error("the client has several redirect URIs, and the request names none")]
    NotNamed,
    /// It has not registered the one that is named.
    #[error("the redirect URI of the request is not registered for the client")]
    NotRegistered,
}

impl NoTarget {
    /// The same in words for whoever builds the client.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoneRegistered => "the client has registered no redirect URI",
            Self::NotNamed => "the client has several redirect URIs: name one as redirect_uri",
            Self::NotRegistered => "the redirect_uri is not registered for the client",
        }
    }
}

/// The place for the answer to a request that names `asked`.
pub fn redirect_target(
    registration: &Registration,
    asked: Option<&str>,
) -> Result<RedirectTarget, NoTarget> {
    let registered = &registration.redirect_uris;
    match (asked, registered.as_slice()) {
        (_, []) => Err(NoTarget::NoneRegistered),
        (None, [only]) => Ok(RedirectTarget { uri: only.clone(), was_named: false }),
        (None, _) => Err(NoTarget::NotNamed),
        (Some(asked), _) if registered.iter().any(|one| is_same(one, asked)) => {
            Ok(RedirectTarget { uri: asked.to_owned(), was_named: true })
        }
        (Some(_), _) => Err(NoTarget::NotRegistered),
    }
}

/// The place where a person is brought after logging out, byte for byte a registered one
/// (OpenID Connect RP-Initiated Logout 1.0, 3).
pub fn post_logout_target(
    registration: &Registration,
    asked: &str,
) -> Result<RedirectTarget, NoTarget> {
    let is_registered = registration.post_logout_redirect_uris.iter().any(|one| one == asked);
    if is_registered {
        Ok(RedirectTarget { uri: asked.to_owned(), was_named: true })
    } else {
        Err(NoTarget::NotRegistered)
    }
}

/// The same byte by byte; but for a native application, which cannot know beforehand which port
/// it gets, on the loopback address (RFC 8252 7.3).
fn is_same(registered: &str, asked: &str) -> bool {
    if registered == asked {
        return true;
    }
    let without_port = |uri| loopback_without_port(uri);
    match (without_port(registered), without_port(asked)) {
        (Some(registered), Some(asked)) => registered == asked,
        (None, _) | (_, None) => false,
    }
}

/// Host and rest of a URI at the loopback address; `None`: it is elsewhere, or its port is none.
fn loopback_without_port(uri: &str) -> Option<(&'static str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let rest = rest.strip_prefix(host)?;
    let Some(after) = rest.strip_prefix(':') else {
        let ends = rest.is_empty() || rest.starts_with(['/', '?']);
        return ends.then_some((host, rest));
    };
    let digits = after.bytes().take_while(u8::is_ascii_digit).count();
    let (port, rest) = after.split_at_checked(digits)?;
    let ends = rest.is_empty() || rest.starts_with(['/', '?']);
    (ends && port.parse::<u16>().is_ok_and(|port| port > 0)).then_some((host, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(registered: &[&str], asked: Option<&str>) -> Result<String, NoTarget> {
        let redirect_uris = registered.iter().map(|&uri| uri.to_owned()).collect();
        let registration = Registration { redirect_uris, ..Registration::default() };
        redirect_target(&registration, asked).map(|target| target.uri().to_owned())
    }

    #[test]
    fn whoever_has_left_is_brought_to_a_place_registered_for_that_and_nowhere_else() {
        let registration = Registration {
            redirect_uris: vec!["https://a/back".to_owned()],
            post_logout_redirect_uris: vec!["https://a/bye".to_owned(), "http://[::1]/".to_owned()],
            ..Registration::default()
        };
        let target = |asked| post_logout_target(&registration, asked).map(|to| to.uri().to_owned());
        assert_eq!(target("https://a/bye"), Ok("https://a/bye".to_owned()));
        for asked in ["https://a/back", "https://a/bye?", "https://A/bye", "http://[::1]:1/", ""] {
            assert_eq!(target(asked), Err(NoTarget::NotRegistered), "{asked}");
        }
    }

    #[test]
    fn a_redirect_uri_is_the_registered_one_byte_for_byte() {
        // S19
        let registered = "https://app.example.org/back?a=b";
        assert_eq!(target(&[registered], Some(registered)), Ok(registered.to_owned()));
        for asked in [
            "https://app.example.org/back?a=b&c=d",
            "https://app.example.org/back",
            "https://app.example.org/back;x?a=b",
            "https://app.example.org/back/?a=b",
            "https://app.example.org/BACK?a=b",
            "https://APP.example.org/back?a=b",
            "HTTPS://app.example.org/back?a=b",
            "https://user@app.example.org/back?a=b",
            "https://app.example.org:443/back?a=b",
            "https://app.example.org:8443/back?a=b",
            "https://app.example.org/back?a=b#",
            "https://app.example.org/back?a=b#x",
            "https://app.example.org/b%61ck?a=b",
            "https://app.example.org/%2e/back?a=b",
            "https://app.example.org/x/../back?a=b",
            "https://app.example.org.evil.example/back?a=b",
            "http://app.example.org/back?a=b",
            " https://app.example.org/back?a=b",
        ] {
            assert_eq!(target(&[registered], Some(asked)), Err(NoTarget::NotRegistered), "{asked}");
        }
    }

    #[test]
    fn a_native_application_may_use_any_port_of_the_loopback_address_and_nothing_else() {
        // S19, RFC 8252 7.3
        for registered in ["http://127.0.0.1/cb?a", "http://127.0.0.1:8080/cb?a"] {
            for asked in ["http://127.0.0.1:1/cb?a", "http://127.0.0.1:65535/cb?a"] {
                assert_eq!(target(&[registered], Some(asked)), Ok(asked.to_owned()));
            }
            for asked in [
                "http://127.0.0.1:0/cb?a",
                "http://127.0.0.1:65536/cb?a",
                "http://127.0.0.1:/cb?a",
                "http://127.0.0.1:80@evil.example/cb?a",
                "http://127.0.0.1.evil.example:80/cb?a",
                "http://127.0.0.10:80/cb?a",
                "http://127.0.0.1:80/other?a",
                "https://127.0.0.1:80/cb?a",
                "http://[::1]:80/cb?a",
                "http://localhost:80/cb?a",
            ] {
                let refused = Err(NoTarget::NotRegistered);
                assert_eq!(target(&[registered], Some(asked)), refused, "{asked}");
            }
        }
        assert!(target(&["http://[::1]/cb"], Some("http://[::1]:5/cb")).is_ok());
        let refused = Err(NoTarget::NotRegistered);
        assert_eq!(target(&["http://localhost/cb"], Some("http://localhost:5/cb")), refused);
    }

    #[test]
    fn a_request_that_names_none_is_answered_where_there_is_only_one() {
        assert_eq!(target(&[], None), Err(NoTarget::NoneRegistered));
        assert_eq!(target(&[], Some("https://a/")), Err(NoTarget::NoneRegistered));
        assert_eq!(target(&["https://a/", "https://b/"], None), Err(NoTarget::NotNamed));
        let redirect_uris = vec!["https://a/".to_owned()];
        let one = Registration { redirect_uris, ..Registration::default() };
        assert_eq!(redirect_target(&one, None).unwrap().to_repeat(), None);
        let named = redirect_target(&one, Some("https://a/")).unwrap();
        assert_eq!(named.to_repeat().as_deref(), Some("https://a/"));
    }
}
