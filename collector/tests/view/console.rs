//! The console's pages over the seeded province.

use std::io::{Read, Write};
use std::path::Path;
use std::sync::{Arc, LazyLock};

use ems_collector::console::{self, Console, PageError};
use ems_collector::context::{Context, LiveInventory, Refusal};
use ems_collector::handover::{Reach, sheet};
use ems_collector::regulation::Regulations;
use ems_collector::store::RegisterStore;
use ems_collector::timeline::Timelines;
use ems_contract::clock::FixedClock;
use ems_contract::diagnostic::{Diagnostic, Message, Place};
use ems_contract::family::Family;
use ems_contract::inventory::Inventory;
use ems_contract::text::Lang;

use crate::fixture::{Seed, at, blind_look, now, province, seeded};

pub(crate) fn context(seed: &Seed, inventory: Inventory) -> Context {
    Context {
        store: seed.store.clone(),
        inventory: LiveInventory::new(inventory, at("2026-11-01T00:00:00Z")),
        clock: Arc::new(FixedClock(now())),
        docket: ems_collector::judging::Docket::default(),
        registry: prometheus::Registry::new(),
    }
}

pub(crate) fn rules() -> Arc<Regulations> {
    static RULES: LazyLock<Arc<Regulations>> = LazyLock::new(|| Arc::new(Regulations::embedded().unwrap()));
    RULES.clone()
}

fn console() -> (Seed, Console) {
    let (seed, inventory) = seeded();
    let context = context(&seed, inventory);
    let timelines = Arc::new(Timelines::new(context.store.clone()));
    let console = Console::new(context, timelines, rules()).unwrap();
    (seed, console)
}

/// The text of a page, tags taken out, white space squeezed.
pub(crate) fn text(html: &str) -> String {
    let mut text = String::new();
    let mut inside = false;
    for character in html.chars() {
        match character {
            '<' => inside = true,
            '>' => {
                inside = false;
                text.push(' ');
            }
            other if !inside => text.push(other),
            _ => {}
        }
    }
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn one_sentence_tells_how_the_province_is() {
    let (_seed, console) = console();
    let page = text(&console.overview(Lang::Vi).unwrap());
    assert!(
        page.contains(
            "7 trong 8 cổng truy cập được; 1 cổng gián đoạn: Sở Khoa học và Công nghệ, từ 22/11/2026 21:31:20 \
             (25 phút 40 giây)."
        ),
        "{page}"
    );
    assert!(page.contains("Điểm đo trong tỉnh chưa từng gửi dữ liệu."));
    assert!(page.contains("Đồng hồ của Điểm đo Viettel lệch quá 5 giây"));
    assert!(page.contains("Huyện Chợ Mới (cũ) – lịch sử"));
    let page = text(&console.overview(Lang::En).unwrap());
    assert!(
        page.contains("7 of 8 portals can be reached; 1 is down: Sở Khoa học và Công nghệ"),
        "{page}"
    );
}

#[test]
fn the_worst_portal_of_a_level_comes_first() {
    let (_seed, console) = console();
    let page = console.overview(Lang::Vi).unwrap();
    let table = page.split("Sở, ban, ngành <span").nth(1).unwrap();
    assert!(table.find("/portals/sokhcn").unwrap() < table.find("/portals/soyt").unwrap());
}

#[test]
fn a_portal_shows_certificate_agents_incidents_and_account() {
    let (_seed, console) = console();
    let page = text(&console.portal("sokhcn", Lang::Vi).unwrap());
    for wanted in [
        "Không hợp lệ. Còn 16 ngày.",
        "Chứng thư số đã hết hạn",
        "Chứng thư số không cấp cho tên miền này",
        "RSA 2048",
        "CA phuc vu co quan Dang, Nha nuoc G2 (Ban Co yeu Chinh phu)",
        "Điểm đo mất kết nối của chính mình",
        "3 giờ 24 phút 05 giây",
        "đang diễn ra",
        "2.592.000",
    ] {
        assert!(
            page.contains(wanted) == (wanted != "2.592.000"),
            "{wanted} in {page}"
        );
    }
}

#[test]
fn incidents_tell_path_and_withdrawal() {
    let (_seed, console) = console();
    let page = text(&console.incidents(Lang::Vi).unwrap());
    for wanted in [
        "Đang diễn ra (1)",
        "Đường truyền của một mạng",
        "đã rút lại",
        "25 phút 40 giây",
    ] {
        assert!(page.contains(wanted), "{wanted} in {page}");
    }
}

#[test]
fn a_refused_reload_is_shown_on_every_page() {
    let (seed, inventory) = seeded();
    let context = context(&seed, inventory);
    context.inventory.refuse(Refusal {
        at: now() - 60,
        diagnostics: vec![Diagnostic::error(
            Some(Place {
                file: Path::new("targets.yaml").into(),
                line: 12,
                column: 5,
            }),
            "portals[3].url",
            Message::new("console.error.no_portal").with("id", "<b>"),
        )],
    });
    let timelines = Arc::new(Timelines::new(context.store.clone()));
    let console = Console::new(context, timelines, rules()).unwrap();
    for page in [
        console.overview(Lang::Vi).unwrap(),
        console.about(Lang::Vi).unwrap(),
    ] {
        assert!(page.contains("Danh mục mới bị từ chối lúc 22/11/2026 21:56:00"));
        assert!(page.contains("targets.yaml:12:5: portals[3].url"));
        assert!(!page.contains("<b>"));
    }
}

#[test]
fn an_unknown_portal_is_not_an_accident() {
    let (_seed, console) = console();
    for id in ["nobody", "<script>", "huyen-cu", ""] {
        assert!(
            matches!(console.portal(id, Lang::Vi), Err(PageError::NoPortal(_))),
            "{id}"
        );
    }
}

/// Serves the console on a port of its own and asks for these paths: head and body of each answer.
fn ask(paths: &[String]) -> Vec<(String, String)> {
    let (seed, inventory) = seeded();
    let context = context(&seed, inventory);
    let timelines = Arc::new(Timelines::new(context.store.clone()));
    let access = console::Access {
        needs_login: false,
        https: false,
        allow_plain: false,
        rules: rules(),
        watch: None,
        folder: std::path::PathBuf::new(),
        office: ems_collector::edition::Office::default(),
    };
    let router = console::router(context, timelines, access).unwrap();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let listener = runtime
        .block_on(tokio::net::TcpListener::bind("127.0.0.1:0"))
        .unwrap();
    let address = listener.local_addr().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn_on(
        async move { axum::serve(listener, router).await },
        runtime.handle(),
    );
    paths
        .iter()
        .map(|path| {
            let mut stream = std::net::TcpStream::connect(address).unwrap();
            write!(
                stream,
                "GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
            )
            .unwrap();
            let mut answer = String::new();
            stream.read_to_string(&mut answer).unwrap();
            let (head, body) = answer.split_once("\r\n\r\n").unwrap();
            (head.to_owned(), body.to_owned())
        })
        .collect()
}

#[test]
fn every_page_carries_the_policy_and_its_language() {
    let mut asked = Vec::new();
    for path in [
        "/",
        "/portals/angiang",
        "/incidents",
        "/agents",
        "/about",
        "/regulations",
        "/regulations/an-giang-2023",
        "/portals/angiang/compliance",
        "/portals/none",
    ] {
        for (query, lang) in [("", "vi"), ("?lang=en", "en"), ("?lang=fr", "vi")] {
            asked.push((format!("{path}{query}"), lang));
        }
    }
    let paths: Vec<String> = asked.iter().map(|(path, _)| path.clone()).collect();
    for ((path, lang), (head, body)) in asked.iter().zip(ask(&paths)) {
        let status = if path.starts_with("/portals/none") {
            "404 Not Found"
        } else {
            "200 OK"
        };
        assert!(head.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {head}");
        assert!(
            head.contains("content-security-policy: default-src 'none'; style-src 'self'"),
            "{head}"
        );
        assert!(head.contains("x-content-type-options: nosniff"), "{head}");
        assert!(body.contains(&format!("<html lang=\"{lang}\">")), "{path}");
    }
    let style = ask(&["/console.css".to_owned()]);
    assert!(style[0].0.contains("content-type: text/css"), "{}", style[0].0);
}

#[test]
fn an_agent_that_lost_its_line_is_told_where_people_look() {
    let (seed, console) = console();
    let told = |page: String| page.contains("Điểm đo Viettel không tới được các điểm mốc");
    assert!(!told(console.overview(Lang::Vi).unwrap()));
    let portals = ["angiang", "sokhcn", "soyt", "sotc", "chaudoc", "thoaison"];
    let families = [Family::V4, Family::V6];
    let looks = portals
        .iter()
        .flat_map(|portal| families.map(|family| (portal, family)));
    let looks = looks.map(|(portal, family)| blind_look(portal, family, "viettel"));
    seed.batch(&"viettel".parse().unwrap(), now() - 1, 0, looks.collect());
    assert!(told(console.overview(Lang::Vi).unwrap()));
    let page = console.agents(Lang::Vi).unwrap();
    assert_eq!(page.matches("Mất đường truyền").count(), 1, "{page}");
    assert!(console.agents(Lang::En).unwrap().contains("Blind"));
    let (store, calendar) = (&*seed.store, &rules().calendar);
    let rota = store.rota(now()).unwrap();
    let inventory = province();
    let when = (now(), Lang::Vi);
    let sheet = sheet(store, &inventory, None, &rota, calendar, Reach::Hours(1), when).unwrap();
    assert!(
        sheet
            .agents
            .contains(&"Điểm đo Viettel (mất đường truyền)".to_owned()),
        "{:?}",
        sheet.agents
    );
}

/// Every page in both languages, as files for a browser: `target/tmp/pages`.
#[test]
fn pages_can_be_looked_at() {
    let (_seed, console) = console();
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages");
    std::fs::create_dir_all(&folder).unwrap();
    for lang in [Lang::Vi, Lang::En] {
        for (name, page) in [
            ("overview", console.overview(lang)),
            ("portal-down", console.portal("sokhcn", lang)),
            ("portal-up", console.portal("angiang", lang)),
            ("incidents", console.incidents(lang)),
            ("agents", console.agents(lang)),
            ("about", console.about(lang)),
        ] {
            let page = page.unwrap();
            assert!(
                page.ends_with("</html>\n") || page.ends_with("</html>"),
                "{name} is cut"
            );
            std::fs::write(folder.join(format!("{name}.{}.html", lang.as_str())), page).unwrap();
        }
    }
}
