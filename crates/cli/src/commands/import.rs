//! `muster import`: taking over from OA4MP.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use muster_audit::{Actor, Ending, Entry, Event};
use muster_crypto::{GivenKey, KeyRing, SealContext, UnusableKey};
use muster_domain::{IssuerUrl, LookupTag, Randomness, SealedText, StoredSecret, Token, TokenKind};
use muster_import_oa4mp::{
    ImportError, ImportOptions, KeySet, LeftKey, Progress, Report, Sealing, SealingFailed,
    SigningKey, SourceNames, SourceUrl, import,
};

use super::report_file::ReportFile;
use crate::arguments;
use crate::exit::{Exit, Failure};
use crate::run::Desk;
use crate::target::Target;
use crate::{Output, Premises, PremisesError};

/// A statement of an import writes a thousand rows at once.
const STATEMENT: Duration = Duration::from_mins(1);

pub(crate) fn run(
    desk: &mut Desk<'_, '_>,
    options: &arguments::ImportOptions,
) -> Result<(), Failure> {
    let from: SourceUrl = options.from.parse().map_err(|error| failed(&error))?;
    let mut settings = desk.settings()?;
    if let Some(to) = &options.to {
        let parsed = to.parse();
        settings.database =
            parsed.map_err(|error| Failure::new(Exit::Usage, format!("--to: {error}")))?;
    }
    if let Some(url) = &options.issuer {
        settings.issuer = IssuerUrl::new(url.as_str())
            .map_err(|error| Failure::new(Exit::Usage, format!("--issuer: {error}")))?;
    }
    settings.pool.statement = STATEMENT;
    let report_file = options.report.as_deref().map(ReportFile::open).transpose()?;
    let randomness = desk.host.randomness();
    let (premises, store, keys) = if options.dry_run {
        let target = Target::at(&settings, &*randomness);
        let Target { store, keys } = target.map_err(|error| unopened(error, options))?;
        (None, store, Arc::new(keys))
    } else {
        let premises = Premises::open(&settings, &desk.host.clock(), &randomness);
        let premises = premises.map_err(|error| unopened(error, options))?;
        desk.tell_news(&premises);
        let (store, keys) = (Arc::clone(&premises.store), Arc::clone(&premises.keys));
        (Some(premises), store, keys)
    };
    let sealing = RingSealing { keys: &keys, randomness: &*randomness };
    let import_options = ImportOptions {
        names: SourceNames { schema: options.schema.clone(), prefix: options.prefix.clone() },
        issuer: settings.issuer.clone(),
        keys: super::admin::key_set(options.keys.as_ref())?,
        keep_signing: options.keep_signing,
        dry_run: options.dry_run,
        now: desk.host.clock().now(),
        family: settings.family,
    };
    if let Some(premises) = &premises {
        record(premises, Ending::Begun, None)?;
    }
    let mut progress = Bar::new(desk.output.is_terminal());
    let report = import(&from, &*store, &sealing, &import_options, &mut progress);
    progress.finish();
    if let Some(premises) = &premises {
        record(premises, ending(&report), Some(&report))?;
    }
    let report = report.map_err(|error| failed(&error))?;
    let told = tell(desk.output, &report);
    let written = report_file.map(|file| file.write(&format!("{:#}\n", report.to_json())));
    told.and(written.unwrap_or(Ok(())))
}

/// A command against a missing schema must be about the database of `--to`.
fn unopened(error: PremisesError, options: &arguments::ImportOptions) -> Failure {
    match (&error, &options.to) {
        (PremisesError::SchemaBehind { database, count }, Some(to)) => {
            let words = format!(
                "the database {database} lacks {count} migrations; run, with the password if \
                 --to has one: MUSTER__DATABASE__URL='{}' muster migrate run",
                without_password(to)
            );
            Failure::new(Exit::Unavailable, words)
        }
        _ => error.into(),
    }
}

/// A URL with its account's name, and without what may hold a password.
fn without_password(url: &str) -> String {
    let plain = url.split_once('?').map_or(url, |(plain, _)| plain);
    let Some((scheme, rest)) = plain.split_once("://") else { return plain.to_owned() };
    let Some((account, place)) = rest.rsplit_once('@') else { return plain.to_owned() };
    let name = account.split_once(':').map_or(account, |(name, _)| name);
    format!("{scheme}://{name}@{place}")
}

/// What is counted in the record of an import, and in which table of the report it stands.
const COUNTED: [(&str, &str); 4] = [
    ("admins", "adminClients"),
    ("clients", "clients"),
    ("transactions", "transactions"),
    ("tokens", "tokens"),
];

const fn ending(report: &Result<Report, ImportError>) -> Ending {
    match report {
        Ok(_) => Ending::Done,
        Err(_) => Ending::Aborted,
    }
}

fn record(
    premises: &Premises,
    ending: Ending,
    outcome: Option<&Result<Report, ImportError>>,
) -> Result<(), Failure> {
    let mut entry = Entry::new(Event::Imported, ending)
        .by(Actor::Keeper)
        .in_issuer(premises.issuer.url.as_str());
    match outcome {
        None => {}
        Some(Err(error)) => entry = entry.because(&error.to_string()),
        Some(Ok(report)) => {
            for (member, table) in COUNTED {
                let taken = report.of_table(table).map_or(0, |table| table.taken);
                entry = entry.with_count(member, taken);
            }
        }
    }
    let recorded = premises.trail.append(&*premises.store, &entry);
    recorded.map_err(|error| Failure::new(Exit::Unavailable, error.to_string()))
}

fn tell(output: &mut Output<'_>, report: &Report) -> Result<(), Failure> {
    output.value(&report.to_json())?;
    if output.is_json() { Ok(()) } else { Ok(output.text(&report.to_string())?) }
}

fn failed(error: &ImportError) -> Failure {
    let exit = match error {
        ImportError::SourceUrl | ImportError::Name(_) => Exit::Usage,
        ImportError::Source(_) | ImportError::NotOa4mp(_) | ImportError::Store(_) => {
            Exit::Unavailable
        }
        ImportError::Sealing(_) => Exit::Failed,
    };
    Failure::new(exit, error.to_string())
}

/// The ring's way of sealing.
struct RingSealing<'a> {
    keys: &'a KeyRing,
    randomness: &'a dyn Randomness,
}

impl Sealing for RingSealing<'_> {
    fn tag(&self, kind: TokenKind, text: &str) -> LookupTag {
        self.keys.lookup_tag(kind, text)
    }

    fn seal(&self, text: &str, token: &Token) -> Result<SealedText, SealingFailed> {
        let sealed = self.keys.seal(text, &SealContext::of(token), self.randomness);
        sealed.map_err(|error| SealingFailed(error.to_string()))
    }

    fn secret_of_sha1(&self, hex: &str) -> StoredSecret {
        self.keys.store_imported(hex)
    }

    fn signing_keys(&self, jwk_set: &str) -> Result<KeySet, SealingFailed> {
        let given = GivenKey::of_jwk_set(jwk_set);
        let mut set = KeySet::default();
        for key in given.map_err(|error| SealingFailed(error.to_string()))? {
            match key {
                Ok(key) => set.keys.push(self.signing_key(&key)?),
                Err(UnusableKey { kid, reason }) => {
                    set.left.push(LeftKey { kid, reason: reason.to_string() });
                }
            }
        }
        Ok(set)
    }

    fn row_name(&self, key: &str) -> String {
        self.keys.pseudonym(key)
    }
}

impl RingSealing<'_> {
    fn signing_key(&self, key: &GivenKey) -> Result<SigningKey, SealingFailed> {
        let private = key.private().map(|private| private.seal(self.keys, self.randomness));
        Ok(SigningKey {
            kid: key.kid().to_owned(),
            algorithm: key.algorithm().as_str().to_owned(),
            public_jwk: key.public_jwk().to_owned(),
            private: private.transpose().map_err(|error| SealingFailed(error.to_string()))?,
        })
    }
}

/// A bar on a terminal, plain lines otherwise.
struct Bar {
    terminal: bool,
    bar: ProgressBar,
}

impl Bar {
    fn new(terminal: bool) -> Self {
        Self { terminal, bar: ProgressBar::hidden() }
    }
}

/// A line each so many transactions where nobody watches a bar.
const LINES_EVERY: u64 = 100_000;

impl Progress for Bar {
    fn begin(&mut self, transactions: u64) {
        self.bar = ProgressBar::new(transactions);
        let template = "{bar:40} {pos}/{len} transactions, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            self.bar.set_style(style);
        }
    }

    fn advance(&mut self, transactions: u64) {
        let before = self.bar.position();
        self.bar.inc(transactions);
        let after = self.bar.position();
        if !self.terminal && before.checked_div(LINES_EVERY) != after.checked_div(LINES_EVERY) {
            let length = self.bar.length().unwrap_or_default();
            self.bar.suspend(|| tell_line(&format!("{after} of {length} transactions")));
        }
    }

    fn finish(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Progress goes to the standard error, so that the report alone is on the output.
fn tell_line(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "{line}");
}
