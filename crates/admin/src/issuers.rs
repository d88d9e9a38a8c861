//! Issuers: the configured one, there from the first start on, and virtual ones beside it.

use muster_audit::{Actor, Ending, Entry, Event, Trail};
use muster_domain::{Issuer, IssuerPath, IssuerUrl, NewIssuer, PartyStatus, Timestamp};
use muster_store::{Store, StoreError};

use crate::{DeedError, Keeper};

/// What lies below an issuer's path; another issuer there would hide it.
const ENDPOINTS: [&str; 9] = [
    "token",
    "introspect",
    "revoke",
    "device_authorization",
    "device",
    "authorize",
    "userinfo",
    "certs",
    ".well-known",
];

/// The issuer with this URL, added if it is new.
pub fn ensure_issuer(
    store: &dyn Store,
    trail: &Trail,
    url: &IssuerUrl,
    now: Timestamp,
) -> Result<Issuer, DeedError> {
    let find = || store.read(|reading| reading.find_issuer(url));
    if let Some(issuer) = find()? {
        return Ok(issuer);
    }
    let new = NewIssuer { url: url.clone(), created_at: now };
    let entry =
        Entry::new(Event::IssuerAdded, Ending::Done).by(Actor::Service).in_issuer(url.as_str());
    let added = store.change(|unit| {
        let issuer = unit.add_issuer(&new)?;
        trail.append_in(unit, &entry)?;
        Ok(issuer)
    });
    match added {
        // Another process that starts now was faster.
        Err(error @ StoreError::Conflict { .. }) => find()?.ok_or(DeedError::Store(error)),
        added => Ok(added?),
    }
}

impl Keeper {
    /// Adds a virtual issuer on the configured issuer's host, with keys to sign with. Its
    /// clients, users and tokens are its own. Running services serve it from their next start
    /// on.
    pub fn add_issuer(&self, url: &str) -> Result<Issuer, DeedError> {
        let all = self.list_issuers()?;
        if let Some(reason) = unfit(url, &self.issuer.url, &all) {
            return Err(DeedError::IssuerUrl { url: url.to_owned(), reason });
        }
        let new = NewIssuer { url: IssuerUrl::new(url)?, created_at: self.clock.now() };
        let entry = Entry::new(Event::IssuerAdded, Ending::Done).by(Actor::Keeper).in_issuer(url);
        let added = self.store.change(|unit| {
            let issuer = unit.add_issuer(&new)?;
            self.trail.append_in(unit, &entry)?;
            Ok(issuer)
        });
        let issuer = match added {
            Err(StoreError::Conflict { .. }) => {
                Err(DeedError::There { what: url.to_owned(), see: "issuer list" })
            }
            added => Ok(added?),
        }?;
        // The start of a service makes keys, too, should this be cut off here.
        self.of_issuer(issuer.clone()).ensure_signing_keys()?;
        Ok(issuer)
    }

    /// Every issuer, by URL.
    pub fn list_issuers(&self) -> Result<Vec<Issuer>, DeedError> {
        Ok(self.store.read(|reading| reading.list_issuers())?)
    }

    /// The issuer with this URL.
    pub fn find_issuer(&self, url: &str) -> Result<Issuer, DeedError> {
        let not_found = || DeedError::NotFound { what: "issuer", id: url.to_owned() };
        let parsed = IssuerUrl::new(url).map_err(|_| not_found())?;
        let found = self.store.read(|reading| reading.find_issuer(&parsed))?;
        found.ok_or_else(not_found)
    }

    /// Changes how an issuer stands; whether it stood otherwise before. While it is suspended
    /// none of its tokens is good and none is issued.
    pub fn set_issuer_status(&self, url: &str, status: PartyStatus) -> Result<bool, DeedError> {
        let issuer = self.find_issuer(url)?;
        let entry = self.of_issuer(issuer.clone()).entry(Event::IssuerChanged);
        let entry = entry.with_word("status", status.as_str());
        Ok(self.store.change(|unit| {
            let found = unit.find_issuer(&issuer.url)?;
            if found.is_some_and(|found| found.status == status) {
                return Ok(false);
            }
            unit.set_issuer_status(issuer.key, status)?;
            self.trail.append_in(unit, &entry)?;
            Ok(true)
        })?)
    }
}

/// What keeps a URL from being a further issuer's beside the configured one, if anything
/// (RFC 8414 2).
fn unfit(url: &str, configured: &IssuerUrl, all: &[Issuer]) -> Option<&'static str> {
    let path = IssuerUrl::new(url).map(|url| IssuerPath::of(&url)).ok()?;
    if url.strip_prefix(IssuerPath::origin(configured)) != Some(path.as_str()) {
        return Some("it must lie on the configured issuer's host, without query and fragment");
    }
    if path.as_str().is_empty() {
        return Some("it needs a path, by which it is told from the others");
    }
    let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/".contains(c);
    if !path.as_str().chars().all(plain) {
        return Some("its path may hold letters, digits and - . _ ~ only");
    }
    let parts = || path.as_str().split('/').skip(1);
    if parts().any(|part| ["", ".", ".."].contains(&part)) {
        return Some("its path holds an empty part, `.` or `..`");
    }
    if parts().any(|part| part == ".well-known") {
        return Some("below .well-known lies metadata (RFC 8414 3)");
    }
    let hides = |issuer: &Issuer| {
        let theirs = IssuerPath::of(&issuer.url);
        let below = path.as_str().strip_prefix(theirs.as_str());
        let part = below.and_then(|rest| rest.strip_prefix('/')).and_then(|r| r.split('/').next());
        part.is_some_and(|part| ENDPOINTS.contains(&part))
    };
    if all.iter().any(hides) {
        return Some("an endpoint of another issuer lies there");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use muster_domain::IssuerKey;

    fn judge(url: &str) -> Option<&'static str> {
        let configured = IssuerUrl::new("https://tokens.example.org:8443/oauth2").unwrap();
        let status = PartyStatus::Approved;
        let own = Issuer { key: IssuerKey::new(1), url: configured.clone(), status };
        unfit(url, &configured, &[own])
    }

    #[test]
    fn a_further_issuer_lies_on_the_same_host_and_hides_nothing() {
        for good in ["/oauth2/vo/a", "/oauth2/tokens", "/vo-1", "/a/token"] {
            let url = format!("https://tokens.example.org:8443{good}");
            assert_eq!(judge(&url), None, "{url}");
        }
        for bad in [
            "https://other.example.org/oauth2/a",
            "http://tokens.example.org:8443/a",
            "https://tokens.example.org:8443",
            "https://tokens.example.org:84431/a",
            "https://tokens.example.org:8443/",
            "https://tokens.example.org:8443/a/",
            "https://tokens.example.org:8443/a//b",
            "https://tokens.example.org:8443/a/../b",
            "https://tokens.example.org:8443/a?b",
            "https://tokens.example.org:8443/a#b",
            "https://tokens.example.org:8443/{a}",
            "https://tokens.example.org:8443/oauth2/token",
            "https://tokens.example.org:8443/oauth2/token/x",
            "https://tokens.example.org:8443/.well-known/openid-configuration/a",
        ] {
            assert!(judge(bad).is_some(), "{bad}");
        }
    }
}
