//! What clients, persons and keepers can do, each as one verb.

use muster_client_auth::Caller;
use muster_crypto::{CodeKind, Handle};
use muster_domain::{
    Client, DeviceFlow, ErrorCode, Shard, Token, TokenKind, TokenState, Transaction, User,
    UserStatus,
};
use muster_flows::{ActiveToken, Decision, DeviceStarted, Revoked};
use muster_policy::{introspection_reach, permit_device, revocation_reach};
use muster_store::PartyKey;

use crate::house::{House, READING, Told, VERIFIER, basic, raw};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const TYPE: &str = "urn:ietf:params:oauth:token-type";
const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const DEVICE: &str = "urn:ietf:params:oauth:grant-type:device_code";

impl House {
    pub(crate) fn redeem(&self, client: &str, code: &str) -> Told {
        self.ask(
            client,
            &format!("grant_type=authorization_code&code={code}&code_verifier={VERIFIER}"),
        )
    }

    /// Refreshes; `more` is what else the body says.
    pub(crate) fn refresh(&self, client: &str, token: &str, more: &str) -> Told {
        self.ask(client, &format!("grant_type=refresh_token&refresh_token={token}{more}"))
    }

    pub(crate) fn client_credentials(&self, client: &str, more: &str) -> Told {
        self.ask(client, &format!("grant_type=client_credentials{more}"))
    }

    /// Exchanges an access token for what `more` asks for.
    pub(crate) fn exchange(&self, client: &str, token: &str, more: &str) -> Told {
        let subject = format!("subject_token={token}&subject_token_type={TYPE}:access_token");
        self.ask(client, &format!("grant_type={EXCHANGE}&{subject}{more}"))
    }

    /// Exchanges an access token for a refresh token.
    pub(crate) fn exchange_for_refresh(&self, client: &str, token: &str) -> Told {
        self.exchange(client, token, &format!("&requested_token_type={TYPE}:refresh_token"))
    }

    pub(crate) fn start_device(&self, client: &str) -> Result<DeviceStarted, ErrorCode> {
        let authorization = basic(client);
        let request = muster_grants::parse_device_start(&raw("", &authorization), &READING);
        let (presented, start, _) = request.map_err(|error| error.code())?;
        let caller = self.caller(&presented)?;
        let permit = permit_device(&caller, start.scope.as_ref(), Vec::new(), &self.rulebook)
            .map_err(muster_policy::Denial::code)?;
        self.doing(|doing| muster_flows::start_device(&permit, doing))
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
    pub(crate) fn believe(&self, client: &str, assertion: &str) -> Told {
        self.ask(client, &format!("grant_type={BEARER}&assertion={assertion}"))
    }

    pub(crate) fn poll(&self, client: &str, device_code: &str) -> Told {
        self.ask(client, &format!("grant_type={DEVICE}&device_code={device_code}"))
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

    pub(crate) fn introspect(
        &self,
        client: &str,
        token: &str,
    ) -> Result<Option<ActiveToken>, ErrorCode> {
        let (caller, query) = self.query(client, token)?;
        let reach = introspection_reach(&caller).expect("a proved client may ask");
        let Caller::Client(who) = &caller else { panic!("a client asks") };
        muster_flows::introspect(&query, (reach, Some(&who.client().id)), &self.tools)
            .map_err(|error| error.code())
    }

    pub(crate) fn is_active(&self, client: &str, token: &str) -> bool {
        self.introspect(client, token).expect("introspection answers").is_some()
    }

    pub(crate) fn revoke(&self, client: &str, token: &str) -> Result<Revoked, ErrorCode> {
        let (caller, query) = self.query(client, token)?;
        let reach = revocation_reach(&caller).map_err(muster_policy::Denial::code)?;
        muster_flows::revoke(&query, reach, (&self.tools, &*self.chronicle))
            .map_err(|error| error.code())
    }

    fn query(
        &self,
        client: &str,
        token: &str,
    ) -> Result<(Caller, muster_grants::TokenQuery), ErrorCode> {
        let (body, authorization) = (format!("token={token}"), basic(client));
        let request = muster_grants::parse_token_query(&raw(&body, &authorization), &READING);
        let (presented, query, _) = request.map_err(|error| error.code())?;
        Ok((self.caller(&presented)?, query))
    }

    pub(crate) fn set_client(&self, client: &Client, status: muster_domain::PartyStatus) {
        let key = PartyKey::Client(client.key);
        self.store().change(|unit| unit.set_party_status(key, status)).unwrap();
    }

    pub(crate) fn set_user(&self, user: &User, status: UserStatus) {
        self.store().change(|unit| unit.set_user_status(user.key, status)).unwrap();
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
