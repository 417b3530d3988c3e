//! The day's letter to a contact officer, about all portals of a unit that are theirs. Pure.

use std::collections::BTreeMap;

use ems_contract::id::PortalId;
use ems_contract::inventory::Portal;
use ems_contract::text::{Lang, fill, get};
use jiff::civil::Date;
use url::Url;

use super::load::Load;
use super::owner::Owner;
use super::tasks::{Area, Task};
use crate::calendar::civil;
use crate::locale;
use crate::notify::neutral;
use crate::notify::paper::Paper;

/// So many tasks of one area and portal stand in a letter; the page has all.
const MOST: usize = 15;
/// So many tasks in all; further portals are named with their count.
const MOST_IN_ALL: usize = 90;
/// What is the editors' business.
const AREAS: [Area; 3] = [Area::Fresh, Area::English, Area::Answers];

/// An address with the portals of one body whose contact officer has it. Another body's portals are another letter, be
/// the address the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Addressed<'a> {
    /// The body's name.
    pub owner: &'a str,
    /// As the first portal writes the address.
    pub to: &'a str,
    /// The portals, never none, each with what there is to do; none where nothing is known.
    pub portals: Vec<(&'a Portal, Vec<Task>)>,
}

impl<'a> Addressed<'a> {
    /// The addresses of a body, and the portals of each; `tasks` tells what there is to do on one.
    ///
    /// # Errors
    /// Those of `tasks`.
    pub fn of<E>(
        owner: &'a Owner<'_>,
        mut tasks: impl FnMut(&Portal) -> Result<Vec<Task>, E>,
    ) -> Result<Vec<Self>, E> {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut all: Vec<Self> = Vec::new();
        for portal in owner.measured.iter().copied() {
            let Some(to) = portal.contact.as_ref().and_then(|contact| contact.email.as_ref()) else {
                continue;
            };
            let place = *places.entry(to.to_lowercase()).or_insert(all.len());
            if place == all.len() {
                all.push(Self {
                    owner: owner.name,
                    to,
                    portals: Vec::new(),
                });
            }
            if let Some(letter) = all.get_mut(place) {
                letter.portals.push((portal, tasks(portal)?));
            }
        }
        Ok(all)
    }

    /// The portal that stands for the letter: the first id, whatever order the inventory has and whatever there is to
    /// do, so that a letter that was posted is known again after a restart.
    #[must_use]
    pub fn head(&self) -> Option<&'a PortalId> {
        self.portals.iter().map(|(portal, _)| &portal.id).min()
    }

    /// The portals with something to do for editors, worst first.
    fn told(&self) -> Vec<(&'a Portal, Vec<&Task>)> {
        let told = self.portals.iter().map(|(portal, tasks)| {
            let theirs = tasks.iter().filter(|task| AREAS.contains(&task.area));
            (*portal, theirs.collect::<Vec<&Task>>())
        });
        let mut told: Vec<_> = told.filter(|(_, tasks)| !tasks.is_empty()).collect();
        told.sort_by_cached_key(|(portal, tasks)| {
            (Load::of(tasks.iter().copied()).rank(), portal.name.clone())
        });
        told
    }
}

/// The letter, if there is something to say. `console` is where the console is seen from outside.
#[must_use]
pub fn letter(of: &Addressed<'_>, console: Option<&Url>, day: Date, lang: Lang) -> Option<Paper> {
    let head = of.head()?;
    let told = of.told();
    let count: usize = told.iter().map(|(_, tasks)| tasks.len()).sum();
    if count == 0 {
        return None;
    }
    let single = match &*of.portals {
        [(portal, _)] => Some(*portal),
        _ => None,
    };
    let name = neutral::line(single.map_or(of.owner, |portal| &portal.name));
    let date = locale::date(civil::start_of(day), lang);
    let mut lines = vec![fill(lang, "digest.greeting", &[("name", &name), ("day", &date)])];
    let mut left = MOST_IN_ALL;
    for (portal, tasks) in &told {
        if single.is_none() {
            let words = [
                ("name", &*neutral::line(&portal.name)),
                ("count", &tasks.len().to_string()),
            ];
            lines.push(String::new());
            lines.push(fill(lang, "digest.portal", &words));
        }
        if left > 0 {
            about(&mut lines, portal, tasks, console, lang);
        }
        left = left.saturating_sub(tasks.len());
    }
    lines.push(String::new());
    let page = console.and_then(|console| console.join(&format!("portals/{head}/work")).ok());
    lines.extend(page.map(|page| fill(lang, "digest.page", &[("link", page.as_str())])));
    lines.push(get(lang, "digest.foot").to_owned());
    let words = [
        ("count", &*count.to_string()),
        ("name", &name),
        ("portals", &told.len().to_string()),
    ];
    let title = if single.is_some() {
        "digest.title"
    } else {
        "digest.title.unit"
    };
    Some(Paper {
        key: format!("digest/{head}/{day}"),
        to: vec![of.to.to_owned()],
        title: fill(lang, title, &words),
        lines,
    })
}

/// What there is to do on one portal, area by area.
fn about(lines: &mut Vec<String>, portal: &Portal, tasks: &[&Task], console: Option<&Url>, lang: Lang) {
    for area in AREAS {
        let all: Vec<&&Task> = tasks.iter().filter(|task| task.area == area).collect();
        if all.is_empty() {
            continue;
        }
        lines.push(String::new());
        lines.push(format!("{} ({})", get(lang, area_key(area)), all.len()));
        for task in all.iter().take(MOST) {
            let mark = get(
                lang,
                if task.fails {
                    "digest.fails"
                } else {
                    "digest.warns"
                },
            );
            let since = locale::date(civil::start_of(task.since), lang);
            lines.push(format!(
                "- [{mark}] {}: {} ({})",
                task.title,
                neutral::line(&task.what),
                fill(lang, "digest.since", &[("day", &since)])
            ));
            lines.push(format!("  {}", task.citations.join("; ")));
            if let Some(place) = console.and_then(|console| console.join(&place(portal, task)).ok()) {
                lines.push(format!("  {place}"));
            }
        }
        if all.len() > MOST {
            lines.push(fill(
                lang,
                "digest.more",
                &[("count", &(all.len() - MOST).to_string())],
            ));
        }
    }
}

fn place(portal: &Portal, task: &Task) -> String {
    format!("portals/{}/compliance#{}", portal.id, task.obligation)
}

/// The text that names an area.
pub(crate) const fn area_key(area: Area) -> &'static str {
    match area {
        Area::Fresh => "digest.area.fresh",
        Area::English => "digest.area.english",
        Area::Answers => "digest.area.answers",
        Area::Other => "digest.area.other",
    }
}

#[cfg(test)]
mod tests {
    use ems_contract::inventory::Contact;

    use super::*;

    fn task(area: Area, title: &str) -> Task {
        Task {
            area,
            title: title.into(),
            fails: area == Area::Fresh,
            what: "chậm 3 ngày".into(),
            citations: vec!["Điều 12".into()],
            obligation: "AG-12".into(),
            since: Date::constant(2026, 11, 1),
        }
    }

    fn portal(id: &str, email: Option<&str>) -> Portal {
        let mut portal = crate::testing::inventory(&[id]).portals.remove(0);
        portal.contact = Some(Contact {
            name: "Phòng Thông tin".into(),
            email: email.map(str::to_owned),
            phone: None,
        });
        portal
    }

    fn addressed<'a>(portals: &[(&'a Portal, &[Task])]) -> Addressed<'a> {
        Addressed {
            owner: "Sở Y tế",
            to: "a@example.gov.vn",
            portals: portals
                .iter()
                .map(|(portal, tasks)| (*portal, tasks.to_vec()))
                .collect(),
        }
    }

    const DAY: Date = Date::constant(2026, 11, 22);

    #[test]
    fn it_says_what_where_and_by_which_clause_and_keeps_the_rest_to_itself() {
        let tasks = [
            task(Area::Fresh, "Tin tức"),
            task(Area::Answers, "Hỏi đáp"),
            task(Area::Other, "Chứng thư TLS"),
        ];
        let console = "https://ems.example/".parse().unwrap();
        let p1 = portal("p1", Some("a@example.gov.vn"));
        let paper = letter(&addressed(&[(&p1, &tasks)]), Some(&console), DAY, Lang::Vi).unwrap();
        assert_eq!(paper.to, ["a@example.gov.vn"]);
        assert_eq!(paper.key, "digest/p1/2026-11-22");
        assert_eq!(paper.title, "2 việc cần làm trên Cổng p1");
        let text = paper.lines.join("\n");
        assert!(text.contains("Tin tức") && text.contains("Điều 12"), "{text}");
        assert!(
            text.contains("https://ems.example/portals/p1/compliance#AG-12"),
            "{text}"
        );
        assert!(text.contains("https://ems.example/portals/p1/work"), "{text}");
        assert!(!text.contains("TLS"), "not the editors' business");
        assert!(!text.contains("Sở Y tế"), "one portal is called by its name");
    }

    #[test]
    fn portals_of_one_unit_share_a_letter_worst_first() {
        let [p1, p2, p3] = ["p1", "p2", "p3"].map(|id| portal(id, Some("a@b.vn")));
        let answers = [task(Area::Answers, "Hỏi đáp")];
        let worse = [task(Area::Answers, "Hỏi đáp"), task(Area::Fresh, "Tin tức")];
        let other = [task(Area::Other, "Chứng thư TLS")];
        let console = "https://ems.example/".parse().unwrap();
        let all = addressed(&[(&p2, &answers), (&p3, &worse), (&p1, &other)]);
        let paper = letter(&all, Some(&console), DAY, Lang::Vi).unwrap();
        // Under the first id, that has nothing to do today.
        assert_eq!(paper.key, "digest/p1/2026-11-22");
        assert_eq!(paper.title, "3 việc cần làm của Sở Y tế trên 2 cổng");
        insta::assert_snapshot!(paper.lines.join("\n"));
    }

    #[test]
    fn a_long_letter_names_the_portals_that_it_has_no_room_for() {
        let many: Vec<Task> = (0..15).map(|n| task(Area::Fresh, &format!("M{n}"))).collect();
        let portals: Vec<Portal> = (0..40).map(|n| portal(&format!("p{n:02}"), None)).collect();
        let all: Vec<(&Portal, &[Task])> = portals.iter().map(|portal| (portal, &*many)).collect();
        let paper = letter(&addressed(&all), None, DAY, Lang::Vi).unwrap();
        let text = paper.lines.join("\n");
        assert_eq!(text.matches("- [chưa đáp ứng]").count(), MOST_IN_ALL);
        assert!(text.contains("Cổng p39: 15 việc"), "{text}");
        assert!(paper.title.contains("600"), "{}", paper.title);
    }

    #[test]
    fn what_a_portal_says_of_itself_adds_no_line() {
        let odd = Task {
            what: "chậm\r\n\r\n- [đạt] mọi việc đã xong\u{202e}".into(),
            ..task(Area::Fresh, "Tin tức")
        };
        let mut p1 = portal("p1", Some("a@b.vn"));
        p1.name = "Cổng\r\n\u{202e}".into();
        let p2 = portal("p2", Some("a@b.vn"));
        let odd = [odd];
        for portals in [vec![(&p1, &odd[..])], vec![(&p1, &odd[..]), (&p2, &odd[..])]] {
            let paper = letter(&addressed(&portals), None, DAY, Lang::Vi).unwrap();
            let forged = |line: &String| line.contains(['\r', '\n', '\u{202e}']);
            assert!(!paper.lines.iter().any(forged), "{:?}", paper.lines);
            assert!(!forged(&paper.title), "{}", paper.title);
        }
    }

    #[test]
    fn nothing_to_say_is_no_letter() {
        let p1 = portal("p1", Some("a@b.vn"));
        let other = [task(Area::Other, "Chứng thư TLS")];
        assert_eq!(letter(&addressed(&[(&p1, &other)]), None, DAY, Lang::Vi), None);
        assert_eq!(letter(&addressed(&[(&p1, &[])]), None, DAY, Lang::Vi), None);
        assert_eq!(letter(&addressed(&[]), None, DAY, Lang::Vi), None);
        let many: Vec<Task> = (0..40).map(|n| task(Area::Fresh, &format!("M{n}"))).collect();
        let paper = letter(&addressed(&[(&p1, &many)]), None, DAY, Lang::Vi).unwrap();
        assert!(paper.lines.join("\n").contains("25"), "the others are counted");
    }

    #[test]
    fn every_address_of_a_unit_is_written_to_about_its_own_portals() {
        let portals = [
            portal("p1", Some("A@b.vn")),
            portal("p2", Some("c@b.vn")),
            portal("p3", None),
            portal("p4", Some("a@b.vn")),
        ];
        let owner = Owner {
            head: &portals[0],
            name: "Sở Y tế",
            above: None,
            measured: portals.iter().collect(),
            others: Vec::new(),
        };
        let all = Addressed::of(&owner, |_| Ok::<_, ()>(Vec::new())).unwrap();
        let ids = |one: &Addressed<'_>| -> Vec<String> {
            one.portals
                .iter()
                .map(|(portal, _)| portal.id.to_string())
                .collect()
        };
        let told: Vec<(&str, Vec<String>)> = all.iter().map(|one| (one.to, ids(one))).collect();
        assert_eq!(
            told,
            [
                ("A@b.vn", vec!["p1".to_owned(), "p4".to_owned()]),
                ("c@b.vn", vec!["p2".to_owned()])
            ]
        );
        assert_eq!(
            Addressed::of(&owner, |_| Err::<Vec<Task>, _>("unread")),
            Err("unread")
        );
    }
}
