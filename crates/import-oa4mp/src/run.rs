//! The import from beginning to end.

use std::collections::HashMap;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;

use muster_domain::{IssuerUrl, Timestamp};
use muster_store::Store;

use crate::ImportError;
use crate::flows::{FlowWriter, Written};
use crate::parties::{Known, OldParties};
use crate::progress::Progress;
use crate::report::Report;
use crate::sealing::Sealing;
use crate::signing::OldKeys;
use crate::source::{Columns, OldRow, Source, SourceNames, SourceUrl, Table, columns_of, open};
use crate::tables::flow::{NoFlow, OldFlow, flow_of};

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
}

/// A page of the old database, read.
struct Page {
    flows: Vec<OldFlow>,
    read: u64,
    children_read: u64,
    skipped: Vec<(&'static str, String)>,
}

/// Imports everything.
pub fn import(
    from: &SourceUrl,
    store: &dyn Store,
    sealing: &(dyn Sealing + Sync),
    options: &ImportOptions,
    progress: &mut dyn Progress,
) -> Result<Report, ImportError> {
    let mut source = open(from, &options.names)?;
    let mut report = Report::new(options.dry_run);
    let Some(transactions) = columns_of(&mut *source, Table::Transactions)? else {
        return Err(ImportError::NotOa4mp(options.names.table(Table::Transactions)));
    };
    let children = columns_of(&mut *source, Table::Children)?;
    let parties = OldParties::read(&mut *source, &mut report)?;
    let known = parties.write(store, sealing, options, &mut report)?;
    let keys = OldKeys::read(&mut *source, &parties, &known, (sealing, options, &mut report))?;
    progress.begin(source.count(Table::Transactions)?);
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
                Err(reason) => page.skipped.push((words(&reason), id.to_owned())),
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
                page.skipped.push(("its client does not exist", flow.id.as_str().to_owned()));
            }
            there
        });
        for token in page.flows.iter().flat_map(|flow| flow.elements.iter().flatten()) {
            last_expiry = last_expiry.max(Timestamp::from_millis(token.expires_at));
            if token.text.is_none() {
                report
                    .note("token without a text: it shows as null", &sealing.row_name(&token.jti));
            }
        }
        let written = writer.write(&page.flows)?;
        tell(&page, &written, sealing, report);
        progress.advance(page.read);
    }
    Ok(last_expiry)
}

fn is_known(known: &Known, flow: &OldFlow) -> bool {
    known.clients.contains_key(&flow.client)
}

fn tell(page: &Page, written: &Written, sealing: &dyn Sealing, report: &mut Report) {
    let flows = report.table(Table::Transactions.name());
    flows.read = flows.read.saturating_add(page.read);
    flows.taken = flows.taken.saturating_add(written.flows_taken);
    flows.unchanged = flows.unchanged.saturating_add(written.flows_unchanged);
    for (reason, id) in &page.skipped {
        flows.skip(reason, &sealing.row_name(id));
    }
    let children = report.table(Table::Children.name());
    children.read = children.read.saturating_add(page.children_read);
    for flow in page.flows.iter().filter(|flow| flow.passed_over > 0) {
        for _ in 0..flow.passed_over {
            children.skip(
                "an ID token, or a child without a type",
                &sealing.row_name(flow.id.as_str()),
            );
        }
    }
    let tokens = report.table("tokens");
    tokens.taken = tokens.taken.saturating_add(written.tokens_taken);
    tokens.updated = tokens.updated.saturating_add(written.tokens_ended);
    tokens.unchanged = tokens.unchanged.saturating_add(written.tokens_unchanged);
    for _ in 0..written.tokens_refused {
        tokens.skip("a jti that cannot be kept: too long, or with a NUL", "-");
    }
}
