//! Environment variables that look like settings and are none: one underscore where two
//! belong, a mistyped section, a key of another program.
//!
//! One that differs from a setting by its underscores alone is a mistake, and would otherwise
//! be overlooked in silence. Any other may be somebody else's, so it is only spoken of.

use super::nearest::{changes, nearest};
use super::problem::Problem;
use super::raw::Reading;

/// What Kubernetes tells every container about a service of the name `muster`, by the ends
/// of their names; and what the tests of this house are told.
const OF_OTHERS: [&str; 4] = ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT", "_TEST_"];

/// Whether what stands behind `MUSTER` in a name could be meant for us.
pub(super) fn may_be_meant(rest: &str) -> bool {
    rest.starts_with('_') && !OF_OTHERS.iter().any(|others| is_of_others(rest, others))
}

fn is_of_others(rest: &str, others: &str) -> bool {
    // `MUSTER_PORT_9080_TCP_ADDR`, `MUSTER_HTTP_SERVICE_PORT_WEB`.
    rest.starts_with(others) || rest.contains("_SERVICE_") || rest.contains("_TCP")
}

/// Tells of each of them which setting may be meant.
pub(super) fn judge(reading: &mut Reading, strangers: &[String]) {
    for stranger in strangers {
        let bare = bare(stranger.trim_start_matches("MUSTER"));
        let keys: Vec<(String, String)> =
            reading.names.iter().map(|key| (self::bare(key), key.clone())).collect();
        let found = nearest(&bare, keys.iter().map(|(bare, _)| bare.as_str()));
        let key = keys.iter().find(|(bare, _)| Some(bare.as_str()) == found);
        let Some((near, key)) = key else { continue };
        let variable = format!("MUSTER__{}", key.replace('.', "__").to_uppercase());
        if *near == bare {
            reading.problems.0.push(Problem {
                key: key.clone(),
                place: format!("the environment, {stranger}"),
                wrong: "this variable sets nothing".to_owned(),
                right: variable,
            });
            continue;
        }
        // Farther than half of it away nothing is alike.
        let alike = changes(&bare, near) <= bare.len() / 2;
        let meant = if alike { format!("; {variable} may be meant") } else { String::new() };
        reading.warnings.push(format!(
            "{stranger} in the environment sets nothing: settings are MUSTER__SECTION__KEY{meant}"
        ));
    }
}

/// A name without what it is divided by.
fn bare(name: &str) -> String {
    name.chars().filter(|c| !['.', '_'].contains(c)).collect::<String>().to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::super::raw::Environment;
    use super::*;

    fn judged(names: &[&str]) -> (Vec<String>, Vec<String>) {
        let environment = Environment::of(names.iter().map(|name| (name.into(), "x".into())));
        let mut reading = Reading::default();
        judge(&mut reading, &environment.strangers);
        let problems = reading.problems.0.iter().map(ToString::to_string).collect();
        (problems, reading.warnings)
    }

    #[test]
    fn one_underscore_for_two_is_a_mistake_and_the_right_name_is_told() {
        let (problems, warnings) = judged(&["MUSTER_HTTP_LISTEN", "MUSTER_CLIENT_AUTH_HASH_QUEUE"]);
        assert_eq!(
            problems,
            [
                "client_auth.hash_queue (the environment, MUSTER_CLIENT_AUTH_HASH_QUEUE): this \
                 variable sets nothing; right would be MUSTER__CLIENT_AUTH__HASH_QUEUE",
                "http.listen (the environment, MUSTER_HTTP_LISTEN): this variable sets nothing; \
                 right would be MUSTER__HTTP__LISTEN",
            ]
        );
        assert_eq!(warnings, Vec::<String>::new());
    }

    #[test]
    fn what_may_be_somebody_elses_is_only_spoken_of() {
        let (problems, warnings) = judged(&["MUSTER_DATABASE_URI", "MUSTER_COLOUR_OF_THE_SKY"]);
        assert_eq!(problems, Vec::<String>::new());
        assert!(warnings[1].ends_with("; MUSTER__DATABASE__URL may be meant"), "{warnings:?}");
        assert!(warnings[0].ends_with("settings are MUSTER__SECTION__KEY"), "{warnings:?}");
    }

    #[test]
    fn what_kubernetes_tells_of_a_service_is_no_setting_of_ours() {
        let told = judged(&[
            "MUSTER_SERVICE_HOST",
            "MUSTER_SERVICE_PORT_WEB",
            "MUSTER_PORT",
            "MUSTER_PORT_9080_TCP_ADDR",
            "MUSTER_HTTP_SERVICE_PORT",
            "MUSTER_TEST_POSTGRES",
            "MUSTERING",
        ]);
        assert_eq!(told, (Vec::new(), Vec::new()));
    }
}
