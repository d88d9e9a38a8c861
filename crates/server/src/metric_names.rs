//! The metrics by name: for the scrape, and for the reference.

/// A metric of the service.
pub(crate) struct Metric {
    /// Its name.
    pub(crate) name: &'static str,
    /// What kind of number it is.
    pub(crate) kind: Kind,
    /// Its labels.
    pub(crate) labels: &'static str,
    /// What it counts.
    pub(crate) what: &'static str,
}

/// What kind of number a metric is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Kind {
    /// It only grows.
    Counter,
    /// It goes up and down.
    Gauge,
    /// Seconds, in buckets.
    Histogram,
}

impl Kind {
    /// Its name in the reference.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Counter => "counter",
            Self::Gauge => "gauge",
            Self::Histogram => "histogram",
        }
    }
}

/// Every metric.
pub(crate) const METRICS: &[Metric] = &[
    Metric {
        name: "muster_audit_lost_total",
        kind: Kind::Counter,
        labels: "",
        what: "Records that the audit trail did not take.",
    },
    Metric {
        name: "muster_authentication_failures_total",
        kind: Kind::Counter,
        labels: "",
        what: "Failed client authentications.",
    },
    Metric {
        name: "muster_authentication_floods_total",
        kind: Kind::Counter,
        labels: "",
        what: "Failures beyond the limit of one client.",
    },
    Metric {
        name: "muster_blocking_running",
        kind: Kind::Gauge,
        labels: "",
        what: "Works on blocking threads.",
    },
    Metric { name: "muster_connections", kind: Kind::Gauge, labels: "", what: "Open connections." },
    Metric {
        name: "muster_connections_cut_total",
        kind: Kind::Counter,
        labels: "reason",
        what: "Connections cut.",
    },
    Metric {
        name: "muster_connections_refused_total",
        kind: Kind::Counter,
        labels: "reason",
        what: "Connections shut out.",
    },
    Metric {
        name: "muster_damaged_texts_total",
        kind: Kind::Counter,
        labels: "",
        what: "Tokens whose text could not be opened.",
    },
    Metric {
        name: "muster_listed_tokens_total",
        kind: Kind::Counter,
        labels: "",
        what: "Tokens listed.",
    },
    Metric {
        name: "muster_listings_of_every_client_total",
        kind: Kind::Counter,
        labels: "",
        what: "Listings with the cross-client privilege.",
    },
    Metric {
        name: "muster_listings_running",
        kind: Kind::Gauge,
        labels: "",
        what: "Listings under way.",
    },
    Metric {
        name: "muster_listings_total",
        kind: Kind::Counter,
        labels: "outcome",
        what: "Listings by how they ended.",
    },
    Metric {
        name: "muster_listings_waiting",
        kind: Kind::Gauge,
        labels: "",
        what: "Listings that wait for their turn.",
    },
    Metric {
        name: "muster_log_lines_dropped_total",
        kind: Kind::Counter,
        labels: "",
        what: "Lines of the log that nobody took in time.",
    },
    Metric {
        name: "muster_panics_total",
        kind: Kind::Counter,
        labels: "",
        what: "Panics; each is a fault of ours.",
    },
    Metric {
        name: "muster_rates_uncounted_total",
        kind: Kind::Counter,
        labels: "",
        what: "Events that found the table of rates full.",
    },
    Metric {
        name: "muster_refusals_total",
        kind: Kind::Counter,
        labels: "status, error",
        what: "Refusals.",
    },
    Metric {
        name: "muster_request_seconds",
        kind: Kind::Histogram,
        labels: "route",
        what: "From a request's arrival to its last byte.",
    },
    Metric {
        name: "muster_requests_total",
        kind: Kind::Counter,
        labels: "method, route, status",
        what: "Requests.",
    },
    Metric {
        name: "muster_secrets_hashed_total",
        kind: Kind::Counter,
        labels: "",
        what: "Secrets hashed slowly; a failed authentication costs as many whoever it names.",
    },
    Metric {
        name: "muster_token_in_url_total",
        kind: Kind::Counter,
        labels: "client",
        what: "Requests with a token in the URL.",
    },
];

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;

    /// Every Rust text below this crate's `src`.
    fn texts() -> Vec<String> {
        let mut folders = vec![PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
        let mut texts = Vec::new();
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    texts.push(std::fs::read_to_string(path).unwrap());
                }
            }
        }
        texts
    }

    #[test]
    fn every_metric_that_moves_is_in_the_table() {
        let mut used = Vec::new();
        for text in texts() {
            let macros = ["counter!(\"", "gauge!(\"", "histogram!(\""];
            for rest in macros.iter().flat_map(|start| text.split(start).skip(1)) {
                let name = rest.split('"').next().unwrap();
                used.extend(name.starts_with("muster_").then(|| name.to_owned()));
            }
        }
        assert!(used.len() > 10, "{used:?}");
        for name in used {
            assert!(METRICS.iter().any(|metric| metric.name == name), "{name}");
        }
    }
}
