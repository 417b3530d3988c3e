//! From text to tree: events of the parser, aliases and merge keys within bounds.

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use serde_saphyr::granit_parser::{self, Event, Parser, ScalarStyle, Span};

use super::repair::{self, Repair};
use super::syntax;
use super::tree::{Entry, Mark, Node, Tree, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, Message, Place};

/// The largest file read, in bytes.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The deepest nesting.
pub const MAX_DEPTH: usize = 32;
/// The most values in a file, aliases expanded.
pub const MAX_NODES: usize = 2_000_000;
/// The most values that aliases may add.
const MAX_ALIASED: usize = 200_000;

/// Reads a file. `None` (with the reason in `found`) when it cannot be opened, is too large or not UTF-8.
pub fn read_file(path: &Path, found: &Diagnostics) -> Option<Tree> {
    let file: Arc<Path> = Arc::from(path);
    let refuse = |message| found.push(Diagnostic::error(Some(Place::head(&file)), "", message));
    let mut bytes = Vec::new();
    let opened = std::fs::File::open(path);
    // One byte more than allowed tells "too large" from "just fits", whatever the size claimed.
    if let Err(error) = opened.and_then(|f| f.take(MAX_BYTES as u64 + 1).read_to_end(&mut bytes)) {
        refuse(Message::new("yaml.unreadable").with("detail", error));
        return None;
    }
    match String::from_utf8(bytes) {
        Ok(text) => read(&file, &text, found),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..at].iter().filter(|b| **b == b'\n').count();
            let place = Place {
                line: u32::try_from(line).unwrap_or(u32::MAX),
                ..Place::head(&file)
            };
            found.push(
                Diagnostic::error(Some(place), "", Message::new("yaml.not_utf8"))
                    .hint(Message::new("yaml.not_utf8.hint")),
            );
            None
        }
    }
}

/// Reads a text that came from `file`. `None` (with the reason in `found`) when nothing of it can be used.
///
/// A syntax error in an item of a list takes only that item away: the rest is read, and [`Tree::is_whole`] says
/// that something is missing.
pub fn read(file: &Arc<Path>, text: &str, found: &Diagnostics) -> Option<Tree> {
    let whole_file = |message| found.push(Diagnostic::error(Some(Place::head(file)), "", message));
    if text.len() > MAX_BYTES {
        whole_file(Message::new("yaml.too_large").with("limit", MAX_BYTES / (1024 * 1024)));
        return None;
    }
    let mut repair = Repair::new(text);
    // Each round takes at least one damaged line away; the bound keeps garbage from being read for ever.
    for _ in 0..repair::MAX_ROUNDS {
        // An attempt that is repeated notes its findings again: only those of the last one count.
        let attempt = Diagnostics::default();
        let mut builder = Builder::new(file, repair.text(), &attempt);
        let Err(stop) = builder.run() else {
            let root = builder.root.take();
            let whole = repair.is_untouched() && attempt.errors() == 0;
            attempt
                .into_vec()
                .into_iter()
                .for_each(|finding| found.push(finding));
            if root.is_none() && whole {
                whole_file(Message::new("yaml.empty"));
            }
            return root.map(|root| Tree {
                file: Arc::clone(file),
                root,
                whole,
            });
        };
        let (at, item) = (stop.mark, builder.item);
        found.push(*stop.diagnostic);
        if stop.bomb || !repair.take_away(at, item) {
            return None;
        }
    }
    None
}

/// The key whose value's entries belong to the mapping it stands in.
const MERGE: &str = "<<";

/// Why reading stopped.
struct Stop {
    mark: Mark,
    diagnostic: Box<Diagnostic>,
    /// A bound was broken: reading the rest could break it again, at the same cost.
    bomb: bool,
}

/// A collection that is being filled.
struct Open {
    mark: Mark,
    anchor: usize,
    content: Content,
}

enum Content {
    List(Vec<Node>),
    Map {
        entries: Vec<Entry>,
        /// Where each key stands first.
        seen: HashMap<String, Mark>,
        /// The key whose value comes next.
        key: Option<(Option<String>, Mark)>,
    },
}

struct Builder<'a> {
    file: &'a Arc<Path>,
    text: &'a str,
    found: &'a Diagnostics,
    stack: Vec<Open>,
    anchors: HashMap<usize, Node>,
    nodes: usize,
    aliased: usize,
    root: Option<Node>,
    documents: usize,
    /// Where the item of the outermost list began in which the parser is.
    item: Option<Mark>,
}

impl<'a> Builder<'a> {
    fn new(file: &'a Arc<Path>, text: &'a str, found: &'a Diagnostics) -> Self {
        Self {
            file,
            text,
            found,
            stack: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            aliased: 0,
            root: None,
            documents: 0,
            item: None,
        }
    }

    fn run(&mut self) -> Result<(), Stop> {
        let options = granit_parser::options! {
            emit_comments: false,
            disallow_directives: true,
            emit_unresolved_aliases: true,
            flow_nesting_limit: MAX_DEPTH,
            block_nesting_limit: MAX_DEPTH,
        };
        for event in Parser::new_from_str_with_options(self.text, options) {
            let (event, span) = match event {
                Ok(event) => event,
                Err(error) => {
                    let mark = mark_of(error.marker());
                    return Err(Stop {
                        mark,
                        diagnostic: Box::new(syntax::explain(error.kind(), Tree::place(self.file, mark))),
                        bomb: false,
                    });
                }
            };
            self.event(event, &span)?;
        }
        Ok(())
    }

    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), Stop> {
        let mark = mark_of(&span.start);
        match event {
            Event::DocumentStart(..) => {
                self.documents += 1;
                if self.documents == 2 {
                    self.note(mark, Message::new("yaml.many_documents"));
                }
            }
            Event::Scalar(text, style, anchor, tag) => {
                self.refuse_tag(tag.is_some(), mark);
                let value = Value::Scalar {
                    text: text.into_owned(),
                    plain: style == ScalarStyle::Plain,
                };
                self.add(Node { mark, value }, anchor)?;
            }
            Event::SequenceStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), mark);
                self.open(mark, anchor, Content::List(Vec::new()))?;
            }
            Event::MappingStart(_, anchor, tag) => {
                self.refuse_tag(tag.is_some(), mark);
                let content = Content::Map {
                    entries: Vec::new(),
                    seen: HashMap::new(),
                    key: None,
                };
                self.open(mark, anchor, content)?;
            }
            Event::SequenceEnd | Event::MappingEnd => self.close()?,
            Event::Alias(id) => {
                let node = self.expand(id, mark)?;
                self.add(node, 0)?;
            }
            Event::UnresolvedAlias(name) => {
                self.note(mark, Message::new("yaml.unknown_anchor").with("name", name));
                self.add(broken(mark), 0)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn note(&self, mark: Mark, message: Message) {
        let place = Tree::place(self.file, mark);
        self.found.push(Diagnostic::error(Some(place), "", message));
    }

    fn refuse_tag(&self, tagged: bool, mark: Mark) {
        if tagged {
            self.note(mark, Message::new("yaml.tag"));
        }
    }

    fn stop(&self, mark: Mark, message: Message) -> Stop {
        let place = Tree::place(self.file, mark);
        Stop {
            mark,
            diagnostic: Box::new(Diagnostic::error(Some(place), "", message)),
            bomb: true,
        }
    }

    fn open(&mut self, mark: Mark, anchor: usize, content: Content) -> Result<(), Stop> {
        self.item_begins(mark);
        if self.stack.len() >= MAX_DEPTH {
            return Err(self.stop(mark, Message::new("yaml.too_deep").with("limit", MAX_DEPTH)));
        }
        self.stack.push(Open {
            mark,
            anchor,
            content,
        });
        Ok(())
    }

    /// Remembers the item of the outermost list of mappings: what [`repair`] can take away.
    fn item_begins(&mut self, mark: Mark) {
        let in_list = |open: &Open| matches!(open.content, Content::List(_));
        let outermost = self.stack.iter().position(in_list);
        if outermost.is_some_and(|at| at + 1 == self.stack.len()) {
            self.item = Some(mark);
        } else if outermost.is_none() {
            self.item = None;
        }
    }

    fn close(&mut self) -> Result<(), Stop> {
        let Some(open) = self.stack.pop() else {
            return Ok(());
        };
        let in_list = |open: &Open| matches!(open.content, Content::List(_));
        if in_list(&open) && !self.stack.iter().any(in_list) {
            self.item = None;
        }
        let value = match open.content {
            Content::List(items) => Value::List(items),
            Content::Map { entries, .. } => Value::Map(self.merged(entries)),
        };
        let node = Node {
            mark: open.mark,
            value,
        };
        self.add(node, open.anchor)
    }

    /// Puts a finished node where it belongs.
    fn add(&mut self, node: Node, anchor: usize) -> Result<(), Stop> {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(self.stop(node.mark, Message::new("yaml.too_many").with("limit", MAX_NODES)));
        }
        if anchor != 0 {
            self.anchors.insert(anchor, node.clone());
        }
        let file = self.file;
        let found = self.found;
        let complain = |mark, message| {
            found.push(Diagnostic::error(Some(Tree::place(file, mark)), "", message));
        };
        match self.stack.last_mut().map(|open| &mut open.content) {
            None if self.root.is_none() => self.root = Some(node),
            None => {}
            Some(Content::List(items)) => items.push(node),
            Some(Content::Map { entries, seen, key }) => match key.take() {
                None => {
                    let name = match &node.value {
                        Value::Scalar { text, .. } => Some(text.clone()),
                        Value::Broken => None,
                        Value::List(_) | Value::Map(_) => {
                            complain(node.mark, Message::new("yaml.key_not_text"));
                            None
                        }
                    };
                    *key = Some((name, node.mark));
                }
                Some((None, _)) => {}
                Some((Some(name), mark)) => {
                    if let Some(first) = seen.get(&name).filter(|_| name != MERGE) {
                        let message = Message::new("yaml.duplicate_key").with("key", &name);
                        complain(mark, message.with("line", first.line));
                    } else {
                        seen.insert(name.clone(), mark);
                        entries.push(Entry {
                            key: name,
                            mark,
                            value: node,
                        });
                    }
                }
            },
        }
        Ok(())
    }

    /// The node of an anchor, copied; the copies are counted, so that a bomb of aliases stops early.
    fn expand(&mut self, id: usize, mark: Mark) -> Result<Node, Stop> {
        let Some(node) = self.anchors.get(&id) else {
            self.note(mark, Message::new("yaml.alias_of_itself"));
            return Ok(broken(mark));
        };
        self.aliased += node.size();
        if self.aliased > MAX_ALIASED {
            return Err(self.stop(mark, Message::new("yaml.alias_bomb").with("limit", MAX_ALIASED)));
        }
        Ok(node.clone())
    }

    /// Resolves `<<`: keys of the merged mappings that are not written here come in behind the written ones.
    fn merged(&mut self, entries: Vec<Entry>) -> Vec<Entry> {
        if entries.iter().all(|entry| entry.key != MERGE) {
            return entries;
        }
        let (merges, mut own): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.key == MERGE);
        let mut keys: HashSet<String> = own.iter().map(|entry| entry.key.clone()).collect();
        for source in merges.into_iter().flat_map(|entry| match entry.value.value {
            Value::List(items) => items,
            _ => vec![entry.value],
        }) {
            match source.value {
                Value::Map(theirs) => {
                    for entry in theirs {
                        if keys.insert(entry.key.clone()) {
                            own.push(entry);
                        }
                    }
                }
                Value::Broken => {}
                _ => self.note(source.mark, Message::new("yaml.merge_not_map")),
            }
        }
        own
    }
}

fn broken(mark: Mark) -> Node {
    Node {
        mark,
        value: Value::Broken,
    }
}

fn mark_of(marker: &granit_parser::Marker) -> Mark {
    let count = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
    Mark {
        line: count(marker.line().max(1)),
        column: count(marker.col().saturating_add(1)),
    }
}
