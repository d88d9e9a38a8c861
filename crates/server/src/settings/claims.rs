//! What clients are told of people: which claims a scope tells, to whom, and under which name.
//!
//! A line is one thought: `scope=claim claim`, with an issuer or a client in front where it
//! holds for that one alone. It is read here and judged by `policy`.

use std::collections::BTreeSet;

use muster_domain::{ClaimValue, Claims, ClientId, IssuerUrl, Scope};
use muster_policy::{ClaimsMapping, ForWhom, Renamed, ToldByScope};

use super::definition::section;
use super::resolved::Resolving;

section! {
    /// What clients are told of people ([guide](../guides/claims.md)).
    "claims" RawClaims {
        /// What each scope tells everybody: `scope=claim claim`. A list here replaces the
        /// default as a whole.
        scopes: Vec<String> = USUAL.map(str::to_owned).to_vec();
        /// What a scope tells one issuer's clients, or one client, in the stead of that:
        /// `issuer:URL scope=claim`, `client:ID scope=claim`, or both in front.
        only_for: Vec<String> = Vec::new();
        /// Names under which claims are told: `claim=name`, for everybody or with an issuer or
        /// a client in front.
        renamed: Vec<String> = Vec::new();
        /// Whether ID tokens tell claims, too, and not `/userinfo` alone.
        in_id_token: bool = false;
        /// For whom they do where they do not for everybody: `issuer:URL`, `client:ID`, or both.
        in_id_token_of: Vec<String> = Vec::new();
    }
}

/// The standard scopes (OpenID Connect Core 5.4) as far as claims are texts, flags and lists,
/// and what research federations tell.
const USUAL: [&str; 7] = [
    "profile=name given_name family_name middle_name nickname preferred_username profile picture \
     website gender birthdate zoneinfo locale",
    "email=email email_verified",
    "address=address",
    "phone=phone_number phone_number_verified",
    "eduperson=eduPersonPrincipalName eduPersonEntitlement eduPersonAffiliation",
    "groups=groups isMemberOf",
    "voperson=voPersonID",
];

/// Scopes that mean something of their own (OpenID Connect Core 3.1.2.1, 11).
const NOT_MAPPED: [&str; 2] = ["openid", "offline_access"];

/// The longest name of a claim.
const NAME_LONGEST: usize = 256;

/// What is wrong with a line, and what would be right.
type Complaint = (String, &'static str);

const RIGHT_SCOPE: &str = "a line such as \"profile=name family_name\"";
const RIGHT_NARROW: &str = "a line such as \"client:portal groups=isMemberOf\"";
const RIGHT_NAME: &str = "a line such as \"eduPersonPrincipalName=eppn\"";
const RIGHT_WHOM: &str = "issuer:URL or client:ID, or one behind the other";

impl RawClaims {
    pub(super) fn resolve(&self, resolving: &mut Resolving<'_>) -> ClaimsMapping {
        let everybody = read(resolving, ("scopes", &self.scopes), everybodys);
        let narrow = read(resolving, ("only_for", &self.only_for), narrow);
        let renamed = read(resolving, ("renamed", &self.renamed), renamed);
        let in_id_tokens_of = read(resolving, ("in_id_token_of", &self.in_id_token_of), whom_alone);
        for (name, lines) in [("scopes", &everybody), ("only_for", &narrow)] {
            let keys = lines.iter().map(|line| key(&line.whom, line.scope.as_str()));
            twice(resolving, (name, "the scope"), keys);
        }
        let names = renamed.iter().map(|line| key(&line.whom, &line.known));
        twice(resolving, ("renamed", "the claim"), names);
        let told = renamed.iter().map(|line| key(&line.whom, &line.told));
        twice(resolving, ("renamed", "the name"), told);
        ClaimsMapping {
            scopes: everybody.into_iter().chain(narrow).collect(),
            renamed,
            in_id_tokens: self.in_id_token,
            in_id_tokens_of,
        }
    }
}

/// Reads every line that can be read, and tells of the others.
fn read<T>(
    resolving: &mut Resolving<'_>,
    (name, lines): (&str, &[String]),
    line: impl Fn(&str) -> Result<T, Complaint>,
) -> Vec<T> {
    let read = lines.iter().filter_map(|text| match line(text.trim()) {
        Ok(read) => Some(read),
        Err((wrong, right)) => {
            resolving.wrong(name, &format!("{text:?}: {wrong}"), right);
            None
        }
    });
    read.collect()
}

fn key(whom: &ForWhom, name: &str) -> (Option<String>, Option<String>, String) {
    let issuer = whom.issuer.as_ref().map(ToString::to_string);
    let client = whom.client.as_ref().map(ToString::to_string);
    (issuer, client, name.to_owned())
}

/// Of two lines for the same readers about the same thing, nobody knows which is meant.
fn twice(
    resolving: &mut Resolving<'_>,
    (name, what): (&str, &str),
    keys: impl Iterator<Item = (Option<String>, Option<String>, String)>,
) {
    let mut seen = BTreeSet::new();
    for key in keys {
        if seen.contains(&key) {
            let wrong = format!("{what} {:?} stands in two lines for the same readers", key.2);
            resolving.wrong(name, &wrong, "one line for each");
        }
        seen.insert(key);
    }
}

fn everybodys(line: &str) -> Result<ToldByScope, Complaint> {
    let told = told_by_scope(line, RIGHT_SCOPE)?;
    if told.whom == ForWhom::default() {
        return Ok(told);
    }
    let wrong = "it is for some alone; such lines stand in claims.only_for".to_owned();
    Err((wrong, RIGHT_SCOPE))
}

fn narrow(line: &str) -> Result<ToldByScope, Complaint> {
    let told = told_by_scope(line, RIGHT_NARROW)?;
    if told.whom == ForWhom::default() {
        let wrong = "it is for everybody; such lines stand in claims.scopes".to_owned();
        return Err((wrong, RIGHT_NARROW));
    }
    Ok(told)
}

fn told_by_scope(line: &str, right: &'static str) -> Result<ToldByScope, Complaint> {
    let (whom, rest) = whom(line, right)?;
    let (scope, claims) = halves(rest, right)?;
    let scope = Scope::new(scope).map_err(|error| (error.to_string(), right))?;
    if NOT_MAPPED.contains(&scope.as_str()) {
        let wrong = format!("the scope {} has a meaning of its own", scope.as_str());
        return Err((wrong, "another scope"));
    }
    let claims: Vec<String> = claims.split_whitespace().map(str::to_owned).collect();
    for (position, name) in claims.iter().enumerate() {
        check_name(name, right)?;
        if claims.iter().take(position).any(|before| before == name) {
            return Err((format!("the claim {name} stands twice"), right));
        }
    }
    Ok(ToldByScope { whom, scope, claims })
}

fn renamed(line: &str) -> Result<Renamed, Complaint> {
    let (whom, rest) = whom(line, RIGHT_NAME)?;
    let (known, told) = halves(rest, RIGHT_NAME)?;
    for name in [known, told] {
        check_name(name, RIGHT_NAME)?;
    }
    Ok(Renamed { whom, known: known.to_owned(), told: told.to_owned() })
}

fn whom_alone(line: &str) -> Result<ForWhom, Complaint> {
    match whom(line, RIGHT_WHOM)? {
        (whom, "") if whom != ForWhom::default() => Ok(whom),
        _ => Err(("it names neither an issuer nor a client".to_owned(), RIGHT_WHOM)),
    }
}

/// Whom a line is for, as far as it says, and the rest of it.
fn whom<'a>(line: &'a str, right: &'static str) -> Result<(ForWhom, &'a str), Complaint> {
    let (mut whom, mut rest) = (ForWhom::default(), line);
    loop {
        let (word, behind) = rest.split_once(' ').unwrap_or((rest, ""));
        let named_twice = || (format!("{word} is one too many"), right);
        if let Some(url) = word.strip_prefix("issuer:") {
            let url = IssuerUrl::new(url).map_err(|error| (error.to_string(), right))?;
            if whom.issuer.replace(url).is_some() {
                return Err(named_twice());
            }
        } else if let Some(id) = word.strip_prefix("client:") {
            let id = ClientId::new(id).map_err(|error| (error.to_string(), right))?;
            if whom.client.replace(id).is_some() {
                return Err(named_twice());
            }
        } else {
            return Ok((whom, rest));
        }
        rest = behind.trim_start();
    }
}

fn halves<'a>(line: &'a str, right: &'static str) -> Result<(&'a str, &'a str), Complaint> {
    let halves = line.split_once('=').map(|(before, behind)| (before.trim(), behind.trim()));
    halves.ok_or_else(|| ("it has no =".to_owned(), right))
}

/// A name that a claim of a person may have: one visible word, and none of those by which a
/// token speaks of itself.
fn check_name(name: &str, right: &'static str) -> Result<(), Complaint> {
    let is_word = name.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'=' | b','));
    if name.is_empty() || name.len() > NAME_LONGEST || !is_word {
        return Err((format!("{name:?} is no name of a claim"), right));
    }
    if Claims::default().set(name, ClaimValue::Flag(true)) {
        return Ok(());
    }
    let wrong = format!("{name} is what a token says of itself, and nobody's claim");
    Err((wrong, "the name of a claim about the person"))
}

#[cfg(test)]
mod tests {
    use super::super::raw::Environment;
    use super::super::resolved::{check, load};
    use super::*;

    fn environment(pairs: &[(&str, &str)]) -> Environment {
        let named = |(name, value): &(&str, &str)| {
            (format!("MUSTER__CLAIMS__{name}").into(), (*value).into())
        };
        Environment::of(pairs.iter().map(named))
    }

    fn settled(pairs: &[(&str, &str)]) -> ClaimsMapping {
        load(None, &environment(pairs)).unwrap().claims
    }

    #[test]
    fn by_default_the_standard_scopes_and_those_of_federations_tell_their_claims() {
        let mapping = settled(&[]);
        let issuer = IssuerUrl::new("https://a.example").unwrap();
        let scopes = mapping.scopes_at(&issuer);
        let expected = ["address", "eduperson", "email", "groups", "phone", "profile", "voperson"];
        assert_eq!(scopes, BTreeSet::from(expected));
        for name in ["name", "email_verified", "eduPersonPrincipalName", "isMemberOf"] {
            assert!(mapping.names_at(&issuer).contains(name), "{name}");
        }
        assert!(!mapping.in_id_tokens && mapping.in_id_tokens_of.is_empty());
    }

    #[test]
    fn a_line_says_for_whom_it_is_what_it_tells_and_under_which_name() {
        let mapping = settled(&[
            ("SCOPES", "profile=name, phone="),
            (
                "ONLY_FOR",
                "client:oa4mp:/client/7 groups=isMemberOf, \
                 issuer:https://a.example/x  client:portal  groups = groups eppn",
            ),
            ("RENAMED", "client:portal eppn=https://claims.example/eppn"),
            ("IN_ID_TOKEN_OF", "client:portal, issuer:https://a.example client:other"),
        ]);
        let client = |id: &str| ClientId::new(id).ok();
        let issuer = |url: &str| IssuerUrl::new(url).ok();
        let scopes: Vec<_> = mapping
            .scopes
            .iter()
            .map(|line| (line.whom.client.clone(), line.scope.as_str(), line.claims.join("+")))
            .collect();
        let expected = [
            (None, "profile", "name".to_owned()),
            (None, "phone", String::new()),
            (client("oa4mp:/client/7"), "groups", "isMemberOf".to_owned()),
            (client("portal"), "groups", "groups+eppn".to_owned()),
        ];
        assert_eq!(scopes, expected);
        assert_eq!(mapping.scopes[3].whom.issuer, issuer("https://a.example/x"));
        assert_eq!(mapping.renamed[0].told, "https://claims.example/eppn");
        assert_eq!(mapping.in_id_tokens_of[1].issuer, issuer("https://a.example"));
    }

    #[test]
    fn a_line_that_cannot_be_meant_is_told_with_what_is_wrong_and_what_would_be_right() {
        for (key, line, told) in [
            ("SCOPES", "profile", "\"profile\": it has no =; right would be a line such as"),
            ("SCOPES", "=name", "a scope is a word"),
            ("SCOPES", "openid=name", "the scope openid has a meaning of its own"),
            ("SCOPES", "offline_access=name", "has a meaning of its own"),
            ("SCOPES", "profile=sub", "sub is what a token says of itself"),
            ("SCOPES", "profile=name name", "the claim name stands twice"),
            ("SCOPES", "a=x,a=y", "the scope \"a\" stands in two lines for the same readers"),
            ("SCOPES", "client:portal a=x", "such lines stand in claims.only_for"),
            ("ONLY_FOR", "a=x", "such lines stand in claims.scopes"),
            ("ONLY_FOR", "client: a=x", "is empty"),
            ("ONLY_FOR", "client:a client:b c=x", "client:b is one too many"),
            ("ONLY_FOR", "client:a c=x,client:a c=y", "stands in two lines"),
            ("RENAMED", "eppn=iss", "iss is what a token says of itself"),
            ("RENAMED", "eppn=a b", "\"a b\" is no name of a claim"),
            ("RENAMED", "eppn=", "\"\" is no name of a claim"),
            ("RENAMED", "a=x,b=x", "the name \"x\" stands in two lines"),
            ("RENAMED", "a=x,a=y", "the claim \"a\" stands in two lines"),
            ("IN_ID_TOKEN_OF", "portal", "it names neither an issuer nor a client"),
            ("IN_ID_TOKEN_OF", "client:portal x", "it names neither an issuer nor a client"),
        ] {
            let problems = check(None, &environment(&[(key, line)])).to_string();
            assert!(problems.contains(told), "{key} {line}: {problems}");
            assert!(problems.starts_with(&format!("claims.{}", key.to_lowercase())), "{problems}");
        }
    }
}
