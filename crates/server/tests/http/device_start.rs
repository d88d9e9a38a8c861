//! The start of a device flow over HTTP: who may begin one, and what it may ask for.

use muster_domain::{GrantName, GrantNames, Registration};

use crate::house::Engine;
use crate::issuing::{API, Office, assert_refused, member, registration};

fn every_flow_has_codes_of_its_own(engine: Engine) {
    // S54, T15
    let office = Office::open(engine);
    let tv = office.web();
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..20 {
        let started = tv.post("device_authorization", &[]);
        let (code, user_code) = (member(&started, "device_code"), member(&started, "user_code"));
        assert!(code.starts_with("mst_dc_") && code.len() == 55, "{code}");
        assert_eq!(user_code.len(), 9, "{user_code}");
        assert!(seen.insert(code) && seen.insert(user_code));
    }
}

fn who_may_not_begin_a_device_flow_is_told_so(engine: Engine) {
    // S53, B47, B38, S25, S09
    let office = Office::open(engine);
    let tv = office.web();
    let start = |party: &crate::issuing::Party, pairs: &[(&str, &str)]| {
        party.post("device_authorization", pairs)
    };
    assert_refused(&start(&tv, &[("scope", "admin")]), 400, "invalid_scope");
    assert_refused(&start(&tv, &[("resource", "urn:x")]), 400, "invalid_target");
    assert_eq!(start(&tv, &[("resource", API)]).status, 200);
    let nobody = office.party("web", "");
    assert_refused(&start(&nobody, &[]), 401, "invalid_client");
    let grants = GrantNames::of(&[GrantName::RefreshToken]);
    let other = office.register("other-grants", Registration { grants, ..registration() });
    let (id, secret) = office.house.admin();
    for party in [other, office.party(&id, &secret)] {
        assert_refused(&start(&party, &[]), 400, "unauthorized_client");
    }
    let app = office.app();
    let code = office.approved_device(&app);
    assert_refused(&office.party("web", "").poll(&code), 401, "invalid_client");
    assert_eq!(app.poll(&code).status, 200);
}

both! {
    every_flow_has_codes_of_its_own_on_sqlite
        every_flow_has_codes_of_its_own_on_postgres
        every_flow_has_codes_of_its_own;
    who_may_not_begin_a_device_flow_is_told_so_on_sqlite
        who_may_not_begin_a_device_flow_is_told_so_on_postgres
        who_may_not_begin_a_device_flow_is_told_so;
}
