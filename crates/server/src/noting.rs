//! Writes down when tokens were last used (`muster_flows::LastUses`): every half minute, and
//! at the end.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::Duration;

use muster_flows::LastUses;
use muster_store::Store;

/// Between two batches: a person who looks does not wait long for what they have just seen
/// happen, and a busy token costs two writes a minute.
const EVERY: Duration = Duration::from_secs(30);

/// Writes down while it lives.
pub(crate) struct Noting {
    goes_on: Sender<()>,
    is_done: Receiver<()>,
}

impl Noting {
    /// Begins.
    pub(crate) fn begin(uses: Arc<LastUses>, store: Arc<dyn Store>) -> io::Result<Self> {
        let (goes_on, ending) = channel::<()>();
        let (done, is_done) = channel();
        Builder::new().name("noting".to_owned()).spawn(move || {
            loop {
                let goes_on = ending.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout);
                if let Err(error) = uses.write_down(&*store) {
                    tracing::warn!(%error, "last uses are noted later");
                }
                if !goes_on {
                    // Whoever waited may have given up.
                    let _ = done.send(());
                    return;
                }
            }
        })?;
        Ok(Self { goes_on, is_done })
    }

    /// Writes down the last ones, and waits for it for so long: a database that hangs does not
    /// keep the process.
    pub(crate) fn finish(self, patience: Duration) {
        drop(self.goes_on);
        let _ = self.is_done.recv_timeout(patience);
    }
}
