//! The scripts that a page loads.

use memchr::memmem;

/// The `src` of every script element; none where a script stands in the page itself.
#[must_use]
pub fn sources(page: &[u8]) -> Option<Vec<String>> {
    let lower = page.to_ascii_lowercase();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(start) = memmem::find(&lower[at..], b"<script").map(|start| at + start) {
        let end = memchr::memchr(b'>', &lower[start..]).map_or(lower.len(), |end| start + end);
        let source = memmem::find(&lower[start..end], b"src=").map(|place| start + place + 4);
        let text = source.map(|place| {
            let value = &page[place..end];
            let quoted = value
                .first()
                .filter(|first| matches!(first, b'"' | b'\''))
                .copied();
            let value = if quoted.is_some() { &value[1..] } else { value };
            let stop = |byte: &u8| quoted.map_or(byte.is_ascii_whitespace(), |quote| *byte == quote);
            let length = value.iter().position(stop).unwrap_or(value.len());
            String::from_utf8_lossy(&value[..length]).into_owned()
        });
        found.push(text?);
        at = end;
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sources_of_every_spelling() {
        let page = b"<script src=/app.js></script><SCRIPT defer SRC='a b.js'></script><script src=\"x\" async></script>";
        assert_eq!(sources(page).unwrap(), ["/app.js", "a b.js", "x"]);
        assert_eq!(sources(b"<script>fill()</script><script src=x></script>"), None);
        assert_eq!(sources(b"<p>text</p>").unwrap(), Vec::<String>::new());
    }

    proptest! {
        #[test]
        fn garbage_never_panics(page in any::<Vec<u8>>(), tail in "[<script= srcx'\">]{0,60}") {
            std::hint::black_box(sources(&page));
            std::hint::black_box(sources(format!("<script src={tail}").as_bytes()));
        }
    }
}
