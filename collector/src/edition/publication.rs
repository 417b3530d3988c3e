//! Where a frozen edition was published, as somebody states: the address joins the plan of the agent that reads the
//! portal, and the check `report-published` compares the bytes that come with the files of the edition.

use ems_contract::digest::Sha256;
use ems_contract::facts::page::MAX_URL;
use ems_contract::id::PortalId;
use ems_contract::inventory::{Inventory, Level, Portal, Status};
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;
use url::Url;

use super::key::EditionKey;
use super::model::{Edition, EditionState};
use crate::account::{Author, Note};
use crate::regulation::Regulations;

/// Addresses older than this are not asked any more.
pub const ASKED_S: i64 = 200 * 86_400;

/// An address that somebody stated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Publication {
    /// Row number of the edition.
    pub edition: i64,
    /// Of which report.
    pub key: EditionKey,
    /// Number of the edition.
    pub number: u32,
    /// The portal on which it stands.
    pub portal: PortalId,
    /// Where.
    pub url: Url,
    /// When it was stated.
    pub at: UnixTime,
    /// By whom, for readers.
    pub shown: String,
    /// Digests of the edition's files that are the whole report, in one form each.
    pub files: Vec<Sha256>,
}

/// What is to be kept of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPublication {
    /// Row number of the edition.
    pub edition: i64,
    /// The portal on which it stands.
    pub portal: PortalId,
    /// Where.
    pub url: Url,
    /// When it is stated.
    pub at: UnixTime,
}

/// Why an address is not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PublicationFault {
    /// A draft is not published.
    Draft,
    /// It is no address that an agent could ask.
    NoAddress,
    /// It lies on no province portal that the regulation of the report binds; the home pages of those that there are.
    Elsewhere(Vec<String>),
}

impl PublicationFault {
    /// In words.
    #[must_use]
    pub fn render(&self, edition: &Edition, lang: Lang) -> String {
        match self {
            Self::Draft => fill(lang, "edition.publish.draft", &[("name", &edition.name())]),
            Self::NoAddress => get(lang, "edition.published.no_address").to_owned(),
            Self::Elsewhere(known) if known.is_empty() => get(lang, "edition.published.no_portal").to_owned(),
            Self::Elsewhere(known) => fill(
                lang,
                "edition.published.elsewhere",
                &[("known", &known.join(", "))],
            ),
        }
    }
}

impl NewPublication {
    /// An edition at an address, on the province portal whose host the address has (with or without `www.`): there the
    /// regulations want reports published, and its pages are read anyway.
    ///
    /// # Errors
    /// [`PublicationFault`].
    pub fn of(
        edition: &Edition,
        address: &str,
        (rules, inventory): (&Regulations, &Inventory),
        at: UnixTime,
    ) -> Result<Self, PublicationFault> {
        if edition.state() == EditionState::Drafted {
            return Err(PublicationFault::Draft);
        }
        let url = address.trim().parse::<Url>().ok().filter(|url| {
            let plain = url.username().is_empty() && url.password().is_none();
            plain && matches!(url.scheme(), "http" | "https") && url.as_str().len() <= MAX_URL
        });
        let Some(url) = url else {
            return Err(PublicationFault::NoAddress);
        };
        let pack = rules.report(&edition.key.duty).map(|duty| &duty.pack);
        let bound = |portal: &&Portal| {
            portal.status == Status::Active
                && portal.level == Level::Province
                && pack.is_some_and(|pack| portal.regulations.iter().any(|id| **id == **pack))
        };
        let portals = || inventory.portals.iter().filter(bound);
        match portals().find(|portal| bare(&portal.url) == bare(&url)) {
            Some(portal) => Ok(Self {
                edition: edition.id,
                portal: portal.id.clone(),
                url,
                at,
            }),
            None => Err(PublicationFault::Elsewhere(
                portals().map(|portal| portal.url.to_string()).collect(),
            )),
        }
    }

    /// Its entry of the audit log.
    #[must_use]
    pub fn note(&self, edition: &Edition, author: &Author) -> Note {
        author.note(self.at, "report.published", edition.name(), self.url.to_string())
    }
}

/// The host without `www.`.
fn bare(url: &Url) -> &str {
    let host = url.host_str().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host)
}

#[cfg(test)]
mod tests {
    use super::super::model::Step;
    use super::*;
    use crate::testing;

    fn drafted(now: UnixTime) -> Edition {
        testing::edition("ag-qc/2026-Q3", now)
    }

    #[test]
    fn an_address_is_taken_on_a_province_portal_of_the_regulation_alone() {
        let rules = Regulations::embedded().unwrap();
        let mut inventory = testing::inventory(&["angiang", "so-khcn"]);
        for portal in &mut inventory.portals {
            portal.regulations = vec!["an-giang-2023".into()];
        }
        inventory.portals[0].level = Level::Province;
        inventory.portals[0].url = "https://www.angiang.gov.vn/".parse().unwrap();
        inventory.portals[1].level = Level::Department;
        let now = testing::at(9);
        let mut edition = drafted(now);
        let of = |edition: &Edition, address: &str| {
            NewPublication::of(edition, address, (&rules, &inventory), now).map(|new| new.portal.to_string())
        };
        assert_eq!(
            of(&edition, "https://angiang.gov.vn/a"),
            Err(PublicationFault::Draft)
        );
        edition.steps.push(Step {
            state: EditionState::Frozen,
            at: now,
            author: "a".into(),
            shown: "A".into(),
            number: None,
            on: None,
            who: None,
            file: None,
        });
        for good in [
            "https://angiang.gov.vn/a?b#c",
            " http://www.angiang.gov.vn ",
            "https://ANGIANG.gov.vn/",
        ] {
            assert_eq!(of(&edition, good), Ok("angiang".to_owned()), "{good}");
        }
        let long = format!("https://angiang.gov.vn/{}", "a".repeat(1_100));
        for bad in [
            "",
            "angiang.gov.vn",
            "ftp://angiang.gov.vn/",
            "https://a:b@angiang.gov.vn/",
            &long,
        ] {
            assert_eq!(of(&edition, bad), Err(PublicationFault::NoAddress), "{bad}");
        }
        let known = PublicationFault::Elsewhere(vec!["https://www.angiang.gov.vn/".to_owned()]);
        let so = inventory.portals[1].url.to_string();
        for elsewhere in [
            &*so,
            "https://angiang.gov.vn.evil.vn/",
            "https://xangiang.gov.vn/",
        ] {
            assert_eq!(of(&edition, elsewhere), Err(known.clone()), "{elsewhere}");
        }
    }
}
