//! What is logged, and how.

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// Logs.
    "telemetry" RawTelemetry {
        /// `text` for people, `json` for machines.
        format: String = "text".to_owned();
        /// What is logged: a level (error, warn, info, debug, trace), or directives such
        /// as `info,muster_server=debug`.
        level: String = "info".to_owned();
    }
}

/// How a line of the log looks.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For machines.
    Json,
}

/// Logs, resolved.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Telemetry {
    /// How a line looks.
    pub format: LogFormat,
    /// Directives that `tracing_subscriber::EnvFilter` takes.
    pub directives: String,
}

impl RawTelemetry {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> Telemetry {
        let format = match self.format.as_str() {
            "text" => LogFormat::Text,
            "json" => LogFormat::Json,
            _ => {
                resolving.wrong("format", "there is no such format", "text or json");
                LogFormat::Text
            }
        };
        if !are_directives(&self.level) {
            let right =
                "error, warn, info, debug, trace, or directives such as info,muster_server=debug";
            resolving.wrong("level", "it is no level", right);
        }
        Telemetry { format, directives: self.level.clone() }
    }
}
/// A word alone would be taken for the name of a part of the program, and silence all else.
fn are_directives(text: &str) -> bool {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let alone = |part: &str| !part.contains(['=', '[']);
    let known = |part: &str| LEVELS.contains(&part.to_ascii_lowercase().as_str());
    text.split(',').map(str::trim).all(|part| !alone(part) || known(part))
        && tracing_subscriber::EnvFilter::try_new(text).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_that_is_no_level_is_refused() {
        for right in ["info", "WARN", "info,muster_server=debug", "muster_flows=trace"] {
            assert!(are_directives(right), "{right}");
        }
        for wrong in ["loud", "", "info,loud", "info,,=x="] {
            assert!(!are_directives(wrong), "{wrong}");
        }
    }
}
