//! `ems-collector targets import`: units from a spreadsheet as a file of the inventory.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use ems_contract::diagnostic::has_errors;
use ems_contract::id::PortalId;
use ems_contract::inventory::PACKS;
use ems_contract::inventory::import::{self, Shared};
use ems_contract::text::Lang;
use ems_contract::yaml::MAX_BYTES;

use super::validate::filled;
use super::{EXIT_BAD_FILE, EXIT_OK, EXIT_USAGE, parse_id, parse_lang, write_findings};
use crate::locale::io_told;

/// Work on the inventory's files.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Make a file of targets.d/ from a CSV file of units.
    Import(ImportArgs),
}

/// Make a file of targets.d/ from a CSV file of units.
#[derive(Debug, clap::Args)]
pub struct ImportArgs {
    /// Spreadsheet saved as CSV (UTF-8).
    #[arg(value_name = "UNITS.CSV")]
    pub csv: PathBuf,
    /// File to write [default: targets.d/<name of the CSV file>.yaml].
    #[arg(long, value_name = "FILE")]
    pub out: Option<PathBuf>,
    /// Portal that all units are components of.
    #[arg(long, value_name = "ID", value_parser = parse_id::<PortalId>)]
    pub parent: Option<PortalId>,
    /// Rule pack that binds all units; may be given several times.
    #[arg(long = "regulation", value_name = "PACK", value_parser = clap::builder::PossibleValuesParser::new(PACKS))]
    pub regulations: Vec<String>,
    /// Show what would be written, write nothing.
    #[arg(long)]
    pub dry_run: bool,
    /// Overwrite the file if it is there.
    #[arg(long)]
    pub force: bool,
    /// Write the rows that are in order although others are not.
    #[arg(long)]
    pub skip_bad: bool,
    /// Language of the findings: vi or en.
    #[arg(long, default_value = "vi", value_parser = parse_lang)]
    pub lang: Lang,
}

/// Runs the command: findings to `err`, what was done (or the file, with `--dry-run`) to `out`.
///
/// # Errors
/// When the output cannot be written.
pub fn run(command: &Command, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    match command {
        Command::Import(args) => run_import(args, out, err),
    }
}

fn run_import(args: &ImportArgs, out: &mut dyn Write, err: &mut dyn Write) -> std::io::Result<u8> {
    let source = args.csv.display().to_string();
    let bytes = match read_capped(&args.csv) {
        Ok(bytes) => bytes,
        Err(error) => {
            let values = [("file", source), ("detail", io_told(&error, args.lang))];
            writeln!(err, "{}", filled(args.lang, "cli.import.unreadable", &values))?;
            return Ok(EXIT_BAD_FILE);
        }
    };
    let imported = import::read(&Arc::from(args.csv.as_path()), &bytes);
    write_findings(err, &imported.diagnostics, args.lang)?;
    let bad = has_errors(&imported.diagnostics);
    if imported.units.is_empty() || (bad && !args.skip_bad) {
        let values = [("file", source), ("units", imported.units.len().to_string())];
        writeln!(err, "{}", filled(args.lang, "cli.import.refused", &values))?;
        return Ok(EXIT_BAD_FILE);
    }
    let shared = Shared {
        parent: args.parent.clone(),
        regulations: args.regulations.clone(),
    };
    let name = args.csv.file_name().unwrap_or_default().to_string_lossy();
    let yaml = import::to_yaml(&imported.units, &shared, &name);
    if args.dry_run {
        out.write_all(yaml.as_bytes())?;
        return Ok(EXIT_OK);
    }
    let target = args.out.clone().unwrap_or_else(|| default_target(&args.csv));
    let values = [
        ("file", target.display().to_string()),
        ("units", imported.units.len().to_string()),
    ];
    if let Err(error) = write_file(&target, &yaml, args.force) {
        if error.kind() == std::io::ErrorKind::AlreadyExists {
            writeln!(err, "{}", filled(args.lang, "cli.import.exists", &values))?;
            return Ok(EXIT_USAGE);
        }
        let values = [
            ("file", target.display().to_string()),
            ("detail", io_told(&error, args.lang)),
        ];
        writeln!(err, "{}", filled(args.lang, "cli.import.unwritable", &values))?;
        return Ok(EXIT_USAGE);
    }
    writeln!(out, "{}", filled(args.lang, "cli.import.written", &values))?;
    Ok(EXIT_OK)
}

/// The file's bytes, one more than allowed at most: the reader then says that it is too large.
fn read_capped(path: &Path) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// `targets.d/<stem>.yaml`.
fn default_target(csv: &Path) -> PathBuf {
    let stem = csv.file_stem().unwrap_or_default().to_string_lossy();
    let name = ems_contract::inventory::slug_words(&stem);
    let name = if name.is_empty() { "units".to_owned() } else { name };
    Path::new("targets.d").join(format!("{name}.yaml"))
}

/// Writes the file whole or not at all: a watcher must never load half of it. What is there already stays, unless
/// `force`.
fn write_file(target: &Path, text: &str, force: bool) -> std::io::Result<()> {
    let folder = target
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    // A leading dot keeps the half-written file out of `include` patterns.
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let draft = folder.join(format!(".{name}.{}.draft", std::process::id()));
    let written = std::fs::File::create(&draft).and_then(|mut file| {
        file.write_all(text.as_bytes())?;
        file.sync_all()
    });
    let placed = written.and_then(|()| {
        if force {
            return std::fs::rename(&draft, target);
        }
        // A hard link fails when the target exists: no moment between looking and writing.
        std::fs::hard_link(&draft, target)?;
        std::fs::remove_file(&draft)
    });
    if placed.is_err() {
        // The draft is ours, and useless now; the first error is the one to tell.
        std::fs::remove_file(&draft).unwrap_or_default();
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHEET: &str = "Tên đơn vị;Tên miền\nSở Y tế;syt.angiang.gov.vn\nSở Nội vụ;\n";
    const GOOD: &str = "Tên đơn vị;Tên miền\nSở Y tế;syt.angiang.gov.vn\n";

    struct Trial {
        dir: tempfile::TempDir,
        args: ImportArgs,
    }

    impl Trial {
        fn of(sheet: &str) -> Self {
            let dir = tempfile::tempdir().unwrap();
            let csv = dir.path().join("Đơn vị.csv");
            std::fs::write(&csv, sheet).unwrap();
            let args = ImportArgs {
                csv,
                out: Some(dir.path().join("targets.d/units.yaml")),
                parent: Some("angiang".parse().unwrap()),
                regulations: vec!["an-giang-2023".to_owned()],
                dry_run: false,
                force: false,
                skip_bad: false,
                lang: Lang::En,
            };
            Self { dir, args }
        }

        fn run(&self) -> (u8, String, String) {
            let (mut out, mut err) = (Vec::new(), Vec::new());
            let code = run_import(&self.args, &mut out, &mut err).unwrap();
            (
                code,
                String::from_utf8(out).unwrap(),
                String::from_utf8(err).unwrap(),
            )
        }

        /// What lies in targets.d, and the text of units.yaml.
        fn written(&self) -> (usize, Option<String>) {
            let files = std::fs::read_dir(self.dir.path().join("targets.d")).map_or(0, Iterator::count);
            (
                files,
                std::fs::read_to_string(self.args.out.as_ref().unwrap()).ok(),
            )
        }
    }

    #[test]
    fn a_good_sheet_is_written_once_and_never_overwritten_unasked() {
        let mut trial = Trial::of(GOOD);
        let (code, out, err) = trial.run();
        assert_eq!((code, err.as_str()), (EXIT_OK, ""));
        assert!(out.contains("units: 1"), "{out}");
        let (files, text) = trial.written();
        assert_eq!(files, 1, "no draft is left behind");
        assert!(text.unwrap().contains("id: syt-angiang"));

        std::fs::write(trial.args.out.as_ref().unwrap(), "mine").unwrap();
        let (code, _, err) = trial.run();
        assert_eq!(code, EXIT_USAGE);
        assert!(err.contains("--force"), "{err}");
        assert_eq!(trial.written(), (1, Some("mine".to_owned())));

        trial.args.force = true;
        assert_eq!(trial.run().0, EXIT_OK);
        assert_ne!(trial.written().1.unwrap(), "mine");
    }

    #[test]
    fn a_dry_run_shows_and_writes_nothing() {
        let mut trial = Trial::of(GOOD);
        trial.args.dry_run = true;
        let (code, out, _) = trial.run();
        assert_eq!(code, EXIT_OK);
        assert!(out.contains("parent: angiang"));
        assert_eq!(trial.written(), (0, None));
    }

    #[test]
    fn a_bad_row_is_told_and_stops_all_unless_it_may_be_left_out() {
        let mut trial = Trial::of(SHEET);
        let (code, _, err) = trial.run();
        assert_eq!(code, EXIT_BAD_FILE);
        assert!(err.contains("#3 Tên miền: the cell is empty"), "{err}");
        assert_eq!(trial.written(), (0, None));

        trial.args.skip_bad = true;
        assert_eq!(trial.run().0, EXIT_OK);
        assert!(!trial.written().1.unwrap().contains("Nội vụ"));
    }

    #[test]
    fn what_cannot_be_read_or_written_is_told() {
        let mut trial = Trial::of(GOOD);
        trial.args.out = Some(trial.args.csv.join("units.yaml"));
        assert_eq!(trial.run().0, EXIT_USAGE);
        trial.args.csv = trial.dir.path().join("none.csv");
        assert_eq!(trial.run().0, EXIT_BAD_FILE);
    }

    #[test]
    fn the_default_file_is_named_after_the_sheet() {
        assert_eq!(
            default_target(Path::new("/x/Đơn vị 2026.csv")),
            Path::new("targets.d/don-vi-2026.yaml")
        );
        assert_eq!(
            default_target(Path::new("🙂.csv")),
            Path::new("targets.d/units.yaml")
        );
    }
}
