//! The edge as its peers see it: real sockets, real bytes.

mod asking;
mod delivering;
mod lines;
mod readers;
