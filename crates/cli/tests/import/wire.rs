//! A wire to the old database that can be cut after so many bytes, and a store that fails
//! at a chosen moment.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;

use muster_store::{Reading, Store, StoreError, StoreHealth, Unit};

/// Hands bytes on between the import and the old database, until it has had enough.
pub(crate) struct Wire {
    address: SocketAddr,
    state: Arc<State>,
    listening: Option<JoinHandle<()>>,
}

struct State {
    /// Bytes from the database so far.
    passed: AtomicU64,
    limit: u64,
    closed: AtomicBool,
}

impl Wire {
    /// A wire to the host in `url`, cut after `limit` bytes of answers.
    pub(crate) fn to(url: &str, limit: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let state =
            Arc::new(State { passed: AtomicU64::new(0), limit, closed: AtomicBool::new(false) });
        let (host, own) = (host_of(url).to_owned(), Arc::clone(&state));
        let listening = std::thread::spawn(move || {
            for near in listener.incoming() {
                if own.closed.load(Ordering::SeqCst) {
                    return;
                }
                let (near, far) = (near.unwrap(), TcpStream::connect(&host).unwrap());
                connect(near, far, &own);
            }
        });
        Self { address, state, listening: Some(listening) }
    }

    /// The same database, by this wire.
    pub(crate) fn url(&self, url: &str) -> String {
        url.replace(host_of(url), &self.address.to_string())
    }

    /// How many bytes the database has answered.
    pub(crate) fn passed(&self) -> u64 {
        self.state.passed.load(Ordering::SeqCst)
    }
}

impl Drop for Wire {
    fn drop(&mut self) {
        self.state.closed.store(true, Ordering::SeqCst);
        let _ = TcpStream::connect(self.address);
        if let Some(listening) = self.listening.take() {
            let _ = listening.join();
        }
    }
}

fn host_of(url: &str) -> &str {
    let place = url.split_once('@').unwrap().1;
    place.split(['/', '?']).next().unwrap()
}

fn connect(near: TcpStream, far: TcpStream, state: &Arc<State>) {
    let (mut up, mut to) = (near.try_clone().unwrap(), far.try_clone().unwrap());
    std::thread::spawn(move || {
        let _ = std::io::copy(&mut up, &mut to);
        let _ = to.shutdown(Shutdown::Both);
    });
    let state = Arc::clone(state);
    std::thread::spawn(move || hand_on(far, near, &state));
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, state: &State) {
    let mut bytes = [0; 4_096];
    while let Ok(read) = from.read(&mut bytes) {
        let count = u64::try_from(read).unwrap();
        let passed = state.passed.fetch_add(count, Ordering::SeqCst) + count;
        if read == 0 || passed > state.limit || to.write_all(&bytes[..read]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}

/// When a store fails.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Moment {
    /// At the read of this number.
    Read(u64),
    /// Before the unit of this number.
    Before(u64),
    /// At the end of the unit of this number: all of it is rolled back.
    Within(u64),
    /// Never.
    Never,
}

/// A store that fails once.
pub(crate) struct Failing<'a> {
    inner: &'a dyn Store,
    at: Moment,
    reads: AtomicU64,
    units: AtomicU64,
    /// What each unit is told to.
    watch: Box<dyn Fn() + Send + Sync + 'a>,
}

impl<'a> Failing<'a> {
    pub(crate) fn new(inner: &'a dyn Store, at: Moment) -> Self {
        Self::watched(inner, at, || ())
    }

    pub(crate) fn watched(
        inner: &'a dyn Store,
        at: Moment,
        watch: impl Fn() + Send + Sync + 'a,
    ) -> Self {
        let (reads, units) = (AtomicU64::new(0), AtomicU64::new(0));
        Self { inner, at, reads, units, watch: Box::new(watch) }
    }

    /// How many reads and units there were.
    pub(crate) fn counted(&self) -> (u64, u64) {
        (self.reads.load(Ordering::SeqCst), self.units.load(Ordering::SeqCst))
    }
}

fn out_of_reach<T>() -> Result<T, StoreError> {
    Err(StoreError::unavailable("the power is gone"))
}

impl Store for Failing<'_> {
    fn read_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let number = self.reads.fetch_add(1, Ordering::SeqCst);
        if self.at == Moment::Read(number) { out_of_reach() } else { self.inner.read_with(work) }
    }

    fn list_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.inner.list_with(work)
    }

    fn change_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Unit) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let number = self.units.fetch_add(1, Ordering::SeqCst);
        (self.watch)();
        if self.at == Moment::Before(number) {
            return out_of_reach();
        }
        let breaks = self.at == Moment::Within(number);
        self.inner.change_with(&mut |unit| {
            work(unit)?;
            if breaks { out_of_reach() } else { Ok(()) }
        })
    }

    fn health(&self) -> Result<StoreHealth, StoreError> {
        self.inner.health()
    }
}
