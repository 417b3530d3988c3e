//! The section lexicon: labels, synonyms and slugs by which a section is recognised. Data, shipped in the plan
//! (`regulations/sections.yaml`); this module compiles it for the search.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, LazyLock};

use serde::Deserialize;

use super::emptiness::says_nothing;
use crate::page::plain::fold_words;

/// The lexicon as written.
#[derive(Debug, Clone, Deserialize)]
pub struct LexiconFile {
    /// The matching rules.
    #[serde(default)]
    pub matching: Matching,
    /// The sections.
    pub sections: Vec<SectionEntry>,
}

/// Scores of the ways to match, and texts of empty sections.
#[derive(Debug, Clone, Deserialize)]
#[serde(default)]
pub struct Matching {
    /// The least score that counts.
    pub accept_score: f32,
    /// A label equal to one of the lexicon.
    pub score_exact: f32,
    /// A label that holds one of the lexicon.
    pub score_contains: f32,
    /// An address that ends with a slug of the lexicon.
    pub score_slug: f32,
    /// Texts by which a section says that it is empty.
    pub empty_texts_vi: Vec<String>,
}

impl Default for Matching {
    fn default() -> Self {
        Self {
            accept_score: 0.6,
            score_exact: 1.0,
            score_contains: 0.8,
            score_slug: 0.6,
            empty_texts_vi: Vec::new(),
        }
    }
}

/// One section of the lexicon.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub struct SectionEntry {
    /// Its id (`tin-tuc`).
    pub id: String,
    /// Its usual Vietnamese label.
    pub label_vi: String,
    /// Other labels.
    pub synonyms_vi: Vec<String>,
    /// Labels on the English side.
    pub labels_en: Vec<String>,
    /// Last parts of addresses.
    pub slugs: Vec<String>,
    /// Labels that hold one of the others and mean something else.
    pub negative_vi: Vec<String>,
    /// What its page holds: `list`, `documents`, `page`, `form`, `link`.
    pub kind: String,
}

/// The compiled lexicon.
#[derive(Debug)]
pub struct Lexicon {
    pub(super) matching: Matching,
    ids: Vec<String>,
    kinds: Vec<String>,
    phrases: HashMap<String, Vec<u16>>,
    negatives: HashMap<String, Vec<u16>>,
    slugs: HashMap<String, u16>,
    english: HashMap<String, u16>,
    /// Long phrases for the search of misspellings, with their section.
    spelled: Vec<(String, u16)>,
    empty: Vec<String>,
}

/// A lexicon that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum LexiconError {
    /// Not YAML of the right shape.
    #[error("the section lexicon cannot be read: {0}")]
    Yaml(#[from] serde_saphyr::Error),
    /// No sections, or too many.
    #[error("the section lexicon has {0} sections (1 to 1000 are allowed)")]
    Count(usize),
}

/// A label folded, without the words that join and say nothing.
fn normal(label: &str) -> String {
    let folded = fold_words(label);
    let mut out = String::with_capacity(folded.len());
    for word in folded
        .split(' ')
        .filter(|w| !matches!(*w, "va" | "cac" | "cua" | ""))
    {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

/// Signs between the parts of a label (`Văn bản - Chính sách`).
const fn divides(c: char) -> bool {
    matches!(c, ':' | '|' | '/' | '•' | '>' | '–' | '—' | '-')
}

/// The lexicon as this version of the agent knows it; a plan may bring a newer one.
#[expect(
    clippy::expect_used,
    reason = "a file of this repository, and a test reads it"
)]
static EMBEDDED: LazyLock<Arc<Lexicon>> = LazyLock::new(|| {
    let text = include_str!("../../../../regulations/sections.yaml");
    Arc::new(Lexicon::from_yaml(text).expect("the embedded lexicon"))
});

impl Lexicon {
    /// The lexicon that is compiled in.
    #[must_use]
    pub fn embedded() -> Arc<Self> {
        Arc::clone(&EMBEDDED)
    }

    /// Reads and compiles the YAML text of a lexicon.
    ///
    /// # Errors
    /// When the text is not a lexicon, or has no sections.
    pub fn from_yaml(text: &str) -> Result<Self, LexiconError> {
        let file: LexiconFile = serde_saphyr::from_str(text)?;
        Self::new(file)
    }

    /// Compiles a lexicon.
    ///
    /// # Errors
    /// When it has no sections, or more than a thousand.
    pub fn new(file: LexiconFile) -> Result<Self, LexiconError> {
        let count = file.sections.len();
        if count == 0 || count > 1_000 {
            return Err(LexiconError::Count(count));
        }
        let mut lexicon = Self {
            empty: file
                .matching
                .empty_texts_vi
                .iter()
                .map(|t| fold_words(t))
                .collect(),
            matching: file.matching,
            ids: Vec::new(),
            kinds: Vec::new(),
            phrases: HashMap::new(),
            negatives: HashMap::new(),
            slugs: HashMap::new(),
            english: HashMap::new(),
            spelled: Vec::new(),
        };
        for (place, section) in file.sections.into_iter().enumerate() {
            lexicon.add(u16::try_from(place).unwrap_or(u16::MAX), section);
        }
        Ok(lexicon)
    }

    fn add(&mut self, place: u16, section: SectionEntry) {
        let labels = std::iter::once(&section.label_vi).chain(&section.synonyms_vi);
        for label in labels {
            // `Lịch công tác / Lịch làm việc` is two labels.
            let whole = std::iter::once(label.as_str());
            for part in whole.chain(label.split(" / ").filter(|p| p.len() < label.len())) {
                let phrase = normal(&part.replace(['{', '}'], " "));
                if phrase.len() < 2 {
                    continue;
                }
                let known = self.phrases.entry(phrase.clone()).or_default();
                if !known.contains(&place) {
                    known.push(place);
                }
                if phrase.len() >= 8 {
                    self.spelled.push((phrase, place));
                }
            }
        }
        for label in &section.negative_vi {
            self.negatives.entry(normal(label)).or_default().push(place);
        }
        for slug in section.slugs {
            self.slugs.entry(slug.to_lowercase()).or_insert(place);
        }
        for label in &section.labels_en {
            self.english.entry(fold_words(label)).or_insert(place);
        }
        self.ids.push(section.id);
        self.kinds.push(section.kind);
    }

    /// The ids in the order of the lexicon.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.ids.iter().map(String::as_str)
    }

    pub(super) fn id(&self, place: u16) -> &str {
        self.ids.get(usize::from(place)).map_or("", String::as_str)
    }

    /// Whether the section's page is a list of documents.
    #[must_use]
    pub fn is_documents(&self, id: &str) -> bool {
        let place = self.ids.iter().position(|i| i == id);
        place
            .and_then(|p| self.kinds.get(p))
            .is_some_and(|k| k == "documents")
    }

    /// Whether a folded text says that a section is empty.
    #[must_use]
    pub fn says_empty(&self, folded_words: &str) -> bool {
        self.empty.iter().any(|text| folded_words == text) || says_nothing(folded_words)
    }

    /// The section of a label on the English side.
    #[must_use]
    pub fn english(&self, label: &str) -> Option<&str> {
        self.english.get(&fold_words(label)).map(|p| self.id(*p))
    }

    /// The sections that a label names, with the score, best first.
    #[must_use]
    pub fn label(&self, label: &str, loose: bool) -> Vec<(&str, f32)> {
        let whole = normal(label);
        if whole.is_empty() || whole.len() > 120 {
            return Vec::new();
        }
        let mut found: BTreeMap<u16, f32> = BTreeMap::new();
        self.exact(&whole, self.matching.score_exact, &mut found);
        if label.contains(divides) {
            self.parts(label, &mut found);
        }
        if found.is_empty() && loose {
            self.contained(&whole, &mut found);
        }
        if found.is_empty() && loose {
            self.misspelled(&whole, &mut found);
        }
        found.retain(|place, _| !self.negatives.get(&whole).is_some_and(|n| n.contains(place)));
        let mut all: Vec<(&str, f32)> = found.into_iter().map(|(p, s)| (self.id(p), s)).collect();
        all.sort_by(|a, b| b.1.total_cmp(&a.1));
        all
    }

    /// Whether the whole label is one of the lexicon's: what [`Lexicon::label`] scores highest, at a fraction of its cost.
    #[must_use]
    pub fn is_label(&self, label: &str) -> bool {
        let whole = normal(label);
        let refused = self.negatives.get(&whole);
        self.phrases
            .get(&whole)
            .is_some_and(|places| places.iter().any(|p| refused.is_none_or(|n| !n.contains(p))))
    }

    /// Labels of several parts of which one is the lexicon's.
    fn parts(&self, label: &str, found: &mut BTreeMap<u16, f32>) {
        let parts: Vec<String> = label
            .replace('\u{A0}', " ")
            .replace([':', '|', '/', '•', '>'], " - ")
            .replace(['–', '—'], "-")
            .split(" - ")
            .map(normal)
            .filter(|p| p.len() > 1)
            .collect();
        if parts.len() > 1 && parts.len() <= 4 {
            for part in &parts {
                self.exact(part, self.matching.score_contains, found);
            }
        }
    }

    fn exact(&self, phrase: &str, score: f32, found: &mut BTreeMap<u16, f32>) {
        for place in self.phrases.get(phrase).into_iter().flatten() {
            let best = found.entry(*place).or_default();
            *best = best.max(score);
        }
    }

    /// The longest phrase of the lexicon within the label, if it is most of the label.
    fn contained(&self, whole: &str, found: &mut BTreeMap<u16, f32>) {
        let words: Vec<&str> = whole.split(' ').collect();
        if words.len() > 10 {
            return;
        }
        for length in (2..words.len()).rev() {
            let short = length * 5 < words.len() * 2;
            for (at, window) in words.windows(length).enumerate() {
                // `Giới thiệu về Sở Y tế` begins with its phrase and goes on with its object.
                if short && !(at == 0 && words.get(length) == Some(&"ve")) {
                    continue;
                }
                let phrase = window.join(" ");
                for place in self.phrases.get(&phrase).into_iter().flatten() {
                    let refused = self.negatives.iter().any(|(negative, places)| {
                        places.contains(place) && crate::page::plain::has_phrase(whole, negative)
                    });
                    if !refused {
                        found.insert(*place, self.matching.score_contains);
                    }
                }
            }
            if !found.is_empty() {
                return;
            }
        }
    }

    fn misspelled(&self, whole: &str, found: &mut BTreeMap<u16, f32>) {
        if whole.len() < 8 {
            return;
        }
        let allowed = if whole.len() >= 16 { 2 } else { 1 };
        for (phrase, place) in &self.spelled {
            if phrase.len().abs_diff(whole.len()) <= allowed
                && shares_a_border(phrase, whole)
                && strsim::osa_distance(phrase, whole) <= allowed
            {
                found.insert(*place, 0.9 * self.matching.score_exact);
            }
        }
    }

    /// The section of an address by its last part.
    #[must_use]
    pub fn slug(&self, path: &str) -> Option<(&str, f32)> {
        let last = path.trim_end_matches('/').rsplit('/').next()?;
        let last = last.split(['?', '#']).next()?.to_lowercase();
        let stem = last
            .trim_end_matches(".html")
            .trim_end_matches(".aspx")
            .trim_end_matches(".htm")
            .trim_end_matches(".php")
            .trim_end_matches(".jsp");
        let place = self.slugs.get(stem).copied().or_else(|| {
            // `tin-tuc-123`, `c12-tin-tuc`: a number beside the slug.
            let plain = stem.trim_matches(|c: char| c.is_ascii_digit()).trim_matches('-');
            self.slugs.get(plain).copied()
        })?;
        Some((self.id(place), self.matching.score_slug))
    }
}

/// Two spellings of one phrase share their first or their last letters.
fn shares_a_border(a: &str, b: &str) -> bool {
    a.get(..3) == b.get(..3) || a.get(a.len().saturating_sub(3)..) == b.get(b.len().saturating_sub(3)..)
}
