//! English: what went wrong, and what to do.

use crate::Trouble;
use crate::catalogue::TroubleWords;

pub(super) fn trouble(kind: Trouble) -> TroubleWords {
    let (heading, what, to_do) = sentences(kind);
    TroubleWords { heading, what, to_do, request: "Request", detail: "For its developers" }
}

const fn sentences(kind: Trouble) -> (&'static str, &'static str, &'static str) {
    match kind {
        Trouble::UnknownClient => (
            "Unknown application",
            "The application that sent you here is not registered, or may no longer be used.",
            "Go back to where you came from, and tell the people who run that application.",
        ),
        Trouble::RedirectUriNotRegistered => (
            "The way back is not registered",
            "The application that sent you here named an address to return to that is not registered for it. You are not sent there, for your safety.",
            "Tell the people who run that application. There is nothing that you can do about it here.",
        ),
        Trouble::RequestBroken => (
            "The request cannot be read",
            "The application that sent you here asked in a way that makes no sense.",
            "Go back and try once more. If it happens again, tell the people who run that application.",
        ),
        Trouble::FormExpired => (
            "This page is too old",
            "The page was open for too long, or was opened in another browser. Nothing was changed.",
            "Go back to the application where you started, and begin again.",
        ),
        Trouble::CookiesMissing => (
            "Cookies are missing",
            "Your browser sent no cookie of this site. Without one nobody can be logged in safely.",
            "Allow cookies for this site, then begin again at the application where you started.",
        ),
        Trouble::NotAllowed => (
            "Not allowed",
            "You may not do this, or not with this account.",
            "If you think that you should, ask the people who look after your account.",
        ),
        Trouble::UpstreamFailed => (
            "You could not be logged in",
            "The service that should say who you are did not do so.",
            "Begin again at the application where you started. If it happens again, ask for help and name the request below.",
        ),
        Trouble::ServiceUnavailable => (
            "Not available at the moment",
            "The service cannot do this right now. Nothing was changed.",
            "Wait a minute, then try again.",
        ),
        Trouble::TooManyRequests => (
            "Too many requests",
            "A lot of requests came from your network within a short time.",
            "Wait a minute, then try again.",
        ),
        Trouble::NotFound => (
            "Nothing is here",
            "There is no page at this address.",
            "Check the address, or go back to where you came from.",
        ),
    }
}
