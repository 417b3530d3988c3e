//! What no single file can tell: whether the files agree with each other and with the texts.

use std::collections::{BTreeSet, HashMap, HashSet};

use ems_contract::diagnostic::{Diagnostic, Diagnostics, Message, Place};

use super::library::{File, Regulations};
use super::model::{Id, Obligation, Pack, Wording};
use super::names::{Kind, Origin, Subject};
use super::{number, quote};
use crate::calendar::Year;

fn say(found: &Diagnostics, place: &Place, path: &str, message: Message) {
    found.push(Diagnostic::error(Some(place.clone()), path, message));
}

/// Every year between the first and the last must have its file.
pub(super) fn years(years: &[Year], found: &Diagnostics) {
    let there: BTreeSet<i16> = years.iter().map(|year| year.year).collect();
    let (Some(first), Some(last)) = (there.first(), there.last()) else {
        found.push(Diagnostic::error(None, "", Message::new("law.calendar.none")));
        return;
    };
    for year in (*first..*last).filter(|year| !there.contains(year)) {
        let message = Message::new("law.calendar.missing_year").with("year", year);
        found.push(Diagnostic::error(None, "", message));
    }
}

/// Whether every id that is named exists, and none stands twice.
pub(super) fn references(library: &Regulations, found: &Diagnostics) {
    let mut seen: HashMap<&str, &Place> = HashMap::new();
    for pack in library.packs.values() {
        for row in &pack.obligations {
            for id in std::iter::once(&row.id).chain(&row.aliases) {
                unique(found, &mut seen, id, &row.place);
            }
        }
    }
    for check in &library.checks {
        unique(found, &mut seen, &check.id, &check.place);
    }
    for duty in &library.reports {
        unique(found, &mut seen, &duty.id, &duty.place);
    }
    let ids: HashSet<&str> = library
        .packs
        .values()
        .flat_map(|pack| pack.obligations.iter())
        .flat_map(|row| std::iter::once(&row.id).chain(&row.aliases))
        .map(|id| &**id)
        .collect();
    for pack in library.packs.values() {
        let own: HashSet<&str> = pack.obligations.iter().map(|row| &*row.id).collect();
        for row in &pack.obligations {
            row_references(library, found, pack, row, &own, &ids);
        }
    }
    checks(library, found);
    reports(library, found, &ids);
}

/// A row's own references.
fn row_references(
    library: &Regulations,
    found: &Diagnostics,
    pack: &Pack,
    row: &Obligation,
    own: &HashSet<&str>,
    ids: &HashSet<&str>,
) {
    let refuse = |what: &'static str, id: &str| {
        say(found, &row.place, &row.id, Message::new(what).with("id", id));
    };
    for check in row.checks.iter().filter(|id| library.check(id).is_none()) {
        refuse("law.no_such_check", check);
    }
    let same_pack = row.parent.iter().chain(&row.aggregates).chain(&row.restated_by);
    for id in same_pack.filter(|id| !own.contains(&***id)) {
        refuse("law.no_such_row", id);
    }
    let chains = row
        .params
        .deadlines
        .iter()
        .filter_map(|deadline| deadline.chain.as_ref());
    let elsewhere = chains.chain(
        row.incorporated_from
            .iter()
            .filter_map(|clause| clause.obligation.as_ref()),
    );
    for id in elsewhere.filter(|id| !ids.contains(&***id)) {
        refuse("law.no_such_row", id);
    }
    for id in &row.params.reports {
        match library.report(id) {
            None => refuse("law.no_such_report", id),
            Some(duty) if !duty.obligations.contains(&row.id) => refuse("law.report_forgets", id),
            Some(_) => {}
        }
    }
    let missing = |id: &&Id| !pack.missing_sources.iter().any(|source| source.id == **id);
    for id in row.missing.iter().filter(missing) {
        refuse("law.no_such_source", id);
    }
    // A child speaks of the defects of the pack its clause comes from.
    let defect = |id: &&Id| match row.origin {
        Origin::Child => !library
            .packs
            .values()
            .any(|pack| pack.source_defects.iter().any(|d| d.id == **id)),
        _ => !pack.source_defects.iter().any(|defect| defect.id == **id),
    };
    for id in row.defects.iter().filter(defect) {
        refuse("law.no_such_defect", id);
    }
    for id in row
        .conflicts
        .iter()
        .filter(|id| !library.conflicts.iter().any(|c| c.id == **id))
    {
        refuse("law.no_such_conflict", id);
    }
    for role in row
        .who
        .roles
        .iter()
        .filter(|role| !pack.roles.iter().any(|holder| holder.role == **role))
    {
        refuse("law.role_without_body", role);
    }
    for domain in &row.params.domains {
        // `captures_len` counts the whole match too.
        let groups = domain.regex.captures_len() - 1;
        if (groups == 0) != domain.label_rules.is_empty() {
            refuse("law.label_rules", domain.regex.as_str());
        }
    }
    let sections = row.checks.iter().any(|check| check.starts_with("section-"));
    if sections && row.subject == Subject::Body {
        refuse("law.body_has_no_section", &row.id);
    }
}

/// The catalogue: who uses a check, and a recogniser for every section check.
fn checks(library: &Regulations, found: &Diagnostics) {
    let mut users: HashMap<&str, BTreeSet<&str>> = HashMap::new();
    for row in library.packs.values().flat_map(|pack| &pack.obligations) {
        for check in &row.checks {
            users.entry(check).or_default().insert(&row.id);
        }
    }
    for check in &library.checks {
        let used = users.remove(&*check.id).unwrap_or_default();
        let said: BTreeSet<&str> = check.used_by.iter().map(|id| &**id).collect();
        for id in used.symmetric_difference(&said) {
            say(
                found,
                &check.place,
                &check.id,
                Message::new("law.used_by").with("id", id),
            );
        }
        if check.technical != used.is_empty() {
            say(found, &check.place, &check.id, Message::new("law.technical"));
        }
        if let Some(section) = check.section()
            && library.section(section).is_none()
        {
            say(
                found,
                &check.place,
                &check.id,
                Message::new("law.no_such_section").with("id", section),
            );
        }
    }
}

/// The report calendar.
fn reports(library: &Regulations, found: &Diagnostics, ids: &HashSet<&str>) {
    for duty in &library.reports {
        let refuse = |what: &'static str, id: &str| {
            say(found, &duty.place, &duty.id, Message::new(what).with("id", id));
        };
        for id in duty.obligations.iter().filter(|id| !ids.contains(&***id)) {
            refuse("law.no_such_row", id);
        }
        if library.window(&duty.window).is_none() {
            refuse("law.no_such_window", &duty.window);
        }
        if !library.packs.contains_key(&duty.pack) {
            refuse("law.no_such_pack", &duty.pack);
        }
    }
}

fn unique<'l>(found: &Diagnostics, seen: &mut HashMap<&'l str, &'l Place>, id: &'l Id, place: &'l Place) {
    if let Some(first) = seen.insert(id, place) {
        let message = Message::new("law.duplicate_id").with("id", id);
        say(found, place, id, message.with("first", first));
    }
}

/// Whether every quotation stands literally in the article it cites.
pub(super) fn quotations(library: &Regulations, sources: &[File<'_>], found: &Diagnostics) {
    let mut articles: HashMap<(&str, u16), Vec<String>> = HashMap::new();
    let texts: HashMap<&str, &str> = sources
        .iter()
        .filter_map(|(path, text)| Some((path.rsplit('/').next()?.strip_suffix(".txt")?, *text)))
        .collect();
    for row in library.packs.values().flat_map(|pack| &pack.obligations) {
        let own = match &row.wording {
            Wording::Quote { text, source } => Some((source, &row.article, text)),
            Wording::Paraphrase(_) => None,
        };
        let brought = row
            .incorporated_from
            .iter()
            .map(|clause| (&clause.source, &clause.article, &clause.quote_vi));
        for (source, article, quotation) in own.into_iter().chain(brought) {
            let Some(text) = texts.get(&**source) else {
                say(
                    found,
                    &row.place,
                    &row.id,
                    Message::new("law.no_fixture").with("id", source),
                );
                continue;
            };
            let parts = articles.entry((source, article.dieu)).or_insert_with(|| {
                quote::article(text, article)
                    .into_iter()
                    .map(quote::normalised)
                    .collect()
            });
            if !parts.iter().any(|part| quote::occurs(quotation, part)) {
                let message = Message::new("law.not_in_source").with("quote", quotation);
                say(
                    found,
                    &row.place,
                    &row.id,
                    message.with("article", article).with("source", source),
                );
            }
        }
    }
}

/// Whether every statutory number stands in its words, and no class of items has two.
pub(super) fn numbers(library: &Regulations, found: &Diagnostics) {
    for pack in library.packs.values() {
        let mut clocks = HashMap::new();
        for row in &pack.obligations {
            let mut words = vec![row.wording.text()];
            words.extend(
                row.incorporated_from
                    .iter()
                    .map(|clause| clause.quote_vi.as_str()),
            );
            for deadline in row
                .params
                .deadlines
                .iter()
                .filter(|deadline| deadline.kind == Kind::Statutory)
            {
                if row.kind != Kind::Statutory {
                    say(
                        found,
                        &row.place,
                        &row.id,
                        Message::new("law.statutory_number_in_policy_row"),
                    );
                }
                if let Some(term) = deadline.term
                    && !words.iter().any(|words| number::names(words, term))
                {
                    let message = Message::new("law.number_not_quoted").with("term", term);
                    say(found, &row.place, &row.id, message.with("label", &deadline.label));
                }
                let key = (&deadline.item_class, deadline.start);
                let (term, rule, first) = clocks.entry(key).or_insert((deadline.term, deadline.rule, row));
                if *term != deadline.term && *rule == deadline.rule {
                    let message = Message::new("law.two_numbers").with("class", &deadline.item_class);
                    let message = message.with("start", deadline.start).with("first", &first.id);
                    say(found, &row.place, &row.id, message);
                }
            }
        }
    }
}
