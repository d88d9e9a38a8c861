//! Do it: one file per grant.
