//! What is said about a client on the command line, as a change of its registration.

use muster_domain::{AccessTokenProfile, GrantNames, Lifetime, Registration, ScopeSet};

use crate::arguments::{Clearable, ClientOptions, ProfileName};
use crate::exit::{Exit, Failure};

/// A change of a registration: what was said replaces what is there, the rest stays.
pub(super) struct Change<'a> {
    options: &'a ClientOptions,
    clear: &'a [Clearable],
    scopes: Option<ScopeSet>,
}

impl<'a> Change<'a> {
    /// What these words mean.
    pub(super) fn of(options: &'a ClientOptions, clear: &'a [Clearable]) -> Result<Self, Failure> {
        let scopes = options.scopes.as_deref().map(ScopeSet::parse).transpose();
        let scopes =
            scopes.map_err(|error| Failure::new(Exit::Usage, format!("--scopes: {error}")))?;
        Ok(Self { options, clear, scopes })
    }

    /// Changes a registration.
    pub(super) fn to(&self, registration: &mut Registration) {
        for what in self.clear {
            clear(*what, registration);
        }
        self.names(registration);
        self.rights(registration);
        self.lifetimes(registration);
    }

    fn names(&self, registration: &mut Registration) {
        let options = self.options;
        replace_some(&mut registration.email, options.email.as_ref());
        replace_some(&mut registration.home_url, options.home_url.as_ref());
        replace_list(&mut registration.redirect_uris, &options.redirect_uris);
        replace_list(&mut registration.audiences, &options.audiences);
        replace_list(&mut registration.serves, &options.serves);
        replace_list(&mut registration.may_act, &options.may_act);
        replace_list(&mut registration.assertion_users, &options.speaks_for);
    }

    fn rights(&self, registration: &mut Registration) {
        let options = self.options;
        if !options.grants.is_empty() {
            registration.grants = GrantNames::of(&options.grants);
        }
        if let Some(scopes) = &self.scopes {
            registration.scopes = scopes.clone();
        }
        replace(&mut registration.strict_scopes, options.strict_scopes);
        replace(&mut registration.introspects_every_token, options.introspects_every_token);
        replace(&mut registration.binds_tokens, options.dpop);
        replace(&mut registration.profile, options.profile.map(profile));
    }

    fn lifetimes(&self, registration: &mut Registration) {
        let options = self.options;
        let lifetime = |seconds: Option<i64>| seconds.map(Lifetime::from_seconds);
        let access = (lifetime(options.access_lifetime), lifetime(options.access_lifetime_max));
        let refresh = (lifetime(options.refresh_lifetime), lifetime(options.refresh_lifetime_max));
        replace_some(&mut registration.access_lifetime, access.0.as_ref());
        replace_some(&mut registration.access_lifetime_max, access.1.as_ref());
        replace_some(&mut registration.refresh_lifetime, refresh.0.as_ref());
        replace_some(&mut registration.refresh_lifetime_max, refresh.1.as_ref());
        replace(&mut registration.refresh_grace, lifetime(options.refresh_grace));
    }
}

fn replace<T: Copy>(place: &mut T, said: Option<T>) {
    if let Some(said) = said {
        *place = said;
    }
}

fn replace_some<T: Clone>(place: &mut Option<T>, said: Option<&T>) {
    if said.is_some() {
        *place = said.cloned();
    }
}

fn replace_list(place: &mut Vec<String>, said: &[String]) {
    if !said.is_empty() {
        *place = said.to_vec();
    }
}

fn clear(what: Clearable, registration: &mut Registration) {
    match what {
        Clearable::Email => registration.email = None,
        Clearable::HomeUrl => registration.home_url = None,
        Clearable::RedirectUris => registration.redirect_uris.clear(),
        Clearable::Grants => registration.grants = GrantNames::NONE,
        Clearable::Audiences => registration.audiences.clear(),
        Clearable::Serves => registration.serves.clear(),
        Clearable::MayAct => registration.may_act.clear(),
        Clearable::SpeaksFor => registration.assertion_users.clear(),
        Clearable::Lifetimes => {
            registration.access_lifetime = None;
            registration.access_lifetime_max = None;
            registration.refresh_lifetime = None;
            registration.refresh_lifetime_max = None;
        }
    }
}

const fn profile(name: ProfileName) -> AccessTokenProfile {
    match name {
        ProfileName::Opaque => AccessTokenProfile::Opaque,
        ProfileName::Rfc9068 => AccessTokenProfile::Rfc9068,
        ProfileName::Wlcg => AccessTokenProfile::Wlcg,
        ProfileName::Scitokens => AccessTokenProfile::SciTokens,
    }
}
