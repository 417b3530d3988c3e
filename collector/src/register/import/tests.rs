//! Spreadsheets as units send them.

use std::sync::LazyLock;

use super::*;
use crate::attest::Statement;

static RULES: LazyLock<Regulations> = LazyLock::new(|| Regulations::embedded().unwrap());
/// Noon of 22/11/2026.
fn now() -> UnixTime {
    "2026-11-22T05:00:00Z".parse().unwrap()
}

fn portals() -> BTreeMap<PortalId, String> {
    [
        ("ag-so-y-te", "Sở Y tế"),
        ("ag-so-noi-vu", "Sở Nội vụ"),
        ("x1", "UBND xã An Phú"),
        ("x2", "UBND xã An Phú"),
    ]
    .into_iter()
    .map(|(id, name)| (id.parse().unwrap(), name.to_owned()))
    .collect()
}

fn read_csv(text: &str) -> Imported {
    import(
        &RULES,
        RegisterKind::Attestation,
        &portals(),
        text.as_bytes(),
        now(),
    )
}

fn told(imported: &Imported) -> Vec<String> {
    imported
        .faults
        .iter()
        .map(|fault| format!("{} {}", fault.place, fault.message.key()))
        .collect()
}

const HEADER: &str =
    "STT;Tên đơn vị;Mã nghĩa vụ;Kết quả;Người xác nhận;Chức vụ;Ngày ký (dd/mm/yyyy);Hết hạn\n";

#[test]
fn three_ways_of_writing_a_day_are_one_day() {
    let rows = "1;Sở Y tế;AG-12;có;Nguyễn Văn A;Giám đốc;01/11/2026;\n\
                2;so noi vu;AG-12;không;Trần Thị B;Chánh Văn phòng;2026-11-01;31/12/2026\n\
                3;ag-so-y-te;AG-13;một phần;Lê C;Phó Giám đốc;46327;\n";
    let imported = read_csv(&format!("Phụ lục\n{HEADER}{rows}"));
    assert_eq!(told(&imported), [] as [&str; 0]);
    let days: Vec<(String, Statement)> = imported
        .good
        .iter()
        .map(|row| match &row.entry {
            Entry::Attestation(said) => (said.signed_on.to_string(), said.statement),
            other => panic!("{other:?}"),
        })
        .collect();
    let day = "2026-11-01".to_owned();
    assert_eq!(
        days,
        [
            (day.clone(), Statement::Yes),
            (day.clone(), Statement::No),
            (day, Statement::Partial)
        ]
    );
    assert_eq!(imported.good[1].portal.as_str(), "ag-so-noi-vu");
}

#[test]
fn every_fault_of_every_row_is_told_with_its_cell() {
    let rows = "1;Sở Lạ;AG-12;có;A;B;01/11/2026;\n\
                2;UBND xã An Phú;AG-999;có;;B;31/02/2026;\n\
                3;Sở Y tế;AG-999;có;A;B;01/12/2026;01/10/2026\n\
                4;Sở Y tế;AG-12;có;A;B;01/11/2026;\n\
                5;;;;;;;\n";
    let imported = read_csv(&format!("{HEADER}{rows}"));
    assert_eq!(
        told(&imported),
        [
            "B2 register.import.portal",
            "B3 register.import.portal_many",
            "E3 register.fault.required",
            "G3 register.want.day",
            "4 judge.attest.no_obligation",
            "4 judge.attest.future",
            "4 judge.attest.backwards",
        ]
    );
    assert_eq!((imported.good.len(), imported.bad), (1, 3));
    assert_eq!(imported.good[0].place, "5");
}

#[test]
fn a_file_without_header_or_rows_is_said() {
    assert_eq!(told(&read_csv("a;b\n1;2\n")), [" register.import.no_header"]);
    assert_eq!(told(&read_csv(HEADER)), [" register.import.no_rows"]);
    assert_eq!(told(&read_csv("")), [" register.import.no_header"]);
}

#[test]
fn a_workbook_with_merged_cells_serials_and_text_days_is_read() {
    let bytes = include_bytes!("../../../tests/fixtures/xac-nhan.xlsx");
    let imported = import(&RULES, RegisterKind::Attestation, &portals(), bytes, now());
    assert_eq!(
        told(&imported),
        [
            "Xác nhận!I3 register.import.column",
            "Xác nhận!G7 register.want.day"
        ]
    );
    let rows: Vec<String> = imported
        .good
        .iter()
        .map(|row| match &row.entry {
            Entry::Attestation(said) => {
                format!(
                    "{} {} {} {}",
                    row.place, row.portal, said.obligation, said.signed_on
                )
            }
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(
        rows,
        [
            // The unit's cell spans two rows; a day, a serial number without a day's format, a day as text.
            "Xác nhận!4 ag-so-y-te AG-12 2026-11-01",
            "Xác nhận!5 ag-so-y-te AG-13 2026-11-02",
            "Xác nhận!6 ag-so-noi-vu AG-12 2026-11-03",
        ]
    );
}
