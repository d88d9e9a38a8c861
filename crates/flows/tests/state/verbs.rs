//! What clients, persons and admins can do, each as one verb.

use muster_client_auth::Caller;
use muster_crypto::{CodeKind, Handle};
use muster_domain::{
    Client, DeviceFlow, ErrorCode, Secret, Shard, Token, TokenKind, TokenState, Transaction, User,
};
use muster_flows::{ActiveToken, Decision, DeviceStarted, Revoked};
use muster_policy::{InspectDenial, introspection_reach, permit_device, revocation_reach};

use crate::asker::Asker;
use crate::house::{House, READING, Told, VERIFIER};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const TYPE: &str = "urn:ietf:params:oauth:token-type";
const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

impl House {
    pub(crate) fn redeem<'a>(&self, asker: impl Into<Asker<'a>>, code: &str) -> Told {
        self.ask(
            asker,
            &format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}"),
        )
    }

    /// Refreshes; `more` is what else the body says.
    pub(crate) fn refresh<'a>(&self, asker: impl Into<Asker<'a>>, token: &str, more: &str) -> Told {
        self.ask(asker, &format!("grant_type=refresh_token&refresh_token={token}{more}"))
    }

    pub(crate) fn client_credentials<'a>(&self, asker: impl Into<Asker<'a>>, more: &str) -> Told {
        self.ask(asker, &format!("grant_type=client_credentials{more}"))
    }

    /// Exchanges an access token for what `more` asks for.
    pub(crate) fn exchange<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        token: &str,
        more: &str,
    ) -> Told {
        let subject = format!("subject_token={token}&subject_token_type={TYPE}:access_token");
        self.ask(asker, &format!("grant_type={EXCHANGE}&{subject}{more}"))
    }

    /// Exchanges an access token for a refresh token.
    pub(crate) fn exchange_for_refresh<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        token: &str,
    ) -> Told {
        self.exchange(asker, token, &format!("&requested_token_type={TYPE}:refresh_token"))
    }

    pub(crate) fn start_device<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
    ) -> Result<DeviceStarted, ErrorCode> {
        let letter = asker.into().write("");
        let request = muster_grants::parse_device_start(&letter.raw(), &READING);
        let (presented, start, proof) = request.map_err(|error| error.code())?;
        let caller = self.caller(&presented)?;
        let permit = permit_device(&caller, start.scope.as_ref(), Vec::new(), &self.rulebook)
            .map_err(muster_policy::Denial::code)?;
        self.doing(proof.as_ref(), |doing| muster_flows::start_device(&permit, doing))
    }

    pub(crate) fn approve(&self, started: &DeviceStarted, user: &User) -> Result<bool, ErrorCode> {
        self.decide(&started.user_code, Decision::Approve(user))
    }

    pub(crate) fn decide(
        &self,
        user_code: &str,
        decision: Decision<'_>,
    ) -> Result<bool, ErrorCode> {
        muster_flows::decide_device(user_code, decision, (&self.tools, &*self.chronicle))
            .map_err(|error| error.code())
    }

    /// Shows an assertion about a user.
    pub(crate) fn believe<'a>(&self, asker: impl Into<Asker<'a>>, assertion: &str) -> Told {
        self.ask(asker, &format!("grant_type={BEARER}&assertion={assertion}"))
    }

    pub(crate) fn poll<'a>(&self, asker: impl Into<Asker<'a>>, device_code: &str) -> Told {
        self.ask(asker, &format!("grant_type={DEVICE}&device_code={device_code}"))
    }

    /// The flow of a device as it rests.
    pub(crate) fn device_flow(&self, started: &DeviceStarted) -> DeviceFlow {
        let text = started.device_code.expose();
        let shard = Handle::parse(text).expect("a device code").shard();
        let tag = self.tools.keys.code_tag(CodeKind::Device, text);
        let issuer = self.tools.issuer.key;
        let found = self.store().read(|reading| reading.find_device_flow(issuer, tag, shard));
        found.unwrap().expect("the flow")
    }

    pub(crate) fn introspect<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        token: &str,
    ) -> Result<Option<ActiveToken>, ErrorCode> {
        let (caller, query) = self.query(&asker.into(), token)?;
        let reach = introspection_reach(&caller).map_err(|denial| match denial {
            InspectDenial::Unproved => ErrorCode::InvalidClient,
            InspectDenial::Denied(denial) => denial.code(),
        })?;
        let asks = match &caller {
            Caller::Client(who) => Some(&who.client().id),
            Caller::Admin(_) => None,
        };
        muster_flows::introspect(&query, (reach, asks), &self.tools).map_err(|error| error.code())
    }

    pub(crate) fn is_active(&self, client: &str, token: &str) -> bool {
        self.introspect(client, token).expect("introspection answers").is_some()
    }

    pub(crate) fn revoke<'a>(
        &self,
        asker: impl Into<Asker<'a>>,
        token: &str,
    ) -> Result<Revoked, ErrorCode> {
        let (caller, query) = self.query(&asker.into(), token)?;
        let reach = revocation_reach(&caller).map_err(muster_policy::Denial::code)?;
        muster_flows::revoke(&query, reach, (&self.tools, &*self.chronicle))
            .map_err(|error| error.code())
    }

    fn query(
        &self,
        asker: &Asker<'_>,
        token: &str,
    ) -> Result<(Caller, muster_grants::TokenQuery), ErrorCode> {
        let letter = asker.write(&format!("token={token}"));
        let request = muster_grants::parse_token_query(&letter.raw(), &READING);
        let (presented, query, _) = request.map_err(|error| error.code())?;
        Ok((self.caller(&presented)?, query))
    }

    /// What a token of this client is worth, whoever the client is.
    pub(crate) fn look(&self, holder: &Client, token: &str) -> Option<ActiveToken> {
        let reach = muster_domain::Reach::one_client(holder.issuer, holder.key);
        let query = muster_grants::TokenQuery { text: Secret::from(token), hint: None };
        muster_flows::introspect(&query, (reach, Some(&holder.id)), &self.tools).unwrap()
    }

    /// The transaction of a token and all its tokens, straight from the database.
    pub(crate) fn walk(&self, client: &Client, refresh: &str) -> (Transaction, Vec<Token>) {
        let reach = muster_domain::Reach::one_client(client.issuer, client.key);
        let tag = self.tools.keys.lookup_tag(TokenKind::Refresh, refresh);
        let presented =
            muster_store::PresentedToken::Tagged { tags: vec![tag], shard: None::<Shard> };
        self.store()
            .read(|reading| {
                let found = reading.find_token(&presented, TokenKind::Refresh, reach)?;
                let transaction = found.expect("the token is there").transaction;
                let tokens = reading.tokens_of_transactions(client.issuer, &[transaction.key])?;
                Ok((transaction, tokens))
            })
            .unwrap()
    }
}

/// How many refresh tokens are live.
pub(crate) fn live_refresh(tokens: &[Token]) -> usize {
    let live = |token: &&Token| token.kind == TokenKind::Refresh && token.state == TokenState::Live;
    tokens.iter().filter(live).count()
}
