//! A row of `transactions` with its children: one flow.

use muster_domain::{InvalidId, Scope, ScopeSet, TransactionId, UserId};

use super::identifier::told;
use super::tokens::{OldToken, access_of, child_of, refresh_of};
use crate::source::OldRow;

/// A flow as the old database knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct OldFlow {
    pub(crate) id: TransactionId,
    pub(crate) client: String,
    pub(crate) user: UserId,
    pub(crate) started_at: i64,
    pub(crate) scopes: ScopeSet,
    /// Access and refresh token of the row stand in one element, children alone.
    pub(crate) elements: Vec<Vec<OldToken>>,
    /// How many rows its children were.
    pub(crate) children: u64,
    /// Children that are left: why, and their key.
    pub(crate) passed_over: Vec<(&'static str, String)>,
}

/// Why a row is no flow.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum NoFlow {
    /// A lock, or an archived version.
    NoData,
    /// Nobody has logged in yet: it belongs to nobody.
    NoUser,
    /// It names no client.
    NoClient,
    /// An id that cannot be kept.
    Id(InvalidId),
}

/// Reads a flow.
pub(crate) fn flow_of(row: &OldRow, children: &[&OldRow]) -> Result<OldFlow, NoFlow> {
    let key = row.text("temp_token").unwrap_or_default();
    if super::is_no_data(key) {
        return Err(NoFlow::NoData);
    }
    let user = row.text_even_empty("username").ok_or(NoFlow::NoUser)?;
    let client = row.text("client_id").ok_or(NoFlow::NoClient)?;
    let (access, stray_access) = access_of(row);
    let (refresh, stray_refresh) = refresh_of(row);
    let stray: Vec<_> = stray_access.into_iter().chain(stray_refresh).collect();
    let first: Vec<OldToken> = access.into_iter().chain(refresh).collect();
    let mut elements = if first.is_empty() { Vec::new() } else { vec![first] };
    let mut passed_over = Vec::new();
    for child in children {
        let key = child.text("token_id").unwrap_or_default();
        match child_of(child, &stray) {
            _ if super::is_no_data(key) => passed_over.push(("no data of a user", key.to_owned())),
            None => passed_over.push(("an ID token, or a child without a type", key.to_owned())),
            Some(token) => match twin_of(&token, &mut elements) {
                None => elements.push(vec![token]),
                Some(twin) => {
                    twin.text = twin.text.take().or(token.text);
                    twin.is_valid = twin.is_valid && token.is_valid;
                    passed_over.push(("the same token again", key.to_owned()));
                }
            },
        }
    }
    let earliest = elements.iter().flatten().map(|token| token.issued_at).min();
    let started_at = told(key).issued_at.or(earliest).unwrap_or(0);
    Ok(OldFlow {
        id: TransactionId::new(key).map_err(NoFlow::Id)?,
        client: client.to_owned(),
        user: UserId::new(user).map_err(NoFlow::Id)?,
        started_at,
        scopes: scopes(row.text("scopes").unwrap_or_default()),
        elements,
        children: u64::try_from(children.len()).unwrap_or(u64::MAX),
        passed_over,
    })
}

/// The token of the same kind and identifier.
fn twin_of<'e>(token: &OldToken, elements: &'e mut [Vec<OldToken>]) -> Option<&'e mut OldToken> {
    let mut tokens = elements.iter_mut().flatten();
    tokens.find(|other| other.kind == token.kind && other.jti == token.jti)
}

/// Scopes as a JSON array or as words; what is no scope is dropped.
pub(crate) fn scopes(text: &str) -> ScopeSet {
    let words: Vec<String> = match serde_json::from_str(text) {
        Ok(words) => words,
        Err(_) => text.split([' ', ',', '[', ']']).map(ToOwned::to_owned).collect(),
    };
    ScopeSet::from_words(words.iter().filter_map(|word| Scope::new(word).ok()).take(ScopeSet::MOST))
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_domain::TokenKind;

    fn row(values: &[(&'static str, &str)]) -> OldRow {
        OldRow::new(values.iter().map(|(name, text)| (*name, Some((*text).to_owned()))).collect())
    }

    #[test]
    fn a_flow_without_a_user_belongs_to_nobody() {
        let started = row(&[("temp_token", "https://h/1?ts=5"), ("client_id", "c")]);
        assert_eq!(flow_of(&started, &[]), Err(NoFlow::NoUser));
        let locked = row(&[("temp_token", "gc:lock"), ("username", "u"), ("client_id", "c")]);
        assert_eq!(flow_of(&locked, &[]), Err(NoFlow::NoData));
        let archived =
            row(&[("temp_token", "a:1#version=3"), ("username", "u"), ("client_id", "c")]);
        assert_eq!(flow_of(&archived, &[]), Err(NoFlow::NoData));
    }

    #[test]
    fn a_row_of_nulls_but_names_is_a_flow_without_tokens() {
        let bare = row(&[("temp_token", "urn:x"), ("username", ""), ("client_id", "c")]);
        let flow = flow_of(&bare, &[]).unwrap();
        assert_eq!((flow.started_at, flow.elements.len()), (0, 0));
    }

    #[test]
    fn access_and_refresh_of_a_row_stand_in_one_element_and_children_alone() {
        let flow = row(&[
            ("temp_token", "https://h/1?type=authzGrant&ts=5&version=v2.0"),
            ("username", "u"),
            ("client_id", "c"),
            ("access_token", "https://h/a?ts=10&lifetime=5"),
            ("access_token_valid", "true"),
            ("refresh_token", "https://h/r?ts=10&lifetime=9"),
            ("refresh_token_expires_at", "12"),
        ]);
        let child = row(&[
            ("token_id", "https://h/c?ts=20&lifetime=5"),
            ("token_type", "urn:ietf:params:oauth:token-type:access_token"),
            ("valid", "1"),
        ]);
        let id_token = row(&[
            ("token_id", "https://h/i"),
            ("token_type", "urn:ietf:params:oauth:token-type:id_token"),
        ]);
        let flow = flow_of(&flow, &[&child, &id_token]).unwrap();
        let kinds: Vec<Vec<TokenKind>> =
            flow.elements.iter().map(|e| e.iter().map(|t| t.kind).collect()).collect();
        assert_eq!(kinds, [vec![TokenKind::Access, TokenKind::Refresh], vec![TokenKind::Access]]);
        let times: Vec<(i64, i64, bool)> = flow
            .elements
            .iter()
            .flatten()
            .map(|t| (t.issued_at, t.expires_at, t.is_valid))
            .collect();
        assert_eq!(times, [(10, 15, true), (10, 12, false), (20, 25, true)]);
        assert_eq!((flow.children, flow.passed_over.len()), (2, 1));
    }
}
