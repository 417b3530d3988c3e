//! The document as the layout reads it: every number a finished text, every place measured.

use std::borrow::Cow;

use ems_contract::document::{Block, Document, Letterhead};
use ems_contract::text::{Lang, get};
use serde_json::{Value, json};

use crate::fonts::{FAMILY, Fonts, MARK, Style};
use crate::read::Replaced;
use crate::{geometry, palette};

/// Makes the JSON that the layout reads, and says which characters the fonts lack.
pub(super) fn view(document: &Document, fonts: &Fonts) -> (Vec<u8>, Replaced) {
    let mut view = View {
        fonts,
        replaced: Replaced::new(),
        width_mm: geometry::text_width(false),
    };
    let json = view.document(document);
    // Writing a JSON value into memory cannot fail.
    (serde_json::to_vec(&json).unwrap_or_default(), view.replaced)
}

pub(super) struct View<'a> {
    pub(super) fonts: &'a Fonts,
    replaced: Replaced,
    /// Width of the text of the page in hand.
    pub(super) width_mm: f64,
}

impl View<'_> {
    fn document(&mut self, document: &Document) -> Value {
        let lang = document.lang;
        let mut body = self.blocks(&document.body);
        if let (Some(Block::Paragraph(_)), Some(last)) = (document.body.last(), body.last_mut()) {
            // A signature never stands alone on a page: the last paragraph goes with it.
            last["kept"] = true.into();
        }
        let appendices: Vec<Value> = document
            .appendices
            .iter()
            .map(|appendix| {
                self.width_mm = geometry::text_width(appendix.landscape);
                json!({
                    "label": self.text(&appendix.label),
                    "title": self.text(&appendix.title),
                    "note": appendix.note.as_ref().map(|note| self.text(note)),
                    "landscape": appendix.landscape,
                    "body": self.blocks(&appendix.body),
                })
            })
            .collect();
        json!({
            "lang": lang.as_str(),
            "title": self.text(&document.title),
            "author": self.text(&document.author),
            "mark": document.mark.as_ref().map(|mark| self.text(mark)),
            "footer": document.footer.as_ref().map(|footer| self.text(footer)),
            "page": {
                "top": geometry::TOP, "bottom": geometry::BOTTOM, "left": geometry::LEFT, "right": geometry::RIGHT,
                "font": FAMILY, "size": geometry::BODY_PT, "width": geometry::text_width(false),
            },
            "letterhead": document.letterhead.as_ref().map(|head| self.letterhead(head, lang)),
            "body": body,
            "signature": document.signature.as_ref().map(|signature| json!({
                "office": self.texts(&signature.office),
                "name": self.text(&signature.name),
            })),
            "recipients": self.texts(&document.recipients),
            "appendices": appendices,
            "words": {
                "contents": get(lang, "document.contents"),
                "recipients": get(lang, "document.recipients"),
            },
            "colours": {
                "ink": palette::hex(palette::INK),
                "link": palette::hex(palette::LINK),
                "head": palette::hex(palette::HEAD),
                "placeholder": palette::hex(palette::PLACEHOLDER),
                "series": palette::SERIES.map(palette::hex),
            },
        })
    }

    fn letterhead(&mut self, head: &Letterhead, lang: Lang) -> Value {
        json!({
            "superior": head.superior.as_ref().map(|superior| self.text(superior)),
            "issuer": self.text(&head.issuer),
            "number": self.text(&head.number_line(lang)),
            "place_date": self.text(&head.place_date.line(lang)),
            "state": get(lang, "document.state"),
            "motto": get(lang, "document.motto"),
            "kind": self.text(&head.kind),
            "subject": self.text(&head.subject),
            "to": get(lang, "document.addressees"),
            "addressees": self.texts(&head.addressees),
            "issuer_share": geometry::ISSUER_SHARE,
            "issuer_size": geometry::ISSUER_PT,
            "state_size": geometry::STATE_PT,
            "motto_size": geometry::MOTTO_PT,
        })
    }

    fn texts(&mut self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.text(text)).collect()
    }

    /// A text of the page's width.
    pub(super) fn text(&mut self, text: &str) -> String {
        self.fitted(text, self.width_mm, geometry::BODY_PT)
    }

    /// A text that has to fit a width: what the fonts lack is marked, what is too long for a line may break.
    pub(super) fn fitted(&mut self, text: &str, width_mm: f64, size_pt: f64) -> String {
        let visible = self.visible(text);
        // A byte is at most one em; most texts are short enough whatever they are made of.
        let mut rest = visible.split(' ').peekable();
        let mut fitted = String::with_capacity(visible.len());
        while let Some(word) = rest.next() {
            if self.fonts.width_mm(word, Style::Bold, size_pt) > width_mm {
                may_break(word, &mut fitted);
            } else {
                fitted.push_str(word);
            }
            if rest.peek().is_some() {
                fitted.push(' ');
            }
        }
        fitted
    }

    fn visible<'t>(&mut self, text: &'t str) -> Cow<'t, str> {
        if text.chars().all(|character| self.fonts.shows(character)) {
            return Cow::Borrowed(text);
        }
        Cow::Owned(
            text.chars()
                .map(|character| {
                    if self.fonts.shows(character) {
                        return character;
                    }
                    *self.replaced.entry(character).or_default() += 1;
                    MARK
                })
                .collect(),
        )
    }
}

/// Allows a break after punctuation, and within what has none.
fn may_break(word: &str, to: &mut String) {
    const ZERO_WIDTH_SPACE: char = '\u{200b}';
    const LONGEST: usize = 8;
    let mut since = 0;
    for character in word.chars() {
        to.push(character);
        since += 1;
        if since >= LONGEST || matches!(character, '/' | '.' | '-' | '_' | '?' | '&' | '=') {
            to.push(ZERO_WIDTH_SPACE);
            since = 0;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_words_may_break_and_what_the_fonts_lack_is_marked() {
        let fonts = Fonts::embedded().unwrap();
        let mut view = View {
            fonts: &fonts,
            replaced: Replaced::new(),
            width_mm: 165.0,
        };
        assert_eq!(view.fitted("Sở Y tế", 20.0, 11.0), "Sở Y tế");
        assert_eq!(
            view.fitted("a syt.angiang.gov.vn", 15.0, 11.0),
            "a syt.\u{200b}angiang.\u{200b}gov.\u{200b}vn"
        );
        assert_eq!(view.text("Vui 😀!"), "Vui □!");
        assert_eq!(view.replaced, Replaced::from([('😀', 1)]));
    }
}
