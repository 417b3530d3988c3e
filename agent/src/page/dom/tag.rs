//! The elements that the extractors tell apart.

macro_rules! tags {
    ($($variant:ident = $name:literal),+ $(,)?) => {
        /// An element's kind by its name; the many that no rule asks for are [`Tag::Other`].
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum Tag {
            /// Not an element but a text (or the content of a script).
            Text,
            /// An element that no rule names: custom elements among them.
            Other,
            $(#[doc = concat!("`<", $name, ">`")] $variant,)+
        }

        impl Tag {
            /// How many kinds there are.
            pub(super) const COUNT: usize = 2 + [$($name),+].len();

            /// The kind of an element name in lower case.
            pub(super) fn of(name: &[u8]) -> Self {
                $(if name == $name.as_bytes() { return Self::$variant; })+
                Self::Other
            }

            /// The name in lower case; empty for texts and others.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    Self::Text | Self::Other => "",
                    $(Self::$variant => $name,)+
                }
            }
        }
    };
}

// The commonest first: the lookup goes down the list.
tags! {
    Div = "div", A = "a", Span = "span", Li = "li", Ul = "ul", Img = "img", P = "p", Script = "script",
    Td = "td", Tr = "tr", I = "i", B = "b", Strong = "strong", Meta = "meta", Link = "link", Input = "input",
    Option = "option", Br = "br", H1 = "h1", H2 = "h2", H3 = "h3", H4 = "h4", H5 = "h5", H6 = "h6", Table = "table",
    Tbody = "tbody", Th = "th", Thead = "thead", Tfoot = "tfoot", Article = "article", Section = "section",
    Header = "header", Footer = "footer", Nav = "nav", Aside = "aside", Main = "main", Time = "time", Abbr = "abbr",
    Em = "em", Small = "small", Label = "label", Form = "form", Button = "button", Select = "select",
    Textarea = "textarea", Ol = "ol", Dl = "dl", Dt = "dt", Dd = "dd", Figure = "figure", Figcaption = "figcaption",
    Style = "style", Title = "title", Head = "head", Body = "body", Html = "html", Base = "base", Iframe = "iframe",
    Noscript = "noscript", Template = "template", Caption = "caption", Area = "area", Svg = "svg", U = "u",
    Font = "font", Center = "center", Marquee = "marquee", Blink = "blink", Hr = "hr", Blockquote = "blockquote",
    Pre = "pre", Address = "address", Fieldset = "fieldset", Legend = "legend", Details = "details",
    Summary = "summary", Optgroup = "optgroup", Source = "source", Embed = "embed", Object = "object",
    Param = "param", Col = "col", Colgroup = "colgroup", Wbr = "wbr", Track = "track", Video = "video",
    Audio = "audio", Map = "map", Nobr = "nobr", Sup = "sup", Sub = "sub", Data = "data", Menu = "menu",
    Frame = "frame", Frameset = "frameset", Xmp = "xmp", Noembed = "noembed", Noframes = "noframes", Dialog = "dialog",
}

impl Tag {
    /// Elements without content.
    pub(super) const fn is_void(self) -> bool {
        matches!(
            self,
            Self::Img
                | Self::Meta
                | Self::Link
                | Self::Input
                | Self::Br
                | Self::Hr
                | Self::Base
                | Self::Area
                | Self::Source
                | Self::Embed
                | Self::Param
                | Self::Col
                | Self::Wbr
                | Self::Track
                | Self::Frame
        )
    }

    /// Elements whose content is not markup.
    pub(super) const fn is_raw(self) -> bool {
        matches!(
            self,
            Self::Script
                | Self::Style
                | Self::Title
                | Self::Textarea
                | Self::Iframe
                | Self::Xmp
                | Self::Noembed
                | Self::Noframes
        )
    }

    /// Elements whose content is never text of the page.
    #[must_use]
    pub const fn is_hidden(self) -> bool {
        matches!(
            self,
            Self::Script
                | Self::Style
                | Self::Noscript
                | Self::Template
                | Self::Head
                | Self::Iframe
                | Self::Svg
        )
    }

    /// Headings `h1` to `h6`.
    #[must_use]
    pub const fn is_heading(self) -> bool {
        matches!(
            self,
            Self::H1 | Self::H2 | Self::H3 | Self::H4 | Self::H5 | Self::H6
        )
    }

    /// Elements that run within a line of text.
    #[must_use]
    pub const fn is_inline(self) -> bool {
        matches!(
            self,
            Self::Text
                | Self::A
                | Self::Span
                | Self::I
                | Self::B
                | Self::Strong
                | Self::Em
                | Self::Small
                | Self::U
                | Self::Font
                | Self::Abbr
                | Self::Time
                | Self::Label
                | Self::Sup
                | Self::Sub
                | Self::Nobr
                | Self::Wbr
                | Self::Data
                | Self::Img
        )
    }

    /// Elements whose start ends an open paragraph.
    pub(super) const fn ends_paragraph(self) -> bool {
        matches!(
            self,
            Self::Div
                | Self::P
                | Self::Ul
                | Self::Ol
                | Self::Dl
                | Self::Table
                | Self::Form
                | Self::Hr
                | Self::Article
                | Self::Section
                | Self::Header
                | Self::Footer
                | Self::Nav
                | Self::Aside
                | Self::Main
                | Self::Figure
                | Self::Blockquote
                | Self::Pre
                | Self::Address
                | Self::Fieldset
                | Self::Details
                | Self::Center
                | Self::Menu
        ) || self.is_heading()
    }
}
