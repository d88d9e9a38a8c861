//! `docs/reference/http-api.md`, made from the code: paths, refusals, metrics.

use crate::management;
use crate::metric_names::{METRICS, Metric};
use crate::refusal::Refusal;
use crate::routes::Endpoint;

/// The page.
pub fn page() -> String {
    let mut page = String::from(
        "# HTTP\n\nMade by `cargo xtask reference`; do not edit.\n\n\
         Public paths hold the issuer's path (`{path}`, by default `/oauth2`).\n\n\
         | path | methods | |\n|---|---|---|\n",
    );
    for endpoint in Endpoint::ALL {
        for place in endpoint.places("{path}") {
            page.push_str(&row(&place, endpoint.methods(), endpoint.what()));
        }
    }
    for (place, what) in management::PLACES {
        page.push_str(&row(place, "GET", &["management listener: ", what].concat()));
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

fn row(place: &str, methods: &str, what: &str) -> String {
    ["| `", place, "` | ", methods, " | ", what, " |\n"].concat()
}
