//! What an authorization request asks for, beside who asks and where the answer shall go.

use muster_domain::{ErrorCode, KeyThumbprint, Lifetime, ScopeSet, Secret};

use super::prompt::Prompt;
use crate::{FormParams, Target, scope, targets};

/// An S256 challenge or a key's thumbprint: SHA-256 in base64url (RFC 7636 4.2, RFC 7638).
const DIGEST_LENGTH: usize = 43;

/// The longest `nonce` in bytes: it comes back in the ID token.
const NONCE_LONGEST: usize = 512;

/// The longest `login_hint` in bytes: longer than any user's id.
const HINT_LONGEST: usize = 1_024;

/// How the answer goes to the client (OAuth 2.0 Multiple Response Types 2.1, Form Post 1.0).
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum ResponseMode {
    /// In the query of the redirect URI.
    #[default]
    Query,
    /// In its fragment.
    Fragment,
    /// In a form that the browser posts there.
    FormPost,
}

impl ResponseMode {
    /// Every mode.
    pub const ALL: [Self; 3] = [Self::Query, Self::Fragment, Self::FormPost];

    /// Its word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Query => "query",
            Self::Fragment => "fragment",
            Self::FormPost => "form_post",
        }
    }
}

/// What is asked for, well formed in itself.
#[derive(Clone, Debug)]
pub struct AuthorizationQuestion {
    /// How the answer shall go.
    pub response_mode: ResponseMode,
    /// The scopes; `None`: those that the client has by default.
    pub scope: Option<ScopeSet>,
    /// Where the tokens will be used (RFC 8707 2).
    pub resources: Vec<Target>,
    /// The S256 challenge (RFC 7636 4.3).
    pub challenge: Option<String>,
    /// What comes back in the ID token.
    pub nonce: Option<String>,
    /// What the person is to be asked.
    pub prompt: Prompt,
    /// How long ago the person may have logged in.
    pub max_age: Option<Lifetime>,
    /// Who the client believes the person is.
    pub login_hint: Option<String>,
    /// An ID token of whom the client believes the person is.
    pub id_token_hint: Option<Secret<String>>,
    /// The key that the code shall be bound to (RFC 9449 10).
    pub proof_key: Option<KeyThumbprint>,
}

/// What is wrong with a question, in the words of the answer (RFC 6749 4.1.2.1).
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("{words}")]
pub struct AskedWrongly {
    /// The code.
    pub code: ErrorCode,
    /// What is wrong, for whoever builds the client.
    pub words: &'static str,
}

const fn wrong(code: ErrorCode, words: &'static str) -> AskedWrongly {
    AskedWrongly { code, words }
}

const fn invalid(words: &'static str) -> AskedWrongly {
    wrong(ErrorCode::InvalidRequest, words)
}

/// What there is a word for, and is not done here.
const NOT_DONE: [(&str, AskedWrongly); 4] = [
    (
        "request",
        wrong(ErrorCode::RequestNotSupported, "request objects are not supported: send parameters"),
    ),
    (
        "request_uri",
        wrong(
            ErrorCode::RequestUriNotSupported,
            "only the request_uri of a pushed request is taken (RFC 9126)",
        ),
    ),
    (
        "registration",
        wrong(ErrorCode::RegistrationNotSupported, "clients are registered beforehand"),
    ),
    ("claims", invalid("the claims parameter is not supported: ask by scope")),
];

impl AuthorizationQuestion {
    pub(crate) fn parse(form: &FormParams) -> Result<Self, AskedWrongly> {
        if let Some((_, why)) = NOT_DONE.iter().find(|(name, _)| form.find(name).is_some()) {
            return Err(*why);
        }
        check_response_type(form)?;
        let malformed = |_| wrong(ErrorCode::InvalidScope, "the scope is malformed");
        let no_target = |_| {
            let words =
                "a resource is an absolute URI without a fragment, and there are at most 16";
            wrong(ErrorCode::InvalidTarget, words)
        };
        Ok(Self {
            response_mode: response_mode(form)
                .ok_or(invalid("response_mode is query, fragment or form_post"))?,
            scope: scope::parse(form).map_err(malformed)?,
            resources: targets::resources(form).map_err(no_target)?,
            challenge: challenge(form)?,
            nonce: short(form, "nonce", NONCE_LONGEST, "the nonce is too long")?,
            prompt: prompt(form)?,
            max_age: max_age(form)?,
            login_hint: short(form, "login_hint", HINT_LONGEST, "the login_hint is too long")?,
            id_token_hint: form.find("id_token_hint").cloned(),
            proof_key: digest(form, "dpop_jkt", "dpop_jkt is a SHA-256 thumbprint in base64url")?
                .map(KeyThumbprint::new),
        })
    }
}

fn check_response_type(form: &FormParams) -> Result<(), AskedWrongly> {
    match form.find("response_type").map(|text| text.expose().as_str()) {
        Some("code") => Ok(()),
        Some(_) => {
            Err(wrong(ErrorCode::UnsupportedResponseType, "the only response_type here is code"))
        }
        None => Err(invalid("the parameter response_type is missing")),
    }
}

/// The mode; `None`: another word stands there.
pub(super) fn response_mode(form: &FormParams) -> Option<ResponseMode> {
    match form.find("response_mode") {
        None => Some(ResponseMode::default()),
        Some(word) => ResponseMode::ALL.into_iter().find(|mode| mode.as_str() == word.expose()),
    }
}

/// The challenge. Without a method it would be `plain`, which proves nothing to whoever can
/// read a request (S17).
fn challenge(form: &FormParams) -> Result<Option<String>, AskedWrongly> {
    let challenge = digest(form, "code_challenge", "a code_challenge is SHA-256 in base64url")?;
    let method = form.find("code_challenge_method").map(|text| text.expose().as_str());
    match (&challenge, method) {
        (Some(_), Some("S256")) | (None, None) => Ok(challenge),
        (Some(_), _) => Err(invalid("the only code_challenge_method here is S256")),
        (None, Some(_)) => Err(invalid("a code_challenge_method without a code_challenge")),
    }
}

fn digest(
    form: &FormParams,
    name: &str,
    words: &'static str,
) -> Result<Option<String>, AskedWrongly> {
    let Some(text) = form.find(name).map(|text| text.expose()) else { return Ok(None) };
    let is_digest = text.len() == DIGEST_LENGTH
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_".contains(&b));
    if is_digest { Ok(Some(text.clone())) } else { Err(invalid(words)) }
}

fn short(
    form: &FormParams,
    name: &str,
    longest: usize,
    words: &'static str,
) -> Result<Option<String>, AskedWrongly> {
    let text = form.find(name).map(|text| text.expose().clone());
    if text.as_ref().is_some_and(|text| text.len() > longest) {
        return Err(invalid(words));
    }
    Ok(text)
}

fn prompt(form: &FormParams) -> Result<Prompt, AskedWrongly> {
    let text = form.find("prompt").map(|text| text.expose().as_str()).unwrap_or_default();
    Prompt::parse(text)
        .map_err(|_| invalid("prompt is none alone, or any of login, consent and select_account"))
}

fn max_age(form: &FormParams) -> Result<Option<Lifetime>, AskedWrongly> {
    let Some(text) = form.find("max_age").map(|text| text.expose()) else { return Ok(None) };
    let is_number = text.bytes().all(|byte| byte.is_ascii_digit());
    let seconds = text.parse::<u32>().ok().filter(|_| is_number);
    let seconds = seconds.ok_or(invalid("max_age is a number of seconds"))?;
    Ok(Some(Lifetime::from_seconds(seconds.into())))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    fn asked(text: &str) -> Result<AuthorizationQuestion, AskedWrongly> {
        AuthorizationQuestion::parse(&FormParams::parse(text.as_bytes()).unwrap())
    }

    fn code(text: &str) -> ErrorCode {
        asked(&format!("response_type=code&{text}")).expect_err(text).code
    }

    #[test]
    fn a_full_question_is_read() {
        let question = asked(&format!(
            "response_type=code&response_mode=form_post&scope=openid+a&resource=urn:b&nonce=n&\
             prompt=login&max_age=0&login_hint=alice&code_challenge={CHALLENGE}&\
             code_challenge_method=S256&dpop_jkt={CHALLENGE}"
        ))
        .unwrap();
        assert_eq!(question.response_mode, ResponseMode::FormPost);
        assert_eq!(question.scope.unwrap().to_string(), "a openid");
        assert_eq!(question.challenge.as_deref(), Some(CHALLENGE));
        assert_eq!(question.max_age, Some(Lifetime::from_seconds(0)));
        assert!(question.prompt.login && question.proof_key.is_some());
    }

    #[test]
    fn only_s256_is_a_challenge() {
        // S17
        let with = |method: &str| format!("code_challenge={CHALLENGE}{method}");
        for text in
            [with(""), with("&code_challenge_method=plain"), with("&code_challenge_method=s256")]
        {
            assert_eq!(code(&text), ErrorCode::InvalidRequest, "{text}");
        }
        assert_eq!(code("code_challenge_method=S256"), ErrorCode::InvalidRequest);
        for text in [&CHALLENGE[1..], &[CHALLENGE, "a"].concat(), &CHALLENGE.replace('-', ".")] {
            let text = format!("code_challenge={text}&code_challenge_method=S256");
            assert_eq!(code(&text), ErrorCode::InvalidRequest, "{text}");
        }
    }

    #[test]
    fn what_is_not_done_here_is_refused_by_its_own_code() {
        for (text, expected) in [
            ("request=e30", ErrorCode::RequestNotSupported),
            ("request_uri=https%3A%2F%2Fa%2F", ErrorCode::RequestUriNotSupported),
            ("registration=%7B%7D", ErrorCode::RegistrationNotSupported),
            ("claims=%7B%7D", ErrorCode::InvalidRequest),
            ("response_mode=web_message", ErrorCode::InvalidRequest),
            ("prompt=create", ErrorCode::InvalidRequest),
            ("prompt=none+login", ErrorCode::InvalidRequest),
            ("max_age=-1", ErrorCode::InvalidRequest),
            ("max_age=%2B1", ErrorCode::InvalidRequest),
            ("max_age=1.5", ErrorCode::InvalidRequest),
            ("scope=a++b", ErrorCode::InvalidScope),
            ("resource=x", ErrorCode::InvalidTarget),
        ] {
            assert_eq!(code(text), expected, "{text}");
        }
        let kinds = |text| asked(text).expect_err(text).code;
        assert_eq!(kinds("response_type=token"), ErrorCode::UnsupportedResponseType);
        assert_eq!(kinds("response_type=code+id_token"), ErrorCode::UnsupportedResponseType);
        assert_eq!(kinds("scope=a"), ErrorCode::InvalidRequest);
    }
}
