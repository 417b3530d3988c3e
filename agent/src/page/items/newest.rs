//! The newest posting of a list, or why there is none.

use jiff::civil::Date;

use super::blocks::Container;
use super::detail::{self, Detail, RoleDate};
use super::label::Role;
use super::select::Choice;
use super::{Because, Evidence, Item, MAX_ITEMS, SectionFacts, State};
use crate::page::dates::{Form, Found, Order, Written, order_of, stamp};
use crate::page::document::Document;
use crate::page::dom::Tag;
use crate::page::json_ld;
use crate::page::plain::fold_words;
use crate::page::sections::Lexicon;

/// Reads what was chosen.
pub(super) fn read(
    document: &Document<'_>,
    lexicon: &Lexicon,
    wanted: Option<&str>,
    choice: Choice,
) -> SectionFacts {
    let nothing = |state, because, heading| SectionFacts {
        id: wanted.map(str::to_owned),
        state,
        because,
        heading,
        newest_item_date: None,
        evidence: None,
        newest_issue_date: None,
        future_items: 0,
        items: Vec::new(),
    };
    match choice {
        Choice::Missing => nothing(State::Missing, None, None),
        Choice::Elsewhere => nothing(State::Undated, Some(Because::Elsewhere), None),
        Choice::JsOnly => nothing(State::Undated, Some(Because::JsOnly), None),
        Choice::Empty(heading) => nothing(State::Empty, None, heading),
        Choice::NoList(heading) => nothing(State::Undated, Some(Because::NoList), heading),
        Choice::List { heading, items } => {
            let mut facts = nothing(State::Undated, None, heading);
            list(document, lexicon, wanted, &items, &mut facts);
            facts
        }
    }
}

/// The roles that make a posting date of a section, best first.
fn posting_roles(questions: bool) -> &'static [Role] {
    if questions {
        &[
            Role::Answered,
            Role::Posted,
            Role::Plain,
            Role::Structured,
            Role::Modified,
        ]
    } else {
        &[Role::Posted, Role::Plain, Role::Structured, Role::Modified]
    }
}

fn list(
    document: &Document<'_>,
    lexicon: &Lexicon,
    wanted: Option<&str>,
    containers: &[Container],
    facts: &mut SectionFacts,
) {
    let mut details: Vec<Detail> = containers
        .iter()
        .take(MAX_ITEMS)
        .map(|container| detail::read(document, *container))
        .collect();
    if wanted == Some("lich-cong-tac") {
        // Rows of a week's plan are dated by its days.
        let rows = details.iter_mut().zip(containers);
        let rows = rows.filter(|(d, at)| d.item.url.is_none() || document.dom.tag(at.element) == Tag::Tr);
        let dates = rows.flat_map(|(d, _)| &mut d.dates);
        for date in dates.filter(|d| d.role == Role::Plain) {
            date.role = Role::Event;
        }
    }
    let documents = wanted.is_some_and(|id| lexicon.is_documents(id));
    trailing_brackets(&mut details, documents);
    structured(document, &mut details);
    let questions = wanted == Some("hoi-dap")
        || details.iter().any(|d| {
            d.dates
                .iter()
                .any(|x| matches!(x.role, Role::Answered | Role::Asked))
        });
    let all: Vec<&Found> = details
        .iter()
        .flat_map(|d| &d.dates)
        .filter(|d| d.role != Role::Mention && d.found.form != Form::ShortYear)
        .map(|d| &d.found)
        .collect();
    let order = order_of(&all, document.fetched);
    let roles = posting_roles(questions);
    let today = document.fetched.date();
    let mut best: Option<(Date, &Detail, &RoleDate)> = None;
    let (mut dated, mut plain) = (0usize, 0usize);
    let mut items: Vec<Item> = Vec::new();
    for detail in &details {
        let mut item = detail.item.clone();
        fill(&mut item, detail, document, order.unwrap_or_default());
        let posting = roles.iter().find_map(|role| {
            detail
                .dates
                .iter()
                .filter(|d| d.role == *role)
                .min_by_key(|d| d.residue)
                // A year of two digits is never guessed, and no other date speaks in its place.
                .filter(|d| d.found.form != Form::ShortYear)
        });
        if let (Some(posting), Some(order)) = (posting, order)
            && let Some(day) = detail::day(posting, document.fetched, order)
        {
            item.shown = Some(day);
            dated += 1;
            plain += usize::from(posting.role == Role::Plain);
            if day > today {
                facts.future_items += 1;
            } else if best.is_none_or(|(newest, _, _)| day > newest) {
                best = Some((day, detail, posting));
            }
        }
        items.push(item);
    }
    facts.newest_issue_date = items
        .iter()
        .filter_map(|i| i.issued)
        .filter(|d| *d <= today)
        .max();
    // A date alone in one item of many is an accident of its text.
    let accidental = plain == dated && dated * 4 < details.len();
    // Every item changed today is what a template says that prints the present.
    let present = details.len() >= 3
        && dated == details.len()
        && items.iter().all(|item| item.shown == Some(today))
        && best.is_some_and(|(_, _, posting)| posting.role == Role::Modified);
    let ambiguous = order.is_none();
    facts.because = match best {
        _ if ambiguous => Some(Because::AmbiguousOrder),
        Some(_) if accidental => Some(Because::FewDates),
        Some(_) if present => Some(Because::OnlyToday),
        Some((day, detail, posting)) => {
            facts.state = State::Listed;
            facts.newest_item_date = Some(day);
            facts.evidence = Some(Evidence {
                text: posting.text.clone(),
                selector: document.dom.selector(posting.node),
                form: posting.found.form,
                role: posting.role,
                order: order.unwrap_or_default(),
                title: detail.item.title.clone(),
            });
            None
        }
        None if facts.future_items > 0 => Some(Because::OnlyFuture),
        None if facts.newest_issue_date.is_some() => Some(Because::OnlyIssueDates),
        None if items.iter().any(|i| i.asked_at.is_some()) => Some(Because::OnlyQuestionDates),
        None => Some(Because::NoDates),
    };
    if matches!(facts.because, Some(Because::OnlyToday | Because::FewDates)) {
        // What does not date the list dates none of its items either: an accident of a text, or the day of the first visit,
        // would count as the posting of what may have stood there for years.
        items.iter_mut().for_each(|item| item.shown = None);
    }
    facts.items = items;
}

/// Writes the dates of the other roles into the item.
fn fill(item: &mut Item, detail: &Detail, document: &Document<'_>, order: Order) {
    let mut events: Vec<Date> = Vec::new();
    for date in &detail.dates {
        let Some(day) = detail::day(date, document.fetched, order) else {
            continue;
        };
        let place = match date.role {
            Role::Issued => &mut item.issued,
            Role::Effective => &mut item.effective,
            Role::Until => &mut item.until,
            Role::Approved => &mut item.approved,
            Role::Accepted => &mut item.accepted,
            Role::Asked => &mut item.asked_at,
            Role::Answered => &mut item.answered_at,
            Role::Event => {
                events.push(day);
                &mut item.event
            }
            Role::Posted | Role::Plain | Role::Structured | Role::Modified | Role::Mention => continue,
        };
        place.get_or_insert(day);
    }
    if let (Some(first), Some(last)) = (events.first(), events.last())
        && events.len() >= 2
    {
        // The first day of a range often lacks its year and takes it from the last.
        let start = Date::new(last.year(), first.month(), first.day()).unwrap_or(*first);
        let start = if start <= *last { start } else { *first };
        if (*last - start).get_days() <= 40 {
            item.week = Some((start, *last));
        }
    }
}

/// Titles that end in `(05/11/2026)`, most of them: the template appends the posting date.
fn trailing_brackets(details: &mut [Detail], documents: bool) {
    let others = details.iter().any(|d| {
        d.dates
            .iter()
            .any(|x| matches!(x.role, Role::Posted | Role::Plain | Role::Answered))
    });
    let bracketed = details
        .iter()
        .filter(|d| d.dates.iter().any(|x| x.bracketed))
        .count();
    if others || documents || bracketed < 2 || bracketed * 5 < details.len() * 4 {
        return;
    }
    for date in details
        .iter_mut()
        .flat_map(|d| &mut d.dates)
        .filter(|d| d.bracketed)
    {
        date.role = Role::Plain;
    }
}

/// Publication dates from structured data, for lists that show none: matched by address, otherwise by title.
fn structured(document: &Document<'_>, details: &mut [Detail]) {
    if details.iter().any(|d| {
        d.dates
            .iter()
            .any(|x| matches!(x.role, Role::Posted | Role::Plain | Role::Answered))
    }) {
        return;
    }
    let entities: Vec<(Option<String>, String, Date)> = json_ld::entities(document)
        .into_iter()
        .filter(|e| e.embedded || e.depth > 0)
        .filter_map(|e| {
            let day = stamp(
                e.published.as_deref()?,
                document.fetched,
                Order::DayFirst,
                document.zone(),
            )?;
            let url = e
                .url
                .as_deref()
                .and_then(|u| document.resolve(u))
                .map(String::from);
            Some((url, fold_words(e.name.as_deref().unwrap_or_default()), day))
        })
        .collect();
    if entities.is_empty() {
        return;
    }
    for detail in details {
        let title = fold_words(&detail.item.title);
        let hit = entities.iter().find(|(url, name, _)| {
            (url.is_some() && *url == detail.item.url)
                || (name.len() >= 12 && (*name == title || title.starts_with(name.as_str())))
        });
        if let Some((_, name, day)) = hit {
            detail.dates.push(RoleDate {
                found: Found {
                    span: 0..0,
                    written: Written::Day(*day),
                    form: Form::Iso,
                    time: None,
                    offset: None,
                    meridiem: false,
                },
                role: Role::Structured,
                node: crate::page::dom::NodeId::ROOT,
                text: format!(
                    "json-ld datePublished {day} ({})",
                    name.chars().take(60).collect::<String>()
                ),
                bracketed: false,
                residue: 0,
            });
        }
    }
}
