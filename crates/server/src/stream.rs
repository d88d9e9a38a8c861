//! A listing on its way to the reader: pages from the store, chunks into a bounded channel.
//!
//! Memory is the channel and one page in the making. Between pages no connection is held.
//! A reader that does not keep up ends the page at hand within `PATIENCE_IN_PAGE`; the
//! producer then waits without a connection, and gives up after `stall` (T33, F18).

use std::sync::Arc;
use std::time::{Duration, Instant};

use actix_web::web::Bytes;
use muster_domain::{ClientId, TransactionId};
use muster_flows::{ListingCursor, ListingSink, Progress, ShowTokens, ShownToken};
use muster_store::{Store, StoredToken};
use tokio::runtime::Handle;
use tokio::sync::mpsc::{self, Permit};

use crate::edge::Headway;
use crate::listing_body::ChunkSender;
use crate::wire::TokenListingWriter;

/// Chunks of this size: big enough to be rare, small enough to be memory.
const CHUNK: usize = 64 * 1024;
/// How long a page waits for the reader, all in all, with a connection in its hand; well
/// below the 5 s that the contract allows.
const PATIENCE_IN_PAGE: Duration = Duration::from_millis(1_500);

/// So many clients are counted one by one; the audit record names no more.
const CLIENTS_COUNTED: usize = 50;

/// Why a listing did not reach its end. Its body is broken then, so that nobody takes what
/// was sent for the whole.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum ListingCut {
    /// The reader went away.
    #[error("the reader is gone")]
    ReaderGone,
    /// The reader took nothing for too long.
    #[error("the reader made no progress")]
    ReaderStalled,
    /// The right behind the listing was taken away.
    #[error("the right was taken away")]
    RightLost,
    /// The server is stopping.
    #[error("the server is stopping")]
    Stopping,
    /// No thread was free to send it.
    #[error("all blocking threads are taken")]
    Busy,
    /// A panic.
    #[error("a fault of the program")]
    Fault,
    /// The store failed.
    #[error("the store failed: {0}")]
    Store(String),
}

/// How far a listing came.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct Sent {
    /// The first clients, each with its tokens.
    pub by_client: Vec<(ClientId, u64)>,
    /// Clients begun.
    pub clients: u64,
    /// Transactions begun.
    pub transactions: u64,
    /// Tokens written.
    pub tokens: u64,
    /// Pages read.
    pub pages: u64,
    /// Texts that could not be opened.
    pub damaged: u64,
}

impl Sent {
    /// Counts tokens of the client begun last.
    fn count_tokens(&mut self, count: u64) {
        self.tokens = self.tokens.saturating_add(count);
        let begun = usize::try_from(self.clients).unwrap_or(usize::MAX);
        // Once there are more clients than are named, the last one named is not this one.
        if begun == self.by_client.len()
            && let Some((_, tokens)) = self.by_client.last_mut()
        {
            *tokens = tokens.saturating_add(count);
        }
    }
}

/// The sending side of one listing.
pub struct ListingStream {
    writer: TokenListingWriter,
    body: ChunkSender,
    runtime: Handle,
    stall: Duration,
    headway: Headway,
    sent: Sent,
    /// What is left of the page's patience.
    patience: Duration,
    behind: bool,
    gone: bool,
}

impl ListingStream {
    /// A stream into `body`; `runtime` is only used to wait. The reader is given up when it
    /// made no `headway` for as long as `stall`.
    pub fn new(body: ChunkSender, runtime: Handle, (stall, headway): (Duration, Headway)) -> Self {
        Self {
            writer: TokenListingWriter::default(),
            body,
            runtime,
            stall,
            headway,
            sent: Sent::default(),
            patience: PATIENCE_IN_PAGE,
            behind: false,
            gone: false,
        }
    }

    /// Sends the whole listing, or as much of it as can be. To be called on a thread that
    /// may block.
    pub fn run(
        mut self,
        store: &Arc<dyn Store>,
        cursor: &mut ListingCursor,
        show: &ShowTokens,
        stopping: &dyn Fn() -> bool,
    ) -> (Sent, Result<(), ListingCut>) {
        let outcome = self.send(store, cursor, show, stopping);
        if outcome.is_ok() {
            self.body.finish();
        }
        (self.sent, outcome)
    }

    fn send(
        &mut self,
        store: &Arc<dyn Store>,
        cursor: &mut ListingCursor,
        show: &ShowTokens,
        stopping: &dyn Fn() -> bool,
    ) -> Result<(), ListingCut> {
        self.writer.begin(&cursor.plan().user_id);
        self.flush()?;
        loop {
            if stopping() {
                return Err(ListingCut::Stopping);
            }
            let page = store.list(|reading| cursor.advance(reading, show, self));
            self.sent.pages = self.sent.pages.saturating_add(1);
            match page.map_err(|error| ListingCut::Store(error.to_string()))? {
                Progress::RightLost => return Err(ListingCut::RightLost),
                Progress::More => self.settle()?,
                Progress::Done => break,
            }
        }
        self.writer.finish();
        self.flush()
    }

    /// Waits, without a connection, until the reader has caught up.
    fn settle(&mut self) -> Result<(), ListingCut> {
        if self.gone {
            return Err(ListingCut::ReaderGone);
        }
        self.patience = PATIENCE_IN_PAGE;
        if self.behind {
            self.behind = false;
            self.flush()?;
        }
        Ok(())
    }

    /// Hands on all that is written, waiting as long as a reader may stall.
    fn flush(&mut self) -> Result<(), ListingCut> {
        if self.writer.buffered() == 0 {
            return Ok(());
        }
        let room = room(&self.body.chunks, self.stall, &self.headway);
        let permit = self.runtime.block_on(room)?;
        permit.send(self.writer.take(CHUNK).into());
        Ok(())
    }

    /// Hands on a full chunk if there is room soon.
    fn offer_chunk(&mut self) {
        if self.writer.buffered() < CHUNK || self.behind || self.gone {
            return;
        }
        let permit = match self.body.chunks.try_reserve() {
            Ok(permit) => permit,
            Err(mpsc::error::TrySendError::Closed(())) => {
                self.gone = true;
                return;
            }
            Err(mpsc::error::TrySendError::Full(())) => {
                let began = Instant::now();
                let room = tokio::time::timeout(self.patience, self.body.chunks.reserve());
                let room = self.runtime.block_on(room);
                self.patience = self.patience.saturating_sub(began.elapsed());
                match room {
                    Ok(Ok(permit)) => permit,
                    Ok(Err(_)) => {
                        self.gone = true;
                        return;
                    }
                    Err(_) => {
                        self.behind = true;
                        return;
                    }
                }
            }
        };
        permit.send(self.writer.take(CHUNK).into());
    }
}

/// Room for a chunk. A slow reader takes long to make it: while it takes anything of what
/// was sent before, it is waited for.
async fn room<'a>(
    chunks: &'a mpsc::Sender<Bytes>,
    stall: Duration,
    headway: &Headway,
) -> Result<Permit<'a, Bytes>, ListingCut> {
    let mut since = tokio::time::Instant::now();
    loop {
        match tokio::time::timeout_at(since + stall, chunks.reserve()).await {
            Ok(room) => return room.map_err(|_| ListingCut::ReaderGone),
            Err(_) if headway.last() > since => since = headway.last(),
            Err(_) => return Err(ListingCut::ReaderStalled),
        }
    }
}

impl ListingSink for ListingStream {
    fn client(&mut self, id: &ClientId) {
        self.writer.client(id);
        self.sent.clients = self.sent.clients.saturating_add(1);
        if self.sent.by_client.len() < CLIENTS_COUNTED {
            self.sent.by_client.push((id.clone(), 0));
        }
        self.offer_chunk();
    }

    fn transaction(&mut self, id: &TransactionId) {
        self.writer.transaction(id);
        self.sent.transactions = self.sent.transactions.saturating_add(1);
        self.offer_chunk();
    }

    fn element(&mut self, tokens: &[ShownToken]) {
        self.writer.element(tokens);
        let count = u64::try_from(tokens.len()).unwrap_or(u64::MAX);
        self.sent.count_tokens(count);
        self.offer_chunk();
    }

    fn damaged(&mut self, token: &StoredToken, reason: &str) {
        self.sent.damaged = self.sent.damaged.saturating_add(1);
        metrics::counter!("muster_damaged_texts_total").increment(1);
        tracing::error!(
            token = token.token.key.number,
            shard = token.token.key.shard.number(),
            reason,
            "a token's text could not be opened"
        );
    }

    fn wants_pause(&self) -> bool {
        self.behind || self.gone
    }
}
