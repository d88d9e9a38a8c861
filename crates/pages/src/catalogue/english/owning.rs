//! English: what acts for a person, and ending it.

use crate::catalogue::{Around, EndingWords, MyTokensWords};

pub(super) const MY_TOKENS: MyTokensWords = MyTokensWords {
    title: "My access",
    intro: "These applications can act for you, or could until recently. End whatever you do not know or no longer need.",
    applications: "Applications",
    none: "No application holds a token of yours.",
    begun: Around { before: "Allowed on ", after: "" },
    scopes: "Scopes",
    no_scopes: "none",
    access_token: "Access token",
    refresh_token: "Refresh token",
    issued: "Issued",
    expires: "Expires",
    expired_at: "Expired",
    last_used: "Last used",
    never_used: "not noted",
    valid: "Valid",
    expired: "Expired",
    ended: "Ended",
    replaced: "Replaced",
    stopped: "Stopped",
    end: "End token",
    end_flow: "End this access",
    end_application: Around { before: "End all access of ", after: "" },
    end_everything: "End everything",
    end_everything_hint: "Is a device lost, or something here strange to you? End all access of all applications at once.",
    next: "More applications",
    consents: "Remembered answers",
    consents_intro: "These applications need not ask you again.",
    no_consents: "No answer of yours is remembered.",
    since: "Since",
    forget: "Forget",
    log_out: "Log out",
    token_ended: "The token was ended.",
    flow_ended: "This access was ended.",
    application_ended: "All access of the application was ended.",
    everything_ended: "All access of all applications was ended.",
    forgotten: "The answer was forgotten. The application has to ask you again.",
};

pub(super) const ENDING: EndingWords = EndingWords {
    title: "End everything?",
    what: "All tokens that any application holds for you are ended at once, and no answer is remembered any more.",
    consequences: "Jobs and programs that run for you will stop working until you allow them again. This cannot be undone.",
    submit: "End everything",
};
