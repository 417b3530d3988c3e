//! The law as data: rule packs, the catalogue of checks, sections, the report calendar.

pub mod embedded;
