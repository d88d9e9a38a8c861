//! What a redirect URI may look like (RFC 6749 3.1.2, RFC 9700 2.1).

use crate::DeedError;

/// Far more than any URI that a browser follows.
const LONGEST: usize = 2_000;

/// Refuses what could never be redirected to safely.
pub(crate) fn check_redirect_uri(uri: &str) -> Result<(), DeedError> {
    match fault(uri) {
        None => Ok(()),
        Some(reason) => Err(DeedError::RedirectUri { uri: uri.to_owned(), reason }),
    }
}

fn fault(uri: &str) -> Option<&'static str> {
    if uri.len() > LONGEST {
        return Some("it is too long");
    }
    if uri.contains(|c: char| !c.is_ascii_graphic()) {
        return Some("it holds spaces or characters beyond ASCII; encode them");
    }
    if uri.contains('#') {
        return Some("it has a fragment");
    }
    if uri.contains('*') {
        return Some("it is compared byte for byte; there are no wildcards");
    }
    let Some((scheme, rest)) = uri.split_once(':') else {
        return Some("it is not absolute");
    };
    let begins = scheme.starts_with(|c: char| c.is_ascii_alphabetic());
    if !begins || !scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b)) {
        return Some("it has no scheme");
    }
    if ["javascript", "data", "vbscript"].contains(&scheme.to_ascii_lowercase().as_str()) {
        return Some("a browser would run it");
    }
    rest.trim_start_matches('/').is_empty().then_some("it leads nowhere")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_browser_can_follow_is_taken_and_the_rest_is_not() {
        for good in [
            "https://portal.example.org/callback?a=b",
            "http://127.0.0.1:8080/",
            "com.example.app:/done",
            "https://localhost:9443/client2/ready",
        ] {
            assert_eq!(fault(good), None, "{good}");
        }
        for bad in [
            "",
            "portal",
            "/callback",
            "https://",
            "https://a/#b",
            "https://*.a/",
            "https://a/ b",
            "javascript:alert(1)",
            "1a:/b",
            "https://a/\u{e9}",
        ] {
            assert!(fault(bad).is_some(), "{bad}");
        }
    }
}
