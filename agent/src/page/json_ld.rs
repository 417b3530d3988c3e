//! Structured data in scripts (JSON-LD), read leniently: portals write it by string templates.

use serde_json::Value;

use super::document::Document;
use super::dom::Tag;

/// Bytes of one script that are parsed; longer ones hold catalogues, not pages.
const MAX_SCRIPT: usize = 512 * 1024;
/// Objects read from one page.
const MAX_OBJECTS: usize = 3_000;

/// One object of the structured data.
#[derive(Debug, Clone, PartialEq)]
pub struct Entity {
    /// Its types (`NewsArticle`).
    pub types: Vec<String>,
    /// `datePublished`, `uploadDate` or `dateCreated`, as written.
    pub published: Option<String>,
    /// `dateModified` as written.
    pub modified: Option<String>,
    /// `headline` or `name`.
    pub name: Option<String>,
    /// `url`, `@id` or `mainEntityOfPage`.
    pub url: Option<String>,
    /// How many objects it stands in: 0 for the page's own.
    pub depth: usize,
    /// It stands in a list, a comment or a review: not the page's own subject.
    pub embedded: bool,
}

/// Every object of the page's JSON-LD that has a type or a date.
#[must_use]
pub fn entities(document: &Document<'_>) -> Vec<Entity> {
    let mut found = Vec::new();
    let dom = &document.dom;
    for node in dom.all().filter(|&n| dom.tag(n) == Tag::Script) {
        let is_data = dom
            .attr(node, "type")
            .is_some_and(|t| t.trim().eq_ignore_ascii_case("application/ld+json"));
        if !is_data {
            continue;
        }
        let script = dom.script(node);
        if script.len() > MAX_SCRIPT {
            continue;
        }
        if let Some(value) = parse(script) {
            collect(&value, &mut found);
        }
    }
    found
}

/// Parses a script; on failure once more with what templates break mended (raw line breaks, CDATA marks, last commas).
fn parse(script: &str) -> Option<Value> {
    let script = script.trim().trim_end_matches(';');
    if let Ok(value) = serde_json::from_str(script) {
        return Some(value);
    }
    let script = script.rsplit("<![CDATA[").next().unwrap_or_default();
    let script = script.split("]]>").next().unwrap_or_default();
    let from = script.find(['{', '['])?;
    let to = script.rfind(['}', ']'])?;
    let body = script.get(from..=to)?;
    let mut mended = String::with_capacity(body.len());
    let (mut quoted, mut escaped) = (false, false);
    for c in body.chars() {
        if quoted {
            match c {
                '"' if !escaped => quoted = false,
                c if c.is_control() => {
                    mended.push(' ');
                    escaped = false;
                    continue;
                }
                _ => {}
            }
            escaped = c == '\\' && !escaped;
        } else if c == '"' {
            quoted = true;
        } else if c == '}' || c == ']' {
            let kept = mended.trim_end().trim_end_matches(',').len();
            mended.truncate(kept);
        }
        mended.push(c);
    }
    serde_json::from_str(&mended).ok()
}

fn strings(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(all)) => all.iter().filter_map(|v| v.as_str().map(str::to_owned)).collect(),
        _ => Vec::new(),
    }
}

fn text(value: Option<&Value>) -> Option<String> {
    match value? {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Array(all) => text(all.first()),
        Value::Object(object) => text(
            object
                .get("@id")
                .or_else(|| object.get("@value"))
                .filter(|v| v.is_string()),
        ),
        _ => None,
    }
}

fn collect(root: &Value, found: &mut Vec<Entity>) {
    let mut todo: Vec<(&Value, usize, bool)> = vec![(root, 0, false)];
    while let Some((value, depth, embedded)) = todo.pop() {
        if found.len() >= MAX_OBJECTS || todo.len() > 4 * MAX_OBJECTS {
            return;
        }
        match value {
            // Pushed in reverse so that they are read in order.
            Value::Array(all) => todo.extend(all.iter().rev().map(|v| (v, depth, embedded))),
            Value::Object(object) => {
                let types = strings(object.get("@type"));
                let published = ["datePublished", "uploadDate", "dateCreated"]
                    .iter()
                    .find_map(|key| text(object.get(*key)));
                let modified = text(object.get("dateModified"));
                if !types.is_empty() || published.is_some() || modified.is_some() {
                    found.push(Entity {
                        types,
                        published,
                        modified,
                        name: text(object.get("headline").or_else(|| object.get("name"))),
                        url: ["url", "mainEntityOfPage", "@id"]
                            .iter()
                            .find_map(|k| text(object.get(*k))),
                        depth,
                        embedded,
                    });
                }
                for (key, inner) in object.iter().rev() {
                    if inner.is_object() || inner.is_array() {
                        let aside = matches!(
                            key.as_str(),
                            "itemListElement"
                                | "comment"
                                | "review"
                                | "hasPart"
                                | "isPartOf"
                                | "breadcrumb"
                                | "mentions"
                                | "associatedMedia"
                                | "video"
                                | "image"
                                | "author"
                                | "publisher"
                                | "subjectOf"
                                | "citation"
                        );
                        let further = if key == "@graph" { depth } else { depth + 1 };
                        todo.push((inner, further, embedded || aside));
                    }
                }
            }
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(script: &str) -> Vec<Entity> {
        let mut found = Vec::new();
        if let Some(value) = parse(script) {
            collect(&value, &mut found);
        }
        found
    }

    #[test]
    fn templates_that_break_json_are_mended() {
        let found = read(
            "\n//<![CDATA[\n{\"@type\":\"NewsArticle\",\"headline\":\"a\nb\",\"datePublished\":\"2026-01-02\",}\n//]]>",
        );
        assert_eq!(found[0].published.as_deref(), Some("2026-01-02"));
        assert_eq!(found[0].name.as_deref(), Some("a b"));
    }

    #[test]
    fn what_stands_in_a_list_is_not_the_page() {
        let found = read(
            r#"{"@graph":[{"@type":"ItemList","itemListElement":[{"@type":"NewsArticle","datePublished":"2026-01-01"}]},
                {"@type":["WebPage"],"datePublished":"2026-02-02","url":"https://x.example/a"}]}"#,
        );
        assert!(found[1].embedded && found[1].published.is_some());
        assert!(!found[2].embedded);
        assert_eq!(found[2].depth, 0);
    }

    #[test]
    fn a_bomb_of_brackets_is_refused_by_the_parser() {
        assert!(read(&"[".repeat(100_000)).is_empty());
    }
}
