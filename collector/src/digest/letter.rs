//! The day's letter to a unit's contact officer. Pure.

use ems_contract::inventory::Portal;
use ems_contract::text::{Lang, fill, get};
use jiff::civil::Date;
use url::Url;

use super::tasks::{Area, Task};
use crate::calendar::civil;
use crate::locale;
use crate::notify::neutral;
use crate::notify::paper::Paper;

/// So many tasks of one area stand in a letter; the page has all.
const MOST: usize = 15;

/// The letter, if there is somebody to write to and something to say. `console` is where the console is seen from outside.
#[must_use]
pub fn letter(
    portal: &Portal,
    tasks: &[Task],
    console: Option<&Url>,
    day: Date,
    lang: Lang,
) -> Option<Paper> {
    let to = portal.contact.as_ref()?.email.clone()?;
    let of = |area: Area| tasks.iter().filter(move |task| task.area == area);
    let areas = [Area::Fresh, Area::English, Area::Answers];
    let count: usize = areas.iter().map(|area| of(*area).count()).sum();
    if count == 0 {
        return None;
    }
    let page = console.and_then(|console| console.join(&format!("portals/{}/work", portal.id)).ok());
    let name = neutral::line(&portal.name);
    let date = locale::date(civil::start_of(day), lang);
    let mut lines = vec![fill(lang, "digest.greeting", &[("name", &name), ("day", &date)])];
    for area in areas {
        let all: Vec<&Task> = of(area).collect();
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
    lines.push(String::new());
    lines.extend(
        page.as_ref()
            .map(|page| fill(lang, "digest.page", &[("link", page.as_str())])),
    );
    lines.push(get(lang, "digest.foot").to_owned());
    Some(Paper {
        key: format!("digest/{}/{day}", portal.id),
        to: vec![to],
        title: fill(
            lang,
            "digest.title",
            &[("count", &count.to_string()), ("name", &name)],
        ),
        lines,
    })
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

    fn portal(email: Option<&str>) -> Portal {
        let mut portal = crate::testing::inventory(&["p1"]).portals.remove(0);
        portal.contact = Some(Contact {
            name: "Phòng Thông tin".into(),
            email: email.map(str::to_owned),
            phone: None,
        });
        portal
    }

    #[test]
    fn it_says_what_where_and_by_which_clause_and_keeps_the_rest_to_itself() {
        let tasks = [
            task(Area::Fresh, "Tin tức"),
            task(Area::Answers, "Hỏi đáp"),
            task(Area::Other, "Chứng thư TLS"),
        ];
        let console = "https://ems.example/".parse().unwrap();
        let day = Date::constant(2026, 11, 22);
        let paper = letter(
            &portal(Some("a@example.gov.vn")),
            &tasks,
            Some(&console),
            day,
            Lang::Vi,
        )
        .unwrap();
        assert_eq!(paper.to, ["a@example.gov.vn"]);
        assert_eq!(paper.key, "digest/p1/2026-11-22");
        let text = paper.lines.join("\n");
        assert!(
            paper.title.contains('2') && text.contains("Tin tức") && text.contains("Điều 12"),
            "{text}"
        );
        assert!(
            text.contains("https://ems.example/portals/p1/compliance#AG-12"),
            "{text}"
        );
        assert!(text.contains("https://ems.example/portals/p1/work"), "{text}");
        assert!(!text.contains("TLS"), "not the editors' business");
    }

    #[test]
    fn what_a_portal_says_of_itself_adds_no_line() {
        let odd = Task {
            what: "chậm\r\n\r\n- [đạt] mọi việc đã xong\u{202e}".into(),
            ..task(Area::Fresh, "Tin tức")
        };
        let day = Date::constant(2026, 11, 22);
        let paper = letter(&portal(Some("a@b.vn")), &[odd], None, day, Lang::Vi).unwrap();
        let forged = |line: &String| line.contains(['\r', '\n', '\u{202e}']);
        assert!(!paper.lines.iter().any(forged), "{:?}", paper.lines);
    }

    #[test]
    fn nothing_to_say_or_nobody_to_say_it_to_is_no_letter() {
        let day = Date::constant(2026, 11, 22);
        let fresh = [task(Area::Fresh, "Tin tức")];
        assert_eq!(letter(&portal(None), &fresh, None, day, Lang::Vi), None);
        let other = [task(Area::Other, "Chứng thư TLS")];
        assert_eq!(letter(&portal(Some("a@b.vn")), &other, None, day, Lang::Vi), None);
        let many: Vec<Task> = (0..40).map(|n| task(Area::Fresh, &format!("M{n}"))).collect();
        let paper = letter(&portal(Some("a@b.vn")), &many, None, day, Lang::Vi).unwrap();
        assert!(paper.lines.join("\n").contains("25"), "the others are counted");
    }
}
