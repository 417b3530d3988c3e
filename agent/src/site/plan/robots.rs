//! `robots.txt` (RFC 9309): what a crawler may read. The home page is asked regardless, as every visitor does.

use url::Url;

/// Bytes read: what RFC 9309 §2.5 obliges a crawler to parse.
pub const MAX_BYTES: usize = 500 * 1024;
/// Rules kept.
const MAX_RULES: usize = 5_000;
/// Addresses of sitemaps kept.
const MAX_SITEMAPS: usize = 20;
/// Our product token.
const TOKEN: &str = "ems-agent";

/// The rules that concern us.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Robots {
    rules: Vec<(String, bool)>,
    /// Addresses of sitemaps as written.
    pub sitemaps: Vec<String>,
}

impl Robots {
    /// Everything is allowed: there is no file (4xx, RFC 9309 §2.3.1.3).
    #[must_use]
    pub fn everything() -> Self {
        Self::default()
    }

    /// Nothing is allowed: the file could not be read (5xx or silence, RFC 9309 §2.3.1.4).
    #[must_use]
    pub fn nothing() -> Self {
        Self {
            rules: vec![("/".to_owned(), false)],
            sitemaps: Vec::new(),
        }
    }

    /// Reads a file. Any text is one: lines that are no rules are passed over.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        let mut own: Vec<(String, bool)> = Vec::new();
        let mut others: Vec<(String, bool)> = Vec::new();
        let (mut sitemaps, mut named) = (Vec::new(), false);
        // Whether the group being read is ours, everybody's; and whether its rules have begun.
        let (mut ours, mut everybodys, mut rules_begun) = (false, false, false);
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default().trim();
            let Some((key, value)) = line.split_once(':') else {
                continue;
            };
            let value = value.trim();
            match key.trim().to_ascii_lowercase().as_str() {
                "user-agent" => {
                    if rules_begun {
                        (ours, everybodys, rules_begun) = (false, false, false);
                    }
                    let token = value.to_ascii_lowercase();
                    ours |= token.split('/').next() == Some(TOKEN);
                    everybodys |= token == "*";
                    named |= ours;
                }
                key @ ("allow" | "disallow") => {
                    rules_begun = true;
                    if value.is_empty() {
                        continue;
                    }
                    let rule = (value.to_owned(), key == "allow");
                    if ours && own.len() < MAX_RULES {
                        own.push(rule);
                    } else if everybodys && others.len() < MAX_RULES {
                        others.push(rule);
                    }
                }
                "sitemap" if sitemaps.len() < MAX_SITEMAPS => sitemaps.push(value.to_owned()),
                _ => {}
            }
        }
        Self {
            rules: if named { own } else { others },
            sitemaps,
        }
    }

    /// Whether `url` may be read: the longest rule that matches decides, and of two equally long ones the kinder.
    #[must_use]
    pub fn allows(&self, url: &Url) -> bool {
        let path = &url[url::Position::BeforePath..url::Position::AfterQuery];
        let best = self
            .rules
            .iter()
            .filter(|(pattern, _)| matches(pattern, path))
            .max_by_key(|(pattern, allow)| (pattern.len(), *allow));
        best.is_none_or(|(_, allow)| *allow)
    }
}

/// Whether `pattern` (with `*` for anything and `$` for the end) matches the beginning of `path`.
fn matches(pattern: &str, path: &str) -> bool {
    let (pattern, to_end) = match pattern.strip_suffix('$') {
        Some(pattern) => (pattern, true),
        None => (pattern, false),
    };
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else {
        return false;
    };
    let mut last_was_star = false;
    let mut parts = parts.peekable();
    while let Some(part) = parts.next() {
        last_was_star = part.is_empty();
        if to_end && parts.peek().is_none() && !part.is_empty() {
            return rest.ends_with(part);
        }
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    !to_end || rest.is_empty() || last_was_star
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn allows(robots: &str, path: &str) -> bool {
        Robots::parse(robots).allows(&Url::parse("https://xa.example/").unwrap().join(path).unwrap())
    }

    #[test]
    fn the_longest_rule_decides() {
        let file =
            "User-agent: *\nDisallow: /\nAllow: /tin-tuc\nDisallow: /tin-tuc/in$\nDisallow: /*?print=\n";
        for (path, want) in [
            ("/", false),
            ("/tin-tuc/1", true),
            ("/tin-tuc/in", false),
            ("/tin-tuc/in-an", true),
            ("/tin-tuc?print=1", false),
            ("/khac", false),
        ] {
            assert_eq!(allows(file, path), want, "{path}");
        }
    }

    #[test]
    fn our_own_group_wins_over_everybodys() {
        let file = "User-agent: *\nDisallow: /\n\nUser-agent: googlebot\nUser-agent: EMS-Agent/1.0\nDisallow: /admin\nSitemap: https://xa.example/s.xml";
        assert!(allows(file, "/tin-tuc") && !allows(file, "/admin/x"));
        assert_eq!(Robots::parse(file).sitemaps, ["https://xa.example/s.xml"]);
        assert!(allows("User-agent: other\nDisallow: /", "/x"));
        assert!(allows("<html><title>404</title>Disallow: /</html>", "/x"));
        assert!(allows("User-agent: *\nDisallow:", "/x"));
    }

    #[test]
    fn what_cannot_be_read_is_respected() {
        let url = Url::parse("https://xa.example/tin").unwrap();
        assert!(!Robots::nothing().allows(&url) && Robots::everything().allows(&url));
    }

    proptest! {
        #[test]
        fn garbage_never_panics(text in any::<String>(), pattern in "[/a*$]{0,12}", path in "[/a?=]{0,20}") {
            std::hint::black_box(Robots::parse(&text));
            std::hint::black_box(matches(&pattern, &path));
        }
    }
}
