//! Which claims of a person a client is told (OpenID Connect Core 5.4): those of the scopes
//! that were granted, by the mapping that the keeper has settled. No scope, no claim.
//!
//! Where several lines of the mapping speak of one scope, the narrowest alone decides: a line
//! for one client may tell less than the one for everybody, and not only more.

use std::collections::BTreeSet;

use muster_domain::{ClaimValue, Claims, ClientId, IssuerUrl, Scope, ScopeSet};

/// For whom a line of the mapping holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ForWhom {
    /// At this issuer alone.
    pub issuer: Option<IssuerUrl>,
    /// For this client alone.
    pub client: Option<ClientId>,
}

impl ForWhom {
    fn covers(&self, (client, issuer): (&ClientId, &IssuerUrl)) -> bool {
        self.client.as_ref().is_none_or(|one| one == client)
            && self.issuer.as_ref().is_none_or(|one| one == issuer)
    }

    /// How narrow it is: a client is narrower than an issuer, both are narrower than either.
    const fn narrowness(&self) -> u8 {
        match (&self.client, &self.issuer) {
            (None, None) => 0,
            (None, Some(_)) => 1,
            (Some(_), None) => 2,
            (Some(_), Some(_)) => 3,
        }
    }
}

/// What a scope tells.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ToldByScope {
    /// For whom.
    pub whom: ForWhom,
    /// The scope.
    pub scope: Scope,
    /// The claims, as the person's are named; none: it tells nothing.
    pub claims: Vec<String>,
}

/// Under which name a claim is told.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Renamed {
    /// For whom.
    pub whom: ForWhom,
    /// As the person's is named.
    pub known: String,
    /// As the client reads it.
    pub told: String,
}

/// What the keeper has settled about claims. Nothing settled, nothing told.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct ClaimsMapping {
    /// What each scope tells.
    pub scopes: Vec<ToldByScope>,
    /// Names for clients that read others.
    pub renamed: Vec<Renamed>,
    /// Whether ID tokens tell claims, too, and not `/userinfo` alone.
    pub in_id_tokens: bool,
    /// For whom they do even if they do not for everybody.
    pub in_id_tokens_of: Vec<ForWhom>,
}

impl ClaimsMapping {
    /// Whether an ID token of this client tells claims.
    pub fn tells_in_id_token(&self, reader: (&ClientId, &IssuerUrl)) -> bool {
        self.in_id_tokens || self.in_id_tokens_of.iter().any(|whom| whom.covers(reader))
    }

    /// The scopes that tell anything at an issuer, to whichever client.
    pub fn scopes_at(&self, issuer: &IssuerUrl) -> BTreeSet<&str> {
        self.lines_at(issuer).map(|line| line.scope.as_str()).collect()
    }

    /// The names under which anything is told at an issuer, to whichever client.
    pub fn names_at(&self, issuer: &IssuerUrl) -> BTreeSet<&str> {
        let told = |known: &str| {
            let names = self.renamed.iter().filter(|name| is_at(&name.whom, issuer));
            narrowest(names.filter(|name| name.known == known), |name| &name.whom)
                .map(|name| name.told.as_str())
        };
        let known = self.lines_at(issuer).flat_map(|line| &line.claims);
        known.map(|known| told(known).unwrap_or(known.as_str())).collect()
    }

    /// The lines that hold at an issuer for clients that have none of their own.
    fn lines_at(&self, issuer: &IssuerUrl) -> impl Iterator<Item = &ToldByScope> {
        let here = move |line: &&ToldByScope| is_at(&line.whom, issuer);
        self.scopes.iter().filter(here).filter(move |line| {
            let others = self.scopes.iter().filter(here).filter(|one| one.scope == line.scope);
            !line.claims.is_empty()
                && narrowest(others, |one| &one.whom).is_some_and(|one| one == *line)
        })
    }
}

/// Whether a line holds at an issuer for every client.
fn is_at(whom: &ForWhom, issuer: &IssuerUrl) -> bool {
    whom.client.is_none() && whom.issuer.as_ref().is_none_or(|one| one == issuer)
}

/// The names of the claims that these scopes tell to a client at an issuer, as the person's
/// are named, whether or not anything is known.
pub fn claims_told_by<'a>(
    scopes: &ScopeSet,
    reader: (&ClientId, &IssuerUrl),
    mapping: &'a ClaimsMapping,
) -> Vec<&'a str> {
    let mut names = Vec::new();
    for scope in scopes.iter() {
        let lines = mapping.scopes.iter().filter(|line| line.whom.covers(reader));
        let line = narrowest(lines.filter(|line| line.scope == *scope), |line| &line.whom);
        for name in line.into_iter().flat_map(|line| &line.claims) {
            if !names.contains(&name.as_str()) {
                names.push(name);
            }
        }
    }
    names
}

/// What a client at an issuer is told of what is known.
pub fn claims_for(
    scopes: &ScopeSet,
    reader: (&ClientId, &IssuerUrl),
    known: &Claims,
    mapping: &ClaimsMapping,
) -> Claims {
    let mut told = Claims::default();
    let names = claims_told_by(scopes, reader, mapping);
    let named = names.iter().filter_map(|name| {
        let value = known.value(name).filter(|value| says_anything(value))?;
        Some((told_name(name, reader, mapping), value))
    });
    for (name, value) in named {
        // Two claims under one name: the first, as the mapping has them.
        if told.value(name).is_none() {
            told.set(name, value.clone());
        }
    }
    told
}

/// An empty value is left out (OpenID Connect Core 5.3.2).
fn says_anything(value: &ClaimValue) -> bool {
    match value {
        ClaimValue::Text(text) => !text.is_empty(),
        ClaimValue::Flag(_) => true,
        ClaimValue::Texts(texts) => !texts.is_empty(),
    }
}

fn told_name<'a>(
    known: &'a str,
    reader: (&ClientId, &IssuerUrl),
    mapping: &'a ClaimsMapping,
) -> &'a str {
    let names = mapping.renamed.iter().filter(|name| name.whom.covers(reader));
    let name = narrowest(names.filter(|name| name.known == known), |name| &name.whom);
    name.map_or(known, |name| name.told.as_str())
}

/// The narrowest of these lines; of equals, which the settings refuse, the first.
fn narrowest<'a, T>(
    lines: impl Iterator<Item = &'a T>,
    whom: impl Fn(&T) -> &ForWhom,
) -> Option<&'a T> {
    lines.fold(None, |best: Option<&T>, line| match best {
        Some(best) if whom(best).narrowness() >= whom(line).narrowness() => Some(best),
        Some(_) | None => Some(line),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn issuer(name: &str) -> IssuerUrl {
        IssuerUrl::new(format!("https://{name}.example")).unwrap()
    }

    fn client(id: &str) -> ClientId {
        ClientId::new(id).unwrap()
    }

    fn whom(at: Option<&str>, by: Option<&str>) -> ForWhom {
        ForWhom { issuer: at.map(issuer), client: by.map(client) }
    }

    fn line(whom: ForWhom, scope: &str, claims: &str) -> ToldByScope {
        let claims = claims.split_whitespace().map(ToOwned::to_owned).collect();
        ToldByScope { whom, scope: Scope::new(scope).unwrap(), claims }
    }

    fn renamed(whom: ForWhom, known: &str, told: &str) -> Renamed {
        Renamed { whom, known: known.to_owned(), told: told.to_owned() }
    }

    fn known() -> Claims {
        let mut known = Claims::default();
        for (name, value) in [
            ("name", "Ada"),
            ("email", "ada@a.example"),
            ("eppn", "ada@a"),
            ("nickname", ""),
            ("gid", "7"),
        ] {
            known.set(name, ClaimValue::Text(value.to_owned()));
        }
        known.set("email_verified", ClaimValue::Flag(false));
        known.set("isMemberOf", ClaimValue::Texts(vec!["staff".to_owned()]));
        known
    }

    /// The names told, and that each value is the one that is known.
    fn told(scopes: &str, by: &str, at: &str, mapping: &ClaimsMapping) -> String {
        let scopes = ScopeSet::parse(scopes).unwrap();
        let told = claims_for(&scopes, (&client(by), &issuer(at)), &known(), mapping);
        told.iter().map(|(name, _)| name).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn no_scope_no_claim_and_no_mapping_no_claim() {
        let everybody = ForWhom::default;
        let mapping = ClaimsMapping {
            scopes: vec![
                line(everybody(), "profile", "name nickname family_name"),
                line(everybody(), "email", "email email_verified"),
            ],
            ..ClaimsMapping::default()
        };
        for (scopes, expected) in [
            ("", ""),
            ("openid", ""),
            ("openid read", ""),
            ("openid profile", "name"),
            ("email", "email email_verified"),
            ("openid email profile", "email email_verified name"),
        ] {
            assert_eq!(told(scopes, "c", "a", &mapping), expected, "{scopes}");
        }
        assert_eq!(told("openid profile email", "c", "a", &ClaimsMapping::default()), "");
    }

    #[test]
    fn the_narrowest_line_that_names_the_scope_decides_alone() {
        let mapping = ClaimsMapping {
            scopes: vec![
                line(whom(Some("b"), Some("portal")), "profile", "gid"),
                line(whom(None, Some("portal")), "profile", "email"),
                line(whom(Some("b"), None), "profile", ""),
                line(ForWhom::default(), "profile", "name"),
            ],
            ..ClaimsMapping::default()
        };
        assert_eq!(told("profile", "c", "a", &mapping), "name");
        assert_eq!(told("profile", "c", "b", &mapping), "", "told nothing at this issuer");
        assert_eq!(told("profile", "portal", "a", &mapping), "email");
        assert_eq!(told("profile", "portal", "b", &mapping), "gid");
        assert_eq!(mapping.scopes_at(&issuer("a")), BTreeSet::from(["profile"]));
        assert_eq!(mapping.scopes_at(&issuer("b")), BTreeSet::new());
    }

    #[test]
    fn a_claim_is_told_under_the_name_that_its_reader_knows() {
        let mapping = ClaimsMapping {
            scopes: vec![line(ForWhom::default(), "groups", "isMemberOf eppn")],
            renamed: vec![
                renamed(ForWhom::default(), "isMemberOf", "groups"),
                renamed(whom(None, Some("old")), "isMemberOf", "memberOf"),
                renamed(whom(None, Some("old")), "eppn", "memberOf"),
                // Whatever the settings let through, a token speaks for itself.
                renamed(whom(None, Some("forger")), "eppn", "sub"),
            ],
            ..ClaimsMapping::default()
        };
        assert_eq!(told("groups", "c", "a", &mapping), "eppn groups");
        assert_eq!(told("groups", "old", "a", &mapping), "memberOf");
        assert_eq!(told("groups", "forger", "a", &mapping), "groups");
        assert_eq!(mapping.names_at(&issuer("a")), BTreeSet::from(["eppn", "groups"]));
    }

    #[test]
    fn id_tokens_tell_claims_to_whom_the_settings_name() {
        let mapping = ClaimsMapping {
            in_id_tokens_of: vec![whom(Some("a"), Some("portal")), whom(Some("b"), None)],
            ..ClaimsMapping::default()
        };
        let tells = |by: &str, at: &str, mapping: &ClaimsMapping| {
            mapping.tells_in_id_token((&client(by), &issuer(at)))
        };
        assert!(tells("portal", "a", &mapping) && tells("c", "b", &mapping));
        assert!(!tells("c", "a", &mapping) && !tells("portal", "c", &mapping));
        let always = ClaimsMapping { in_id_tokens: true, ..ClaimsMapping::default() };
        assert!(tells("c", "a", &always));
    }
}
