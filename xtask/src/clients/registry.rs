//! The clients that the programs are, entered by the keeper's commands as any keeper would.
//!
//! What a program must know is written into the run's folder twice: `world.json`, and
//! `world.env` for shells.

use std::path::PathBuf;

use serde_json::{Map, Value, json};

use super::ground::Ground;
use super::key::Key;
use crate::failure::{Outcome, While};

/// The person who agrees to devices.
const USER: &str = "alice";

/// An issuer whose assertions are believed; its key is the RSA key.
const TRUSTED: &str = "https://idp.example.org";

/// What the gateway is called in tokens that are meant for it.
const GATEWAY: &str = "https://gateway.example.org/";

const PEOPLE: &str = "openid offline_access read write";

/// One client: the name that programs know it by, its id, and the keeper's words.
type Entry = (&'static str, &'static str, &'static [&'static str]);

/// Clients with a secret, or without any proof. The robot's id is a URI, as ids often are
/// where OA4MP was in use: its colons test every library's Basic header.
const CLIENTS: [Entry; 9] = [
    (
        "robot",
        "https://robot.example.org/client",
        &["--grant", "client_credentials", "--scopes", "read write"],
    ),
    ("tv", "tv", &["--public", "--grant", "device_code", "--grant", "refresh_token"]),
    ("console", "console", &["--grant", "device_code", "--grant", "refresh_token"]),
    ("bound", "bound", &["--dpop=true", "--grant", "client_credentials"]),
    ("gateway", "gateway", &["--grant", "token_exchange", "--serves", GATEWAY]),
    (
        "herald",
        "herald",
        &["--grant", "jwt_bearer", "--speaks-for", USER, "--scopes", "read write"],
    ),
    (
        "opaque",
        "opaque",
        &["--profile", "opaque", "--grant", "client_credentials", "--scopes", "read"],
    ),
    ("wlcg", "wlcg", &["--profile", "wlcg", "--grant", "client_credentials"]),
    ("scitokens", "scitokens", &["--profile", "scitokens", "--grant", "client_credentials"]),
];

/// Clients that sign statements about themselves.
const SIGNERS: [&str; 2] = ["es256", "rs256"];

/// What the programs are told.
pub(crate) struct World {
    /// As JSON.
    pub(crate) json: PathBuf,
    /// As assignments of a shell.
    pub(crate) shell: PathBuf,
}

/// Enters everybody, and writes down what the programs must know.
pub(crate) fn fill(ground: &Ground) -> Outcome<World> {
    ground.keeper().args(["user", "add", USER]).read()?;
    let keys = [Key::es256(&ground.folder)?, Key::rs256(&ground.folder)?];
    let mut clients = Map::new();
    for (name, id, words) in CLIENTS {
        let added = add(ground, id, &[words, further(name)].concat())?;
        clients.insert(name.to_owned(), json!({"id": id, "secret": added.get("secret")}));
    }
    let mut files = Map::new();
    for (name, key) in SIGNERS.into_iter().zip(&keys) {
        let set = key.public_set()?;
        let words = ["--grant", "client_credentials", "--scopes", "read", "--jwks"];
        add(ground, name, &[&words[..], &[&set.to_string_lossy()]].concat())?;
        clients.insert(name.to_owned(), json!({"id": name, "secret": Value::Null}));
        files.insert(name.to_owned(), json!(key.file));
    }
    let [_, trusted] = &keys;
    let trust = ground.keeper().args(["trust", "add", TRUSTED, "--jwks"]);
    trust.arg(trusted.public_set()?).read()?;
    let keeper = json!([ground.binary, "--config", ground.settings, "--json"]);
    let world = json!({
        "issuer": ground.issuer, "keeper": keeper, "person": USER, "trusted": TRUSTED,
        "gateway": GATEWAY, "clients": clients, "keys": files,
    });
    written(ground, &world)
}

/// Scopes and audiences, where several clients have the same.
fn further(name: &str) -> &'static [&'static str] {
    match name {
        "tv" | "console" | "bound" => &["--audience", GATEWAY, "--scopes", PEOPLE],
        "gateway" => &["--scopes", "read write"],
        "wlcg" => &["--scopes", "storage.read:/data compute.read"],
        "scitokens" => &["--scopes", "read:/data write:/data/own"],
        _ => &[],
    }
}

fn add(ground: &Ground, id: &str, words: &[&str]) -> Outcome<Value> {
    let said = ground.keeper().args(["client", "add", id]).args(words).read()?;
    serde_json::from_str(&said).doing(format!("reading what was said of {id}"))
}

fn written(ground: &Ground, world: &Value) -> Outcome<World> {
    let files =
        World { json: ground.folder.join("world.json"), shell: ground.folder.join("world.env") };
    std::fs::write(&files.json, world.to_string()).doing("writing world.json")?;
    std::fs::write(&files.shell, assignments("", world)).doing("writing world.env")?;
    Ok(files)
}

/// `{"a": {"b": "c"}}` as `A_B='c'`; what is no text becomes words side by side.
fn assignments(prefix: &str, value: &Value) -> String {
    let assignment = |text: String| format!("{prefix}='{text}'\n");
    match value {
        Value::Object(members) => members
            .iter()
            .map(|(name, member)| {
                let separator = if prefix.is_empty() { "" } else { "_" };
                assignments(&format!("{prefix}{separator}{}", name.to_uppercase()), member)
            })
            .collect(),
        Value::Array(words) => {
            assignment(words.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(" "))
        }
        Value::String(text) => assignment(text.clone()),
        Value::Null | Value::Bool(_) | Value::Number(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_program_must_know_is_told_to_shells_as_well() {
        let world = json!({"issuer": "http://x", "clients": {"tv": {"id": "tv", "secret": null}},
            "keeper": ["muster", "--json"]});
        let told = assignments("", &world);
        // In no order: that is the JSON library's affair.
        let mut lines: Vec<&str> = told.lines().collect();
        lines.sort_unstable();
        assert_eq!(lines, ["CLIENTS_TV_ID='tv'", "ISSUER='http://x'", "KEEPER='muster --json'"]);
    }
}
