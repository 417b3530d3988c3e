//! YAML files that people write, read so that every error is found at once and each has its place.
//!
//! [`read`] turns text into a [`Tree`] whose nodes know line and column; [`Item`] and [`Map`] decode it by hand,
//! noting what is wrong in a shared [`Diagnostics`](crate::diagnostic::Diagnostics) and going on. Unknown keys are
//! refused with the nearest known name: a [`Map`] learns its known keys by being asked for them.
//!
//! ```
//! use ems_contract::diagnostic::Diagnostics;
//! use ems_contract::yaml;
//!
//! let found = Diagnostics::default();
//! let file = std::path::Path::new("ems.yaml").into();
//! if let Some(tree) = yaml::read(&file, "listen: 127.0.0.1:8080\nretention_days: 0\nlissten: x\n", &found) {
//!     if let Some(mut map) = tree.root(&found).map() {
//!         let listen = map.optional("listen", |item| item.parse::<std::net::SocketAddr>("yaml.want.socket_address"));
//!         let days = map.optional("retention_days", |item| item.integer(1..=3_650));
//!         map.finish();
//!         assert_eq!((listen.is_some(), days), (true, None::<u32>));
//!     }
//! }
//! assert_eq!(found.into_vec().len(), 2); // retention_days out of range; `lissten` unknown, nearest `listen`
//! ```
//!
//! The dialect is small on purpose: one document, text keys, `true`/`false` only, no tags, no directives; anchors,
//! aliases and merge keys (`<<`) work within bounds (size, depth, nodes), so that an alias bomb is refused.

mod item;
mod map;
mod parse;
mod repair;
mod syntax;
mod tree;

pub use item::Item;
pub use map::Map;
pub use parse::{MAX_BYTES, MAX_DEPTH, MAX_NODES, read, read_file};
pub use tree::{Node, Tree};
