//! One row as a unit.

use std::path::Path;
use std::sync::Arc;

use url::Url;

use super::columns::{Column, Columns};
use super::sheet::Row;
use crate::diagnostic::{Diagnostic, Diagnostics, Message};
use crate::id::PortalId;
use crate::inventory::address::{doubt, is_email, is_phone, measurable};
use crate::inventory::slug::{slug, slug_words};
use crate::inventory::{Contact, Level};
use crate::yaml::MAX_TEXT;

/// A unit of a spreadsheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unit {
    /// Written in the sheet, or made of the host name.
    pub id: PortalId,
    /// Name.
    pub name: String,
    /// English name.
    pub name_en: Option<String>,
    /// The body answerable for it: the unit itself unless the sheet names another.
    pub owner: String,
    /// Level, written or seen from the name.
    pub level: Level,
    /// The portal it is a component of.
    pub parent: Option<PortalId>,
    /// Home page.
    pub url: Url,
    /// Hosting group.
    pub hosting: Option<String>,
    /// Contact officer.
    pub contact: Option<Contact>,
    /// Remark.
    pub note: Option<String>,
    /// Row of the spreadsheet, from 1.
    pub row: u32,
    /// Line of the file, from 1.
    pub line: u32,
}

/// Reads one row.
pub(super) struct Reader<'a> {
    pub(super) file: &'a Arc<Path>,
    pub(super) row: &'a Row,
    pub(super) columns: &'a Columns,
    pub(super) found: &'a Diagnostics,
}

impl Reader<'_> {
    /// The unit, unless something is wrong with the row; everything that is wrong is noted.
    pub(super) fn unit(&self) -> Option<Unit> {
        if let Some(long) = self.columns.too_long(self.row) {
            let message = Message::new("yaml.long_text").with("limit", MAX_TEXT);
            self.error(long, message, None);
            return None;
        }
        let name = self.needed(Column::Name);
        let url = self.needed(Column::Url).and_then(|text| self.url(text));
        let id = match self.cell(Column::Id) {
            Some(text) => self.id(Column::Id, text),
            None => url
                .as_ref()
                .and_then(|url| self.id(Column::Url, &id_of_host(url))),
        };
        let level = self.level(name);
        let parent = match self.cell(Column::Parent) {
            Some(text) => self.id(Column::Parent, text).map(Some),
            None => Some(None),
        };
        let contact = self.contact(name);
        let name = name?;
        Some(Unit {
            id: id?,
            name: name.to_owned(),
            name_en: self.cell(Column::NameEn).map(str::to_owned),
            owner: self.cell(Column::Owner).unwrap_or(name).to_owned(),
            level: level?,
            parent: parent?,
            url: url?,
            hosting: self.cell(Column::Hosting).map(str::to_owned),
            contact: contact?,
            note: self.cell(Column::Note).map(str::to_owned),
            row: self.row.number,
            line: self.row.line,
        })
    }

    fn cell(&self, column: Column) -> Option<&str> {
        self.columns.cell(self.row, column)
    }

    fn needed(&self, column: Column) -> Option<&str> {
        let cell = self.cell(column);
        if cell.is_none() {
            self.error(column, Message::new("inventory.import.empty_cell"), None);
        }
        cell
    }

    fn error(&self, column: Column, message: Message, hint: Option<Message>) {
        let (place, path) = self
            .columns
            .place(self.file, self.row.number, self.row.line, column);
        self.found
            .push(Diagnostic::error(Some(place), path, message).hint(hint));
    }

    fn warn(&self, column: Column, message: Message) {
        let (place, path) = self
            .columns
            .place(self.file, self.row.number, self.row.line, column);
        self.found.push(Diagnostic::warning(Some(place), path, message));
    }

    /// A web address; a bare host name means its HTTPS home page.
    fn url(&self, text: &str) -> Option<Url> {
        let bare = !text.contains("://") && text.contains('.') && !text.contains([' ', '@']);
        let address = if bare {
            format!("https://{text}")
        } else {
            text.to_owned()
        };
        match measurable(&address, None) {
            Ok(url) => {
                if let Some(doubt) = doubt(&url) {
                    self.warn(Column::Url, doubt);
                }
                Some(url)
            }
            Err(refusal) => {
                self.error(Column::Url, refusal.message, refusal.hint);
                None
            }
        }
    }

    fn id(&self, column: Column, text: &str) -> Option<PortalId> {
        let id = text.parse().ok();
        if id.is_none() {
            let likely = slug_words(text);
            let hint = (!likely.is_empty()).then(|| Message::new("inventory.id.hint").with("id", likely));
            let message = Message::new("inventory.id.alphabet").with("value", text);
            self.error(column, message.with("limit", crate::id::MAX_LEN), hint);
        }
        id
    }

    fn level(&self, name: Option<&str>) -> Option<Level> {
        if let Some(text) = self.cell(Column::Level) {
            let level = Level::from_name(text).or_else(|| level_named(text));
            if level.is_none() {
                let names = Message::new("inventory.import.level_names");
                self.error(
                    Column::Level,
                    Message::new("inventory.import.level").with("value", text),
                    Some(names),
                );
            }
            return level;
        }
        let level = level_of_unit(name?);
        if level.is_none() {
            let names = Message::new("inventory.import.level_names");
            self.error(
                Column::Level,
                Message::new("inventory.import.level_unseen"),
                Some(names),
            );
        }
        level
    }

    /// The contact officer: `Some(None)` where the row has none, `None` where it is wrong.
    fn contact(&self, unit: Option<&str>) -> Option<Option<Contact>> {
        let email = self.checked(Column::Email, "inventory.email", is_email);
        let phone = self.checked(Column::Phone, "inventory.phone", is_phone);
        let (email, phone) = (email?, phone?);
        let name = self.cell(Column::Contact);
        if name.is_none() && email.is_none() && phone.is_none() {
            return Some(None);
        }
        let name = name.or(unit)?.to_owned();
        Some(Some(Contact { name, email, phone }))
    }

    fn checked(&self, column: Column, key: &'static str, good: fn(&str) -> bool) -> Option<Option<String>> {
        let Some(text) = self.cell(column) else {
            return Some(None);
        };
        if !good(text) {
            self.error(column, Message::new(key).with("value", text), None);
            return None;
        }
        Some(Some(text.to_owned()))
    }
}

/// The id of a host: its labels without `www` and `gov.vn`, joined by hyphens. `syt.angiang.gov.vn` is `syt-angiang`.
fn id_of_host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let host = host.strip_prefix("www.").unwrap_or(host);
    let host = host.strip_suffix(".gov.vn").unwrap_or(host);
    slug_words(host)
}

/// A level as the column names it.
fn level_named(text: &str) -> Option<Level> {
    Some(match slug(text).as_str() {
        "tinh" | "captinh" | "thanhphotructhuoctrunguong" => Level::Province,
        "so" | "capso" | "songanh" | "sobannganh" | "ban" | "nganh" | "bannganh" => Level::Department,
        "huyen" | "caphuyen" | "thixa" | "thanhphothuoctinh" | "quan" => Level::District,
        "xa" | "capxa" | "phuong" | "thitran" | "dackhu" | "xaphuong" | "phuongxa" | "xaphuongdackhu" => {
            Level::Commune
        }
        "khac" | "donvikhac" | "donvisunghiep" => Level::Other,
        _ => return None,
    })
}

/// The level that a unit's name shows. `Thành phố` alone shows nothing: it may be a province or a district.
fn level_of_unit(name: &str) -> Option<Level> {
    let words = slug_words(name);
    let words = [
        "trang-thong-tin-dien-tu-",
        "cong-thong-tin-dien-tu-",
        "uy-ban-nhan-dan-",
        "ubnd-",
    ]
    .iter()
    .fold(words.as_str(), |words, prefix| {
        words.strip_prefix(prefix).unwrap_or(words)
    });
    let starts = |prefixes: &[&str]| prefixes.iter().any(|prefix| words.starts_with(prefix));
    if starts(&["so-", "ban-", "van-phong-", "thanh-tra-"]) {
        Some(Level::Department)
    } else if starts(&["xa-", "phuong-", "thi-tran-", "dac-khu-"]) {
        Some(Level::Commune)
    } else if starts(&["huyen-", "thi-xa-", "quan-"]) {
        Some(Level::District)
    } else if starts(&["tinh-"]) {
        Some(Level::Province)
    } else {
        None
    }
}
