//! The body of a listing: the chunks of a bounded channel, broken unless it is called whole.
//!
//! A channel that closes looks like the end of a body. Here the sender must say that
//! everything was sent; whatever else closes the channel, such as a reader that was given
//! up with the channel full or a thread that panicked, breaks the body (F18, F31).

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use actix_web::web::Bytes;
use tokio::sync::mpsc;
use tokio_stream::Stream;

/// So many chunks may wait for the reader.
const CHUNKS_WAITING: usize = 4;

/// The sending end.
pub struct ChunkSender {
    pub(crate) chunks: mpsc::Sender<Bytes>,
    whole: Arc<AtomicBool>,
}

/// What the reader gets.
pub struct ListingBody {
    chunks: mpsc::Receiver<Bytes>,
    whole: Arc<AtomicBool>,
}

/// The listing did not come to its end, so its body must not either.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("the listing was cut")]
pub struct BodyCut;

/// A body and its sender.
pub fn listing_body() -> (ChunkSender, ListingBody) {
    let (sender, receiver) = mpsc::channel(CHUNKS_WAITING);
    let whole = Arc::new(AtomicBool::new(false));
    let body = ListingBody { chunks: receiver, whole: Arc::clone(&whole) };
    (ChunkSender { chunks: sender, whole }, body)
}

impl ChunkSender {
    /// Everything was sent: the body may end.
    pub fn finish(self) {
        // The reader looks when the channel has closed, which is after this.
        self.whole.store(true, Ordering::Release);
    }
}

impl Stream for ListingBody {
    type Item = Result<Bytes, BodyCut>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.chunks.poll_recv(context).map(|chunk| match chunk {
            Some(chunk) => Some(Ok(chunk)),
            None if self.whole.load(Ordering::Acquire) => None,
            None => Some(Err(BodyCut)),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_stream::StreamExt as _;

    fn full() -> (ChunkSender, ListingBody) {
        let (sender, body) = listing_body();
        for _ in 0..CHUNKS_WAITING {
            sender.chunks.try_send(Bytes::from_static(b"{")).unwrap();
        }
        (sender, body)
    }

    #[tokio::test]
    async fn a_body_ends_when_it_was_called_whole() {
        let (sender, body) = full();
        sender.finish();
        let chunks: Vec<_> = body.collect().await;
        assert_eq!(chunks.len(), CHUNKS_WAITING);
        assert!(chunks.iter().all(Result::is_ok));
    }

    #[tokio::test]
    async fn a_body_whose_sender_gave_up_with_the_channel_full_is_broken() {
        // F18
        let (sender, mut body) = full();
        drop(sender);
        for _ in 0..CHUNKS_WAITING {
            assert!(matches!(body.next().await, Some(Ok(_))));
        }
        assert_eq!(body.next().await, Some(Err(BodyCut)));
    }

    #[tokio::test]
    async fn a_body_whose_sender_panicked_is_broken() {
        // F31
        let (sender, mut body) = listing_body();
        let thread = std::thread::spawn(move || {
            let _sender = sender;
            panic!("as if by a defect");
        });
        assert!(thread.join().is_err());
        assert_eq!(body.next().await, Some(Err(BodyCut)));
    }
}
