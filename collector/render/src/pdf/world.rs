//! All that the layout can see: three texts and four fonts. No disk, no network, no clock.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

use super::{PdfError, Template};
use crate::fonts::Fonts;

/// The building blocks that a layout imports.
const BLOCKS: &str = include_str!("ems.typ");
/// The built-in layout.
pub const REPORT: &str = include_str!("report.typ");

pub(super) struct PrintWorld {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    main: Source,
    blocks: Source,
    document: (FileId, Bytes),
}

impl PrintWorld {
    pub(super) fn new(
        fonts: &Fonts,
        template: Option<&Template>,
        document: Vec<u8>,
    ) -> Result<Self, PdfError> {
        let (name, text) = template.map_or(("report.typ", REPORT), |own| {
            (own.name.as_str(), own.text.as_str())
        });
        Ok(Self {
            library: LazyHash::new(Library::default()),
            book: LazyHash::new(FontBook::from_fonts(fonts.faces())),
            fonts: fonts.faces().to_vec(),
            main: Source::new(file(name)?, text.to_owned()),
            blocks: Source::new(file("ems.typ")?, BLOCKS.to_owned()),
            document: (file("document.json")?, Bytes::new(document)),
        })
    }
}

fn file(name: &str) -> Result<FileId, PdfError> {
    let path = VirtualPath::new(name).map_err(|why| PdfError::one(format!("`{name}`: {why}")))?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

fn unknown(id: FileId) -> FileError {
    FileError::NotFound(id.get().vpath().get_without_slash().into())
}

impl World for PrintWorld {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        [&self.main, &self.blocks]
            .into_iter()
            .find(|source| source.id() == id)
            .cloned()
            .ok_or_else(|| unknown(id))
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.document.0 {
            return Ok(self.document.1.clone());
        }
        self.source(id)
            .map(|source| Bytes::from_string(source.text().to_owned()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        // The same document gives the same file on every day.
        None
    }
}
