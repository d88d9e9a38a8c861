//! `muster user`.

use clap::Subcommand;

use super::Sure;

#[derive(Subcommand, Debug)]
pub(crate) enum UserCommand {
    /// Enter a user who was never seen here.
    Add {
        /// Its id within the issuer, byte for byte.
        id: String,
    },
    /// Show a user.
    Show {
        /// Its id.
        id: String,
    },
    /// Disable a user: from the next request on none of its tokens is good, until it is enabled.
    Disable {
        /// Its id.
        id: String,
    },
    /// Enable a user again, and with it those of its tokens that have not expired.
    Enable {
        /// Its id.
        id: String,
    },
    /// Delete a user with all its tokens; whoever comes back under the id has none of them.
    Remove {
        /// Its id.
        id: String,
        #[command(flatten)]
        sure: Sure,
    },
    /// End all that a user holds, for good; it may begin anew.
    Revoke {
        /// Its id.
        id: String,
        /// At this client only, and what was exchanged out of it.
        #[arg(long, value_name = "ID")]
        client: Option<String>,
    },
}
