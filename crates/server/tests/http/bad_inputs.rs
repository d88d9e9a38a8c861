//! The catalogue of bad inputs as one table against the real binary, on both engines:
//! status, `error`, headers, and nothing of the input in the answer.

use std::io::{BufReader, Read, Write};

use crate::bad_http;
use crate::house::{Engine, House, PATH, TOKEN_INFO, premises};
use crate::planting::{add_admin, tools};
use crate::wire::{self, Answer, Request, base64, encoded, form};

/// What a row of the table expects: any one of these.
pub(crate) type Expected = &'static [(u16, &'static str)];

pub(crate) const IR: Expected = &[(400, "invalid_request")];
const IC: Expected = &[(401, "invalid_client")];
const IG: Expected = &[(400, "invalid_grant")];
const UC: Expected = &[(400, "unauthorized_client")];
const UG: Expected = &[(400, "unsupported_grant_type")];
pub(crate) const IR_OR_415: Expected = &[(400, "invalid_request"), (415, "invalid_request")];

struct Row {
    id: &'static str,
    what: String,
    bytes: Vec<u8>,
    expected: Expected,
    /// A piece of the input that must not come back.
    secret: String,
}

/// The table in the making.
pub(crate) struct Table<'a> {
    pub(crate) house: &'a House,
    rows: Vec<Row>,
    /// The secret of the admin `café`.
    accented: String,
    /// The secret that the admin `rotated` had before.
    rotated: String,
    /// Admins of no client at all.
    lonely: (String, String),
    lonely_privileged: (String, String),
}

impl<'a> Table<'a> {
    /// With the admins that only the table knows.
    fn set(house: &'a House) -> Self {
        let premises = premises(&house.scratch, &house.kek, "https://issuer.example/oauth2");
        let (keeper, _) = tools(&premises);
        let (lists, every) = ((true, false), (true, true));
        let (_, accented) = add_admin(&keeper, "caf\u{e9}", lists, &["portal"]);
        let lonely = add_admin(&keeper, "lonely", lists, &[]);
        let lonely_privileged = add_admin(&keeper, "lonely-every", every, &[]);
        let (name, rotated) = add_admin(&keeper, "rotated", lists, &["portal"]);
        let table = Self { house, rows: Vec::new(), accented, rotated, lonely, lonely_privileged };
        // Both were let in: nothing but what the rows say is wrong with them.
        assert_eq!(table.status("caf\u{e9}", &table.accented), 200);
        assert_eq!(table.status(&name, &table.rotated), 200);
        let secret = keeper.rotate_admin_secret(&name).expect("a new secret");
        assert_eq!(table.status(&name, secret.expose()), 200);
        table
    }

    fn status(&self, id: &str, secret: &str) -> u16 {
        let request = Request::new("POST", PATH).basic(id, secret);
        request.form(&self.house.question()).send(self.house.address).status
    }
}

impl Table<'_> {
    pub(crate) fn raw(&mut self, id: &'static str, what: &str, bytes: Vec<u8>, expected: Expected) {
        let secret = self.house.tokens.alice_access.clone();
        self.rows.push(Row { id, what: what.to_owned(), bytes, expected, secret });
    }

    pub(crate) fn request(
        &mut self,
        id: &'static str,
        what: &str,
        request: &Request,
        expected: Expected,
    ) {
        let bytes = request.bytes(self.house.address);
        self.raw(id, what, bytes, expected);
    }

    /// A POST of these pairs by the good admin.
    fn pairs(&mut self, id: &'static str, what: &str, pairs: &[(&str, &str)], expected: Expected) {
        let request = self.house.as_admin().form(pairs);
        self.request(id, what, &request, expected);
    }

    /// A POST of this body by the good admin.
    pub(crate) fn body(&mut self, id: &'static str, what: &str, body: &str, expected: Expected) {
        let request = self
            .house
            .as_admin()
            .header("Content-Type", "application/x-www-form-urlencoded")
            .body(body);
        self.request(id, what, &request, expected);
    }

    /// A good question by somebody who cannot prove who it is.
    fn caller(
        &mut self,
        id: &'static str,
        what: &str,
        authorization: Option<&str>,
        expected: Expected,
    ) {
        let mut request = Request::new("POST", PATH);
        if let Some(value) = authorization {
            request = request.header("Authorization", value);
        }
        let request = request.form(&self.house.question());
        self.request(id, what, &request, expected);
    }

    fn pair(
        &mut self,
        id: &'static str,
        what: &str,
        (name, secret): (&str, &str),
        expected: Expected,
    ) {
        let pair = format!("{}:{}", encoded(name), encoded(secret));
        self.caller(id, what, Some(&format!("Basic {}", base64(pair.as_bytes()))), expected);
    }

    /// The good admin's question about this token.
    fn token(
        &mut self,
        id: &'static str,
        what: &str,
        (kind, text): (&str, &str),
        expected: Expected,
    ) {
        self.pairs(id, what, &[("grant_type", TOKEN_INFO), (kind, text)], expected);
    }
}

fn client_authentication(table: &mut Table<'_>) {
    let (id, secret) = table.house.admin();
    table.caller("B21", "no credentials", None, IC);
    table.caller("B106", "no credentials", None, IC);
    for value in [
        "Basic",
        "Basic ",
        "Basic !!!!",
        "Basic YTpi=",
        "Basic YWI",
        &format!("Basic {}", base64(b"no-colon")),
        &format!("Basic {}", base64(b"\xff:\xfe")),
        &format!("Basic\t{}", base64(b"demo:/admin:x")),
    ] {
        table.caller("B22", value, Some(value), IC);
    }
    for value in ["Bearer x", "Digest x", "BasicX y", "Negotiate YTpi", "Basic"] {
        table.caller("B23", value, Some(value), IC);
    }
    let bearer = format!("Bearer {}", table.house.tokens.alice_access);
    table.caller("B123", "the token as Bearer", Some(&bearer), IC);
    for name in ["%", "_", "d%", "demo:_admin", "DEMO:/ADMIN", "demo:/admin ", "' OR 1=1--"] {
        table.pair("B24", name, (name, &secret), IC);
    }
    for name in ["${jndi:ldap://x}", "../../x", "ｄemo:/admin"] {
        table.pair("B26", name, (name, &secret), IC);
    }
    let endless = "x".repeat(6 * 1024);
    table.pair("B26", "an endless id", (&endless, &secret), IC);
    let longer = format!("{secret}x");
    let shorter = &secret[..secret.len() - 1];
    for (what, name) in [
        ("NFD", "cafe\u{301}"),
        ("another letter case", "CAF\u{c9}"),
        ("a space behind", "caf\u{e9} "),
        ("a space before", " caf\u{e9}"),
        ("full-width letters", "\u{ff43}\u{ff41}\u{ff46}\u{e9}"),
        ("without the accent", "cafe"),
    ] {
        table.pair("B25", what, (name, &table.accented.clone()), IC);
    }
    table.pair("B35", "the secret before the rotation", ("rotated", &table.rotated.clone()), IC);
    table.pair("B27", "one byte more", (&id, &longer), IC);
    table.pair("B27", "one byte less", (&id, shorter), IC);
    table.pair("B27", "other case", (&id, &secret.to_uppercase()), IC);
    table.pair("B28", "a long secret", (&id, &"s".repeat(5 * 1024)), IC);
    table.pair("B29", "an empty secret", (&id, ""), IC);
    table.pair("B29", "an empty id", ("", &secret), IC);
    table.pair("B107", "the right id without a secret", (&id, ""), IC);
    table.pair("B108", "the right id with a wrong secret", (&id, "wrong"), IC);
    for (name, secret) in table.house.outcast_admins() {
        table.pair("B111", &name, (&name, &secret), IC);
        table.pair("B33", &name, (&name, &secret), IC);
    }
    let (deserted, key) = table.house.deserted_client();
    table.pair("B34", "a client whose admin was suspended", (&deserted, &key), IC);
    let (keyed, any) = table.house.keyed_client();
    table.pair("B32", "a secret of a private_key_jwt client", (&keyed, &any), IC);
}

fn methods_and_doubles(table: &mut Table<'_>) {
    let (id, secret) = table.house.admin();
    let token = table.house.tokens.alice_access.clone();
    let good = [("grant_type", TOKEN_INFO), ("access_token", token.as_str())];
    let with = |more: &[(&'static str, String)]| {
        let mut body = form(&good);
        for (name, value) in more {
            body.extend(["&", name, "=", &encoded(value)]);
        }
        body
    };
    table.body("B30", "another client_id", &with(&[("client_id", "portal".to_owned())]), IR);
    table.body(
        "B31",
        "Basic and body secret",
        &with(&[("client_id", id.clone()), ("client_secret", secret.clone())]),
        IR,
    );
    table.body(
        "B100",
        "Basic and an assertion",
        &with(&[
            ("client_assertion", "a.b.c".to_owned()),
            (
                "client_assertion_type",
                "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_owned(),
            ),
        ]),
        IR,
    );
    let query = format!("{}?{}&client_id={}", PATH, form(&good), encoded(&id));
    table.request("B109", "the id in the query", &Request::new("GET", &query), IC);
    let secret_query =
        format!("{}?{}&client_id={}&client_secret={}", PATH, form(&good), encoded(&id), secret);
    table.request("S05", "the secret in the query", &Request::new("GET", &secret_query), IR);
    let twice = table.house.as_admin().basic("a", "b").form(&good);
    table.request("S78", "two Authorization headers", &twice, IR);
}

fn dispatch(table: &mut Table<'_>) {
    let token = table.house.tokens.alice_access.clone();
    let kind = ("access_token", token.as_str());
    table.pairs("B39", "no grant_type", &[kind], IR);
    table.pairs("B39", "an empty grant_type", &[("grant_type", ""), kind], IR);
    for grant in [
        TOKEN_INFO.to_uppercase(),
        format!("{TOKEN_INFO} "),
        encoded(TOKEN_INFO),
        "Authorization_Code".to_owned(),
        "password".to_owned(),
    ] {
        table.pairs("B40", &grant, &[("grant_type", &grant), kind], UG);
    }
    table.pairs(
        "B41",
        "twice",
        &[("grant_type", TOKEN_INFO), ("grant_type", TOKEN_INFO), kind],
        IR,
    );
    let query = format!("{}?grant_type={}", PATH, encoded(TOKEN_INFO));
    let (id, secret) = table.house.admin();
    let split = Request::new("POST", &query).basic(&id, &secret).form(&[kind]);
    table.request("B42", "grant_type in the query of a POST", &split, IR);
    let both = Request::new("POST", &query).basic(&id, &secret).form(&table.house.question());
    table.request("B43", "the same in query and body", &both, IR);
}

fn token_info(table: &mut Table<'_>) {
    let tokens = table.house.tokens.clone();
    let grant = ("grant_type", TOKEN_INFO);
    let (none, secret) = table.house.admin_without_right();
    table.pair("B110", "without list_users", (&none, &secret), UC);
    let (client, key) = table.house.client();
    table.pair("B125", "an ordinary client", (&client, &key), UC);
    table.pairs("B112", "no token", &[grant], IR);
    table.pairs("B112", "an empty token", &[grant, ("access_token", "")], IR);
    let access = ("access_token", tokens.alice_access.as_str());
    let refresh = ("refresh_token", tokens.alice_refresh.as_str());
    table.pairs("B113", "both", &[grant, access, refresh], IR);
    table.pairs("B114", "one twice", &[grant, access, access], IR);
    table.token("B115", "access as refresh", ("refresh_token", &tokens.alice_access), IG);
    table.token("B115", "refresh as access", ("access_token", &tokens.alice_refresh), IG);
    table.token("B116", "of another admin's client", ("access_token", &tokens.foreign_access), IG);
    let (every, key) = table.house.tokens.privileged.clone();
    let across = Request::new("POST", PATH).basic(&every, &key).form(&[grant, access]);
    table.request("B116", "the same, with the cross-client privilege", &across, IG);
    let (lonely, key) = table.lonely.clone();
    let lonely = Request::new("POST", PATH).basic(&lonely, &key).form(&[grant, access]);
    table.request("B126", "an admin of no client", &lonely, IG);
    let (lonely, key) = table.lonely_privileged.clone();
    let lonely = Request::new("POST", PATH).basic(&lonely, &key).form(&[grant, access]);
    table.request("B126", "the same, with the cross-client privilege", &lonely, IG);
    table.token("B117", "unknown", ("access_token", "no-such-token"), IG);
    table.token("B118", "expired", ("access_token", &tokens.expired_access), IG);
    table.token("B118", "revoked", ("access_token", &tokens.revoked_access), IG);
    table.token("B118", "rotated", ("refresh_token", &tokens.rotated_refresh), IG);
    table.token("B120", "of another issuer", ("access_token", &tokens.other_issuer_access), IG);
    for (what, text) in &tokens.forgeries {
        table.token("B121", what, ("access_token", text), IG);
    }
    table.token("B122", "of no user", ("access_token", &tokens.userless_access), IG);
}

/// The answers of a refusal, whatever it refuses.
fn check(row: &Row, answer: &Answer) -> Result<(), String> {
    let error = answer.error();
    if !row.expected.contains(&(answer.status, error.as_str())) {
        return Err(format!("{} {error} instead of {:?}", answer.status, row.expected));
    }
    if answer.text().contains(&row.secret) {
        return Err("the input came back".to_owned());
    }
    check_form(answer)
}

/// What every refusal has in common, whatever it refuses: size and headers (S11, S71, S77).
pub(crate) fn check_form(answer: &Answer) -> Result<(), String> {
    if answer.body.len() > 1_024 {
        return Err("an answer of more than 1 KiB".to_owned());
    }
    for (name, value) in [
        ("Content-Type", "application/json;charset=UTF-8"),
        ("Cache-Control", "no-cache, no-store"),
        ("Pragma", "no-cache"),
        ("Referrer-Policy", "no-referrer"),
        ("X-Content-Type-Options", "nosniff"),
    ] {
        if answer.header(name) != Some(value) {
            return Err(format!("{name}: {:?} instead of {value}", answer.header(name)));
        }
    }
    for name in ["ETag", "Location", "Access-Control-Allow-Origin", "Server"] {
        if answer.header(name).is_some() {
            return Err(format!("a {name} header"));
        }
    }
    let challenge = answer.header("WWW-Authenticate").unwrap_or_default();
    let challenged =
        challenge.starts_with("Basic realm=\"") && challenge.contains("charset=\"UTF-8\"");
    if challenged != (answer.status == 401) {
        return Err(format!("WWW-Authenticate: {challenge:?} on {}", answer.status));
    }
    Ok(())
}

/// Sends a row; the answer and whatever comes behind it.
fn sent(house: &House, bytes: &[u8]) -> (Answer, Vec<u8>) {
    let mut stream = wire::connect(house.address);
    // The service may refuse and close before it has read everything.
    let _ = stream.write_all(bytes);
    let mut reader = BufReader::new(stream);
    let answer = wire::read_answer(&mut reader).expect("an answer");
    let mut rest = Vec::new();
    let _ = reader.read_to_end(&mut rest);
    (answer, rest)
}

/// Every row is the last word on its connection.
fn nothing_behind(rest: &[u8]) -> Result<(), String> {
    if rest.is_empty() { Ok(()) } else { Err(format!("{} bytes behind the answer", rest.len())) }
}

fn the_table_holds(engine: Engine) {
    let house = House::start(engine);
    let mut table = Table::set(&house);
    bad_http::forms(&mut table);
    bad_http::heads(&mut table);
    client_authentication(&mut table);
    methods_and_doubles(&mut table);
    dispatch(&mut table);
    token_info(&mut table);
    let mut failures = Vec::new();
    for row in &table.rows {
        let (answer, rest) = sent(&house, &row.bytes);
        if let Err(reason) = check(row, &answer).and_then(|()| nothing_behind(&rest)) {
            failures.push(format!("{} {}: {reason}", row.id, row.what));
        }
    }
    assert!(
        failures.is_empty(),
        "{} of {}:\n{}",
        failures.len(),
        table.rows.len(),
        failures.join("\n")
    );
}

#[test]
fn bad_inputs_get_their_status_and_error_on_sqlite() {
    the_table_holds(Engine::Sqlite);
}

#[test]
fn bad_inputs_get_their_status_and_error_on_postgres() {
    the_table_holds(Engine::Postgres);
}
