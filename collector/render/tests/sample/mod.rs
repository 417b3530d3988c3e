//! A made-up quarterly report, the same on every run: invented units and figures, marked as a sample on every page.

#![expect(clippy::cast_possible_wrap, reason = "the figures of a sample are small")]

mod annex;
mod figures;
mod text;

use ems_contract::document::{Block, Document, Letterhead, PlaceDate, SCHEMA, Signature, Table};
use ems_contract::text::Lang;

use figures::Portal;

/// How large a sample is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Size {
    /// Portals in tables, strips and sheets.
    pub(crate) portals: usize,
    /// Portals with a slip of their own.
    pub(crate) slips: usize,
}

/// A report about `size.portals` made-up portals.
pub(crate) fn report(size: Size) -> Document {
    let portals: Vec<Portal> = (0..size.portals).map(Portal::made_up).collect();
    let mut body = vec![Block::Contents];
    body.extend(text::chapters(&portals));
    Document {
        schema: SCHEMA,
        lang: Lang::Vi,
        made_at: "2026-12-14T05:00:00Z".parse().expect("a fixed instant"),
        title: "Báo cáo quý IV năm 2026 (mẫu)".to_owned(),
        author: "Sở Khoa học và Công nghệ tỉnh Mẫu".to_owned(),
        mark: Some("DỰ THẢO – SỐ LIỆU MẪU, KHÔNG CÓ GIÁ TRỊ BÁO CÁO".to_owned()),
        footer: Some("Bản số 1 · số liệu SHA-256 3f1c09ab77de · bộ quy tắc mau-2026 v3".to_owned()),
        letterhead: Some(Letterhead {
            superior: Some("ỦY BAN NHÂN DÂN TỈNH MẪU".to_owned()),
            issuer: "SỞ KHOA HỌC VÀ CÔNG NGHỆ".to_owned(),
            number: None,
            symbol: "BC-SKHCN".to_owned(),
            place_date: PlaceDate {
                place: "Tỉnh Mẫu".to_owned(),
                year: 2026,
                month: Some(12),
                day: None,
            },
            kind: "BÁO CÁO".to_owned(),
            subject: "Tình hình hoạt động, chất lượng và tuân thủ quy chế của Cổng, Trang thông tin điện tử \
                      quý IV năm 2026"
                .to_owned(),
            addressees: vec!["Ủy ban nhân dân tỉnh Mẫu".to_owned()],
        }),
        body,
        signature: Some(Signature {
            office: vec!["KT. GIÁM ĐỐC".to_owned(), "PHÓ GIÁM ĐỐC".to_owned()],
            name: String::new(),
        }),
        recipients: [
            "Như trên",
            "Văn phòng UBND tỉnh",
            "Các sở, ban, ngành tỉnh; UBND các xã, phường",
            "Giám đốc, các Phó Giám đốc Sở",
            "Lưu: VT, TTCNTT",
        ]
        .map(str::to_owned)
        .to_vec(),
        appendices: annex::all(&portals, size.slips),
        sheets: annex::sheets(&portals),
    }
}

/// A table with these rows.
fn table(
    caption: &str,
    columns: Vec<ems_contract::document::Column>,
    rows: Vec<ems_contract::document::Row>,
) -> Table {
    Table {
        caption: Some(caption.to_owned()),
        columns,
        rows,
        empty: Some("Không có trường hợp nào trong kỳ.".to_owned()),
        notes: Vec::new(),
    }
}
