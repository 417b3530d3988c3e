//! Paper, margins and sizes (NĐ 30/2020/NĐ-CP, Phụ lục I): one set for every printed form.

/// Short side of A4, millimetres.
pub(crate) const SHORT: f64 = 210.0;
/// Long side of A4, millimetres.
pub(crate) const LONG: f64 = 297.0;
/// Upper margin (20 to 25 mm).
pub(crate) const TOP: f64 = 20.0;
/// Lower margin (20 to 25 mm).
pub(crate) const BOTTOM: f64 = 20.0;
/// Left margin (30 to 35 mm).
pub(crate) const LEFT: f64 = 30.0;
/// Right margin (15 to 20 mm).
pub(crate) const RIGHT: f64 = 15.0;

/// Points of the text (13 to 14).
pub(crate) const BODY_PT: f64 = 14.0;
/// Points of the state's name (12 to 13).
pub(crate) const STATE_PT: f64 = 12.0;
/// Points of the issuing bodies (12 to 13).
pub(crate) const ISSUER_PT: f64 = 12.0;
/// Points of the motto, the number line and the place line (13 to 14).
pub(crate) const MOTTO_PT: f64 = 13.0;
/// Share of the head that the issuer's half takes: the state's name needs more.
pub(crate) const ISSUER_SHARE: f64 = 0.42;

/// Width of the text, millimetres.
pub(crate) const fn text_width(landscape: bool) -> f64 {
    (if landscape { LONG } else { SHORT }) - LEFT - RIGHT
}
