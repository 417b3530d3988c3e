//! How cells look. Each look is made once and shared.

use std::collections::BTreeMap;

use ems_contract::document::Tone;
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder};

use crate::palette::{self, Colour};

/// Number formats, in the notation that every language of the program reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Text,
    /// Text with Excel's leading apostrophe: it stays text whatever it begins with.
    Quoted,
    Integer,
    Decimal(u8),
    Percent(u8),
    Duration,
    Date,
    Instant,
}

impl Kind {
    fn code(self) -> String {
        let point = |places: u8| match places.min(6) {
            0 => String::new(),
            places => format!(".{}", "0".repeat(usize::from(places))),
        };
        match self {
            // The text format: a spreadsheet does not guess at what is typed over it.
            Self::Text | Self::Quoted => "@".to_owned(),
            Self::Integer => "#,##0".to_owned(),
            Self::Decimal(places) => format!("#,##0{}", point(places)),
            Self::Percent(places) => format!("0{}%", point(places)),
            Self::Duration => "[h]:mm:ss".to_owned(),
            Self::Date => "dd/mm/yyyy".to_owned(),
            Self::Instant => "dd/mm/yyyy hh:mm:ss".to_owned(),
        }
    }
}

/// All looks in use.
#[derive(Default)]
pub(super) struct Formats {
    cells: BTreeMap<(Kind, Option<Tone>, bool), Format>,
    fixed: BTreeMap<&'static str, Format>,
}

impl Formats {
    pub(super) fn of(&mut self, kind: Kind, tone: Option<Tone>, bold: bool) -> &Format {
        self.cells.entry((kind, tone, bold)).or_insert_with(|| {
            let mut format = base().set_num_format(kind.code()).set_align(FormatAlign::Top);
            if matches!(kind, Kind::Text | Kind::Quoted) {
                format = format.set_text_wrap();
            }
            if kind == Kind::Quoted {
                format = format.set_quote_prefix();
            }
            if let Some(tone) = tone {
                format = format.set_background_color(colour(palette::tint(tone)));
            }
            if bold {
                format = format.set_bold();
            }
            format
        })
    }

    /// Of a cell in the row of totals.
    pub(super) fn total(&mut self, kind: Kind) -> Format {
        self.of(kind, None, true)
            .clone()
            .set_border_top(FormatBorder::Double)
    }

    pub(super) fn head(&mut self) -> &Format {
        self.fixed.entry("head").or_insert_with(|| {
            base()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_align(FormatAlign::VerticalCenter)
                .set_background_color(colour(palette::HEAD))
        })
    }

    pub(super) fn note(&mut self) -> &Format {
        self.fixed.entry("note").or_insert_with(|| {
            Format::new()
                .set_font_name("Times New Roman")
                .set_font_size(11)
                .set_italic()
        })
    }
}

fn base() -> Format {
    Format::new()
        .set_font_name("Times New Roman")
        .set_font_size(11)
        .set_border(FormatBorder::Thin)
}

fn colour([red, green, blue]: Colour) -> Color {
    Color::RGB(u32::from_be_bytes([0, red, green, blue]))
}
