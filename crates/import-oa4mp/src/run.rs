//! The import from beginning to end.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use muster_domain::{IssuerUrl, Lifetime, Timestamp, TokenKind};
use muster_store::Store;

use crate::ImportError;
use crate::flows::{FlowWriter, Refused, Tally, Written};
use crate::parties::{Known, OldParties};
use crate::progress::Progress;
use crate::report::{Outcome, Report, TableReport};
use crate::sealing::Sealing;
use crate::signing::OldKeys;
use crate::source::{Columns, OldRow, Source, SourceNames, SourceUrl, Table, columns_of, open};
use crate::tables::flow::{NoFlow, OldFlow, flow_of};
use crate::tables::tokens::OldToken;

/// Transactions read at once; one unit of the store.
const PAGE: usize = 1_000;
/// Pages that may wait to be written: what the import keeps in memory.
const PAGES_WAITING: usize = 2;

/// What to import, and how.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ImportOptions {
    /// What the tables are called.
    pub names: SourceNames,
    /// The issuer that tokens belong to, unless a virtual organisation has its own.
    pub issuer: IssuerUrl,
    /// OA4MP's signing keys, a JWK set as text.
    pub keys: Option<String>,
    /// Whether they go on signing.
    pub keep_signing: bool,
    /// Whether nothing is written.
    pub dry_run: bool,
    /// The present moment.
    pub now: Timestamp,
    /// How long a flow may be refreshed from now on (S22). OA4MP knows no such limit: counted
    /// from their beginnings, the oldest flows would end with the import.
    pub family: Lifetime,
}

/// A page of the old database, read.
struct Page {
    flows: Vec<OldFlow>,
    read: u64,
    children_read: u64,
    skipped: Vec<Skipped>,
}

/// A transaction that is left, and how many children with it.
struct Skipped {
    reason: &'static str,
    id: String,
    children: u64,
}

/// Imports everything.
pub fn import(
    from: &SourceUrl,
    store: &dyn Store,
    sealing: &(dyn Sealing + Sync),
    options: &ImportOptions,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    if let Some(keys) = &options.keys {
        // A file that is no key set is told before anything is read or written.
        sealing.signing_keys(keys)?;
    }
    let mut source = open(from, &options.names)?;
    let mut report = Report::new(options.dry_run);
    let Some(transactions) = columns_of(&mut *source, Table::Transactions)? else {
        return Err(ImportError::NotOa4mp(options.names.table(Table::Transactions)));
    };
    let children = columns_of(&mut *source, Table::Children)?;
    if children.is_none() {
        report.note("table is absent in the source", Table::Children.name());
    }
    let parties = OldParties::read(&mut *source, &mut report)?;
    let known = parties.write(store, sealing, options, &mut report)?;
    let keys = OldKeys::read(&mut *source, &parties, &known, (sealing, options, &mut report))?;
    progress.begin(source.count(Table::Transactions)?);
    let all_children = if children.is_some() { source.count(Table::Children)? } else { 0 };
    let writer = FlowWriter { store, sealing, options, known: &known };
    let (pages, waiting) = sync_channel(PAGES_WAITING);
    let last_expiry = thread::scope(|scope| {
        let reader = Reader { source, transactions, children };
        let reading = scope.spawn(move || reader.read_all(&pages));
        let written = write_all(&waiting, &writer, sealing, (&mut report, progress));
        drop(waiting);
        let read = reading.join();
        let read =
            read.unwrap_or_else(|_| Err(ImportError::Source("the reader failed".to_owned())));
        read.and(written)
    })?;
    tell_orphans(all_children, &mut report);
    keys.write(store, options, last_expiry, &mut report)?;
    progress.finish();
    Ok(report)
}

struct Reader {
    source: Box<dyn Source>,
    transactions: Columns,
    children: Option<Columns>,
}

impl Reader {
    /// Reads page after page into the channel, until the writer is gone.
    fn read_all(mut self, pages: &SyncSender<Page>) -> Result<(), ImportError> {
        let mut after: Option<String> = None;
        loop {
            let rows = self.source.page(&self.transactions, after.as_deref(), PAGE)?;
            let whole = rows.len() < PAGE;
            after = rows.last().and_then(|row| row.text("temp_token")).map(ToOwned::to_owned);
            let page = self.page(&rows)?;
            if pages.send(page).is_err() || whole {
                return Ok(());
            }
        }
    }

    fn page(&mut self, rows: &[OldRow]) -> Result<Page, ImportError> {
        let ids: Vec<&str> = rows.iter().filter_map(|row| row.text("temp_token")).collect();
        let children = match &self.children {
            Some(columns) if !ids.is_empty() => self.source.rows_of(columns, "parent_id", &ids)?,
            Some(_) | None => Vec::new(),
        };
        let mut by_parent: HashMap<&str, Vec<&OldRow>> = HashMap::new();
        for child in &children {
            by_parent.entry(child.text("parent_id").unwrap_or_default()).or_default().push(child);
        }
        let mut page = Page {
            flows: Vec::with_capacity(rows.len()),
            read: u64::try_from(rows.len()).unwrap_or(u64::MAX),
            children_read: 0,
            skipped: Vec::new(),
        };
        for row in rows {
            let id = row.text("temp_token").unwrap_or_default();
            let mut own = by_parent.remove(id).unwrap_or_default();
            own.sort_by_key(|child| child.text("token_id"));
            let count = u64::try_from(own.len()).unwrap_or(u64::MAX);
            page.children_read = page.children_read.saturating_add(count);
            match flow_of(row, &own) {
                Ok(flow) => page.flows.push(flow),
                Err(reason) => {
                    let (reason, id) = (words(&reason), id.to_owned());
                    page.skipped.push(Skipped { reason, id, children: count });
                }
            }
        }
        Ok(page)
    }
}

const fn words(reason: &NoFlow) -> &'static str {
    match reason {
        NoFlow::NoData => "no data of a user",
        NoFlow::NoUser => "nobody has logged in: it belongs to nobody",
        NoFlow::NoClient => "it names no client",
        NoFlow::Id(_) => "an id that cannot be kept: too long, or with a NUL",
    }
}

/// Writes the pages; the expiry of the token that lives longest.
fn write_all(
    pages: &Receiver<Page>,
    writer: &FlowWriter<'_>,
    sealing: &dyn Sealing,
    (report, progress): (&mut Report, &mut dyn Progress),
) -> Result<Timestamp, ImportError> {
    let mut last_expiry = Timestamp::default();
    while let Ok(mut page) = pages.recv() {
        let known = writer.known;
        page.flows.retain(|flow| {
            let there = is_known(known, flow);
            if !there {
                page.skipped.push(Skipped {
                    reason: "its client does not exist",
                    id: flow.id.as_str().to_owned(),
                    children: flow.children,
                });
            }
            there
        });
        for token in page.flows.iter().flat_map(|flow| flow.elements.iter().flatten()) {
            last_expiry = last_expiry.max(Timestamp::from_millis(token.expires_at));
            if let Some(note) = note_on(token) {
                report.note(note, &sealing.row_name(&token.jti));
            }
        }
        let written = writer.write(&page.flows)?;
        tell(&page, &written, sealing, report);
        progress.advance(page.read);
    }
    Ok(last_expiry)
}

/// What is worth knowing about a token.
fn note_on(token: &OldToken) -> Option<&'static str> {
    match &token.text {
        None => Some("token without a text: it shows as null"),
        Some(text) if token.kind == TokenKind::Refresh && text.is_unsigned() => {
            Some("unsigned refresh token: only its exact text is accepted")
        }
        Some(_) => None,
    }
}

fn is_known(known: &Known, flow: &OldFlow) -> bool {
    known.clients.contains_key(&flow.client)
}

fn tell(page: &Page, written: &Written, sealing: &dyn Sealing, report: &mut Report) {
    let flows = report.table(Table::Transactions.name());
    flows.read = flows.read.saturating_add(page.read);
    flows.count(Outcome::Taken, written.flows_taken);
    flows.count(Outcome::Unchanged, written.flows_unchanged);
    for Skipped { reason, id, .. } in &page.skipped {
        flows.skip(reason, &sealing.row_name(id));
    }
    let children = report.table(Table::Children.name());
    children.read = children.read.saturating_add(page.children_read);
    tell_tally(children, written.children);
    for Skipped { id, children: count, .. } in &page.skipped {
        children.skip_many("its transaction was not taken", &sealing.row_name(id), *count);
    }
    for (reason, key) in page.flows.iter().flat_map(|flow| &flow.passed_over) {
        children.skip(reason, &sealing.row_name(key));
    }
    for Refused { reason, jti, .. } in written.refused.iter().filter(|token| token.is_child) {
        children.skip(reason, &sealing.row_name(jti));
    }
    let tokens = report.table("tokens");
    tell_tally(tokens, written.own);
    tell_tally(tokens, written.children);
    for Refused { reason, jti, .. } in &written.refused {
        tokens.skip(reason, &sealing.row_name(jti));
    }
}

fn tell_tally(lines: &mut TableReport, tally: Tally) {
    lines.count(Outcome::Taken, tally.taken);
    lines.count(Outcome::Updated, tally.ended);
    lines.count(Outcome::Unchanged, tally.unchanged);
}

/// Children that no transaction has asked for.
fn tell_orphans(children: u64, report: &mut Report) {
    let lines = report.table(Table::Children.name());
    let orphans = children.saturating_sub(lines.read);
    lines.read = lines.read.saturating_add(orphans);
    lines.skip_many("its transaction does not exist", "-", orphans);
}
