//! Writes the boards, the rules and their words into the folders that Grafana, Prometheus and Alertmanager read.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let boards = ems_dashboards::boards();
    let mut files: Vec<_> = boards
        .iter()
        .map(|board| {
            let name = format!("grafana/{}.json", board.uid);
            (root.join(name), ems_dashboards::file(board))
        })
        .collect();
    files.push((root.join("../alerts/ems.rules.yml"), ems_dashboards::rule::file()));
    let words = root.join("../alerts/templates/words.tmpl");
    files.push((words, ems_dashboards::word::templates()));
    for (path, text) in files {
        if let Err(error) = std::fs::write(&path, text) {
            #[expect(clippy::print_stderr, reason = "a command speaks to the person who typed it")]
            {
                eprintln!("cannot write {}: {error}", path.display());
            }
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
