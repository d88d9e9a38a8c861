//! Writes down when tokens were last used (`muster_flows::LastUses`): every half minute, and
//! at the end.

use std::io;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::{Builder, JoinHandle};
use std::time::Duration;

use muster_flows::LastUses;
use muster_store::Store;

/// Between two batches: a person who looks does not wait long for what they have just seen
/// happen, and a busy token costs two writes a minute.
const EVERY: Duration = Duration::from_secs(30);

/// Writes down while it lives, and once more when it ends.
pub(crate) struct Noting {
    end: Option<(Sender<()>, JoinHandle<()>)>,
}

impl Noting {
    /// Begins.
    pub(crate) fn begin(uses: Arc<LastUses>, store: Arc<dyn Store>) -> io::Result<Self> {
        let (sender, ending) = channel();
        let thread = Builder::new().name("noting".to_owned()).spawn(move || {
            loop {
                let goes_on = ending.recv_timeout(EVERY) == Err(RecvTimeoutError::Timeout);
                match uses.write_down(&*store) {
                    Ok(_) => {}
                    Err(error) => tracing::warn!(%error, "last uses are noted later"),
                }
                if !goes_on {
                    return;
                }
            }
        })?;
        Ok(Self { end: Some((sender, thread)) })
    }
}

impl Drop for Noting {
    fn drop(&mut self) {
        if let Some((sender, thread)) = self.end.take() {
            drop(sender);
            // It panics no more than what it calls; the log has it then.
            let _ = thread.join();
        }
    }
}
