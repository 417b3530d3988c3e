//! The embedded fonts: Liberation Serif 2, of the same widths as Times New Roman, with all Vietnamese letters.

use typst::foundations::Bytes;
use typst::layout::Abs;
use typst::text::{Font, FontInstance, FontVariations};

/// Stands for a character that cannot be shown.
pub const MARK: char = '□';

/// The family as PDF layout names it.
pub(crate) const FAMILY: &str = "Liberation Serif";

/// A style of the family; the order is that of the embedded files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Upright.
    Regular = 0,
    /// Bold.
    Bold = 1,
}

const FILES: [&[u8]; 4] = [
    include_bytes!("../fonts/LiberationSerif-Regular.ttf"),
    include_bytes!("../fonts/LiberationSerif-Bold.ttf"),
    include_bytes!("../fonts/LiberationSerif-Italic.ttf"),
    include_bytes!("../fonts/LiberationSerif-BoldItalic.ttf"),
];

/// Characters whose widths are kept in a table: all that Vietnamese reports are made of.
const COMMON: u32 = 0x2600;

/// One of the embedded fonts cannot be read: a fault of the build.
#[derive(Debug, thiserror::Error)]
#[error("the embedded font number {0} cannot be read: this program was built wrongly")]
pub struct FontError(usize);

/// The four fonts, and how wide their letters are.
pub struct Fonts {
    faces: Vec<Font>,
    /// The same, ready to be asked about their letters.
    measured: Vec<FontInstance>,
    /// Widths of the common characters in thousandths of an em, per [`Style`].
    widths: [Vec<u16>; 2],
}

impl Fonts {
    /// The embedded fonts.
    ///
    /// # Errors
    /// When one cannot be read.
    pub fn embedded() -> Result<Self, FontError> {
        let faces: Vec<Font> = FILES
            .iter()
            .enumerate()
            .map(|(index, bytes)| Font::new(Bytes::new(*bytes), 0).ok_or(FontError(index)))
            .collect::<Result<_, _>>()?;
        let measured: Vec<FontInstance> = faces
            .iter()
            .map(|face| {
                let variant = face.info().variant;
                face.clone()
                    .instantiate(variant, Abs::pt(12.0), &FontVariations::default())
            })
            .collect();
        let table = |style: Style| {
            let face = &measured[style as usize];
            (0..COMMON)
                .map(|code| char::from_u32(code).map_or(0, |character| advance(face, character)))
                .collect()
        };
        let widths = [table(Style::Regular), table(Style::Bold)];
        Ok(Self {
            faces,
            measured,
            widths,
        })
    }

    /// The fonts, for the layout.
    #[must_use]
    pub fn faces(&self) -> &[Font] {
        &self.faces
    }

    /// Whether every style can show `character`.
    #[must_use]
    pub fn shows(&self, character: char) -> bool {
        matches!(character, '\n' | '\t')
            || self
                .measured
                .iter()
                .all(|face| face.ttf().glyph_index(character).is_some())
    }

    /// Width of `text` on one line, in millimetres, at a size in points.
    #[must_use]
    pub fn width_mm(&self, text: &str, style: Style, size_pt: f64) -> f64 {
        let thousandths: u64 = text
            .chars()
            .map(|character| {
                let code = usize::try_from(u32::from(character)).unwrap_or(usize::MAX);
                let known = self.widths[style as usize].get(code).copied();
                u64::from(known.unwrap_or_else(|| advance(&self.measured[style as usize], character)))
            })
            .sum();
        // A report's line has some thousand characters at most: far below 2^53.
        #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
        let em = thousandths as f64 / 1000.0;
        em * size_pt * MM_PER_POINT
    }
}

/// A point, 1/72 inch, in millimetres.
pub(crate) const MM_PER_POINT: f64 = 25.4 / 72.0;

/// Width in thousandths of an em; what the font lacks is as wide as the mark that will stand for it.
fn advance(face: &FontInstance, character: char) -> u16 {
    let ttf = face.ttf();
    let glyph = ttf.glyph_index(character).or_else(|| ttf.glyph_index(MARK));
    let units = glyph.and_then(|glyph| ttf.glyph_hor_advance(glyph)).unwrap_or(0);
    let thousandths = u32::from(units) * 1000 / u32::from(ttf.units_per_em().max(1));
    u16::try_from(thousandths).unwrap_or(u16::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The 134 letters of Vietnamese that ASCII lacks, lower and upper case.
    const VIETNAMESE: &str = "àáảãạăằắẳẵặâầấẩẫậđèéẻẽẹêềếểễệìíỉĩịòóỏõọôồốổỗộơờớởỡợùúủũụưừứửữựỳýỷỹỵ\
        ÀÁẢÃẠĂẰẮẲẴẶÂẦẤẨẪẬĐÈÉẺẼẸÊỀẾỂỄỆÌÍỈĨỊÒÓỎÕỌÔỒỐỔỖỘƠỜỚỞỠỢÙÚỦŨỤƯỪỨỬỮỰỲÝỶỸỴ";

    #[test]
    fn all_styles_show_all_vietnamese_letters_and_the_mark() {
        let fonts = Fonts::embedded().unwrap();
        assert_eq!(VIETNAMESE.chars().count(), 134);
        for character in VIETNAMESE
            .chars()
            .chain("₫–—…“”‘’≥≤×→↑↓•§°±".chars())
            .chain([MARK])
        {
            assert!(fonts.shows(character), "{character}");
        }
        assert!(!fonts.shows('😀'));
        assert!(!fonts.shows('国'));
    }

    #[test]
    fn widths_are_those_of_times() {
        let fonts = Fonts::embedded().unwrap();
        // Times: a digit is half an em; 10 digits at 72 pt are 5 inches.
        let width = fonts.width_mm("0123456789", Style::Regular, 72.0);
        assert!((width - 127.0).abs() < 0.2, "{width}");
        assert!(fonts.width_mm("mm", Style::Bold, 12.0) > fonts.width_mm("ii", Style::Bold, 12.0));
    }
}
