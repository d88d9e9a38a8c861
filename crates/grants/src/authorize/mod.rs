//! `/authorize` and pushed requests: the request and its address, the question, the prompts.

mod prompt;
mod question;
mod request;

pub use prompt::{InvalidPrompt, Prompt};
pub use question::{AskedWrongly, AuthorizationQuestion, ResponseMode};
pub(crate) use request::PARAMETERS;
pub use request::{
    Arrived, AuthorizationRequest, PushedForm, parse_authorization, parse_pushed, pushed_uri,
    read_kept,
};
