//! What a portal's own pages say: pure functions from bytes, URL and the instant of the fetch to facts.
//!
//! `kind` tells by a scan of the bytes what a page is at all (every `reach` probe asks it). For the rest, `decode`
//! makes text of the bytes, `dom` a flat tree of the text, and everything else reads that one tree. Nothing here has a
//! clock, a socket or a file, and every walk is a loop with bounds, because pages are hostile by accident.

pub mod article;
pub mod dates;
pub mod decode;
pub mod document;
pub mod dom;
pub mod english;
pub mod facts;
pub mod features;
pub mod feeds;
mod fold;
pub mod identity;
pub mod items;
pub mod json_ld;
pub mod kind;
pub mod language;
pub mod likeness;
pub mod links;
mod phrases;
pub mod plain;
pub mod reading;
pub mod region;
pub mod scripts;
pub mod sections;
pub mod security_txt;
mod sketch;
pub mod syllable;
