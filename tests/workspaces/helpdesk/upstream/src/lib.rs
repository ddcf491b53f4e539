//! Clients of the other services, which several of ours have.

mod accounts;

pub use accounts::{Account, AccountsClient};
