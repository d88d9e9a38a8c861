//! The English catalogue, put together.

use super::{access, deciding, entering, owning, trouble};
use crate::Catalogue;
use crate::catalogue::{Around, FrameWords};
use crate::moment::Civil;

impl Catalogue {
    /// English.
    pub const ENGLISH: Self = Self {
        language: "en-GB",
        direction: "ltr",
        moment,
        too_many_tries,
        frame: FrameWords {
            logged_in_as: Around { before: "Logged in as ", after: "" },
            allow: "Allow",
            deny: "Do not allow",
            back: "Back",
            not_you: "Not you? Log out",
        },
        log_in: entering::LOG_IN,
        access: access::ACCESS,
        consent: deciding::CONSENT,
        device: deciding::DEVICE,
        my_tokens: owning::MY_TOKENS,
        ending: owning::ENDING,
        log_out: entering::LOG_OUT,
        post: entering::POST,
        trouble: trouble::trouble,
    };
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn moment(at: Civil) -> String {
    let index = usize::try_from(at.month.saturating_sub(1)).unwrap_or_default();
    let month = MONTHS.get(index).copied().unwrap_or_default();
    let Civil { year, day, hour, minute, .. } = at;
    format!("{day} {month} {year}, {hour:02}:{minute:02} UTC")
}

fn too_many_tries(seconds: u64) -> String {
    let wait = match seconds {
        0 | 1 => "in a second".to_owned(),
        2..=119 => format!("in {seconds} seconds"),
        _ => format!("in {} minutes", seconds.div_ceil(60)),
    };
    format!("There were too many tries. Try again {wait}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_is_told_to_wait_a_shorter_time_than_he_must() {
        for (seconds, wait) in [
            (1, "in a second."),
            (30, "in 30 seconds."),
            (120, "in 2 minutes."),
            (121, "in 3 minutes."),
        ] {
            assert!(too_many_tries(seconds).ends_with(wait), "{seconds}");
        }
    }
}
