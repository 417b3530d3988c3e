//! The colours of tones: told apart in print without colour too, because they differ in lightness.

use ems_contract::document::Tone;

/// A colour: red, green, blue.
pub(crate) type Colour = [u8; 3];

/// Rules, axes and the marks of charts.
pub(crate) const INK: Colour = [0x33, 0x33, 0x33];
/// Links.
pub(crate) const LINK: Colour = [0x1a, 0x4f, 0x8b];
/// Behind the heads of tables.
pub(crate) const HEAD: Colour = [0xe9, 0xed, 0xf2];
/// Behind what a person has to write.
pub(crate) const PLACEHOLDER: Colour = [0xff, 0xf2, 0x9c];
/// The lines of a chart, in the order of its series.
pub(crate) const SERIES: [Colour; 6] = [
    [0x1a, 0x4f, 0x8b],
    [0xc2, 0x5b, 0x12],
    [0x3a, 0x7d, 0x44],
    [0x8b, 0x1a, 0x4f],
    [0x6b, 0x6b, 0x6b],
    [0x00, 0x00, 0x00],
];

/// Of a field or bar in a chart.
pub(crate) const fn solid(tone: Tone) -> Colour {
    match tone {
        Tone::Good => [0x9c, 0xd3, 0xa6],
        Tone::Warn => [0xe8, 0xa8, 0x2c],
        Tone::Bad => [0x9e, 0x1b, 0x1b],
        Tone::Unknown => [0xd0, 0xd0, 0xd0],
        Tone::Excluded => [0xb7, 0xcc, 0xe8],
        Tone::Absent => [0xff, 0xff, 0xff],
    }
}

/// Behind black text.
pub(crate) const fn tint(tone: Tone) -> Colour {
    match tone {
        Tone::Good => [0xe2, 0xf3, 0xe5],
        Tone::Warn => [0xfd, 0xef, 0xc8],
        Tone::Bad => [0xf7, 0xd5, 0xd2],
        Tone::Unknown => [0xee, 0xee, 0xee],
        Tone::Excluded => [0xe3, 0xec, 0xf7],
        Tone::Absent => [0xff, 0xff, 0xff],
    }
}

/// `1a4f8b`, as every form writes it.
pub(crate) fn hex(colour: Colour) -> String {
    colour.iter().map(|part| format!("{part:02x}")).collect()
}
