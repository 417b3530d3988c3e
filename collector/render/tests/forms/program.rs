//! The program as the collector calls it.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use ems_contract::document::Block;
use serde_json::Value;

use crate::bench::document;

const PROGRAM: &str = env!("CARGO_BIN_EXE_ems-render");

fn called(folder: &Path, arguments: &[&str], input: &[u8]) -> Output {
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .current_dir(folder)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // A program that refuses its arguments does not read: that is its right.
    drop(child.stdin.take().unwrap().write_all(input));
    child.wait_with_output().unwrap()
}

fn json() -> Vec<u8> {
    serde_json::to_vec(&document(vec![Block::paragraph("Chào 😀")])).unwrap()
}

#[test]
fn all_forms_from_standard_input_and_an_answer_for_machines() {
    let folder = tempfile::tempdir().unwrap();
    let output = called(
        folder.path(),
        &["--docx", "a.docx", "--pdf", "a.pdf", "--xlsx", "a.xlsx"],
        &json(),
    );
    assert!(output.status.success(), "{output:?}");
    let answer: Value = serde_json::from_slice(&output.stdout).unwrap();
    let forms: Vec<&str> = answer["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["form"].as_str().unwrap())
        .collect();
    assert_eq!(forms, ["docx", "xlsx", "pdf"]);
    assert_eq!(answer["files"][2]["pages"], 1);
    assert_eq!(answer["replaced"][0]["character"], "U+1F600");
    for file in answer["files"].as_array().unwrap() {
        let bytes = std::fs::read(folder.path().join(file["path"].as_str().unwrap())).unwrap();
        let digest = ems_contract::digest::Sha256::of(&bytes).to_string();
        assert_eq!(file["sha256"], digest.as_str());
    }
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 3);
}

#[test]
fn a_bad_document_is_told_and_nothing_is_written() {
    let folder = tempfile::tempdir().unwrap();
    let mut bad = document(vec![Block::heading(9, "Sâu quá")]);
    bad.schema = 7;
    let output = called(
        folder.path(),
        &["--pdf", "a.pdf"],
        &serde_json::to_vec(&bad).unwrap(),
    );
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(
        told.contains("schema: 7") && told.contains("body[0].heading.level"),
        "{told}"
    );
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_full_disk_leaves_no_half_file() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("in.json"), json()).unwrap();
    std::fs::write(folder.path().join("a.pdf"), b"before").unwrap();
    // No file may grow past 1 KiB: what a full disk does to a write, without filling one.
    let script = format!("trap '' XFSZ; ulimit -f 1; exec '{PROGRAM}' in.json --pdf a.pdf");
    let output = Command::new("bash")
        .args(["-c", &script])
        .current_dir(folder.path())
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stderr).contains("a.pdf cannot be written"));
    assert_eq!(std::fs::read(folder.path().join("a.pdf")).unwrap(), b"before");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 2);
}

#[test]
fn the_built_in_layout_can_be_printed_and_used() {
    let folder = tempfile::tempdir().unwrap();
    let layout = called(folder.path(), &["--print-layout"], b"").stdout;
    std::fs::write(folder.path().join("own.typ"), &layout).unwrap();
    for (name, arguments) in [("a.pdf", &[][..]), ("b.pdf", &["--layout", "own.typ"][..])] {
        let output = called(folder.path(), &[&["--pdf", name], arguments].concat(), &json());
        assert!(output.status.success(), "{output:?}");
    }
    let read = |name: &str| std::fs::read(folder.path().join(name)).unwrap();
    assert!(read("a.pdf") == read("b.pdf"));
}
