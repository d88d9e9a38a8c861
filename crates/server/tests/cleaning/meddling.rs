//! A store in which somebody else does something between a reading and what follows it.

use std::sync::{Arc, Mutex};

use muster_store::{Reading, Store, StoreError, StoreHealth, Unit};

type Deed = Box<dyn FnOnce() + Send>;

pub(crate) struct Meddling {
    inner: Arc<dyn Store>,
    between: Mutex<Option<Deed>>,
}

impl Meddling {
    /// The deed is done once, right after the first reading.
    pub(crate) fn after_one_reading(
        inner: &Arc<dyn Store>,
        deed: impl FnOnce() + Send + 'static,
    ) -> Self {
        Self { inner: Arc::clone(inner), between: Mutex::new(Some(Box::new(deed))) }
    }
}

impl Store for Meddling {
    fn read_with(
        &self,
        work: &mut dyn FnMut(&mut dyn Reading) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        self.inner.read_with(work)?;
        let deed = self.between.lock().unwrap().take();
        if let Some(deed) = deed {
            deed();
        }
        Ok(())
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
        self.inner.change_with(work)
    }

    fn health(&self) -> Result<StoreHealth, StoreError> {
        self.inner.health()
    }
}
