//! What the tests of the whole system share: the tree of the project and the real parts they start.

pub mod tree;
