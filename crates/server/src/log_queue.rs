//! Lines of the log on their way to standard error: written by a thread of their own, so that
//! nobody who has something to tell waits for whoever should read it (F26).
//!
//! A pipe that nobody empties, or a full disk behind it, costs lines and never answers: lines
//! for which there is no room are dropped and counted. What must not be lost stands in the
//! audit trail, which is no log.
//!
//! `tracing-appender` has such a writer and counts drops, too; but nobody is told of one when
//! it happens, which the metric and the line in the log need, and it brings crates along for
//! what a channel of the standard library does.

use std::io::{self, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, TrySendError, sync_channel};
use std::thread::Builder;
use std::time::{Duration, Instant};

use tracing_subscriber::fmt::MakeWriter;

/// Lines that may wait: a few seconds of a busy service, a few megabytes at most.
const WAITING_MOST: usize = 8_192;
/// Between two looks whether there is room again.
const LOOK_EVERY: Duration = Duration::from_millis(5);

enum Item {
    Line(Vec<u8>),
    /// Everything before it is written.
    Mark(SyncSender<()>),
}

/// Takes lines and never waits.
#[derive(Clone)]
pub struct LogQueue {
    sender: SyncSender<Item>,
    dropped: Arc<AtomicU64>,
}

impl LogQueue {
    /// Begins to write to `sink` from a thread of its own.
    pub fn begin(sink: impl Write + Send + 'static) -> io::Result<Self> {
        Self::of(sink, WAITING_MOST)
    }

    fn of(sink: impl Write + Send + 'static, room: usize) -> io::Result<Self> {
        let (sender, receiver) = sync_channel(room);
        let dropped = Arc::new(AtomicU64::new(0));
        let counted = Arc::clone(&dropped);
        let run = move || write_all(sink, &receiver, &counted);
        Builder::new().name("log".to_owned()).spawn(run)?;
        Ok(Self { sender, dropped })
    }

    /// Waits until what was told before is written, for so long at most.
    pub fn flush(&self, patience: Duration) {
        let until = Instant::now() + patience;
        let (sender, written) = sync_channel(1);
        let mut mark = Item::Mark(sender);
        while let Err(TrySendError::Full(back)) = self.sender.try_send(mark) {
            if Instant::now() >= until {
                return;
            }
            mark = back;
            std::thread::park_timeout(LOOK_EVERY);
        }
        // Either it is written, or nobody reads it.
        let _: Result<(), RecvTimeoutError> =
            written.recv_timeout(until.saturating_duration_since(Instant::now()));
    }
}

/// The subscriber hands each line over whole.
impl Write for LogQueue {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if self.sender.try_send(Item::Line(line.to_vec())).is_err() {
            count_dropped(&self.dropped);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for LogQueue {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

fn count_dropped(dropped: &AtomicU64) {
    dropped.fetch_add(1, Ordering::Relaxed);
    metrics::counter!("muster_log_lines_dropped_total").increment(1);
}

fn write_all(mut sink: impl Write, items: &Receiver<Item>, dropped: &AtomicU64) {
    let mut told = 0;
    for item in items {
        match item {
            Item::Line(line) => {
                if sink.write_all(&line).and_then(|()| sink.flush()).is_err() {
                    count_dropped(dropped);
                    // Nothing that could be told would arrive either.
                    continue;
                }
            }
            Item::Mark(sender) => {
                // Who has stopped waiting need not be told.
                let _ = sender.try_send(());
            }
        }
        let lines = dropped.load(Ordering::Relaxed);
        if lines > told {
            told = lines;
            tracing::warn!(lines, "lines of the log were dropped since the start");
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{BufRead as _, BufReader};

    use super::*;

    #[test]
    fn nobody_waits_for_a_pipe_that_is_full_and_what_had_room_arrives() {
        // F26
        let (reader, pipe) = io::pipe().unwrap();
        let queue = LogQueue::of(pipe, 100).unwrap();
        let line = |number: usize| format!("{number:0>999}\n");
        for number in 0..1_000 {
            queue.make_writer().write_all(line(number).as_bytes()).unwrap();
        }
        // Whoever stops does not wait for ever either.
        queue.flush(Duration::from_millis(20));
        let dropped = usize::try_from(queue.dropped.load(Ordering::Relaxed)).unwrap();
        assert!(dropped > 0, "a pipe holds less than a million bytes");
        let mut lines = BufReader::new(reader).lines();
        let arrived: Vec<usize> =
            (0..1_000 - dropped).map(|_| lines.next().unwrap().unwrap().parse().unwrap()).collect();
        assert!(arrived.is_sorted(), "in order");
        queue.make_writer().write_all(b"after\n").unwrap();
        assert_eq!(lines.next().unwrap().unwrap(), "after");
    }

    #[test]
    fn what_was_told_is_written_before_the_end() {
        let (reader, pipe) = io::pipe().unwrap();
        let queue = LogQueue::begin(pipe).unwrap();
        for _ in 0..10 {
            queue.make_writer().write_all(b"line\n").unwrap();
        }
        queue.flush(Duration::from_mins(1));
        drop(queue);
        assert_eq!(io::read_to_string(reader).unwrap(), "line\n".repeat(10));
    }
}
