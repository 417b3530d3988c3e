//! Small pictures of charts, as PNG. Words and figures stand beside them as text.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use crate::palette::Colour;

/// A picture in the making, white at first.
pub(super) struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<Colour>,
}

impl Canvas {
    pub(super) fn new(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            pixels: vec![[0xff; 3]; width * height],
        }
    }

    /// Fills a rectangle; what lies outside is left out.
    pub(super) fn fill(&mut self, x: usize, y: usize, width: usize, height: usize, colour: Colour) {
        for row in y..(y + height).min(self.height) {
            for column in x..(x + width).min(self.width) {
                self.pixels[row * self.width + column] = colour;
            }
        }
    }

    /// Draws the border of the picture, one pixel wide.
    pub(super) fn frame(&mut self, colour: Colour) {
        let (width, height) = (self.width, self.height);
        self.fill(0, 0, width, 1, colour);
        self.fill(0, height - 1, width, 1, colour);
        self.fill(0, 0, 1, height, colour);
        self.fill(width - 1, 0, 1, height, colour);
    }

    /// Draws a line with a square pen. `dash` gives pixels drawn and pixels left out, by turns.
    pub(super) fn line(
        &mut self,
        from: (usize, usize),
        to: (usize, usize),
        pen: usize,
        colour: Colour,
        dash: Option<(usize, usize)>,
    ) {
        let steps = from.0.abs_diff(to.0).max(from.1.abs_diff(to.1)).max(1);
        let between = |a: usize, b: usize, step: usize| {
            if b >= a {
                a + (b - a) * step / steps
            } else {
                a - (a - b) * step / steps
            }
        };
        for step in 0..=steps {
            if dash.is_some_and(|(on, off)| step % (on + off) >= on) {
                continue;
            }
            let (x, y) = (between(from.0, to.0, step), between(from.1, to.1, step));
            self.fill(
                x.saturating_sub(pen / 2),
                y.saturating_sub(pen / 2),
                pen,
                pen,
                colour,
            );
        }
    }

    /// The picture as a PNG file (true colour, 8 bits), the same bytes each time.
    pub(super) fn png(&self) -> Vec<u8> {
        let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX).to_be_bytes();
        let mut header = Vec::with_capacity(13);
        header.extend(number(self.width));
        header.extend(number(self.height));
        header.extend([8, 2, 0, 0, 0]);
        let mut rows = Vec::with_capacity(self.pixels.len() * 3 + self.height);
        for row in self.pixels.chunks(self.width) {
            rows.push(0);
            rows.extend(row.iter().flatten());
        }
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::best());
        // Writing into memory cannot fail.
        let data = packed
            .write_all(&rows)
            .and_then(|()| packed.finish())
            .unwrap_or_default();
        let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
        for (kind, content) in [
            (b"IHDR", header.as_slice()),
            (b"IDAT", data.as_slice()),
            (b"IEND", &[]),
        ] {
            file.extend(number(content.len()));
            file.extend(kind);
            file.extend(content);
            let mut crc = Crc::new();
            crc.update(kind);
            crc.update(content);
            file.extend(crc.sum().to_be_bytes());
        }
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawing_outside_is_left_out() {
        let mut canvas = Canvas::new(4, 3);
        canvas.fill(2, 2, 9, 9, [0; 3]);
        canvas.line((0, 0), (3, 0), 1, [0; 3], Some((1, 1)));
        canvas.frame([1; 3]);
        assert_eq!(canvas.pixels[5], [0xff; 3]);
        assert_eq!(canvas.pixels[11], [1; 3]);
    }

    #[test]
    fn the_file_is_a_png_of_its_size() {
        let png = Canvas::new(90, 7).png();
        assert!(png.starts_with(b"\x89PNG"));
        assert_eq!(&png[16..24], [0, 0, 0, 90, 0, 0, 0, 7]);
        assert!(png.ends_with(b"IEND\xaeB`\x82"));
    }
}
