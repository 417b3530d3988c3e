//! All facts of one page in one call: the schema of `ems-agent page --json`.

use ems_contract::time::UnixTime;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use url::Url;

use super::article::{self, ArticleDates};
use super::decode::{CharsetFacts, decode};
use super::document::Document;
use super::features::{FeatureFacts, features};
use super::items::{self, SectionFacts};
use super::language::{self, Language, LanguageFacts};
use super::links::{LinkFacts, links};
use super::region::Regions;
use super::sections::{self, Lexicon, SectionLink};

/// Bytes of a page that are read: more is no page of a portal.
pub const MAX_BODY: usize = 5 * 1024 * 1024;

/// A page as fetched.
#[derive(Debug, Clone, Copy)]
pub struct PageInput<'a> {
    /// The body, decompressed.
    pub body: &'a [u8],
    /// The `Content-Type` header.
    pub content_type: Option<&'a str>,
    /// The final address.
    pub url: &'a Url,
    /// The instant of the fetch.
    pub fetched_at: UnixTime,
}

/// What is looked for on a page.
#[derive(Debug, Clone, Copy)]
pub struct Questions<'a> {
    /// The section lexicon.
    pub lexicon: &'a Lexicon,
    /// The section asked for; none for the page's own main list.
    pub section: Option<&'a str>,
    /// Parts of addresses or scripts that mark a measuring system.
    pub measurement: &'a [String],
}

/// All facts of one page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PageFacts {
    /// The address.
    pub url: String,
    /// The title.
    pub title: String,
    /// The day of publication, if the page is an article.
    pub published: Option<Date>,
    /// The day of the last change, as the page says.
    pub modified: Option<Date>,
    /// The language of the content.
    pub language: Language,
    /// Links that name sections.
    pub menu: Vec<SectionLink>,
    /// The menu is made by scripts: what is missing is unknown.
    pub js_only: bool,
    /// The section asked for, or the page's own main list.
    pub section: SectionFacts,
    /// How the bytes were read.
    pub charset: CharsetFacts,
    /// The evidence of the dates.
    pub dates: ArticleDates,
    /// The evidence of the language.
    pub language_facts: LanguageFacts,
    /// The functions of the page.
    pub features: FeatureFacts,
    /// Its links.
    pub links: LinkFacts,
    /// The page was longer or had more elements than are read.
    pub truncated: bool,
}

/// Reads every fact of a page. Any bytes are a page; nothing here fails.
#[must_use]
pub fn examine(input: &PageInput<'_>, questions: &Questions<'_>) -> PageFacts {
    examine_with(input, questions, |_document, _regions, _facts| ()).0
}

/// The same, and whatever else is wanted of the tree while it stands.
pub fn examine_with<T>(
    input: &PageInput<'_>,
    questions: &Questions<'_>,
    also: impl FnOnce(&Document<'_>, &Regions, &PageFacts) -> T,
) -> (PageFacts, T) {
    let body = input
        .body
        .get(..input.body.len().min(MAX_BODY))
        .unwrap_or_default();
    let decoded = decode(body, input.content_type);
    let document = Document::new(&decoded.text, input.url, input.fetched_at);
    let regions = Regions::new(&document.dom);
    let menu = sections::menu(&document, &regions, questions.lexicon);
    let section = items::section(&document, &regions, questions.lexicon, &menu, questions.section);
    let dates = article::dates(&document);
    let language = language::of_page(&document, &regions);
    let facts = PageFacts {
        url: input.url.to_string(),
        title: document.title(),
        published: dates.published.as_ref().map(|d| d.day),
        modified: dates.modified.as_ref().map(|d| d.day),
        language: language.content,
        menu: menu.links,
        js_only: menu.js_only,
        section,
        charset: decoded.facts,
        dates,
        language_facts: language,
        features: features(&document, &regions, questions.measurement),
        links: links(&document),
        truncated: body.len() < input.body.len() || document.dom.truncated(),
    };
    let more = also(&document, &regions, &facts);
    (facts, more)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8]) -> PageFacts {
        static LEXICON: std::sync::LazyLock<Lexicon> = std::sync::LazyLock::new(|| {
            Lexicon::from_yaml(include_str!("../../../regulations/sections.yaml")).unwrap()
        });
        let url = Url::parse("https://xa.example/tin-tuc").unwrap();
        let input = PageInput {
            body,
            content_type: Some("text/html"),
            url: &url,
            fetched_at: UnixTime::from_secs(1_793_927_700),
        };
        let questions = Questions {
            lexicon: &LEXICON,
            section: Some("tin-tuc"),
            measurement: &[],
        };
        examine(&input, &questions)
    }

    #[test]
    fn the_facts_survive_json() {
        let facts =
            read("<html lang=vi><title>Tin tức</title><h1>Tin tức</h1><p>Đang cập nhật</p>".as_bytes());
        let text = serde_json::to_string(&facts).unwrap();
        assert_eq!(serde_json::from_str::<PageFacts>(&text).unwrap(), facts);
        assert!(text.contains("\"state\":\"empty\""));
    }

    #[test]
    fn every_bad_page_is_a_page() {
        let nested = "<table><tr><td>".repeat(10)
            + "<a href=/x>Một tiêu đề dài hơn bốn chữ</a>"
            + &"</td></tr></table>".repeat(10);
        let script = format!("<script>{}</script>", "var a=1;".repeat(130_000));
        let pages: Vec<Vec<u8>> = vec![
            Vec::new(),
            "<div class=date>".repeat(20_000).into_bytes(),
            nested.repeat(50).into_bytes(),
            script.into_bytes(),
            "<a href=/a/b>Một tiêu đề dài hơn bốn chữ</a> "
                .repeat(50_000)
                .into_bytes(),
            (0..200_000u32)
                .map(|n| u8::try_from(n * 7 % 256).unwrap())
                .collect(),
            b"%PDF-1.4 \x00\x01\x02".to_vec(),
            vec![b'<'; 300_000],
            "<p>05/11/2026 ".repeat(20_000).into_bytes(),
            vec![0; 100_000],
        ];
        for page in pages {
            let facts = read(&page);
            assert!(facts.section.items.len() <= 300 && facts.links.links.len() <= 5_000);
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(48))]
        #[test]
        fn any_bytes_give_facts(body in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..600)) {
            proptest::prop_assert!(read(&body).section.items.len() <= 300);
        }
    }
}
