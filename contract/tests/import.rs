//! Spreadsheets of units, as officials keep them.
#![expect(clippy::unwrap_used, reason = "helpers of tests may fail loudly")]

use std::path::Path;
use std::sync::Arc;

use ems_contract::diagnostic::has_errors;
use ems_contract::inventory::import::{Imported, Shared, Unit, read, to_yaml};
use ems_contract::inventory::{Level, load};
use ems_contract::text::Lang;
use proptest::prelude::*;

const VIETNAMESE: &str = "\
TỔNG HỢP TRANG THÔNG TIN ĐIỆN TỬ;;;;;
STT;Tên đơn vị;Cấp;Tên miền (không ghi http);Cán bộ phụ trách;Thư điện tử;Điện thoại;Kinh phí
1;Sở Y tế;Sở;syt.angiang.gov.vn;Nguyễn Văn A;a@angiang.gov.vn;0296 3852 999;10
2;\"Ủy ban nhân dân
xã Mỹ Thới\";Xã;https://mythoi.angiang.gov.vn/trang-chu;;;;
;;;;;;;
3;;;;;;;
4;Đặc khu Phú Quốc;;phuquoc.angiang.gov.vn;;phuquoc@angiang.gov.vn;;
";

fn import(bytes: &[u8]) -> Imported {
    read(&Arc::from(Path::new("units.csv")), bytes)
}

fn told(imported: &Imported) -> Vec<String> {
    imported.diagnostics.iter().map(|d| d.render(Lang::En)).collect()
}

fn summary(units: &[Unit]) -> Vec<(&str, &str, Level, &str)> {
    units
        .iter()
        .map(|u| (u.id.as_str(), u.name.as_str(), u.level, u.url.as_str()))
        .collect()
}

#[test]
fn a_sheet_as_officials_keep_it_is_read() {
    let imported = import(VIETNAMESE.as_bytes());
    assert_eq!(
        summary(&imported.units),
        [
            (
                "syt-angiang",
                "Sở Y tế",
                Level::Department,
                "https://syt.angiang.gov.vn/"
            ),
            (
                "mythoi-angiang",
                "Ủy ban nhân dân xã Mỹ Thới",
                Level::Commune,
                "https://mythoi.angiang.gov.vn/trang-chu"
            ),
            (
                "phuquoc-angiang",
                "Đặc khu Phú Quốc",
                Level::Commune,
                "https://phuquoc.angiang.gov.vn/"
            ),
        ]
    );
    let contact = imported.units[0].contact.as_ref().unwrap();
    assert_eq!(
        (contact.name.as_str(), contact.phone.as_deref()),
        ("Nguyễn Văn A", Some("0296 3852 999"))
    );
    assert_eq!(
        imported.units[2].contact.as_ref().unwrap().name,
        "Đặc khu Phú Quốc"
    );
    assert_eq!(
        told(&imported),
        ["warning: units.csv:2:1: #8: the column “Kinh phí” is not used"]
    );
}

#[test]
fn encodings_and_separators_make_no_difference() {
    let plain = import(VIETNAMESE.as_bytes()).units;
    let with_bom = [b"\xEF\xBB\xBF".as_slice(), VIETNAMESE.as_bytes()].concat();
    let tabs = VIETNAMESE.replace(';', "\t");
    let wide: Vec<u8> = std::iter::once(0xFEFF)
        .chain(tabs.encode_utf16())
        .flat_map(u16::to_le_bytes)
        .collect();
    let commas = VIETNAMESE.replace(';', ",");
    let decomposed: String = unicode_normalization::UnicodeNormalization::nfd(VIETNAMESE).collect();
    for bytes in [
        with_bom,
        tabs.into_bytes(),
        wide,
        commas.into_bytes(),
        decomposed.into_bytes(),
    ] {
        assert_eq!(import(&bytes).units, plain);
    }
    let named = import(format!("sep=;\r\n{VIETNAMESE}").as_bytes()).units;
    assert_eq!(summary(&named), summary(&plain));
    assert_eq!(
        named[0].row,
        plain[0].row + 1,
        "rows are numbered as the spreadsheet shows them"
    );
}

#[test]
fn headers_without_diacritics_and_in_english_are_known() {
    let imported = import(
        b"ma,TEN DON VI,cap,Website,Co quan chu quan\nsyt,So Y te,so,http://syt.angiang.gov.vn,UBND tinh\n",
    );
    assert_eq!(told(&imported), [""; 0]);
    assert_eq!(imported.units[0].owner, "UBND tinh");
    let english = import(
        b"id|name|level|url|owner\nhealth|Department of Health|department|https://syt.angiang.gov.vn|PPC\n",
    );
    assert_eq!(english.units[0].level, Level::Department);
}

#[test]
fn every_error_of_every_row_is_told_with_row_and_column() {
    let imported = import(
        "Tên đơn vị;Mã;Cấp;Tên miền;Email\n\
         Sở Y tế;Sở Y Tế;phòng;ftp://syt.angiang.gov.vn;không có\n\
         ;;sở;soxaydung.angiang.gov.vn;\n\
         Trung tâm Hành chính công;;;ttpvhcc.angiang.gov.vn;\n\
         Sở Nội vụ;;;snv.angiang.gov.vn;\n\
         Sở Nội vụ (mới);;;https://SNV.angiang.gov.vn/;\n\
         Sở Nội vụ cũ;;;http://snv.angiang.gov.vn/;\n"
            .as_bytes(),
    );
    assert_eq!(
        told(&imported),
        [
            "error: units.csv:2:2: #2 Mã: `Sở Y Tế` cannot be an id; an id has lower-case letters a-z, digits and inner hyphens, 1 … 64 characters\n  hint: use `so-y-te`",
            "error: units.csv:2:3: #2 Cấp: `phòng` is not a level\n  hint: add a column “Level” with one of: province, department, district, commune, other",
            "error: units.csv:2:4: #2 Tên miền: the scheme `ftp` cannot be measured; `http` or `https` only",
            "error: units.csv:2:5: #2 Email: `không có` is not a mail address such as banbientap@angiang.gov.vn",
            "error: units.csv:3:1: #3 Tên đơn vị: the cell is empty",
            "error: units.csv:4:3: #4 Cấp: the level cannot be seen from the unit's name\n  hint: add a column “Level” with one of: province, department, district, commune, other",
            "error: units.csv:6:4: #6 Tên miền: the address https://snv.angiang.gov.vn/ stands in row 5 already",
            "error: units.csv:7:2: #7 Mã: the id `snv-angiang` stands in row 5 already; add a column “ID” with ids of your own",
        ]
    );
    assert_eq!(imported.units.len(), 1);
}

#[test]
fn files_that_are_no_such_sheet_say_what_to_do() {
    let windows_1258 = b"T\xEAn \xF0\xBDn v\xB8;Website\nx;y\n";
    for (bytes, key) in [
        (windows_1258.as_slice(), "inventory.import.encoding"),
        (b"PK\x03\x04....", "inventory.import.workbook"),
        (b"", "inventory.import.no_header"),
        (b"a;b\nc;d\n", "inventory.import.no_header"),
        (b"name;url\n;\n", "inventory.import.no_rows"),
        (b"\xFF\xFE\x00\xD8", "inventory.import.encoding"),
    ] {
        let imported = import(bytes);
        let keys: Vec<&str> = imported.diagnostics.iter().map(|d| d.message.key()).collect();
        assert_eq!(keys, [key]);
        assert!(imported.units.is_empty());
    }
}

/// Loads `yaml` as the unit file of a minimal inventory.
fn loaded(yaml: &str) -> ems_contract::inventory::Loaded {
    let dir = tempfile::tempdir().unwrap();
    let minimal = std::fs::read_to_string("tests/good-targets/minimal.yaml").unwrap();
    std::fs::write(
        dir.path().join("targets.yaml"),
        format!("include: [units.yaml]\n{minimal}"),
    )
    .unwrap();
    std::fs::write(dir.path().join("units.yaml"), yaml).unwrap();
    load(&dir.path().join("targets.yaml"))
}

#[test]
fn what_is_written_is_what_the_loader_reads() {
    let shared = Shared {
        parent: Some("angiang".parse().unwrap()),
        regulations: vec!["an-giang-2023".to_owned()],
    };
    let yaml = to_yaml(&import(VIETNAMESE.as_bytes()).units, &shared, "units.csv");
    insta::assert_snapshot!(yaml, @r#"
    # Nhập từ units.csv bằng `ems-collector targets import`; sửa tiếp ở đây được.
    defaults:
      parent: angiang
      regulations: [an-giang-2023]
    portals:
      - id: syt-angiang
        name: "Sở Y tế"
        owner: "Sở Y tế"
        level: department
        url: "https://syt.angiang.gov.vn/"
        contact:
          name: "Nguyễn Văn A"
          email: "a@angiang.gov.vn"
          phone: "0296 3852 999"
      - id: mythoi-angiang
        name: "Ủy ban nhân dân xã Mỹ Thới"
        owner: "Ủy ban nhân dân xã Mỹ Thới"
        level: commune
        url: "https://mythoi.angiang.gov.vn/trang-chu"
      - id: phuquoc-angiang
        name: "Đặc khu Phú Quốc"
        owner: "Đặc khu Phú Quốc"
        level: commune
        url: "https://phuquoc.angiang.gov.vn/"
        contact:
          name: "Đặc khu Phú Quốc"
          email: "phuquoc@angiang.gov.vn"
    "#);
    let loaded = loaded(&yaml);
    let inventory = loaded.inventory.unwrap();
    let health = inventory.portal(&"syt-angiang".parse().unwrap()).unwrap();
    assert_eq!(health.parent.as_ref().unwrap().as_str(), "angiang");
    assert_eq!(health.regulations, ["an-giang-2023"]);
    assert_eq!(health.owner, "Sở Y tế");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        import(&bytes);
    }

    #[test]
    fn any_text_in_any_cell_is_told_or_arrives(name in "\\PC{0,40}", note in "\\PC{0,40}", owner in "[\"'#:{}\\[\\]&*!|>%@`, \\-a-zà-ỹ]{0,20}") {
        let cell = |text: &str| format!("\"{}\"", text.replace('"', "\"\""));
        let csv = format!("name;url;level;note;owner\n{};x.gov.vn;xã;{};{}\n", cell(&name), cell(&note), cell(&owner));
        let imported = import(csv.as_bytes());
        if has_errors(&imported.diagnostics) {
            return Ok(());
        }
        let unit = imported.units[0].clone();
        let loaded = loaded(&to_yaml(&imported.units, &Shared::default(), "x.csv"));
        prop_assert!(loaded.inventory.is_some(), "{:?}", loaded.diagnostics);
        let inventory = loaded.inventory.unwrap();
        let portal = inventory.portal(&unit.id).unwrap();
        prop_assert_eq!(&portal.name, &unit.name);
        prop_assert_eq!(&portal.owner, &unit.owner);
        prop_assert_eq!(&portal.note, &unit.note);
    }
}
