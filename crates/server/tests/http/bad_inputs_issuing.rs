//! The catalogue of bad inputs for what all grants that issue have in common: dispatch,
//! parameters and callers, as one table on both engines.
//!
//! What concerns one grant alone stands with that grant; `Party::post` holds every refusal
//! there against the same form.

use muster_domain::{GrantName, GrantNames, PartyStatus, Registration};

use crate::bad_inputs::check_form;
use crate::house::Engine;
use crate::issuing::{Office, Party, registration};
use crate::wire::{Answer, Request, encoded, form};

type Pairs<'a> = Vec<(&'a str, &'a str)>;

/// Parameters that make a request of each grant complete, if not a good one.
fn complete(grant: GrantName) -> Pairs<'static> {
    let token = crate::issuing::ACCESS_TOKEN;
    let mut pairs = vec![("grant_type", grant.as_str())];
    pairs.extend(match grant {
        GrantName::AuthorizationCode => vec![("code", "x")],
        GrantName::RefreshToken => vec![("refresh_token", "x")],
        GrantName::ClientCredentials => vec![],
        GrantName::TokenExchange => vec![("subject_token", "x"), ("subject_token_type", token)],
        GrantName::DeviceCode => vec![("device_code", "x")],
        GrantName::JwtBearer => vec![("assertion", "x")],
    });
    pairs
}

/// The table in the making: what went wrong.
struct Table<'a> {
    office: &'a Office,
    rows: usize,
    failures: Vec<String>,
}

impl Table<'_> {
    fn answer(&mut self, id: &str, what: &str, answer: &Answer, expected: (u16, &str)) {
        self.rows += 1;
        let error = answer.error();
        if (answer.status, error.as_str()) != expected {
            self.failures.push(format!("{id} {what}: {} {error}", answer.status));
        }
        if let Err(reason) = check_form(answer) {
            self.failures.push(format!("{id} {what}: {reason}"));
        }
    }

    fn row(
        &mut self,
        (id, what): (&str, &str),
        party: &Party,
        pairs: &[(&str, &str)],
        expected: (u16, &str),
    ) {
        let answer = party.post("token", pairs);
        self.answer(id, what, &answer, expected);
    }
}

const IR: (u16, &str) = (400, "invalid_request");
const IC: (u16, &str) = (401, "invalid_client");
const UC: (u16, &str) = (400, "unauthorized_client");
const UG: (u16, &str) = (400, "unsupported_grant_type");

/// B39 to B43, S02, S05, S14.
fn dispatch(table: &mut Table<'_>, web: &Party) {
    table.row(("B39", "no grant_type"), web, &[("code", "x")], IR);
    table.row(("B39", "an empty one"), web, &[("grant_type", ""), ("code", "x")], IR);
    for grant in GrantName::ALL {
        let (name, pairs) = (grant.as_str(), complete(grant));
        let rest = &pairs[1..];
        for wrong in [name.to_uppercase(), format!("{name} "), format!("{name}s")] {
            let mut pairs = vec![("grant_type", wrong.as_str())];
            pairs.extend_from_slice(rest);
            table.row(("B40", &wrong), web, &pairs, UG);
        }
        let mut twice = pairs.clone();
        twice.push(("grant_type", name));
        table.row(("B41", name), web, &twice, IR);
        for (parameter, value) in rest {
            let mut twice = pairs.clone();
            twice.push((parameter, value));
            table.row(("S02", &format!("{parameter} twice")), web, &twice, IR);
            let without: Pairs<'_> =
                pairs.iter().copied().filter(|(other, _)| other != parameter).collect();
            table.row(("S02", &format!("no {parameter}")), web, &without, IR);
            let mut empty = without.clone();
            empty.push((parameter, ""));
            table.row(("S02", &format!("an empty {parameter}")), web, &empty, IR);
        }
        let address = table.office.house.address;
        let query = format!("/oauth2/token?grant_type={}", encoded(name));
        let split = Request::new("POST", &query).basic(&web.id, &web.secret).form(rest);
        table.answer("B42", name, &split.send(address), IR);
        let both = Request::new("POST", &query).basic(&web.id, &web.secret).form(&pairs);
        table.answer("B43", name, &both.send(address), IR);
        let got = Request::new("GET", &format!("/oauth2/token?{}", form(&pairs)));
        let got = got.basic(&web.id, &web.secret).send(address);
        assert_eq!((got.status, got.header("Allow")), (405, Some("POST")), "S01 {name}");
    }
    for name in ["password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer"] {
        table.row(("S14", name), web, &[("grant_type", name), ("username", "alice")], UG);
    }
}

/// B21 to B38 as far as they concern clients: at every grant alike.
fn callers(table: &mut Table<'_>, web: &Party) {
    let office = table.office;
    let none = Registration { grants: GrantNames::NONE, ..registration() };
    let ungranted = office.register("ungranted", none);
    let (id, secret) = office.house.admin();
    let admin = office.party(&id, &secret);
    let app = office.app();
    let mut outcasts: Vec<Party> = Vec::new();
    for status in
        [PartyStatus::Pending, PartyStatus::Suspended, PartyStatus::Denied, PartyStatus::Revoked]
    {
        let outcast = office.register(&format!("outcast-{status}"), registration());
        office.keeper.set_client_status(&outcast.id, status).expect("a status");
        outcasts.push(outcast);
    }
    let (id, secret) = office.house.deserted_client();
    let wrong = |secret: String| office.party("web", &secret);
    let cases = [
        ("B27", "one byte more", wrong(format!("{}x", web.secret))),
        ("B27", "one byte less", wrong(web.secret[1..].to_owned())),
        ("B28", "a long secret", wrong("s".repeat(5_000))),
        ("B29", "no secret", office.party("web", "")),
        ("B24", "a wildcard", office.party("%", &web.secret)),
        ("B25", "other case", office.party("WEB", &web.secret)),
        ("B26", "SQL", office.party("' OR 1=1--", &web.secret)),
        ("B34", "deserted", office.party(&id, &secret)),
        ("S06", "a public client with a secret", office.party("app", "secret-of-nobody")),
    ];
    for grant in GrantName::ALL {
        let pairs = complete(grant);
        for (id, what, party) in &cases {
            table.row((id, what), party, &pairs, IC);
        }
        for outcast in &outcasts {
            table.row(("B33", &outcast.id), outcast, &pairs, IC);
        }
        table.row(("B38", "an admin"), &admin, &pairs, UC);
        table.row(("S09", "not registered for it"), &ungranted, &pairs, UC);
        if matches!(grant, GrantName::ClientCredentials | GrantName::TokenExchange) {
            table.row(("B37", "a public client"), &app, &pairs, UC);
        }
        for scheme in ["Bearer x", "Digest x", "BasicX y", "Basic", "Basic !!!"] {
            let request = Request::new("POST", "/oauth2/token").header("Authorization", scheme);
            let answer = request.form(&pairs).send(office.house.address);
            table.answer("B22", scheme, &answer, IC);
        }
        let mut other = pairs.clone();
        other.push(("client_id", "app"));
        table.row(("B30", "another client_id"), web, &other, IR);
        let mut both = pairs.clone();
        both.extend([("client_id", &*web.id), ("client_secret", &*web.secret)]);
        table.row(("B31", "two methods"), web, &both, IR);
        let mut half = pairs.clone();
        half.push(("client_assertion_type", crate::robot::ASSERTION_TYPE));
        table.row(("B100", "a type without an assertion"), web, &half, IR);
    }
}

fn the_table_holds(engine: Engine) {
    let office = Office::open(engine);
    let web = office.web();
    let mut table = Table { office: &office, rows: 0, failures: Vec::new() };
    dispatch(&mut table, &web);
    callers(&mut table, &web);
    let (rows, failures) = (table.rows, table.failures);
    assert!(failures.is_empty(), "{} of {rows}:\n{}", failures.len(), failures.join("\n"));
    assert_eq!(web.for_itself(&[]).status, 200, "and who asks well is served");
}

#[test]
fn bad_inputs_of_every_grant_get_their_status_and_error_on_sqlite() {
    the_table_holds(Engine::Sqlite);
}

#[test]
fn bad_inputs_of_every_grant_get_their_status_and_error_on_postgres() {
    the_table_holds(Engine::Postgres);
}
