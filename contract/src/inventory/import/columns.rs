//! Headers as officials write them, with or without diacritics, in Vietnamese or English.

use std::path::Path;
use std::sync::Arc;

use super::sheet::Row;
use crate::diagnostic::Place;
use crate::inventory::slug::slug;
use crate::yaml::MAX_TEXT;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Column {
    Id,
    Name,
    NameEn,
    Owner,
    Level,
    Parent,
    Url,
    Hosting,
    Contact,
    Email,
    Phone,
    Note,
    /// The running number of the row: known, and of no use.
    Number,
}

/// Synonyms, folded as [`slug`] folds them.
const HEADERS: &[(Column, &[&str])] = &[
    (Column::Id, &["id", "ma", "madonvi", "macong", "maso", "portal"]),
    (
        Column::Name,
        &[
            "ten",
            "tendonvi",
            "donvi",
            "tencoquan",
            "coquan",
            "coquandonvi",
            "tencong",
            "tentrang",
            "name",
            "unit",
            "unitname",
        ],
    ),
    (
        Column::NameEn,
        &["tentienganh", "tiengnganh", "nameen", "englishname"],
    ),
    (
        Column::Owner,
        &["coquanchuquan", "chuquan", "donvichuquan", "donviquanly", "owner"],
    ),
    (
        Column::Level,
        &["cap", "capdonvi", "caphanhchinh", "loai", "loaidonvi", "level"],
    ),
    (
        Column::Parent,
        &["tructhuoc", "congcha", "congme", "macongcha", "parent"],
    ),
    (
        Column::Url,
        &[
            "url",
            "web",
            "website",
            "diachiweb",
            "diachiwebsite",
            "diachitruycap",
            "tenmien",
            "domain",
            "host",
            "link",
            "lienket",
            "trangweb",
            "cong",
            "trang",
            "congttdt",
            "trangttdt",
            "congthongtindientu",
            "trangthongtindientu",
            "diachicong",
            "diachitrang",
            "diachitrangthongtindientu",
            "diachicongthongtindientu",
        ],
    ),
    (
        Column::Hosting,
        &["hosting", "noidat", "noidatmaychu", "maychu", "trungtamdulieu"],
    ),
    (
        Column::Contact,
        &[
            "canbophutrach",
            "nguoiphutrach",
            "canbodaumoi",
            "daumoi",
            "nguoilienhe",
            "lienhe",
            "hoten",
            "contact",
            "contactname",
        ],
    ),
    (
        Column::Email,
        &["email", "mail", "thudientu", "diachithu", "hopthu"],
    ),
    (
        Column::Phone,
        &[
            "dienthoai",
            "sodienthoai",
            "sdt",
            "dt",
            "didong",
            "phone",
            "telephone",
            "tel",
        ],
    ),
    (Column::Note, &["ghichu", "note", "notes", "remark"]),
    (
        Column::Number,
        &["stt", "tt", "so", "sott", "sothutu", "no", "number"],
    ),
];

/// The columns of a sheet.
#[derive(Debug)]
pub(super) struct Columns {
    /// Per cell: what it holds, and its header as written.
    cells: Vec<(Option<Column>, String)>,
}

impl Columns {
    /// The columns that a row names, if it is a header: it names an address and a unit.
    pub(super) fn of(row: &Row) -> Option<Self> {
        let mut columns = Self { cells: Vec::new() };
        for cell in &row.cells {
            // A header named twice keeps its first column.
            let column = recognised(cell).filter(|column| columns.index(*column).is_none());
            columns.cells.push((column, cell.clone()));
        }
        let both = [Column::Url, Column::Name]
            .iter()
            .all(|column| columns.index(*column).is_some());
        both.then_some(columns)
    }

    fn index(&self, wanted: Column) -> Option<usize> {
        self.cells.iter().position(|(column, _)| *column == Some(wanted))
    }

    /// Where a cell stands (its number in the row takes the place of a text column), and its path `#5 Tên miền`.
    /// A column that the sheet lacks is the row as a whole.
    pub(super) fn place(&self, file: &Arc<Path>, row: u32, line: u32, column: Column) -> (Place, String) {
        let index = self.index(column);
        let name = index.map_or("", |index| self.cells[index].1.as_str());
        let number = index.map_or(1, |index| u32::try_from(index + 1).unwrap_or(u32::MAX));
        let place = Place {
            file: Arc::clone(file),
            line,
            column: number,
        };
        (place, format!("#{row} {name}").trim_end().to_owned())
    }

    /// A column whose cell in this row is longer than any text of the inventory may be.
    pub(super) fn too_long(&self, row: &Row) -> Option<Column> {
        let mut cells = self.cells.iter().zip(&row.cells);
        let (long, _) =
            cells.find(|((column, _), cell)| column.is_some() && cell.chars().count() > MAX_TEXT)?;
        long.0
    }

    /// The cell of a row, if it is there and not empty.
    pub(super) fn cell<'r>(&self, row: &'r Row, column: Column) -> Option<&'r str> {
        let cell = row.cells.get(self.index(column)?)?;
        (!cell.is_empty()).then_some(cell)
    }

    /// Whether a row holds more than its running number.
    pub(super) fn has_data(&self, row: &Row) -> bool {
        let useful = self
            .cells
            .iter()
            .zip(&row.cells)
            .filter(|((column, _), _)| column.is_some_and(|column| column != Column::Number));
        useful.into_iter().any(|(_, cell)| !cell.is_empty())
    }

    /// Headers that mean nothing here, with the number of their column.
    pub(super) fn unknown(&self) -> impl Iterator<Item = (usize, &str)> {
        let unknown =
            |(_, (column, name)): &(usize, &(Option<Column>, String))| column.is_none() && !name.is_empty();
        (1..)
            .zip(&self.cells)
            .filter(unknown)
            .map(|(number, (_, name))| (number, name.as_str()))
    }
}

fn recognised(header: &str) -> Option<Column> {
    // What stands in brackets explains: `Tên miền (ví dụ: syt.angiang.gov.vn)`.
    let bare = header.split(['(', '[']).next().unwrap_or(header);
    let folded = slug(bare);
    let (column, _) = HEADERS
        .iter()
        .find(|(_, names)| names.contains(&folded.as_str()))?;
    Some(*column)
}
