//! What a language must be able to say.
//!
//! Texts and no templates: a sentence with a value in it is in two parts around the value,
//! or a function, since languages put their words in other orders.

use crate::Trouble;
use crate::moment::Civil;

/// The words of one language.
pub struct Catalogue {
    /// The language's name in HTML (BCP 47).
    pub(crate) language: &'static str,
    /// `ltr` or `rtl`.
    pub(crate) direction: &'static str,
    /// A moment in UTC.
    pub(crate) moment: fn(Civil) -> String,
    /// That there were too many tries, and how many seconds to wait.
    pub(crate) too_many_tries: fn(u64) -> String,
    pub(crate) frame: FrameWords,
    pub(crate) log_in: LogInWords,
    pub(crate) access: AccessWords,
    pub(crate) consent: ConsentWords,
    pub(crate) device: DeviceWords,
    pub(crate) my_tokens: MyTokensWords,
    pub(crate) ending: EndingWords,
    pub(crate) log_out: LogOutWords,
    pub(crate) post: PostWords,
    /// What went wrong, and what to do.
    pub(crate) trouble: fn(Trouble) -> TroubleWords,
}

/// A sentence with one value in it.
pub(crate) struct Around {
    pub(crate) before: &'static str,
    pub(crate) after: &'static str,
}

/// What several pages say.
pub(crate) struct FrameWords {
    pub(crate) logged_in_as: Around,
    pub(crate) allow: &'static str,
    pub(crate) deny: &'static str,
    pub(crate) back: &'static str,
    pub(crate) not_you: &'static str,
}

/// The page to log in.
pub(crate) struct LogInWords {
    pub(crate) title: &'static str,
    pub(crate) to_go_on_to: Around,
    pub(crate) user_name: &'static str,
    pub(crate) password: &'static str,
    pub(crate) submit: &'static str,
    pub(crate) wrong: &'static str,
    pub(crate) form_expired: &'static str,
    pub(crate) or: &'static str,
    pub(crate) continue_with: Around,
}

/// Who asks for what.
pub(crate) struct AccessWords {
    pub(crate) home: &'static str,
    pub(crate) public: &'static str,
    pub(crate) unverified: &'static str,
    pub(crate) would_get: &'static str,
    pub(crate) nothing: &'static str,
    pub(crate) unknown_scope: &'static str,
    /// What a scope entitles to, if it is known.
    pub(crate) scope: fn(&str) -> Option<String>,
    /// What a claim tells.
    pub(crate) claim: fn(&str) -> String,
}

/// The page to allow a client.
pub(crate) struct ConsentWords {
    pub(crate) title: &'static str,
    pub(crate) asks: Around,
    pub(crate) claims: &'static str,
    pub(crate) audiences: &'static str,
    pub(crate) lasting: &'static str,
    pub(crate) once: Around,
    pub(crate) renewed: Around,
    pub(crate) remembered: &'static str,
    pub(crate) asked_each_time: &'static str,
    pub(crate) only_if_trusted: &'static str,
}

/// The pages of the device flow.
pub(crate) struct DeviceWords {
    pub(crate) enter_title: &'static str,
    pub(crate) enter: &'static str,
    pub(crate) code: &'static str,
    pub(crate) code_hint: &'static str,
    pub(crate) go_on: &'static str,
    pub(crate) unknown: &'static str,
    pub(crate) form_expired: &'static str,
    pub(crate) confirm_title: &'static str,
    pub(crate) asks: Around,
    pub(crate) compare: &'static str,
    pub(crate) warning: &'static str,
    pub(crate) allowed_title: &'static str,
    pub(crate) allowed: Around,
    pub(crate) denied_title: &'static str,
    pub(crate) denied: Around,
    pub(crate) close: &'static str,
}

/// What acts for a person.
pub(crate) struct MyTokensWords {
    pub(crate) title: &'static str,
    pub(crate) intro: &'static str,
    pub(crate) applications: &'static str,
    pub(crate) none: &'static str,
    pub(crate) begun: Around,
    pub(crate) scopes: &'static str,
    pub(crate) no_scopes: &'static str,
    pub(crate) access_token: &'static str,
    pub(crate) refresh_token: &'static str,
    pub(crate) issued: &'static str,
    pub(crate) expires: &'static str,
    pub(crate) expired_at: &'static str,
    pub(crate) last_used: &'static str,
    pub(crate) never_used: &'static str,
    pub(crate) valid: &'static str,
    pub(crate) expired: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) replaced: &'static str,
    pub(crate) stopped: &'static str,
    pub(crate) end: &'static str,
    pub(crate) end_flow: &'static str,
    pub(crate) end_application: Around,
    pub(crate) end_everything: &'static str,
    pub(crate) end_everything_hint: &'static str,
    pub(crate) next: &'static str,
    pub(crate) consents: &'static str,
    pub(crate) consents_intro: &'static str,
    pub(crate) no_consents: &'static str,
    pub(crate) since: &'static str,
    pub(crate) forget: &'static str,
    pub(crate) log_out: &'static str,
    pub(crate) token_ended: &'static str,
    pub(crate) flow_ended: &'static str,
    pub(crate) application_ended: &'static str,
    pub(crate) everything_ended: &'static str,
    pub(crate) forgotten: &'static str,
}

/// The question before everything ends.
pub(crate) struct EndingWords {
    pub(crate) title: &'static str,
    pub(crate) what: &'static str,
    pub(crate) consequences: &'static str,
    pub(crate) submit: &'static str,
}

/// Logging out.
pub(crate) struct LogOutWords {
    pub(crate) title: &'static str,
    pub(crate) what: Around,
    pub(crate) consequences: &'static str,
    pub(crate) submit: &'static str,
    pub(crate) done_title: &'static str,
    pub(crate) done: &'static str,
    pub(crate) log_in_again: &'static str,
}

/// The way of an answer to a client.
pub(crate) struct PostWords {
    pub(crate) title: &'static str,
    pub(crate) going_to: Around,
    pub(crate) press: &'static str,
    pub(crate) submit: &'static str,
}

/// One kind of trouble.
pub(crate) struct TroubleWords {
    pub(crate) heading: &'static str,
    pub(crate) what: &'static str,
    pub(crate) to_do: &'static str,
    pub(crate) request: &'static str,
    pub(crate) detail: &'static str,
}
