//! Panels flow from left to right on a grid of 24 columns.

/// A place on the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) x: u32,
    pub(crate) y: u32,
}

/// Places sizes `(width, height)` one after the other; a line is as high as its highest panel.
pub(crate) fn flow(sizes: impl Iterator<Item = (u32, u32)>) -> Vec<Place> {
    let (mut x, mut y, mut line) = (0, 0, 0);
    let place = |(width, height)| {
        if x + width > 24 {
            (x, y, line) = (0, y + line, 0);
        }
        let place = Place { x, y };
        x += width;
        line = line.max(height);
        place
    };
    sizes.map(place).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_line_is_followed_by_the_next() {
        let places = flow([(6, 4), (18, 8), (24, 1), (12, 3)].into_iter());
        let places: Vec<_> = places.iter().map(|place| (place.x, place.y)).collect();
        assert_eq!(places, [(0, 0), (6, 0), (0, 8), (0, 9)]);
    }
}
