//! What a person types: one module a command. Each takes its arguments, the clock and where to write.

pub mod probe;
