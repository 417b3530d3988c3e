//! Puts words from files into a document: a chapter's paragraphs are replaced, everything that carries figures stays.

use std::collections::BTreeMap;

use ems_contract::document::{Block, Document, Run};
use minijinja::{Value, context};

use super::super::contents::{CHAPTERS, Kind};
use super::super::twin::Template;
use super::fault::{self, TemplateFault, TemplateFaults, rendered};
use super::values::environment;
use super::{SUBJECT, TEXT};

/// The fault of words that are not well formed.
pub(super) fn ill_formed(words: &Template) -> Option<TemplateFault> {
    let environment = environment().ok()?;
    fault::ill_formed(environment, words)
}

/// A file's text, filled in.
struct Worded {
    /// What stands after `# ` in its first line: the words of the heading.
    heading: Option<String>,
    /// Paragraphs and lists.
    blocks: Vec<Block>,
}

pub(super) fn reword<'a>(
    kind: Kind,
    document: &mut Document,
    (values, passages): (&Value, &BTreeMap<String, String>),
    words: impl Fn(&str) -> Option<&'a Template>,
) -> Result<(), TemplateFaults> {
    let mut faults = Vec::new();
    let mut fill = |template: &Template, before: &[Block]| {
        let paragraphs: Vec<String> = before.iter().filter_map(paragraph).collect();
        let values = context! { paragraphs, ..values.clone() };
        let filled = environment()
            .map_err(|error| {
                vec![TemplateFault::new(
                    &template.name,
                    None,
                    super::Wrong::Other(error.to_string()),
                )]
            })
            .and_then(|mut environment| rendered(&mut environment, template, &values));
        match filled {
            Ok(text) => Some(text),
            Err(found) => {
                faults.extend(found);
                None
            }
        }
    };
    let mut body = Vec::new();
    for (name, blocks) in chapters(kind, &document.body) {
        let worded = name
            .and_then(&words)
            .and_then(|template| fill(template, blocks))
            .map(|text| parsed(&text));
        match worded {
            Some(worded) => body.extend(replaced(blocks, worded, passages)),
            None => body.extend_from_slice(blocks),
        }
    }
    let subject = words(SUBJECT).and_then(|template| fill(template, &[]));
    TemplateFaults(faults).none()?;
    document.body = body;
    if let Some(subject) = subject.map(|text| text.split_whitespace().collect::<Vec<_>>().join(" ")) {
        if let Some(head) = &mut document.letterhead {
            head.subject.clone_from(&subject);
        }
        document.title = subject;
    }
    Ok(())
}

/// The stretches of a body that have a file each: what stands before the first chapter has none.
fn chapters(kind: Kind, body: &[Block]) -> Vec<(Option<&'static str>, &[Block])> {
    if matches!(kind, Kind::Leader | Kind::Slip) {
        return vec![(Some(TEXT), body)];
    }
    let begins = |block: &Block| matches!(block, Block::Heading { level: 1, .. });
    let mut starts: Vec<usize> = (0..body.len()).filter(|place| begins(&body[*place])).collect();
    let first = starts.first().copied().unwrap_or(body.len());
    starts.push(body.len());
    let mut all = vec![(None, &body[..first])];
    all.extend(
        starts
            .windows(2)
            .zip(CHAPTERS)
            .map(|(ends, name)| (Some(name), &body[ends[0]..ends[1]])),
    );
    all
}

fn paragraph(block: &Block) -> Option<String> {
    match block {
        Block::Paragraph(runs) => Some(runs.iter().map(|run| run.text.as_str()).collect()),
        _ => None,
    }
}

/// Text as blocks: blank lines part paragraphs, lines that begin with `- ` are a list.
fn parsed(text: &str) -> Worded {
    let mut heading = None;
    let mut blocks = Vec::new();
    for (place, part) in text.split("\n\n").enumerate() {
        let mut plain: Vec<&str> = Vec::new();
        let mut items: Vec<Vec<Run>> = Vec::new();
        for line in part.lines().map(str::trim).filter(|line| !line.is_empty()) {
            if let Some(words) = line
                .strip_prefix("# ")
                .filter(|_| place == 0 && heading.is_none())
            {
                heading = Some(words.trim().to_owned());
            } else if let Some(item) = line.strip_prefix("- ") {
                items.push(vec![Run::plain(item.trim())]);
            } else {
                plain.push(line);
            }
        }
        if !plain.is_empty() {
            blocks.push(Block::paragraph(plain.join(" ")));
        }
        if !items.is_empty() {
            blocks.push(Block::List {
                ordered: false,
                items,
            });
        }
    }
    Worded { heading, blocks }
}

/// A chapter with its paragraphs replaced. What introduces a list stays before it, and what a person wrote and the
/// closing words (`./.`) stay where they are.
fn replaced(chapter: &[Block], worded: Worded, passages: &BTreeMap<String, String>) -> Vec<Block> {
    let introduces = |place: usize| {
        let ends = paragraph(&chapter[place]).is_some_and(|text| text.trim_end().ends_with(':'));
        ends && matches!(chapter.get(place + 1), Some(Block::List { .. }))
    };
    let written = |text: &str| passages.values().any(|passage| passage.trim() == text);
    let goes = |place: &usize| {
        let text = paragraph(&chapter[*place]);
        text.is_some_and(|text| !written(&text) && !text.ends_with("./.") && !introduces(*place))
    };
    let headed = usize::from(matches!(chapter.first(), Some(Block::Heading { level: 1, .. })));
    let place = (0..chapter.len()).find(goes).unwrap_or(headed);
    let mut all = Vec::new();
    let mut blocks = Some(worded.blocks);
    for (at, block) in chapter.iter().enumerate() {
        if at == place {
            all.extend(blocks.take().into_iter().flatten());
        }
        if goes(&at) {
            continue;
        }
        all.push(match (block, &worded.heading) {
            (Block::Heading { level: 1, text }, Some(words)) => {
                let number = text.split_once(". ").map_or("", |(number, _)| number);
                Block::heading(1, format!("{number}. {words}"))
            }
            _ => block.clone(),
        });
    }
    all.extend(blocks.into_iter().flatten());
    all
}
