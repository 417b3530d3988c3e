//! The notifier as a whole, against receivers of its own.

mod bridging;
mod calling;
mod channels;
mod deciding;
mod delivering;
