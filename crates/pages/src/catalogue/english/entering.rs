//! English: coming in, going out, and being sent on.

use crate::catalogue::{Around, LogInWords, LogOutWords, PostWords};

pub(super) const LOG_IN: LogInWords = LogInWords {
    title: "Log in",
    to_go_on_to: Around { before: "to continue to ", after: "" },
    user_name: "User name",
    password: "Password",
    submit: "Log in",
    wrong: "The user name or the password is wrong. Check both and try again.",
    form_expired: "This page was open for too long. Please log in again.",
    or: "or",
    continue_with: Around { before: "Continue with ", after: "" },
};

pub(super) const LOG_OUT: LogOutWords = LogOutWords {
    title: "Log out",
    what: Around { before: "You are logged in as ", after: "." },
    consequences: "Logging out ends your session in this browser. Applications keep the access that you gave them.",
    submit: "Log out",
    done_title: "You are logged out",
    done: "If others use this device, close the browser as well.",
    log_in_again: "Log in again",
};

pub(super) const POST: PostWords = PostWords {
    title: "One moment",
    going_to: Around { before: "You are being sent on to ", after: "." },
    press: "If nothing happens, choose “Continue”.",
    submit: "Continue",
};
