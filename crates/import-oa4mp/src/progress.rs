//! How far an import has come, for whoever watches.

/// Is told of progress.
pub trait Progress {
    /// So many transactions are there to be read.
    fn begin(&mut self, transactions: u64);
    /// So many were read since the last time.
    fn advance(&mut self, transactions: u64);
    /// That was all.
    fn finish(&mut self);
}

/// Nobody watches.
#[derive(Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _transactions: u64) {}
    fn advance(&mut self, _transactions: u64) {}
    fn finish(&mut self) {}
}
