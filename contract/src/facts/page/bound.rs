//! Keeping the group small enough to travel: a line of the wire and a row of the store have bounds.

use super::{
    EvidenceRef, ItemFacts, MAX_EXTRACT, MAX_ITEMS, MAX_LINKED, MAX_PUBLISHED, MAX_PUBLISHED_FILES,
    MAX_SOURCES, MAX_TITLE, MAX_URL, Measure, PageFacts, SectionFacts,
};

/// The longest page group, in bytes of JSON: with the rest of the observation it fits a line of the wire.
pub const MAX_BYTES: usize = 256 * 1024;

/// The longest note of a measure, label or rule, in characters.
const MAX_NOTE: usize = 300;
/// Names of fields that a section or measure may list.
const MAX_FIELDS: usize = 100;
/// The longest name of a host (RFC 1035, section 2.3.4).
const MAX_HOST: usize = 253;
/// Files of an item.
const MAX_FILES: usize = 10;
/// Sections and measures of a visit.
const MAX_PARTS: usize = 400;

impl PageFacts {
    /// Sorts the sections by id, and cuts texts and lists to their bounds; where the whole is still longer than [`MAX_BYTES`] the long lists of items
    /// are cut further until it fits, and what was cut says so.
    #[must_use]
    pub fn bounded(mut self) -> Self {
        self.final_url = self.final_url.filter(|url| url.len() <= MAX_URL);
        clip(&mut self.title, MAX_TITLE);
        clip(&mut self.html_lang, 40);
        evidence(&mut self.evidence);
        self.capped |= self.sections.len() > MAX_PARTS || self.checks.len() > MAX_PARTS;
        self.sections.truncate(MAX_PARTS);
        self.sections.iter_mut().for_each(section);
        self.sections.sort_by(|a, b| a.id.cmp(&b.id));
        self.sections.dedup_by(|a, b| a.id == b.id);
        while self.checks.len() > MAX_PARTS {
            self.checks.pop_last();
        }
        self.checks.values_mut().for_each(measure);
        if let Some(linked) = &mut self.linked {
            linked.retain(|host| host.len() <= MAX_HOST);
            linked.sort();
            linked.dedup();
        }
        // Half a list would say of the others that nothing leads to them.
        self.linked = self.linked.filter(|linked| linked.len() <= MAX_LINKED);
        if let Some(sources) = &mut self.sources {
            sources.retain(|source| source.len() <= MAX_HOST);
            sources.sort();
            sources.dedup();
            sources.truncate(MAX_SOURCES);
        }
        self.published.retain(|published| published.url.len() <= MAX_URL);
        self.published.truncate(MAX_PUBLISHED);
        for published in &mut self.published {
            // The document itself and its files; half of them would say of the others that they are not there.
            published.whole &= published.sha256.len() <= MAX_PUBLISHED_FILES + 1;
            published.sha256.truncate(MAX_PUBLISHED_FILES + 1);
        }
        if let Some(english) = &mut self.english {
            english.entry = english.entry.take().filter(|url| url.len() <= MAX_URL);
            english.organisation = english.organisation.take().filter(|url| url.len() <= MAX_URL);
            english.contacts = english.contacts.take().filter(|url| url.len() <= MAX_URL);
            clip(&mut english.found_by, 40);
            evidence(&mut english.evidence);
        }
        let mut room = MAX_ITEMS;
        while room > 0 && length(&self) > MAX_BYTES {
            self.capped = true;
            room /= 2;
            for section in self.sections.iter_mut().filter(|s| s.items.len() > room) {
                section.items.truncate(room);
                section.capped = true;
            }
        }
        if length(&self) > MAX_BYTES {
            self.linked = None;
            self.sources = None;
        }
        // Nothing but texts is left to be that long.
        while length(&self) > MAX_BYTES && !(self.checks.is_empty() && self.sections.is_empty()) {
            let keep = self.checks.len() / 2;
            self.checks = std::mem::take(&mut self.checks).into_iter().take(keep).collect();
            if keep == 0 {
                self.sections.truncate(self.sections.len() / 2);
            }
        }
        self
    }
}

fn length(facts: &PageFacts) -> usize {
    serde_json::to_vec(facts).map_or(0, |json| json.len())
}

fn section(section: &mut SectionFacts) {
    section.capped |= section.items.len() > MAX_ITEMS;
    section.items.truncate(MAX_ITEMS);
    section.items.iter_mut().for_each(item);
    section.url = section.url.take().filter(|url| url.len() <= MAX_URL);
    clip(&mut section.label, MAX_NOTE);
    fields(&mut section.fields);
    evidence(&mut section.evidence);
    if let Some(newest) = &mut section.newest {
        cut(&mut newest.rule, MAX_NOTE);
        clip(&mut newest.title, MAX_TITLE);
        bound_evidence(&mut newest.evidence);
    }
}

fn item(item: &mut ItemFacts) {
    item.url = item.url.take().filter(|url| url.len() <= MAX_URL);
    cut(&mut item.title, MAX_TITLE);
    clip(&mut item.symbol, 80);
    clip(&mut item.issuer, MAX_TITLE);
    item.files.retain(|url| url.len() <= MAX_URL);
    item.files.truncate(MAX_FILES);
}

fn measure(measure: &mut Measure) {
    clip(&mut measure.note, MAX_NOTE);
    fields(&mut measure.fields);
    evidence(&mut measure.evidence);
}

fn fields(fields: &mut Option<Vec<String>>) {
    if let Some(fields) = fields {
        fields.truncate(MAX_FIELDS);
        fields.iter_mut().for_each(|field| cut(field, 80));
    }
}

fn evidence(evidence: &mut Option<EvidenceRef>) {
    if let Some(evidence) = evidence {
        bound_evidence(evidence);
    }
}

fn bound_evidence(evidence: &mut EvidenceRef) {
    if let Some(text) = &mut evidence.text {
        let end = text.floor_char_boundary(MAX_EXTRACT);
        text.truncate(end);
    }
    clip(&mut evidence.selector, MAX_NOTE);
    evidence.url = evidence.url.take().filter(|url| url.len() <= MAX_URL);
}

fn clip(text: &mut Option<String>, most: usize) {
    if let Some(text) = text {
        cut(text, most);
    }
}

/// Keeps the first `most` characters.
fn cut(text: &mut String, most: usize) {
    if let Some((end, _)) = text.char_indices().nth(most) {
        text.truncate(end);
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EvidenceKind, NewestDate, SectionState};
    use super::*;
    use proptest::prelude::*;

    fn huge(sections: usize, items: usize, letters: usize) -> PageFacts {
        let text = "ữ".repeat(letters);
        let item = ItemFacts {
            url: Some(format!("https://a.example/{}", "x".repeat(letters))),
            title: text.clone(),
            symbol: Some(text.clone()),
            files: vec![text.clone(); 3],
            ..ItemFacts::default()
        };
        let proof = EvidenceRef {
            text: Some(text.clone()),
            selector: Some(text.clone()),
            url: Some(text.clone()),
            kind: Some(EvidenceKind::Page),
            ..EvidenceRef::default()
        };
        let mut facts = PageFacts {
            title: Some(text.clone()),
            ..PageFacts::default()
        };
        for n in 0..sections {
            let mut section = SectionFacts::new(format!("muc-{n}"), SectionState::Listed);
            section.items = vec![item.clone(); items];
            section.newest = Some(NewestDate {
                day: jiff::civil::date(2026, 11, 5),
                rule: text.clone(),
                title: Some(text.clone()),
                evidence: proof.clone(),
            });
            facts.sections.push(section);
            let measure = Measure {
                note: Some(text.clone()),
                fields: Some(vec![text.clone(); 9]),
                ..Measure::default()
            };
            facts.checks.insert(format!("phep-{n}"), measure);
        }
        facts
    }

    #[test]
    fn the_largest_visit_fits_and_says_what_was_cut() {
        let facts = huge(44, 100, 400).bounded();
        assert!(length(&facts) <= MAX_BYTES && facts.capped);
        assert!(facts.sections.iter().all(|s| s.capped && !s.is_whole()));
        assert_eq!(facts.sections.len(), 44);
        let small = huge(2, 3, 10);
        assert_eq!(small.clone().bounded().sections[0].items.len(), 3);
        assert!(!small.bounded().capped);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(12))]
        #[test]
        fn whatever_was_read_fits_a_line(sections in 0..50usize, items in 0..70usize, letters in 0..1_000usize) {
            let facts = huge(sections, items, letters).bounded();
            prop_assert!(length(&facts) <= MAX_BYTES);
            prop_assert_eq!(facts.clone().bounded(), facts);
        }
    }
}
