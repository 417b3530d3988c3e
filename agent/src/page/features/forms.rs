//! Forms: search, questions, feedback, ratings; their addresses and their consents. Never submitted.

use serde::{Deserialize, Serialize};

use super::Seen;
use crate::page::document::Document;
use crate::page::dom::{Names, NodeId, Tag, holds};
use crate::page::plain::fold;
use crate::page::region::{Region, Regions};

/// The forms of a page.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct FormFacts {
    /// Forms in all.
    pub total: u32,
    /// A search field: a form, or a field of a page that is one form (ASP.NET).
    pub search: Option<Seen>,
    /// The name of the search field, for a query by address.
    pub search_field: Option<String>,
    /// The search is asked by address (`method=get`): the only kind that is ever tried.
    pub search_by_get: bool,
    /// Hidden fields of the search form that a query carries along.
    pub search_hidden: Vec<(String, String)>,
    /// A search for documents: fields for symbol, kind or date of issue.
    pub document_search: Option<Seen>,
    /// A form for questions.
    pub question: Option<Seen>,
    /// A form for feedback, comments or petitions.
    pub feedback: Option<Seen>,
    /// A rating or a poll.
    pub rating: Option<Seen>,
    /// Aspects that can be rated.
    pub rating_aspects: u32,
    /// Forms that send to an address without TLS.
    pub insecure: Vec<Seen>,
    /// Consents ticked by default.
    pub preticked: Vec<Seen>,
    /// Forms that ask for personal data (name, telephone, e-mail, identity number).
    pub personal: u32,
    /// A notice on personal data near or linked from the page.
    pub privacy_notice: Option<Seen>,
}

/// Ticked boxes looked at: each may mean a search for its label.
const MAX_TICKED: usize = 40;
/// Forms read of one page.
const MAX_FORMS: usize = 60;

pub(super) fn read(document: &Document<'_>, regions: &Regions) -> FormFacts {
    let dom = &document.dom;
    let mut facts = FormFacts::default();
    for form in dom.all().filter(|&n| dom.tag(n) == Tag::Form).take(MAX_FORMS) {
        facts.total += 1;
        one(document, form, &mut facts);
    }
    if facts.search.is_none() {
        // A page that is one form (ASP.NET), or a field that a script reads.
        let field = dom
            .all()
            .find(|&n| dom.tag(n) == Tag::Input && is_search_field(document, n));
        facts.search = field.map(|n| Seen::at(document, n));
        facts.search_field = field.and_then(|n| dom.attr(n, "name")).map(str::to_owned);
    }
    let ticked = |&n: &NodeId| {
        dom.tag(n) == Tag::Input
            && dom.attr(n, "checked").is_some()
            && dom
                .attr(n, "type")
                .is_some_and(|t| t.eq_ignore_ascii_case("checkbox"))
    };
    for node in dom.all().filter(ticked).take(MAX_TICKED) {
        if is_consent(document, node) && facts.preticked.len() < super::MAX_PIECES {
            facts.preticked.push(Seen::at(document, node));
        }
    }
    facts.privacy_notice = dom
        .all()
        .filter(|&n| dom.tag(n) == Tag::A)
        .find(|&n| {
            let text = fold(&dom.text(n, 120));
            [
                "bao mat",
                "quyen rieng tu",
                "bao ve du lieu ca nhan",
                "thong tin ca nhan",
                "privacy",
            ]
            .iter()
            .any(|w| text.contains(w))
        })
        .map(|n| Seen::at(document, n));
    if facts.rating.is_none() {
        facts.rating = poll(document, regions);
    }
    facts
}

fn attributes(document: &Document<'_>, node: NodeId) -> String {
    let dom = &document.dom;
    let mut all = String::new();
    for name in [
        "name",
        "id",
        "placeholder",
        "title",
        "aria-label",
        "class",
        "value",
        "action",
        "role",
    ] {
        if let Some(value) = dom.attr_text(node, name).filter(|v| v.len() < 300) {
            all.push_str(&value);
            all.push(' ');
        }
    }
    fold(&all)
}

fn is_search_field(document: &Document<'_>, node: NodeId) -> bool {
    let dom = &document.dom;
    let kind = dom.attr(node, "type").unwrap_or("text").to_ascii_lowercase();
    if !matches!(kind.as_str(), "text" | "search" | "") {
        return false;
    }
    let words = attributes(document, node);
    kind == "search"
        || [
            "search", "tim kiem", "timkiem", "tu khoa", "tukhoa", "keyword", "tim-kiem",
        ]
        .iter()
        .any(|w| words.contains(w))
        || matches!(dom.attr(node, "name"), Some("q" | "s" | "kw" | "query"))
}

/// Hidden fields that have a name, as a query carries them; tokens against forgery are of no use to one.
fn hidden(document: &Document<'_>, fields: &[NodeId]) -> Vec<(String, String)> {
    let dom = &document.dom;
    let is_hidden = |&&field: &&NodeId| {
        dom.attr(field, "type")
            .is_some_and(|kind| kind.eq_ignore_ascii_case("hidden"))
    };
    let pair = |&field: &NodeId| {
        let name = dom
            .attr(field, "name")
            .filter(|name| !name.is_empty() && name.len() < 100)?;
        let value = dom.attr_text(field, "value").unwrap_or_default();
        (value.len() < 300 && !name.starts_with("__")).then(|| (name.to_owned(), value.into_owned()))
    };
    fields
        .iter()
        .filter(is_hidden)
        .filter_map(pair)
        .take(20)
        .collect()
}

fn one(document: &Document<'_>, form: NodeId, facts: &mut FormFacts) {
    let dom = &document.dom;
    let fields: Vec<NodeId> = dom
        .descendants(form)
        .filter(|&n| matches!(dom.tag(n), Tag::Input | Tag::Textarea | Tag::Select))
        .take(200)
        .collect();
    let seen = || Some(Seen::at(document, form));
    let names: String = fields.iter().map(|&f| attributes(document, f)).collect();
    let text = format!(
        "{} {} {}",
        attributes(document, form),
        names,
        fold(&dom.text(form, 3_000))
    );
    // A page that is one form holds everything: its words say nothing about the form.
    let whole_page = dom.end(form).distance(form) * 2 > dom.end(NodeId::ROOT).distance(NodeId::ROOT)
        && !fields.is_empty()
        && dom.len() > 200;
    let action = dom.attr(form, "action").and_then(|a| document.resolve(a));
    if action.as_ref().is_some_and(|a| a.scheme() == "http") && facts.insecure.len() < super::MAX_PIECES {
        facts.insecure.extend(seen());
    }
    let has = |words: &[&str]| words.iter().any(|w| text.contains(w));
    let box_for_text = fields.iter().any(|&f| dom.tag(f) == Tag::Textarea);
    if let Some(field) = fields.iter().find(|&&f| is_search_field(document, f)) {
        if facts.search.is_none() && !box_for_text {
            facts.search = if whole_page {
                Some(Seen::at(document, *field))
            } else {
                seen()
            };
            facts.search_field = dom.attr(*field, "name").map(str::to_owned);
            facts.search_by_get = !whole_page
                && dom
                    .attr(form, "method")
                    .is_none_or(|method| !method.eq_ignore_ascii_case("post"));
            facts.search_hidden = hidden(document, &fields);
        }
        if has(&[
            "so ky hieu",
            "sokyhieu",
            "so hieu",
            "loai van ban",
            "co quan ban hanh",
            "ngay ban hanh",
            "trich yeu",
        ]) {
            facts.document_search = facts.document_search.take().or_else(seen);
        }
    }
    if whole_page {
        return;
    }
    if box_for_text && has(&["cau hoi", "hoi dap", "dat cau hoi", "gui hoi", "question"]) {
        facts.question = facts.question.take().or_else(seen);
    }
    if box_for_text
        && has(&[
            "gop y",
            "phan anh",
            "kien nghi",
            "y kien",
            "lien he",
            "phan hoi",
            "binh luan",
            "feedback",
            "comment",
            "contact",
        ])
    {
        facts.feedback = facts.feedback.take().or_else(seen);
    }
    let radios = fields
        .iter()
        .filter(|&&f| {
            dom.attr(f, "type")
                .is_some_and(|t| t.eq_ignore_ascii_case("radio"))
        })
        .count();
    if radios >= 2
        && has(&[
            "danh gia",
            "hai long",
            "binh chon",
            "tham do",
            "khao sat",
            "bieu quyet",
            "rating",
            "vote",
            "poll",
        ])
    {
        facts.rating = facts.rating.take().or_else(seen);
        let mut groups: Vec<&str> = fields
            .iter()
            .filter(|&&f| {
                dom.attr(f, "type")
                    .is_some_and(|t| t.eq_ignore_ascii_case("radio"))
            })
            .filter_map(|&f| dom.attr(f, "name"))
            .collect();
        groups.sort_unstable();
        groups.dedup();
        facts.rating_aspects = facts
            .rating_aspects
            .max(u32::try_from(groups.len()).unwrap_or(u32::MAX));
    }
    if [
        "ho ten",
        "ho va ten",
        "hoten",
        "dien thoai",
        "dienthoai",
        "email",
        "cccd",
        "cmnd",
        "can cuoc",
        "phone",
        "fullname",
    ]
    .iter()
    .any(|w| names.contains(w))
    {
        facts.personal += 1;
    }
}

/// Ratings without a form: star widgets and polls by their names.
fn poll(document: &Document<'_>, regions: &Regions) -> Option<Seen> {
    let dom = &document.dom;
    let mut names = Names::new(&[&[
        "rating",
        "star-rate",
        "binhchon",
        "binh-chon",
        "tham-do",
        "danh-gia",
        "rateit",
        "vote-",
    ]]);
    dom.all()
        .filter(|&n| dom.is_element(n) && regions.of(n) != Region::Hidden)
        .find(|&n| names.of(dom, n) != 0)
        .map(|n| Seen::at(document, n))
}

/// Whether a checkbox is a consent: by its own name or the words beside it.
fn is_consent(document: &Document<'_>, node: NodeId) -> bool {
    let dom = &document.dom;
    let around = fold(&dom.text(dom.parent(node), 400));
    let label = dom
        .attr(node, "id")
        .filter(|id| !id.is_empty())
        .and_then(|id| {
            dom.all()
                .find(|&n| dom.tag(n) == Tag::Label && dom.attr(n, "for") == Some(id))
        })
        .map(|l| fold(&dom.text(l, 400)))
        .unwrap_or_default();
    let own = attributes(document, node);
    [around, label, own].iter().any(|words| {
        [
            "dong y",
            "chap nhan",
            "chap thuan",
            "cho phep",
            "agree",
            "consent",
            "accept",
        ]
        .iter()
        .any(|w| words.contains(w))
    }) || dom
        .attr(node, "name")
        .is_some_and(|n| holds(n, "agree") || holds(n, "consent"))
}
