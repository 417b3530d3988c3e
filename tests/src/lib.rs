//! What the tests of the whole system share: the project's own tree, and the real parts they start.

pub mod chance;
pub mod http;
pub mod nginx;
pub mod pair;
pub mod pki;
pub mod portal;
pub mod process;
pub mod sink;
pub mod tree;
pub mod vantage;
pub mod wait;
pub mod world;
