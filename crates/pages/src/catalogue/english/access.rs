//! English: what scopes entitle to, and what claims tell.

use crate::catalogue::AccessWords;

pub(super) const ACCESS: AccessWords = AccessWords {
    home: "Home page",
    public: "This application runs on people’s own devices and cannot prove who it is: another program could use its name.",
    unverified: "Nobody has checked this application. Its name and home page are what it says of itself.",
    would_get: "It could",
    nothing: "learn that you are here, and nothing more",
    unknown_scope: "use something that only the services it is meant for can explain:",
    scope,
    claim,
};

/// Scopes of OpenID Connect, of CILogon, and the paths of WLCG and SciTokens.
fn scope(name: &str) -> Option<String> {
    let sentence = match name {
        "openid" => "know who you are",
        "profile" => "see your name and similar facts",
        "email" => "see your e-mail address",
        "address" => "see your postal address",
        "phone" => "see your telephone number",
        "offline_access" => "go on while you are away",
        "org.cilogon.userinfo" => "see what your home institution says about you",
        "eduperson_entitlement" => "see which groups and rights your institution gives you",
        "compute.create" => "start jobs in your name",
        "compute.read" => "see your jobs",
        "compute.modify" => "change your jobs",
        "compute.cancel" => "stop your jobs",
        "wlcg" => "use the services of the grid as you",
        "wlcg.groups" => "see which groups of the grid you are in",
        _ => return path_scope(name),
    };
    Some(sentence.to_owned())
}

/// A right to a path, such as `storage.read:/data`.
fn path_scope(name: &str) -> Option<String> {
    let (right, path) = name.split_once(':').filter(|(_, path)| path.starts_with('/'))?;
    let deed = match right {
        "storage.read" | "read" => "read files in",
        "storage.create" => "add files in",
        "storage.modify" | "write" => "add, change and delete files in",
        "storage.stage" => "fetch files from tape in",
        _ => return None,
    };
    Some(format!("{deed} {path}"))
}

fn claim(name: &str) -> String {
    let told = match name {
        "sub" => "your identifier here",
        "name" => "your name",
        "given_name" => "your given name",
        "family_name" => "your family name",
        "preferred_username" => "your user name",
        "email" => "your e-mail address",
        "email_verified" => "whether your e-mail address was checked",
        "groups" | "wlcg.groups" | "isMemberOf" => "your groups",
        "eduperson_entitlement" | "entitlements" => "your entitlements",
        "affiliation" | "eduperson_affiliation" | "eduperson_scoped_affiliation" => {
            "how you belong to your institution"
        }
        "idp" | "idp_name" => "which institution knows you",
        "auth_time" => "when you logged in",
        "acr" | "amr" => "how you logged in",
        other => other,
    };
    told.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_right_to_a_path_names_the_path() {
        assert_eq!(scope("storage.read:/data").unwrap(), "read files in /data");
        assert_eq!(scope("write:/data/x").unwrap(), "add, change and delete files in /data/x");
    }

    #[test]
    fn what_is_not_known_is_not_explained() {
        for name in ["acme", "storage.read", "storage.read:data", "acme:/data"] {
            assert_eq!(scope(name), None, "{name}");
        }
        assert_eq!(claim("favourite_colour"), "favourite_colour");
    }
}
