//! The catalogue of bad inputs as one table against the real binary, on both engines:
//! status, `error`, headers, and nothing of the input in the answer.

use crate::house::{Engine, House, PATH, TOKEN_INFO};
use crate::wire::{self, Answer, Request, base64, encoded, form};

/// What a row of the table expects: any one of these.
type Expected = &'static [(u16, &'static str)];

const IR: Expected = &[(400, "invalid_request")];
const IC: Expected = &[(401, "invalid_client")];
const IG: Expected = &[(400, "invalid_grant")];
const UC: Expected = &[(400, "unauthorized_client")];
const UG: Expected = &[(400, "unsupported_grant_type")];
const IR_OR_415: Expected = &[(400, "invalid_request"), (415, "invalid_request")];

struct Row {
    id: &'static str,
    what: String,
    bytes: Vec<u8>,
    expected: Expected,
    /// A piece of the input that must not come back.
    secret: String,
}

/// The table in the making.
struct Table<'a> {
    house: &'a House,
    rows: Vec<Row>,
}

impl Table<'_> {
    fn raw(&mut self, id: &'static str, what: &str, bytes: Vec<u8>, expected: Expected) {
        let secret = self.house.tokens.alice_access.clone();
        self.rows.push(Row { id, what: what.to_owned(), bytes, expected, secret });
    }

    fn request(&mut self, id: &'static str, what: &str, request: &Request, expected: Expected) {
        let bytes = request.bytes(self.house.address);
        self.raw(id, what, bytes, expected);
    }

    /// A POST of these pairs by the good admin.
    fn pairs(&mut self, id: &'static str, what: &str, pairs: &[(&str, &str)], expected: Expected) {
        let request = self.house.as_admin().form(pairs);
        self.request(id, what, &request, expected);
    }

    /// A POST of this body by the good admin.
    fn body(&mut self, id: &'static str, what: &str, body: &str, expected: Expected) {
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

fn http_layer(table: &mut Table<'_>) {
    let question = form(&table.house.question());
    let typed = |content_type: &str, body: &str| {
        table.house.as_admin().header("Content-Type", content_type).body(body)
    };
    let json = typed("application/json", "{\"grant_type\":\"x\"}");
    let multipart = typed("multipart/form-data; boundary=x", "--x--");
    let utf16 = typed("application/x-www-form-urlencoded; charset=utf-16", &question);
    let gzip =
        typed("application/x-www-form-urlencoded", &question).header("Content-Encoding", "gzip");
    let untyped = table.house.as_admin().body(&question);
    table.request("B01", "a JSON body", &json, IR_OR_415);
    table.request("B02", "no Content-Type", &untyped, IR);
    table.request("B03", "another charset", &utf16, IR_OR_415);
    table.request("B04", "multipart", &multipart, IR_OR_415);
    let long = format!("{question}&padding={}", "x".repeat(17 * 1024));
    table.body("B05", "17 KiB of body", &long, &[(413, "invalid_request")]);
    table.request("B18", "a compressed body", &gzip, &[(415, "invalid_request")]);
    for (id, text) in [("B12", "%zz"), ("B12", "%"), ("B12", "%0")] {
        table.body(id, text, &format!("{question}&a={text}"), IR);
        table.body(id, text, &format!("{question}&{text}=a"), IR);
    }
    for text in ["%ff", "%c0%af", "%ed%a0%80"] {
        table.body("B13", text, &format!("{question}&a={text}"), IR);
    }
    for text in ["%00", "%01", "%1f", "%0a"] {
        table.body("B14", text, &format!("{question}&client_id=a{text}b"), IR);
    }
    table.body("B14", "bidi override", &format!("{question}&client_id=a%e2%80%aeb"), IR);
    let many: Vec<String> = (0..1_000).map(|n| format!("p{n}=1")).collect();
    table.body("B15", "1,000 parameters", &format!("{question}&{}", many.join("&")), IR);
    table.body("B16", "a name of 4 KB", &format!("{question}&{}=1", "n".repeat(4_096)), IR);
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
        "Bearer x",
        "Digest x",
        "BasicX y",
    ] {
        table.caller("B22", value, Some(value), IC);
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
    if answer.body.len() > 1_024 {
        return Err("an answer of more than 1 KiB".to_owned());
    }
    if answer.text().contains(&row.secret) {
        return Err("the input came back".to_owned());
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

fn the_table_holds(engine: Engine) {
    let house = House::start(engine);
    let mut table = Table { house: &house, rows: Vec::new() };
    http_layer(&mut table);
    client_authentication(&mut table);
    methods_and_doubles(&mut table);
    dispatch(&mut table);
    token_info(&mut table);
    let mut failures = Vec::new();
    for row in &table.rows {
        let answer = wire::send_raw(house.address, &row.bytes);
        if let Err(reason) = check(row, &answer) {
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
