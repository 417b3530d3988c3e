//! Officials' contacts: names, titles, units, telephone, fax and e-mail, in tables or in cards.

use serde::{Deserialize, Serialize};

use crate::page::document::Document;
use crate::page::dom::{Dom, NodeId, Tag};
use crate::page::plain::fold;
use crate::page::region::Regions;

/// What a page shows of officials.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Officials {
    /// Persons found.
    pub persons: u32,
    /// Their names are shown.
    pub name: bool,
    /// Their titles.
    pub title: bool,
    /// Their units.
    pub unit: bool,
    /// Their telephone numbers.
    pub phone: bool,
    /// Their fax numbers.
    pub fax: bool,
    /// Their e-mail addresses.
    pub email: bool,
}

impl Officials {
    /// How many of the six fields are shown.
    #[must_use]
    pub fn fields(&self) -> u32 {
        [self.name, self.title, self.unit, self.phone, self.fax, self.email]
            .iter()
            .map(|there| u32::from(*there))
            .sum()
    }
}

/// Fields of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Field {
    Name,
    Title,
    Unit,
    Phone,
    Fax,
    Email,
}

const FIELDS: [Field; 6] = [
    Field::Name,
    Field::Title,
    Field::Unit,
    Field::Phone,
    Field::Fax,
    Field::Email,
];

/// Titles that officials bear, folded.
const TITLES: &[&str] = &[
    "director",
    "chairman",
    "chairwoman",
    "chairperson",
    "chief of",
    "chief inspector",
    "head of",
    "deputy",
    "vice ",
    "secretary",
    "inspector",
    "manager",
    "specialist",
    "commissioner",
    "officer",
    "accountant",
    "president",
    "giam doc",
    "chu tich",
    "chanh van phong",
    "truong phong",
    "chanh thanh tra",
    "bi thu",
    "chuyen vien",
];

/// Words of units, folded.
const UNITS: &[&str] = &[
    "division",
    "office",
    "department",
    "board of",
    "inspectorate",
    "centre",
    "center",
    "unit",
    "section",
    "committee",
    "bureau",
    "institute",
    "phong ",
    "van phong",
    "ban giam doc",
    "trung tam",
    "thanh tra",
];

fn field_of_label(label: &str) -> Option<Field> {
    if label.len() > 48 {
        return None;
    }
    let label = fold(label);
    let has = |words: &[&str]| words.iter().any(|w| label.contains(w));
    if has(&["fax"]) && !has(&["tel", "phone"]) {
        Some(Field::Fax)
    } else if has(&["mail", "thu dien tu"]) {
        Some(Field::Email)
    } else if has(&["phone", "tel", "mobile", "cell", "dien thoai", "hotline"]) {
        Some(Field::Phone)
    } else if has(&["position", "title", "job", "chuc vu", "chuc danh", "post"]) {
        Some(Field::Title)
    } else if has(&[
        "unit",
        "division",
        "department",
        "office",
        "organization",
        "don vi",
        "phong ban",
        "work place",
        "workplace",
        "agency",
    ]) {
        Some(Field::Unit)
    } else if has(&["name", "ho va ten", "ho ten", "official"]) {
        Some(Field::Name)
    } else {
        None
    }
}

/// A label without a colon, in an element of its own (`<dt>Phone</dt><dd>…`); only of fields whose values are known by
/// their looks.
fn bare_label(text: &str) -> Option<Field> {
    let short = text.len() <= 20 && !text.chars().any(|c| c.is_ascii_digit() || matches!(c, '@' | ':'));
    field_of_label(text).filter(|f| short && matches!(f, Field::Phone | Field::Fax | Field::Email))
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    (7..=15).contains(&digits) && text.chars().filter(|c| c.is_alphabetic()).count() <= 8
}

/// Whether the text holds an address, also `name [at] host` and `name(a)host`.
fn is_email(text: &str) -> bool {
    let folded = fold(text).replace(' ', "");
    ["@", "[at]", "(at)", "{at}", "[a]", "(a)", "_at_", "-at-", "&#64;"]
        .iter()
        .any(|at| {
            folded.find(at).is_some_and(|place| {
                let local = folded.get(..place).unwrap_or_default();
                let host = folded.get(place + at.len()..).unwrap_or_default();
                let dotted = host.contains('.') || host.contains("[dot]") || host.contains("(dot)");
                local.chars().next_back().is_some_and(char::is_alphanumeric) && dotted
            })
        })
}

/// The commonest Vietnamese family names, folded.
const FAMILIES: &[&str] = &[
    "nguyen", "tran", "le", "pham", "hoang", "huynh", "phan", "vu", "vo", "dang", "bui", "do", "ho", "ngo",
    "duong", "ly", "dinh", "truong", "mai", "trinh", "dao", "doan", "luong", "ta", "cao", "chau", "ha",
    "tang", "quach", "thach", "lam", "luu", "kieu", "to", "thai", "nong", "hua", "ma", "trieu", "danh",
    "chu", "la", "phung",
];

/// Two to six words with capitals, with a family name or an honorific before, and none of a title or unit.
fn is_name(text: &str) -> bool {
    let whole = text;
    let text = text
        .trim()
        .trim_start_matches("Mr.")
        .trim_start_matches("Mrs.")
        .trim_start_matches("Ms.")
        .trim_start_matches("Mr ")
        .trim_start_matches("Ms ")
        .trim_start_matches("Dr.")
        .trim_start_matches("Ông")
        .trim_start_matches("Bà")
        .trim();
    let words: Vec<&str> = text.split_whitespace().collect();
    let folded = fold(text);
    let first = folded.split(' ').next().unwrap_or_default();
    (2..=6).contains(&words.len())
        && (text.len() < whole.trim().len() || FAMILIES.contains(&first))
        && text.len() <= 60
        && words
            .iter()
            .all(|w| w.chars().next().is_some_and(char::is_uppercase))
        && !text
            .chars()
            .any(|c| c.is_ascii_digit() || matches!(c, '@' | ':' | ','))
        && !TITLES.iter().chain(UNITS).any(|w| folded.contains(w.trim()))
        && ![
            "contact", "address", "street", "province", "commune", "news", "home",
        ]
        .iter()
        .any(|w| folded.contains(w))
}

fn is_title(text: &str) -> bool {
    let folded = fold(text);
    folded.len() <= 80 && TITLES.iter().any(|w| folded.contains(w))
}

fn is_unit(text: &str) -> bool {
    let folded = fold(text);
    folded.len() <= 120 && UNITS.iter().any(|w| folded.contains(w))
}

/// Reads the officials of a page; nothing when it names none (an office's own address and telephone are no officials).
#[must_use]
pub fn officials(document: &Document<'_>, regions: &Regions) -> Option<Officials> {
    let dom = &document.dom;
    let from_tables = dom
        .all()
        .filter(|&n| dom.tag(n) == Tag::Table && regions.is_content(n))
        .take(40)
        .filter_map(|table| of_table(dom, table))
        .max_by_key(|o| (o.persons, o.fields()));
    from_tables.or_else(|| of_cards(document, regions))
}

fn cells(dom: &Dom<'_>, row: NodeId) -> Vec<NodeId> {
    dom.children(row)
        .filter(|&n| matches!(dom.tag(n), Tag::Td | Tag::Th))
        .take(20)
        .collect()
}

/// A cell's text, with the addresses of its mail links.
fn cell_text(dom: &Dom<'_>, cell: NodeId) -> String {
    let mut text = dom.text(cell, 300);
    for link in dom.descendants(cell).filter(|&n| dom.tag(n) == Tag::A) {
        if let Some(address) = dom.attr(link, "href").and_then(|h| h.strip_prefix("mailto:")) {
            text.push(' ');
            text.push_str(address);
        }
    }
    text
}

fn of_table(dom: &Dom<'_>, table: NodeId) -> Option<Officials> {
    let rows: Vec<NodeId> = dom
        .descendants(table)
        .filter(|&n| dom.tag(n) == Tag::Tr)
        .take(400)
        .collect();
    let (head_at, head) = rows.iter().take(4).enumerate().find_map(|(at, &row)| {
        let fields: Vec<Option<Field>> = cells(dom, row)
            .iter()
            .map(|&c| field_of_label(&dom.text(c, 80)))
            .collect();
        (fields.iter().flatten().count() >= 2).then_some((at, fields))
    })?;
    let mut filled = [0u32; 6];
    let (mut persons, mut groups) = (0u32, 0u32);
    for &row in rows.get(head_at + 1..)? {
        let texts: Vec<String> = cells(dom, row).iter().map(|&c| cell_text(dom, c)).collect();
        if texts.len() <= 2 && head.len() >= 4 {
            // A row across the table names the unit of those below it.
            groups += u32::from(texts.iter().any(|t| is_unit(t)));
            continue;
        }
        // A cell that spans rows above leaves its row short at the front.
        let shift = head.len().saturating_sub(texts.len());
        let mut hit = [false; 6];
        for (text, field) in texts.iter().zip(head.iter().skip(shift)) {
            let Some(field) = field else { continue };
            let text = text.trim();
            let good = match field {
                Field::Phone | Field::Fax => is_phone(text),
                Field::Email => is_email(text),
                Field::Name => text.split_whitespace().count() >= 2,
                Field::Title | Field::Unit => text.chars().filter(|c| c.is_alphabetic()).count() >= 3,
            };
            hit[*field as usize] |= good;
        }
        if hit[Field::Name as usize] || hit[Field::Title as usize] {
            persons += 1;
            for (total, there) in filled.iter_mut().zip(hit) {
                *total += u32::from(there);
            }
        }
    }
    let known = |field: Field| head.contains(&Some(field));
    if persons == 0 || !(known(Field::Name) || known(Field::Title)) {
        return None;
    }
    let mut officials = Officials {
        persons,
        ..Officials::default()
    };
    for field in FIELDS {
        let there = filled[field as usize] * 2 >= persons || (field == Field::Unit && groups > 0);
        set(&mut officials, field, there);
    }
    Some(officials)
}

fn set(officials: &mut Officials, field: Field, there: bool) {
    match field {
        Field::Name => officials.name = there,
        Field::Title => officials.title = there,
        Field::Unit => officials.unit = there,
        Field::Phone => officials.phone = there,
        Field::Fax => officials.fax = there,
        Field::Email => officials.email = there,
    }
}

/// Persons in cards or paragraphs: each begins with a name or a title; fields count when half of the persons have them.
fn of_cards(document: &Document<'_>, regions: &Regions) -> Option<Officials> {
    let dom = &document.dom;
    let mut counts = [0u32; 6];
    let mut pending: Option<Field> = None;
    let mut texts = 0;
    for node in dom.all().filter(|&n| dom.is_text(n) && regions.is_content(n)) {
        texts += 1;
        if texts > 4_000 {
            break;
        }
        let text = dom.own_text(node);
        if let Some(link) = dom.ancestors(node).take(2).find(|&n| dom.tag(n) == Tag::A)
            && dom.attr(link, "href").is_some_and(|h| h.starts_with("mailto:"))
        {
            counts[Field::Email as usize] += 1;
            pending = None;
            continue;
        }
        for piece in text.split([';', '|']).flat_map(|p| p.split(" - ")) {
            let piece = piece.trim();
            if piece.is_empty() {
                continue;
            }
            if let Some(field) = bare_label(piece) {
                pending = Some(field);
                continue;
            }
            let (label, value) = match piece.split_once(':') {
                Some((label, value)) if label.len() <= 40 => match field_of_label(label) {
                    Some(field) => (Some(field), value.trim()),
                    // `Address: …` and the like are no persons.
                    None => continue,
                },
                _ => (pending.take(), piece),
            };
            if value.is_empty() {
                pending = label;
                continue;
            }
            match label {
                Some(Field::Phone | Field::Fax) if is_phone(value) => {
                    counts[label.map_or(3, |f| f as usize)] += 1;
                }
                Some(Field::Email) if is_email(value) => counts[Field::Email as usize] += 1,
                Some(field @ (Field::Name | Field::Title | Field::Unit)) => counts[field as usize] += 1,
                _ if is_email(value) => counts[Field::Email as usize] += 1,
                _ => {
                    for part in value.split(',').map(str::trim) {
                        if is_title(part) {
                            counts[Field::Title as usize] += 1;
                            counts[Field::Unit as usize] += u32::from(is_unit(part));
                        } else if is_unit(part) {
                            counts[Field::Unit as usize] += 1;
                        } else if is_name(part) {
                            counts[Field::Name as usize] += 1;
                        }
                    }
                }
            }
        }
    }
    let persons = counts[Field::Title as usize].min(counts[Field::Name as usize].max(1));
    // A page of prose may name a director; contacts have numbers or addresses beside.
    let reachable =
        counts[Field::Phone as usize] + counts[Field::Fax as usize] + counts[Field::Email as usize];
    if persons == 0 || counts[Field::Name as usize] == 0 || reachable == 0 {
        return None;
    }
    let mut officials = Officials {
        persons,
        ..Officials::default()
    };
    for field in FIELDS {
        set(&mut officials, field, counts[field as usize] * 2 >= persons);
    }
    Some(officials)
}
