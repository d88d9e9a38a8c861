//! `docs/reference/http-api.md`, made from the code: paths, refusals, metrics.

use crate::metric_names::{METRICS, Metric};
use crate::refusal::Refusal;

/// The page.
pub fn page() -> String {
    let mut page = String::from(
        "# HTTP\n\nMade by `cargo xtask reference`; do not edit.\n\n\
         Public paths lie below the issuer's path (default `/oauth2`).\n\n\
         | path | methods | |\n|---|---|---|\n",
    );
    for (path, methods, what) in PATHS {
        page.push_str(&["| `", path, "` | ", methods, " | ", what, " |\n"].concat());
    }
    page.push_str(
        "\n## Refusals\n\nEvery refusal is JSON with `error` and `error_description`, is not \
         cached, and holds nothing of the request.\n\n| status | `error` | |\n|---|---|---|\n",
    );
    for refusal in Refusal::examples() {
        let (status, code) = (refusal.status().as_u16().to_string(), refusal.code().as_str());
        page.push_str(&["| ", &status, " | `", code, "` | ", refusal.words(), " |\n"].concat());
    }
    page.push_str("\n## Metrics\n\n| name | kind | labels | |\n|---|---|---|---|\n");
    for Metric { name, kind, labels, what } in METRICS {
        page.push_str(
            &["| `", name, "` | ", kind.as_str(), " | ", labels, " | ", what, " |\n"].concat(),
        );
    }
    page
}

const PATHS: [(&str, &str, &str); 12] = [
    (
        "{issuer}/token",
        "POST (token-information also GET)",
        "[the grants](../grants), [token-information](../grants/token_info.md) among them",
    ),
    ("{issuer}/introspect", "POST", "[introspection](../endpoints/introspection.md)"),
    ("{issuer}/revoke", "POST", "[revocation](../endpoints/revocation.md)"),
    (
        "{issuer}/device_authorization",
        "POST",
        "[the start of a device flow](../grants/device_start.md)",
    ),
    ("{issuer}/certs", "GET, HEAD", "public keys, a JWK set (RFC 7517)"),
    (
        "{issuer}/.well-known/openid-configuration",
        "GET, HEAD",
        "metadata (OpenID Connect Discovery)",
    ),
    ("{issuer}/.well-known/oauth-authorization-server", "GET, HEAD", "metadata (RFC 8414)"),
    ("/.well-known/oauth-authorization-server{path}", "GET, HEAD", "metadata (RFC 8414 3.1)"),
    ("/.well-known/openid-configuration{path}", "GET, HEAD", "the same"),
    ("/health/live", "GET", "management listener: the process answers"),
    ("/health/ready", "GET", "management listener: requests may be sent here, or why not"),
    ("/metrics", "GET", "management listener: Prometheus text"),
];
