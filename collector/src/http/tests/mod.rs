//! The edge as its peers see it: real sockets, real bytes.

mod asking;
mod delivering;
mod evidence;
mod lines;
mod readers;
