//! Headers as officials write them, with or without diacritics.

use std::collections::BTreeMap;

use ems_contract::inventory::slug;

use crate::register::entry::RegisterKind;
use crate::register::form::{Values, fields};

/// The column that names the portal.
pub(super) const PORTAL: &str = "portal";
/// The running number of the row: known, and of no use.
const NUMBER: &[&str] = &["stt", "tt", "so", "sott", "sothutu", "no"];

/// Further names of a field, folded as [`slug`] folds them; its own name and its Vietnamese and English labels are known
/// besides.
fn synonyms(field: &str) -> &'static [&'static str] {
    match field {
        PORTAL => &[
            "portal",
            "ma",
            "macong",
            "madonvi",
            "donvi",
            "tendonvi",
            "coquan",
            "tencoquan",
            "cong",
            "tencong",
            "trang",
            "unit",
        ],
        "obligation" => &["manghiavu", "nghiavu", "dieukhoan", "quydinh", "noidungxacnhan"],
        "check" => &["phepkiem", "maphepkiem"],
        "statement" => &["ketqua", "xacnhan", "tinhtrang", "dapung"],
        "by_name" => &["nguoixacnhan", "nguoiky", "hoten", "hovaten"],
        "by_role" => &["chucvu", "chucdanh"],
        "signed_on" => &["ngayky", "ngayxacnhan", "ngay"],
        "valid_until" => &["hethan", "ngayhethan", "hieulucden", "denngay"],
        "note" => &["ghichu"],
        "file_sha256" => &["sha256", "mabam", "mabamtep"],
        "report" => &["baocao", "mabaocao", "loaibaocao"],
        "period" => &["ky", "kybaocao"],
        "year" => &["nam"],
        "received" => &["ngaynhan"],
        "held_on" => &["ngaytochuc", "thoigian"],
        "topic" => &["noidung", "chuyende"],
        "organiser" => &["donvitochuc"],
        "participants" => &["songuoi", "soluong", "songuoithamdu"],
        "decision" => &["soquyetdinh", "quyetdinh"],
        _ => &[],
    }
}

/// The columns of a sheet.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) kind: RegisterKind,
    known: BTreeMap<u32, &'static str>,
    unknown: BTreeMap<u32, String>,
}

impl Columns {
    /// The columns that a row names, if it is a header: it names the portal and at least two required fields.
    pub(super) fn of(kind: RegisterKind, cells: &BTreeMap<u32, String>) -> Option<Self> {
        let mut columns = Self {
            kind,
            known: BTreeMap::new(),
            unknown: BTreeMap::new(),
        };
        for (column, text) in cells {
            // What stands in brackets explains: `Ngày ký (dd/mm/yyyy)`.
            let bare = slug(text.split(['(', '[']).next().unwrap_or(text));
            match recognised(kind, &bare) {
                // A header named twice keeps its first column.
                Some(field) if columns.of_field(field).is_none() => {
                    columns.known.insert(*column, field);
                }
                _ if NUMBER.contains(&&*bare) => {}
                _ => {
                    columns.unknown.insert(*column, text.clone());
                }
            }
        }
        let required = fields(kind).iter().filter(|field| field.required);
        let there = required
            .filter(|field| columns.of_field(field.name).is_some())
            .count();
        (columns.of_field(PORTAL).is_some() && there >= 2).then_some(columns)
    }

    /// The column of a field.
    pub(super) fn of_field(&self, field: &str) -> Option<u32> {
        let mut all = self.known.iter();
        all.find(|(_, name)| **name == field).map(|(column, _)| *column)
    }

    /// Headers that mean nothing here.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (&u32, &String)> {
        self.unknown.iter()
    }

    /// What a row says, by field.
    pub(super) fn values(&self, cells: &BTreeMap<u32, String>) -> Values {
        self.known
            .iter()
            .filter_map(|(column, field)| Some(((*field).to_owned(), cells.get(column)?.clone())))
            .collect()
    }
}

fn recognised(kind: RegisterKind, folded: &str) -> Option<&'static str> {
    if folded.is_empty() {
        return None;
    }
    let own = fields(kind).iter().map(|field| field.name);
    own.chain([PORTAL]).find(|field| {
        let label = |lang| {
            slug(ems_contract::text::lookup(lang, &format!("register.field.{field}")).unwrap_or_default())
        };
        slug(field) == folded
            || synonyms(field).contains(&folded)
            || label(ems_contract::text::Lang::Vi) == folded
            || label(ems_contract::text::Lang::En) == folded
    })
}
