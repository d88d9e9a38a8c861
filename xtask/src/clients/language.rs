//! The languages that the clients are written in: what each needs, how its packages come
//! into `target/clients`, and which programs it has.

use std::path::{Path, PathBuf};

use super::registry::World;
use crate::failure::{Outcome, While};
use crate::prerequisites::Need;
use crate::program::Program;

/// The binary, where `compile` leaves it.
pub(crate) const MUSTER: &str = "target/debug/muster";

/// Where the programs are.
const SOURCES: &str = "xtask/clients";

/// Where their packages are, and what is made of them.
const MADE: &str = "target/clients";

/// A language, or the program that scripts are written for.
#[derive(clap::ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    /// Authlib, requests-oauthlib; verifiers: `PyJWT`, SciTokens.
    Python,
    /// golang.org/x/oauth2; verifier: go-oidc.
    Go,
    /// openid-client, oauth4webapi.
    Node,
    /// Nimbus.
    Java,
    /// curl, and openssl for signatures.
    Curl,
}

impl Language {
    /// In the order in which they are run.
    pub(crate) const ALL: [Self; 5] = [Self::Python, Self::Go, Self::Node, Self::Java, Self::Curl];

    /// What it is called.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Python => "Python",
            Self::Go => "Go",
            Self::Node => "Node",
            Self::Java => "Java",
            Self::Curl => "curl",
        }
    }

    /// What must be on the machine.
    pub(crate) const fn needs(self) -> &'static [Need] {
        match self {
            Self::Python => &[Need::Python],
            Self::Go => &[Need::Go],
            Self::Node => &[Need::Node],
            Self::Java => &[Need::Jdk, Need::Maven],
            Self::Curl => &[Need::Curl],
        }
    }

    /// Brings the pinned packages and compiles what is compiled.
    pub(crate) fn prepare(self, root: &Path) -> Outcome {
        let made = root.join(MADE).join(self.name().to_lowercase());
        match self {
            Self::Python => prepare_python(root, &made),
            Self::Go => Program::new("go")
                .args(["build", "-mod=readonly", "-buildvcs=false", "-o"])
                .arg(made.join("clients"))
                .arg(".")
                .env("GOTOOLCHAIN", "local")
                .within(&root.join(SOURCES).join("go"))
                .run(),
            Self::Node => prepare_node(root, &made),
            Self::Java => prepare_java(root, &made),
            Self::Curl => Ok(()),
        }
    }

    /// Its programs that start services of their own, such as `muster demo`.
    pub(crate) fn lone_programs(self, root: &Path) -> Vec<Program> {
        let scripts: &[&str] = if self == Self::Python { &PYTHON_ALONE } else { &[] };
        let python = root.join(MADE).join("python/bin/python");
        let program = |script: &&str| {
            let source = format!("{SOURCES}/{script}");
            Program::new(&python).args([&source, MUSTER]).within(root)
        };
        scripts.iter().map(program).collect()
    }

    /// Its programs that meet the world of `registry`, each to be run once.
    pub(crate) fn programs(self, root: &Path, world: &World) -> Vec<Program> {
        let made = root.join(MADE).join(self.name().to_lowercase());
        let at_source = |program: &Path, script: &str, told: &Path| {
            Program::new(program).arg(format!("{SOURCES}/{script}")).arg(told).within(root)
        };
        match self {
            Self::Python => PYTHON
                .iter()
                .map(|script| at_source(&made.join("bin/python"), script, &world.json))
                .collect(),
            Self::Go => vec![Program::new(made.join("clients")).arg(&world.json)],
            Self::Node => NODE
                .iter()
                .map(|script| {
                    Program::new("node").arg(made.join(script)).arg(&world.json).within(root)
                })
                .collect(),
            Self::Java => {
                let classes = format!("{0}/classes:{0}/lib/*", made.display());
                let java = Program::new("java").args(["-cp", &classes, "clients.Clients"]);
                vec![java.arg(&world.json)]
            }
            Self::Curl => {
                CURL.iter().map(|script| at_source(Path::new("sh"), script, &world.shell)).collect()
            }
        }
    }
}

const PYTHON_ALONE: [&str; 3] =
    ["python/verify_demo.py", "python/inquire_demo.py", "python/verify_algorithms.py"];
const PYTHON: [&str; 3] =
    ["python/verify_profiles.py", "python/authlib_client.py", "python/requests_oauthlib_client.py"];
const NODE: [&str; 2] = ["openid_client.mjs", "oauth4webapi_client.mjs"];
const CURL: [&str; 2] = ["curl/credentials.sh", "curl/people.sh"];

fn prepare_python(root: &Path, made: &Path) -> Outcome {
    let interpreter = made.join("bin/python");
    if !interpreter.exists() {
        Program::new("python3").args(["-m", "venv"]).arg(made).within(root).run()?;
    }
    Program::new(&interpreter)
        .args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"])
        .args(["--requirement", "xtask/clients/python/requirements.txt"])
        .within(root)
        .run()
}

/// Packages are looked for beside the file that imports them, so the files are taken along.
fn prepare_node(root: &Path, made: &Path) -> Outcome {
    std::fs::create_dir_all(made).doing("making a folder for packages")?;
    let sources = root.join(SOURCES).join("node");
    for entry in std::fs::read_dir(&sources).doing("reading xtask/clients/node")? {
        let file: PathBuf = entry.doing("reading xtask/clients/node")?.path();
        let copy = made.join(file.file_name().unwrap_or_default());
        std::fs::copy(&file, &copy).doing(format!("copying {}", file.display()))?;
    }
    Program::new("npm").args(["ci", "--silent", "--no-audit", "--no-fund"]).within(made).run()
}

fn prepare_java(root: &Path, made: &Path) -> Outcome {
    // A library of another version must not stay beside its successor.
    let libraries = made.join("lib");
    if libraries.exists() {
        std::fs::remove_dir_all(&libraries).doing("removing the libraries of before")?;
    }
    Program::new("mvn")
        .args(["--quiet", "--batch-mode", "-Dstyle.color=never"])
        .args(["--file", "xtask/clients/java/pom.xml"])
        .arg(format!("-Dmade={}", made.display()))
        .args(["compile", "dependency:copy-dependencies"])
        .within(root)
        .run()
}
