//! What typst complains about, told with file and line.

use std::fmt;

use typst::diag::SourceDiagnostic;
use typst::{World, WorldExt};

/// Why there is no PDF: every complaint of the layout.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the PDF cannot be laid out:\n{}", .0.iter().map(|one| format!("  {one}")).collect::<Vec<_>>().join("\n"))]
pub struct PdfError(pub Vec<Complaint>);

impl PdfError {
    pub(super) fn one(what: impl Into<String>) -> Self {
        Self(vec![Complaint {
            at: None,
            what: what.into(),
            hints: Vec::new(),
        }])
    }
}

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// File, line and column (from 1), where typst knows them.
    pub at: Option<(String, usize, usize)>,
    /// What is wrong.
    pub what: String,
    /// What may help.
    pub hints: Vec<String>,
}

impl fmt::Display for Complaint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some((file, line, column)) = &self.at {
            write!(f, "{file}:{line}:{column}: ")?;
        }
        f.write_str(&self.what)?;
        for hint in &self.hints {
            write!(f, " ({hint})")?;
        }
        Ok(())
    }
}

pub(super) fn collect(world: &dyn World, found: &[SourceDiagnostic]) -> PdfError {
    PdfError(
        found
            .iter()
            .map(|one| Complaint {
                at: place(world, one),
                what: one.message.to_string(),
                hints: one.hints.iter().map(|hint| hint.v.to_string()).collect(),
            })
            .collect(),
    )
}

fn place(world: &dyn World, one: &SourceDiagnostic) -> Option<(String, usize, usize)> {
    let id = one.span.id()?;
    let source = world.source(id).ok()?;
    let range = world.range(one.span)?;
    let (line, column) = source.lines().byte_to_line_column(range.start)?;
    let file = id.get().vpath().get_without_slash().to_owned();
    Some((file, line + 1, column + 1))
}
