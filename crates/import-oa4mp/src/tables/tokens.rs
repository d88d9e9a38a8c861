//! Tokens of a row of `transactions` and of its children (oa4mp-import.md 4.2 to 4.6).

use muster_domain::TokenKind;

use super::identifier::{Told, lifetime_of, told};
use super::jwt::{Claims, Text, canonical, recognise};
use crate::source::OldRow;

/// A token as the old database knows it; times in milliseconds.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OldToken {
    pub(crate) kind: TokenKind,
    pub(crate) jti: String,
    pub(crate) issued_at: i64,
    pub(crate) expires_at: i64,
    pub(crate) is_valid: bool,
    /// Whether it has a row of its own.
    pub(crate) is_child: bool,
    /// Its text as it is shown, and the form under which it is found.
    pub(crate) text: Option<OldText>,
}

/// A text, and the form under which it is found.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OldText {
    pub(crate) shown: String,
    pub(crate) found_by: String,
}

impl OldText {
    /// Whether it is a JWT without a signature.
    pub(crate) fn is_unsigned(&self) -> bool {
        self.shown.ends_with('.')
    }

    fn jwt(text: &str) -> Self {
        Self { shown: text.to_owned(), found_by: text.to_owned() }
    }

    /// Whatever the old database holds, the token travels as base32 of its identifier.
    fn opaque(jti: &str) -> Self {
        Self { shown: canonical(jti), found_by: canonical(jti) }
    }
}

/// A newest text of a flow that belongs to another token than the row's own.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct StrayText {
    pub(crate) jti: String,
    pub(crate) text: String,
}

/// The access token of a row, and a text that is another token's.
pub(crate) fn access_of(row: &OldRow) -> (Option<OldToken>, Option<StrayText>) {
    let newest = row.text("at_jwt");
    let Some(jti) = row.text("access_token") else { return (None, stray(newest, "")) };
    let is_valid = row.flag("access_token_valid");
    let fallback = row.number("expires_in");
    let (token, claims) = first_token(TokenKind::Access, jti, newest, is_valid);
    let expires_at = expiry(&told(jti), &claims, token.issued_at, fallback);
    (Some(OldToken { expires_at, ..token }), stray(newest, jti))
}

/// The refresh token of a row, and a text that is another token's.
pub(crate) fn refresh_of(row: &OldRow) -> (Option<OldToken>, Option<StrayText>) {
    let newest = row.text("rt_jwt");
    let Some(jti) = row.text("refresh_token") else { return (None, stray(newest, "")) };
    let is_valid = row.flag("refresh_token_valid");
    let fallback = row.number("refresh_token_lifetime");
    let (token, claims) = first_token(TokenKind::Refresh, jti, newest, is_valid);
    let mut expires_at = expiry(&told(jti), &claims, token.issued_at, fallback);
    let shortened = row.number("refresh_token_expires_at");
    if shortened > 0 {
        expires_at = expires_at.min(shortened);
    }
    (Some(OldToken { expires_at, ..token }), stray(newest, jti))
}

/// A child; `None`: an ID token, or one without a type.
pub(crate) fn child_of(row: &OldRow, stray: &[StrayText]) -> Option<OldToken> {
    let kind = match row.text("token_type")? {
        "urn:ietf:params:oauth:token-type:access_token" => TokenKind::Access,
        "urn:ietf:params:oauth:token-type:refresh_token" => TokenKind::Refresh,
        _ => return None,
    };
    let jti = row.text("token_id")?;
    let by_id = told(jti);
    let given = stray.iter().find(|text| text.jti == jti).map(|text| text.text.as_str());
    let stored = row.text("stored_token").or(given);
    let recognised = stored.and_then(recognise);
    let claims = match &recognised {
        Some(Text::Jwt(claims)) => claims.clone(),
        Some(Text::Opaque(_)) | None => Claims::default(),
    };
    let text = match (stored, &recognised) {
        (Some(stored), Some(Text::Jwt(_))) => OldText::jwt(stored),
        (Some(_), Some(Text::Opaque(_)) | None) | (None, _) => OldText::opaque(jti),
    };
    let issued = row.number("issued_at");
    let issued_at = if issued > 0 { issued } else { issue_time(&by_id, &claims) };
    let written = row.number("expires_at");
    let expires_at = if written > 0 {
        written
    } else {
        expiry(&by_id, &Claims::default(), issued_at, row.number("lifetime"))
    };
    Some(OldToken {
        kind,
        jti: jti.to_owned(),
        issued_at,
        expires_at,
        is_valid: row.flag("valid"),
        is_child: true,
        text: Some(text),
    })
}

/// The first token of a flow with its text, its expiry still open.
fn first_token(
    kind: TokenKind,
    jti: &str,
    newest: Option<&str>,
    is_valid: bool,
) -> (OldToken, Claims) {
    let mut claims = Claims::default();
    let text = match newest.and_then(|text| Some((text, recognise(text)?))) {
        Some((text, Text::Jwt(found))) if found.jti.as_deref() == Some(jti) => {
            claims = found;
            Some(OldText::jwt(text))
        }
        // The flow's tokens are JWTs, and this one's text was overwritten.
        Some((_, Text::Jwt(_))) => None,
        Some((_, Text::Opaque(_))) | None => Some(OldText::opaque(jti)),
    };
    let issued_at = issue_time(&told(jti), &claims);
    let token = OldToken {
        kind,
        jti: jti.to_owned(),
        issued_at,
        expires_at: issued_at,
        is_valid,
        is_child: false,
        text,
    };
    (token, claims)
}

fn issue_time(by_id: &Told, claims: &Claims) -> i64 {
    by_id.issued_at.or(claims.issued_at).unwrap_or(0)
}

/// `exp` of the token's own JWT, else what its identifier says, else the column.
fn expiry(by_id: &Told, claims: &Claims, issued_at: i64, fallback: i64) -> i64 {
    if let Some(expires_at) = claims.expires_at {
        return expires_at;
    }
    let value = by_id.lifetime.unwrap_or(fallback);
    issued_at.saturating_add(lifetime_of(value, issued_at))
}

/// A newest text that belongs to another token than `jti`.
fn stray(newest: Option<&str>, jti: &str) -> Option<StrayText> {
    let text = newest?;
    let owner = match recognise(text)? {
        Text::Jwt(claims) => claims.jti?,
        Text::Opaque(uri) => uri,
    };
    (owner != jti).then(|| StrayText { jti: owner, text: text.to_owned() })
}
