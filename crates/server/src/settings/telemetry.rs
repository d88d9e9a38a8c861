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
        if tracing_subscriber::EnvFilter::try_new(&self.level).is_err() {
            let right =
                "error, warn, info, debug, trace, or directives such as info,muster_server=debug";
            resolving.wrong("level", "it is no level", right);
        }
        Telemetry { format, directives: self.level.clone() }
    }
}
