//! A notice in words: a title and lines, without any channel's markup.

use ems_contract::text::{self, Lang};
use ems_contract::time::UnixTime;
use url::Url;

use super::condition::Kind;
use super::neutral;
use super::notice::{Notice, Scope, Stage};
use crate::locale;

/// So many names stand in one message.
const NAMES: usize = 5;

/// What people read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// One line.
    pub title: String,
    /// Further lines.
    pub lines: Vec<String>,
    /// Where to look.
    pub link: Option<String>,
    /// Where the person called answers: for that person's eyes, never for a log.
    pub answer: Option<Answer>,
}

/// A signed address at which the person called answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The line that says so; a line for each alarm of a digest.
    pub line: String,
    /// The same in few letters, for a text message; a digest has none.
    pub short: Option<String>,
}

impl Message {
    /// Title and lines, one below the other: what anybody may read.
    #[must_use]
    pub fn text(&self) -> String {
        self.joined(self.lines.iter())
    }

    /// The same with the address at which to answer, for the person called.
    #[must_use]
    pub fn personal_text(&self) -> String {
        self.joined(
            self.lines
                .iter()
                .chain(self.answer.as_ref().map(|answer| &answer.line)),
        )
    }

    fn joined<'a>(&'a self, lines: impl Iterator<Item = &'a String>) -> String {
        lines.fold(self.title.clone(), |text, line| text + "\n" + line)
    }

    /// With the address at which the person called answers.
    #[must_use]
    pub fn with_answer(self, answer: Option<&Url>, lang: Lang) -> Self {
        let told = |key, answer: &Url| text::fill(lang, key, &[("link", answer.as_str())]);
        Self {
            answer: answer.map(|answer| Answer {
                line: told("notify.line.answer", answer),
                short: Some(told("notify.line.answer.short", answer)),
            }),
            ..self
        }
    }
}

/// The words of a notice. `console` is where the console can be seen from outside, if anywhere.
#[must_use]
pub fn message(notice: &Notice, console: Option<&Url>, lang: Lang) -> Message {
    let link = notice.link.clone().or_else(|| console_page(notice, console));
    if notice.stage == Stage::Test {
        let channel = notice.subjects.first().map_or("", |subject| &subject.name);
        return Message {
            title: text::get(lang, "notify.title.test").to_owned(),
            lines: vec![text::fill(lang, "notify.test.body", &[("channel", channel)])],
            link,
            answer: None,
        };
    }
    let severity = format!("notify.severity.{}", notice.severity.as_str());
    let severity = text::get(lang, &severity);
    let what = what(notice, lang);
    let key = match &notice.call {
        Some(_) => "notify.title.call".to_owned(),
        None => format!("notify.title.{}", notice.stage.as_str()),
    };
    Message {
        title: text::fill(lang, &key, &[("severity", severity), ("what", &what)]),
        lines: lines(notice, link.as_deref(), lang),
        link,
        answer: None,
    }
}

/// Several notices as one. Where they call somebody, each keeps the address at which it is answered.
#[must_use]
pub fn digest(messages: &[Message], lang: Lang) -> Message {
    let count = locale::count(i64::try_from(messages.len()).unwrap_or(i64::MAX), lang);
    let numbered = || (1..).zip(messages);
    let title = |(number, message): (usize, &Message)| format!("{number}. {}", message.title);
    let answer = |(number, message): (usize, &Message)| {
        let answer = message.answer.as_ref()?;
        Some(format!("{number}. {}", answer.line))
    };
    let answers: Vec<String> = numbered().filter_map(answer).collect();
    Message {
        title: text::fill(lang, "notify.digest.title", &[("count", &count)]),
        lines: numbered().map(title).collect(),
        link: messages.iter().find_map(|message| message.link.clone()),
        answer: (!answers.is_empty()).then(|| Answer {
            line: answers.join("\n"),
            short: None,
        }),
    }
}

fn what(notice: &Notice, lang: Lang) -> String {
    let count = locale::count(i64::try_from(notice.total).unwrap_or(i64::MAX), lang);
    match &notice.scope {
        Scope::Hosting(hosting) => text::fill(
            lang,
            "notify.many.hosting",
            &[("count", &count), ("hosting", &neutral::line(hosting))],
        ),
        Scope::Batch => {
            let key = format!("notify.many.{}", notice.kind.as_str());
            text::fill(lang, &key, &[("count", &count)])
        }
        Scope::Single => {
            let name = notice
                .subjects
                .first()
                .map_or_else(String::new, |s| neutral::line(&s.name));
            let key = format!("notify.what.{}", notice.kind.as_str());
            text::fill(lang, &key, &[("name", &name)])
        }
    }
}

fn lines(notice: &Notice, link: Option<&str>, lang: Lang) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(call) = &notice.call {
        let key = format!("notify.call.{}", call.step);
        lines.push(text::fill(lang, &key, &[("name", &neutral::line(&call.name))]));
        if call.nobody {
            lines.push(text::get(lang, "notify.call.nobody").to_owned());
        }
    }
    if let Some(cause) = &notice.cause {
        let cause = neutral::line(text::lookup(lang, cause).unwrap_or(cause));
        lines.push(text::fill(lang, "notify.line.cause", &[("cause", &cause)]));
    }
    lines.push(text::fill(
        lang,
        "notify.line.since",
        &[("since", &instant(notice.since, lang))],
    ));
    if let Some(until) = notice.until {
        let length = locale::duration(until - notice.since, lang);
        let values = [("until", instant(until, lang)), ("length", length)];
        let values = values.each_ref().map(|(name, value)| (*name, value.as_str()));
        lines.push(text::fill(lang, "notify.line.until", &values));
    }
    if !notice.seen_from.is_empty() {
        let agents = notice.seen_from.join(", ");
        lines.push(text::fill(lang, "notify.line.seen_from", &[("agents", &agents)]));
    }
    if notice.total > 1 {
        if notice.stage == Stage::Updated {
            let (remaining, total) = (notice.remaining.to_string(), notice.total.to_string());
            let values = [("remaining", remaining.as_str()), ("total", total.as_str())];
            lines.push(text::fill(lang, "notify.line.remaining", &values));
        }
        lines.push(text::fill(
            lang,
            "notify.line.subjects",
            &[("names", &names(notice, lang))],
        ));
    }
    if notice.kind == Kind::Agent {
        lines.push(text::get(lang, "notify.line.not_portal").to_owned());
    }
    if let Some(link) = link {
        lines.push(text::fill(lang, "notify.line.link", &[("link", link)]));
    }
    lines
}

fn names(notice: &Notice, lang: Lang) -> String {
    let named: Vec<String> = notice
        .subjects
        .iter()
        .take(NAMES)
        .map(|subject| neutral::line(&subject.name))
        .collect();
    let more = notice.total.saturating_sub(named.len());
    let names = named.join("; ");
    if more == 0 {
        return names;
    }
    text::fill(
        lang,
        "notify.line.more",
        &[("names", &names), ("more", &more.to_string())],
    )
}

fn instant(at: UnixTime, lang: Lang) -> String {
    locale::instant(at, lang)
}

fn console_page(notice: &Notice, console: Option<&Url>) -> Option<String> {
    let subject = notice.subjects.first()?;
    let page = match (notice.kind, &notice.scope) {
        (Kind::Agent, _) => "agents".to_owned(),
        (Kind::External | Kind::DomainTerm | Kind::DomainLost, _) => String::new(),
        (_, Scope::Single) => format!("portals/{}", subject.id),
        _ => "incidents".to_owned(),
    };
    Some(console?.join(&page).ok()?.to_string())
}
