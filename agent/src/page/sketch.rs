//! A page's outline by one pass over its bytes: title, visible text, how much of what. No tree is built.

use memchr::memchr;
use memchr::memmem;

use super::fold;

/// Folded text kept for phrases, in bytes: more than any error or maintenance page has.
const TEXT_CAP: usize = 6 * 1024;
/// Past this much text and this many links a page is plainly a portal's, and the pass stops.
const LARGE_TEXT: usize = 4_000;
const LARGE_LINKS: usize = 60;

/// The outline.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sketch {
    /// The title, folded.
    pub(super) title: String,
    /// The beginning of the visible text, folded.
    pub(super) text: String,
    /// Visible bytes that are not white space.
    pub(super) text_length: usize,
    /// Links with a target.
    pub(super) links: usize,
    /// Things that show without text: images, frames, form fields, drawings.
    pub(super) shows: usize,
    /// Scripts that may fill the page in a browser.
    pub(super) scripts: usize,
    /// Tags of any kind.
    pub(super) tags: usize,
    /// Where a `<meta http-equiv=refresh>` leads, if it leads elsewhere.
    pub(super) refresh: Option<String>,
}

/// Draws the outline of a page.
pub(super) fn sketch(page: &[u8]) -> Sketch {
    let mut out = Sketch::default();
    let mut at = 0;
    while at < page.len() {
        let tag = memchr(b'<', &page[at..]).map_or(page.len(), |found| at + found);
        out.add_text(&page[at..tag]);
        if tag == page.len() || (out.text_length > LARGE_TEXT && out.links > LARGE_LINKS) {
            break;
        }
        at = out.add_tag(page, tag);
    }
    out
}

impl Sketch {
    fn add_text(&mut self, text: &[u8]) {
        self.text_length += text.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
        fold::append(&mut self.text, text, TEXT_CAP);
    }

    /// Takes in the tag that begins at `start` and returns where the page goes on behind it.
    fn add_tag(&mut self, page: &[u8], start: usize) -> usize {
        let rest = &page[start + 1..];
        if rest.starts_with(b"!--") {
            return memmem::find(rest, b"-->").map_or(page.len(), |end| start + 1 + end + 3);
        }
        let Some(first) = rest.first() else {
            return page.len();
        };
        if !first.is_ascii_alphabetic() && !matches!(first, b'/' | b'!' | b'?') {
            // A bare `<` in text.
            self.add_text(b"<");
            return start + 1;
        }
        let Some(length) = memchr(b'>', rest) else {
            return page.len();
        };
        let (tag, after) = (&rest[..length], start + 1 + length + 1);
        let name_length = tag.iter().take_while(|byte| byte.is_ascii_alphanumeric()).count();
        let name = tag[..name_length].to_ascii_lowercase();
        let attributes = &tag[name_length..];
        self.tags += usize::from(name_length > 0);
        if !self.text.ends_with(' ') && !self.text.is_empty() && self.text.len() < TEXT_CAP {
            self.text.push(' ');
        }
        match &name[..] {
            b"a" | b"area" => self.links += usize::from(attribute(attributes, b"href").is_some()),
            b"img" | b"iframe" | b"frame" | b"object" | b"embed" | b"video" | b"canvas" | b"input"
            | b"button" | b"select" | b"textarea" => self.shows += 1,
            b"meta" => self.add_meta(attributes),
            b"title" => {
                let end = end_of(page, after, b"title");
                if self.title.is_empty() {
                    fold::append(&mut self.title, &page[after..end], 512);
                }
                return end;
            }
            b"script" => {
                self.scripts += 1;
                return end_of(page, after, b"script");
            }
            b"svg" => {
                self.shows += 1;
                return end_of(page, after, b"svg");
            }
            b"style" | b"template" | b"noscript" => return end_of(page, after, &name),
            _ => {}
        }
        after
    }

    fn add_meta(&mut self, attributes: &[u8]) {
        let is_refresh =
            attribute(attributes, b"http-equiv").is_some_and(|v| v.eq_ignore_ascii_case(b"refresh"));
        let content = attribute(attributes, b"content").filter(|_| is_refresh);
        if let Some(content) = content
            && self.refresh.is_none()
        {
            self.refresh = refresh_target(&String::from_utf8_lossy(content));
        }
    }
}

/// The target of `0; url=…` when it is followed within five seconds.
fn refresh_target(content: &str) -> Option<String> {
    let (delay, target) = content.split_once([';', ','])?;
    if delay.trim().parse::<f32>().is_ok_and(|seconds| seconds > 5.0) {
        return None;
    }
    let target = target.trim();
    let target = match target.get(..3) {
        Some(prefix) if prefix.eq_ignore_ascii_case("url") => target[3..].trim_start().strip_prefix('=')?,
        _ => target,
    };
    let target = target.trim().trim_matches(['"', '\'']);
    (!target.is_empty()).then(|| target.replace("&amp;", "&"))
}

/// Where the element whose content begins at `from` ends: at its closing tag, or with the page.
fn end_of(page: &[u8], from: usize, name: &[u8]) -> usize {
    let mut at = from;
    while let Some(found) = memmem::find(&page[at..], b"</") {
        let tag = at + found;
        let closes = page
            .get(tag + 2..tag + 2 + name.len())
            .is_some_and(|closing| closing.eq_ignore_ascii_case(name));
        if closes {
            return tag;
        }
        at = tag + 2;
    }
    page.len()
}

/// The value of an attribute, quoted or not.
fn attribute<'a>(attributes: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut at = 0;
    while let Some(found) = memchr(b'=', &attributes[at..]) {
        let equals = at + found;
        let key = attributes[at..equals].trim_ascii();
        let key = key.rsplit(u8::is_ascii_whitespace).next().unwrap_or(key);
        let value = attributes[equals + 1..].trim_ascii_start();
        let offset = attributes.len() - value.len();
        let (value, next) = match value.first() {
            Some(quote @ (b'"' | b'\'')) => {
                let length = memchr(*quote, &value[1..]).unwrap_or(value.len() - 1);
                (&value[1..=length], offset + length + 2)
            }
            _ => {
                let length = value
                    .iter()
                    .position(u8::is_ascii_whitespace)
                    .unwrap_or(value.len());
                (&value[..length], offset + length)
            }
        };
        if key.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        at = next.min(attributes.len());
    }
    None
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_outline_of_an_ordinary_page() {
        let page = "<!DOCTYPE html><html><head><title>Cổng TTĐT</title><style>a{}</style>\
            <script>var a = '<a href=x>';</script></head><body><!-- <a href=y> --><A HREF='/vi'>Tin &amp; bài</A>\
            <a name=top></a><img src=a.png>2 < 3<noscript>Bật JS</noscript></body></html>";
        let got = sketch(page.as_bytes());
        assert_eq!(got.title, "cong ttdt");
        assert_eq!(got.text.trim(), "tin & bai 2 < 3");
        assert_eq!((got.links, got.shows, got.scripts), (1, 1, 1));
    }

    #[test]
    fn where_a_refresh_leads() {
        for (meta, want) in [
            (r#"<meta http-equiv="refresh" content="0;url=/vi">"#, Some("/vi")),
            (
                "<META content='0; URL=\"/Pages/home.aspx?a=1&amp;b=2\"' http-equiv=Refresh>",
                Some("/Pages/home.aspx?a=1&b=2"),
            ),
            (r#"<meta http-equiv="refresh" content="300;url=/">"#, None),
            (r#"<meta http-equiv="refresh" content="300">"#, None),
            (r#"<meta name="refresh" content="0;url=/vi">"#, None),
        ] {
            assert_eq!(sketch(meta.as_bytes()).refresh.as_deref(), want, "{meta}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_have_an_outline(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
            let got = sketch(&bytes);
            prop_assert!(got.text.len() < TEXT_CAP + 8);
        }

        #[test]
        fn any_tag_soup_has_an_outline(soup in "(<|>|/|!--|-->|a|script|title|meta|=|\"|'| |content|http-equiv|svg|é){0,200}") {
            let got = sketch(soup.as_bytes());
            prop_assert!(got.text_length <= soup.len() + got.tags);
        }
    }
}
