//! What is wrong with the store, in the words of the person at the command line.

use ems_contract::text::{Lang, fill};

use crate::store::StoreError;

/// The error in `lang`. What the system itself said stays in its own words.
#[must_use]
pub fn told(error: &StoreError, lang: Lang) -> String {
    match error {
        StoreError::Conflict { seq } => fill(lang, "service.store.conflict", &[("seq", &seq.to_string())]),
        StoreError::DiskFull { path } => fill(lang, "service.store.disk_full", &[("path", path)]),
        StoreError::Locked { path } => fill(lang, "service.store.locked", &[("path", path)]),
        StoreError::Missing { path } => fill(lang, "service.store.missing", &[("path", path)]),
        StoreError::Older { path, found, reads } => {
            let (found, reads) = (found.to_string(), reads.to_string());
            let values = [("path", path.as_str()), ("found", &found), ("reads", &reads)];
            fill(lang, "service.store.older", &values)
        }
        StoreError::Unusable { path, detail, hint } => fill(
            lang,
            "service.store.unusable",
            &[
                ("path", path),
                ("detail", &detail.render(lang)),
                ("hint", &hint.render(lang)),
            ],
        ),
        StoreError::Exists { path, hint } => fill(
            lang,
            "service.store.exists",
            &[("path", path), ("hint", &hint.render(lang))],
        ),
        StoreError::Failed { action, detail } => fill(lang, failed(action), &[("detail", detail)]),
    }
}

/// What was tried is told by its kind; the log has it to the word.
fn failed(action: &str) -> &'static str {
    match action.split(' ').next() {
        _ if action == "read a stored value" => "service.store.failed.value",
        _ if action == "make a backup" => "service.store.failed.backup",
        Some("restore") => "service.store.failed.restore",
        Some("read" | "look" | "count" | "check" | "open") => "service.store.failed.read",
        _ => "service.store.failed.write",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::{self, SqliteStore};

    /// What is left of English when a database's own words in brackets are taken out.
    fn english(words: &str) -> Option<&'static str> {
        let plain: String = words.split(['(', ')']).step_by(2).collect();
        let plain = format!(
            " {} ",
            plain.to_lowercase().replace([':', ',', ';', '`', '\n'], " ")
        );
        [
            " the ",
            " is ",
            " read ",
            " write ",
            " keep ",
            " must ",
            " cannot ",
            " another ",
            " hint ",
        ]
        .into_iter()
        .find(|word| plain.contains(word))
    }

    #[test]
    fn what_is_wrong_with_a_database_is_told_in_vietnamese_throughout() {
        let dir = tempfile::tempdir().unwrap();
        let path = |name: &str| dir.path().join(name);
        std::fs::write(
            path("page.db"),
            "<html>not a database, but a page of some length</html>".repeat(99),
        )
        .unwrap();
        std::fs::write(path("empty.db"), "").unwrap();
        drop(SqliteStore::open(&path("good.db")).unwrap());
        // Where SQLite keeps the number of the schema and that of the program (file format, 1.3).
        for (name, place) in [("newer.db", 60), ("foreign.db", 68)] {
            let mut bytes = std::fs::read(path("good.db")).unwrap();
            bytes[place..place + 4].copy_from_slice(&9_999_u32.to_be_bytes());
            std::fs::write(path(name), bytes).unwrap();
        }
        let open = |name: &str| SqliteStore::open(&path(name)).err().unwrap();
        let restore = |name: &str| {
            sqlite::restore(&path(name), &path("good.db"), false, "x")
                .err()
                .unwrap()
        };
        let failed = |action| StoreError::Failed {
            action,
            detail: "no such table".into(),
        };
        let all = [
            open("page.db"),
            open("foreign.db"),
            open("newer.db"),
            open("no/such/folder.db"),
            restore("empty.db"),
            restore("page.db"),
            restore("none.db"),
            {
                std::fs::copy(path("good.db"), path("copy.db")).unwrap();
                restore("copy.db")
            },
            failed("read letters"),
            failed("count verdicts"),
            failed("keep a batch"),
            failed("make a backup"),
            failed("read a stored value"),
        ];
        for error in all {
            let words = told(&error, Lang::Vi);
            assert_eq!(english(&words), None, "{words}");
            assert!(
                told(&error, Lang::En).is_ascii() && !words.contains('{'),
                "{words}"
            );
        }
    }
}
