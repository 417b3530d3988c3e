//! What is behind the figures: method, versions, where machines read.

use ems_contract::text::get;
use serde::Serialize;

use super::Look;
use crate::context::Loaded;
use crate::locale;
use crate::report::METHOD;

/// The method page.
#[derive(Debug, Serialize)]
pub struct About {
    /// The method, sentence by sentence.
    pub method: Vec<&'static str>,
    /// Names and values.
    pub facts: Vec<(String, String)>,
}

/// Makes the method page.
#[must_use]
pub fn about(look: Look<'_>, loaded: &Loaded) -> About {
    let lang = look.lang;
    let fact = |key: &str, value: String| (get(lang, key).to_owned(), value);
    let inventory = &loaded.inventory;
    About {
        method: METHOD.iter().map(|key| get(lang, key)).collect(),
        facts: vec![
            fact("console.about.version", env!("CARGO_PKG_VERSION").to_owned()),
            fact("console.about.inventory", inventory.version.to_string()),
            fact("console.about.since", locale::instant(loaded.since, lang)),
            fact(
                "console.about.portals",
                locale::count(inventory.portals.len() as u64, lang),
            ),
            fact(
                "console.about.agents",
                locale::count(inventory.agents.len() as u64, lang),
            ),
            fact("console.about.contact", inventory.contact.clone()),
        ],
    }
}
