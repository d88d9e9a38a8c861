//! From the command line to a deed.

use std::ffi::OsString;

use clap::{CommandFactory, Parser};
use muster_admin::Keeper;
use muster_domain::IssuerUrl;

use crate::arguments::{Arguments, Command, ConfigCommand, ImportCommand, Sure};
use crate::commands::{
    admin, audit, client, device, doctor, import, issuer, keys, migrate, reference, trust, user,
};
use crate::exit::{Exit, Failure};
use crate::output::harmless;
use crate::{Host, KeeperSettings, Output, Premises};

/// What a command works with.
pub(crate) struct Desk<'a, 'o> {
    pub(crate) host: &'a dyn Host,
    pub(crate) output: &'a mut Output<'o>,
    pub(crate) arguments: &'a Arguments,
    /// Says something beside the answer, on the standard error.
    pub(crate) aside: &'a mut dyn FnMut(&str),
}

impl Desk<'_, '_> {
    pub(crate) fn settings(&self) -> Result<KeeperSettings, Failure> {
        self.host.settings(self.arguments.config.as_deref())
    }

    /// What was done by itself is said in any case, but not among the answers.
    pub(crate) fn tell_news(&mut self, premises: &Premises) {
        for line in &premises.news {
            (self.aside)(&format!("Note: {line}."));
        }
    }

    /// Asks a person to type `word` before something is lost; scripts say `--yes`.
    pub(crate) fn confirm(&mut self, sure: Sure, loss: &str, word: &str) -> Result<(), Failure> {
        if sure.yes {
            return Ok(());
        }
        if !self.output.is_terminal() || self.output.is_json() {
            return Err(Failure::new(Exit::Usage, format!("{loss}; say --yes if that is meant")));
        }
        self.output.text(&harmless(&format!("{loss}. Type {word} to go on: ")))?;
        if self.host.answer()?.trim() == word {
            return Ok(());
        }
        Err(Failure::new(Exit::Failed, "nothing was done"))
    }

    /// A keeper in the issuer that is asked for, which must be there.
    pub(crate) fn keeper(&mut self) -> Result<Keeper, Failure> {
        let settings = self.settings()?;
        let asked = self.arguments.issuer.as_deref();
        let url = asked.unwrap_or_else(|| settings.issuer.as_str());
        let (clock, randomness) = (self.host.clock(), self.host.randomness());
        let premises = Premises::visit(&settings, url, &clock, &randomness)?;
        self.tell_news(&premises);
        Ok(premises.keeper(clock, randomness))
    }

    /// A keeper who adds something, and may be the first to do so: what the configured
    /// issuer needs is made. Another issuer must be there.
    pub(crate) fn founding_keeper(&mut self) -> Result<Keeper, Failure> {
        match self.arguments.issuer {
            Some(_) => self.keeper(),
            None => self.configured_keeper(),
        }
    }

    /// The same in the configured issuer, whatever is asked for.
    pub(crate) fn configured_keeper(&mut self) -> Result<Keeper, Failure> {
        let settings = self.settings()?;
        let (clock, randomness) = (self.host.clock(), self.host.randomness());
        let premises = Premises::open(&settings, &clock, &randomness)?;
        self.tell_news(&premises);
        Ok(premises.keeper(clock, randomness))
    }

    /// An empty list may be that of another issuer than was meant.
    pub(crate) fn tell_other_issuers(
        &mut self,
        keeper: &Keeper,
        what: &str,
    ) -> Result<(), Failure> {
        let issuers = keeper.list_issuers()?;
        let here = &keeper.issuer.url;
        let others = issuers.iter().map(|issuer| &issuer.url).filter(|url| *url != here);
        let others: Vec<&str> = others.map(IssuerUrl::as_str).collect();
        if !others.is_empty() {
            (self.aside)(&format!(
                "Note: the issuer {here} has no {what}; the database holds {} besides: see one \
                 with --issuer, or set issuer.url to it.",
                others.join(", ")
            ));
        }
        Ok(())
    }
}

/// Runs a command line. `complain` gets what goes wrong, and notes beside the answer.
pub fn run(
    arguments: impl IntoIterator<Item = OsString>,
    host: &dyn Host,
    output: &mut Output<'_>,
    complain: &mut dyn FnMut(&str),
) -> Exit {
    let arguments = match Arguments::try_parse_from(arguments) {
        Ok(arguments) => arguments,
        Err(error) => {
            let text = error.render().to_string();
            if error.use_stderr() {
                complain(text.trim_end());
                return Exit::Usage;
            }
            return if output.text(&text).is_ok() { Exit::Done } else { Exit::Failed };
        }
    };
    output.speak_json(arguments.json);
    match dispatch(&mut Desk { host, output, arguments: &arguments, aside: &mut *complain }) {
        Ok(()) => Exit::Done,
        Err(failure) => {
            complain(&failure.words);
            failure.exit
        }
    }
}

fn dispatch(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let file = desk.arguments.config.as_deref();
    match &desk.arguments.command {
        Command::Serve => desk.host.serve(file),
        Command::Demo(options) => desk.host.demo(options, desk.output),
        Command::Import(ImportCommand::Oa4mp(options)) => import::run(desk, options),
        Command::Admin(command) => admin::run(desk, command),
        Command::Client(command) => client::run(desk, command),
        Command::User(command) => user::run(desk, command),
        Command::Device(command) => device::run(desk, command),
        Command::Trust(command) => trust::run(desk, command),
        Command::Issuer(command) => issuer::run(desk, command),
        Command::Keys(command) => keys::run(desk, command),
        Command::Config(ConfigCommand::Show) if desk.output.is_json() => {
            let values = desk.host.config_values(file)?;
            Ok(desk.output.value(&values)?)
        }
        Command::Config(ConfigCommand::Show) => {
            let text = desk.host.config_show(file)?;
            Ok(desk.output.text(&text)?)
        }
        Command::Config(ConfigCommand::Check) => config_check(desk),
        Command::Audit(command) => audit::run(desk, command),
        Command::Migrate(command) => migrate::run(desk, command),
        Command::Doctor => doctor::run(desk),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(*shell, &mut Arguments::command(), "muster", &mut text);
            Ok(desk.output.text(&String::from_utf8_lossy(&text))?)
        }
        Command::Reference { page } if page == "cli" => {
            Ok(desk.output.text(&reference::cli_page(&Arguments::command()))?)
        }
        Command::Reference { page } => {
            let text = desk.host.reference(page)?;
            Ok(desk.output.text(&text)?)
        }
    }
}

fn config_check(desk: &mut Desk<'_, '_>) -> Result<(), Failure> {
    let file = desk.arguments.config.as_deref();
    let problems = desk.host.config_check(file)?;
    let warnings = desk.host.config_warnings(file)?;
    desk.output.value(&serde_json::json!({ "problems": problems, "warnings": warnings }))?;
    for problem in &problems {
        desk.output.say(&format!("- {problem}"))?;
    }
    for warning in &warnings {
        desk.output.say(&format!("- warning: {warning}"))?;
    }
    match problems.len() {
        0 => Ok(desk.output.say("The settings are in order.")?),
        1 => Err(Failure::new(Exit::Bad, "one problem in the settings")),
        several => Err(Failure::new(Exit::Bad, format!("{several} problems in the settings"))),
    }
}
