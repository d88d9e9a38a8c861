//! `muster device`.

use clap::Subcommand;

#[derive(Subcommand, Debug)]
pub(crate) enum DeviceCommand {
    /// Say yes: the device gets tokens that speak for the user.
    Approve {
        /// The code that the device shows.
        user_code: String,
        /// The user's id.
        #[arg(long, value_name = "ID")]
        user: String,
    },
    /// Say no.
    Deny {
        /// The code that the device shows.
        user_code: String,
    },
}
