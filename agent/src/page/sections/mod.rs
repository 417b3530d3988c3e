//! Which sections a portal has, and where: by its menus, side columns, footer, selects and paths.

mod emptiness;
mod lexicon;
mod menu;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use url::Url;

pub use lexicon::{Lexicon, LexiconError, LexiconFile, Matching, SectionEntry};
pub use menu::{MenuFacts, menu};

/// Where the link to a section was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundIn {
    /// Written by the operator in the inventory: always wins.
    Operator,
    /// The main menu.
    MainMenu,
    /// A menu below an entry of the main menu.
    MegaMenu,
    /// A menu in a side column.
    SideMenu,
    /// The foot of the page.
    Footer,
    /// A choice of a `<select>`.
    Select,
    /// A data attribute or a click handler.
    Attribute,
    /// The path to the page.
    Breadcrumb,
    /// A link or a heading of the content: a block of the home page.
    Block,
}

/// One link to a section.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SectionLink {
    /// The section's id in the lexicon.
    pub section: String,
    /// The label as the page writes it.
    pub label: String,
    /// Where it leads, if it leads anywhere.
    pub url: Option<String>,
    /// How sure the match is, 0.6 to 1.
    pub score: f32,
    /// Where it stands.
    pub found_in: FoundIn,
}

/// The best link of each section; operator mappings win.
#[must_use]
pub fn best(links: &[SectionLink], mapped: &BTreeMap<String, Url>) -> BTreeMap<String, SectionLink> {
    let mut best: BTreeMap<String, SectionLink> = BTreeMap::new();
    for link in links {
        let better = best.get(&link.section).is_none_or(|b| {
            (link.score, std::cmp::Reverse(link.found_in)) > (b.score, std::cmp::Reverse(b.found_in))
        });
        if better {
            best.insert(link.section.clone(), link.clone());
        }
    }
    for (section, url) in mapped {
        best.insert(
            section.clone(),
            SectionLink {
                section: section.clone(),
                label: String::new(),
                url: Some(url.to_string()),
                score: 1.0,
                found_in: FoundIn::Operator,
            },
        );
    }
    best
}

#[cfg(test)]
mod tests;
