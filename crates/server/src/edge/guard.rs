//! The stream between a peer and actix: it lets through whole, well-formed requests only,
//! within their time, and cuts a reader that takes nothing (T32, T33, B05 to B11).
//!
//! In the stead of a bad request a fixed harmless one is passed on, and its refusal is
//! left with the `Connection` for the front to answer. So order, writing and logging of
//! answers stay in one place.

use std::io;
use std::pin::Pin;
use std::rc::Rc;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use actix_web::web::{Bytes, BytesMut};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep};
use tokio_util::io::poll_read_buf;
use tokio_util::sync::{CancellationToken, WaitForCancellationFutureOwned};

use super::Limits;
use super::connection::Connection;
use super::doors::Place;
use super::intake::{Intake, Step};
use super::pace::Pace;
use crate::refusal::Refusal;

/// Read at once; also the most that a pipelining peer can have waiting in our memory.
const READ: usize = 8 * 1_024;
/// After the last answer, what a peer still sends is read and thrown away for so long:
/// closing at once would reset the connection, and the peer might lose the answer.
const LINGER: Duration = Duration::from_secs(1);
/// Passed on in the stead of a refused request.
const STAND_IN: &[u8] = b"GET / HTTP/1.1\r\nhost: muster\r\nconnection: close\r\n\r\n";

/// One guarded connection.
pub(crate) struct GuardedStream {
    inner: TcpStream,
    limits: Limits,
    connection: Rc<Connection>,
    phase: Phase,
    intake: Intake,
    pace: Pace,
    arrival: Pin<Box<Sleep>>,
    closing: Pin<Box<WaitForCancellationFutureOwned>>,
    departure: Departure,
    _place: Place,
}

enum Phase {
    /// The peer's request is coming in.
    TakingIn,
    /// It is handed to actix.
    HandingOver { bytes: Bytes, last: bool },
    /// It is being answered.
    Answering { last: bool },
    /// Nothing more is taken from the peer.
    Closed,
}

/// Writing: a deadline while the peer takes nothing, and at the very end.
struct Departure {
    deadline: Pin<Box<Sleep>>,
    state: Departing,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Departing {
    Freely,
    Stalled,
    Lingering,
}

impl GuardedStream {
    pub(crate) fn new(
        inner: TcpStream,
        connection: Rc<Connection>,
        limits: Limits,
        closing: CancellationToken,
        place: Place,
    ) -> Self {
        let now = Instant::now();
        Self {
            inner,
            connection,
            phase: Phase::TakingIn,
            intake: Intake::new(limits.clone()),
            pace: Pace::first(now),
            arrival: Box::pin(tokio::time::sleep_until(now)),
            closing: Box::pin(closing.cancelled_owned()),
            departure: Departure {
                deadline: Box::pin(tokio::time::sleep_until(now)),
                state: Departing::Freely,
            },
            limits,
            _place: place,
        }
    }

    pub(crate) const fn connection(&self) -> &Rc<Connection> {
        &self.connection
    }

    /// Takes in the next request; the phase it leads to.
    fn poll_request(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<Phase>> {
        loop {
            match self.intake.advance() {
                Ok(Step::Whole { bytes, last }) => {
                    self.connection.asked(None);
                    return Poll::Ready(Ok(Phase::HandingOver { bytes, last }));
                }
                Ok(Step::SayContinue) => self.say_continue()?,
                Ok(Step::More) => {}
                Err(refusal) => return Poll::Ready(Ok(self.refused(refusal))),
            }
            if self.intake.is_in_body() {
                self.pace.body_begins(Instant::now());
            }
            let buffer = &mut self.intake.buffer;
            buffer.reserve(READ.saturating_sub(buffer.capacity().saturating_sub(buffer.len())));
            match poll_read_buf(Pin::new(&mut self.inner), cx, &mut self.intake.buffer)? {
                Poll::Ready(0) => return Poll::Ready(Ok(Phase::Closed)),
                Poll::Ready(count) => self.pace.arrived(count, Instant::now()),
                Poll::Pending => return self.poll_deadline(cx).map(Ok),
            }
        }
    }

    /// Waits no longer than the pace allows, and not at all between requests when the
    /// service is closing.
    fn poll_deadline(&mut self, cx: &mut Context<'_>) -> Poll<Phase> {
        if self.intake.is_empty() && self.closing.as_mut().poll(cx).is_ready() {
            return Poll::Ready(Phase::Closed);
        }
        let deadline = self.pace.deadline(&self.limits);
        if self.arrival.deadline() != deadline {
            self.arrival.as_mut().reset(deadline);
        }
        ready!(self.arrival.as_mut().poll(cx));
        if self.intake.is_empty() {
            cut("idle");
            return Poll::Ready(Phase::Closed);
        }
        cut("slow request");
        Poll::Ready(self.refused(Refusal::RequestTimeout))
    }

    fn refused(&mut self, refusal: Refusal) -> Phase {
        self.connection.asked(Some(refusal));
        self.intake.buffer = BytesMut::new();
        Phase::HandingOver { bytes: Bytes::from_static(STAND_IN), last: true }
    }

    /// RFC 9110 10.1.1. Nothing else is being written while a request comes in, so the
    /// few bytes find room; a peer for whom they do not is not worth waiting for.
    fn say_continue(&self) -> io::Result<()> {
        const INTERIM: &[u8] = b"HTTP/1.1 100 Continue\r\n\r\n";
        if self.inner.try_write(INTERIM)? == INTERIM.len() {
            Ok(())
        } else {
            Err(io::ErrorKind::WriteZero.into())
        }
    }

    /// What is said when the peer takes nothing: wait, or cut.
    fn poll_stall(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<usize>> {
        let departure = &mut self.departure;
        if departure.state != Departing::Stalled {
            departure.state = Departing::Stalled;
            let until = Instant::now().checked_add(self.limits.write_stall);
            departure.deadline.as_mut().reset(until.unwrap_or_else(Instant::now));
        }
        ready!(departure.deadline.as_mut().poll(cx));
        cut("stalled reader");
        // What the kernel still holds for the peer is thrown away with the connection.
        let _ = socket2::SockRef::from(&self.inner).set_linger(Some(Duration::ZERO));
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }

    /// Reads and throws away what the peer still sends.
    fn poll_linger(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        if self.departure.state != Departing::Lingering {
            ready!(Pin::new(&mut self.inner).poll_shutdown(cx))?;
            self.departure.state = Departing::Lingering;
            let until = Instant::now().checked_add(LINGER).unwrap_or_else(Instant::now);
            self.departure.deadline.as_mut().reset(until);
        }
        while self.departure.deadline.as_mut().poll(cx).is_pending() {
            let mut waste = [0; READ];
            let mut waste = ReadBuf::new(&mut waste);
            ready!(Pin::new(&mut self.inner).poll_read(cx, &mut waste))?;
            if waste.filled().is_empty() {
                break;
            }
        }
        Poll::Ready(Ok(()))
    }
}

fn cut(reason: &'static str) {
    metrics::counter!("muster_connections_cut_total", "reason" => reason).increment(1);
}

impl AsyncRead for GuardedStream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        loop {
            this.phase = match &mut this.phase {
                Phase::TakingIn => ready!(this.poll_request(cx))?,
                Phase::HandingOver { bytes, last } => {
                    let here = bytes.len().min(out.remaining());
                    out.put_slice(&bytes.split_to(here));
                    if bytes.is_empty() {
                        this.phase = Phase::Answering { last: *last };
                    }
                    return Poll::Ready(Ok(()));
                }
                Phase::Answering { last } => {
                    if !this.connection.is_peers_turn(cx.waker()) {
                        return Poll::Pending;
                    }
                    if *last {
                        Phase::Closed
                    } else {
                        this.pace = Pace::next(Instant::now());
                        Phase::TakingIn
                    }
                }
                Phase::Closed => return Poll::Ready(Ok(())),
            };
        }
    }
}

impl AsyncWrite for GuardedStream {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        match Pin::new(&mut this.inner).poll_write(cx, bytes) {
            Poll::Pending => this.poll_stall(cx),
            Poll::Ready(outcome) => {
                this.departure.state = Departing::Freely;
                this.connection.headway().made(Instant::now());
                Poll::Ready(outcome)
            }
        }
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        ready!(Pin::new(&mut this.inner).poll_flush(cx))?;
        this.connection.flushed();
        Poll::Ready(Ok(()))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.get_mut().poll_linger(cx)
    }
}
