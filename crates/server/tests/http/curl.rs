//! The examples of the pages in `docs/`: a command of `curl`, read, changed and really run.

use std::io::BufReader;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

use crate::wire::{self, Answer};

/// Where the service of an example listens: the default.
const LISTENS: &str = "127.0.0.1:9080";

/// A command, taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Curl {
    /// `-u`
    pub(crate) user: Option<(String, String)>,
    /// `--data-urlencode`
    pub(crate) pairs: Vec<(String, String)>,
    url: String,
    method: Option<&'static str>,
    headers: Vec<String>,
    raw: Option<&'static str>,
}

impl Curl {
    /// Reads a command as a page shows it.
    pub(crate) fn read(text: &str) -> Self {
        let mut words = words(text).into_iter();
        assert_eq!(words.next().as_deref(), Some("curl"), "{text}");
        let mut curl = Self::default();
        while let Some(word) = words.next() {
            let mut value = || words.next().expect("a value");
            match word.as_str() {
                "-u" => {
                    let value = value();
                    let (id, secret) = value.split_once(':').expect("id and secret");
                    curl.user = Some((id.to_owned(), secret.to_owned()));
                }
                "--data-urlencode" => {
                    let value = value();
                    let (name, value) = value.split_once('=').expect("name and value");
                    curl.pairs.push((name.to_owned(), value.to_owned()));
                }
                url => {
                    assert!(url.starts_with(&format!("http://{LISTENS}/")), "{url}");
                    assert!(curl.url.is_empty(), "two addresses: {text}");
                    url.clone_into(&mut curl.url);
                }
            }
        }
        curl
    }

    /// Whose request it is.
    pub(crate) fn client(&self) -> String {
        let named = || self.pairs.iter().find(|(name, _)| name == "client_id");
        let id = self.user.as_ref().or_else(named).map(|(id, value)| match id.as_str() {
            "client_id" => value.clone(),
            id => id.replace("%3A", ":").replace("%2F", "/"),
        });
        id.unwrap_or_default()
    }

    pub(crate) fn value(&self, name: &str) -> &str {
        let found = self.pairs.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("the example has no {name}")).1
    }

    /// One parameter more.
    pub(crate) fn and(mut self, name: &str, value: &str) -> Self {
        self.pairs.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.pairs.retain(|(known, _)| known != name);
        self
    }

    /// Another value, or the parameter for the first time.
    pub(crate) fn with(self, name: &str, value: &str) -> Self {
        self.without(name).and(name, value)
    }

    /// By somebody else.
    pub(crate) fn by(self, id: &str, secret: &str) -> Self {
        Self { user: Some((id.to_owned(), secret.to_owned())), ..self.without("client_id") }
    }

    pub(crate) fn by_nobody(self) -> Self {
        Self { user: None, ..self.without("client_id") }
    }

    pub(crate) fn header(mut self, line: &str) -> Self {
        self.headers.push(line.to_owned());
        self
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Self { method: Some(method), ..self }
    }

    pub(crate) fn query(self, query: &str) -> Self {
        Self { url: format!("{}?{query}", self.url), ..self }
    }

    /// The same at a path that has this at its end.
    pub(crate) fn path_end(self, end: &str) -> Self {
        Self { url: format!("{}{end}", self.url), ..self }
    }

    /// With bytes that are no form.
    pub(crate) fn raw(self, raw: &'static str) -> Self {
        Self { raw: Some(raw), ..self }
    }

    /// Runs it against the service at `address`, again while the house is full: a busy
    /// machine is not what is tested.
    pub(crate) fn run(&self, address: SocketAddr) -> Answer {
        let mut answer = self.run_once(address);
        for _ in 0..100 {
            if answer.status != 503 {
                break;
            }
            std::thread::park_timeout(Duration::from_millis(100));
            answer = self.run_once(address);
        }
        answer
    }

    fn run_once(&self, address: SocketAddr) -> Answer {
        let mut command = Command::new("curl");
        command.args(["--silent", "--show-error", "--include", "--raw", "--max-time", "30"]);
        if let Some((id, secret)) = &self.user {
            command.args(["-u", &format!("{id}:{secret}")]);
        }
        for (name, value) in &self.pairs {
            command.args(["--data-urlencode", &format!("{name}={value}")]);
        }
        for header in &self.headers {
            command.args(["-H", header]);
        }
        command.args(self.raw.iter().flat_map(|raw| ["--data", raw]));
        command.args(self.method.iter().flat_map(|method| ["-X", method]));
        command.arg(self.url.replace(LISTENS, &address.to_string()));
        let ran = command.output().expect("curl runs");
        assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
        wire::read_answer(&mut BufReader::new(&*ran.stdout)).expect("an answer")
    }
}

/// The words of a command line: blanks part them, single quotes and a backslash at the end
/// of a line do not.
fn words(text: &str) -> Vec<String> {
    let (mut words, mut word, mut quoted) = (Vec::new(), String::new(), false);
    for letter in text.replace("\\\n", " ").chars() {
        match letter {
            '\'' => quoted = !quoted,
            blank if blank.is_whitespace() && !quoted => {
                words.extend((!word.is_empty()).then(|| std::mem::take(&mut word)));
            }
            letter => word.push(letter),
        }
    }
    words.extend((!word.is_empty()).then_some(word));
    words
}
