//! People at the console: log-in, forms, registers, imports; and programs with tokens.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use ems_collector::account::{ApiToken, Author, Person, Role, Scope, password};
use ems_collector::console;
use ems_collector::context::Context;
use ems_collector::edition::Office;
use ems_collector::http::auth::Tokens;
use ems_collector::http::evidence::Room;
use ems_collector::http::host::Hosts;
use ems_collector::http::{self, Edge, listener};
use ems_collector::ingest::Ingest;
use ems_collector::judging::Docket;
use ems_collector::notify::answer::link_of;
use ems_collector::notify::notice::Notice;
use ems_collector::notify::policy::Policy;
use ems_collector::notify::round::Desk;
use ems_collector::notify::settings::NotifySettings;
use ems_collector::oncall::link::{GOOD_S, LinkKey};
use ems_collector::oncall::{ActKind, OnCallSettings, PersonSettings, Watch};
use ems_collector::plans::Plans;
use ems_collector::register::RegisterKind;
use ems_collector::regulation::Regulations;
use ems_collector::severity::Severity;
use ems_collector::store::{AccountStore, Letter, NewLetter, OnCallStore, RegisterStore, Store};
use ems_collector::timeline::Timelines;
use ems_contract::digest::Sha256;
use ems_contract::inventory::Inventory;
use tokio_util::sync::CancellationToken;

use crate::console::context;
use crate::fixture::{Seed, now, portal_id, seeded};

pub(crate) const SECRET: &str = "một mật khẩu đủ dài";

/// Calls by name: `truc.ban` on duty, `van.hanh` the lead.
fn watch() -> Watch {
    let person = |login: &str| PersonSettings {
        login: login.into(),
        name: format!("Người {login}"),
        channels: vec![format!("thu-{}", login.replace('.', "-"))],
    };
    Watch {
        settings: OnCallSettings {
            lead: "van.hanh".into(),
            escalate_s: 300,
            at_least: Severity::High,
            quiet: None,
            people: ["truc.ban", "van.hanh"].map(person).into(),
        },
        key: LinkKey::of(b"a key for tests"),
        rules: Arc::new(Regulations::embedded().unwrap()),
    }
}

/// A whole edge on a port of its own.
pub(crate) struct Served {
    pub(crate) seed: Seed,
    docket: Docket,
    address: SocketAddr,
    _tasks: tokio::task::JoinSet<()>,
    _runtime: tokio::runtime::Runtime,
}

fn serve(needs_login: bool) -> Served {
    serve_with(needs_login, |_inventory| {})
}

/// The same with another inventory in force.
pub(crate) fn serve_with(needs_login: bool, change: impl FnOnce(&mut Inventory)) -> Served {
    let (seed, mut inventory) = seeded();
    change(&mut inventory);
    let context: Context = context(&seed, inventory);
    let docket = context.docket.clone();
    for (login, role, portals, must_change) in [
        ("van.hanh", Role::Operator, vec![], false),
        ("can.bo", Role::Official, vec![], false),
        ("can.bo.hai", Role::Official, vec![], false),
        ("bien.tap", Role::Editor, vec![portal_id("soyt")], false),
        ("lanh.dao", Role::Leader, vec![], false),
        ("truc.ban", Role::OnCall, vec![], false),
        ("nguoi.moi", Role::Operator, vec![], true),
    ] {
        let person = Person {
            login: login.parse().unwrap(),
            full_name: format!("Người {login}"),
            role,
            portals,
            password: password::hash(SECRET).unwrap(),
            must_change,
            disabled: false,
            failures: 0,
            failed_at: None,
            created_at: now(),
        };
        let note = Author::of_machine("test").note(now(), "user.add", login, "");
        assert!(seed.store.add_person(person, note).unwrap());
    }
    for (name, scope, portals) in [
        ("sao-luu", Scope::Heartbeat, vec![portal_id("soyt")]),
        ("nhap", Scope::Attest, vec![]),
    ] {
        let token = ApiToken {
            name: name.into(),
            digest: Sha256::of(name.as_bytes()),
            scopes: vec![scope],
            portals,
            made_by: "test".into(),
            made_at: now(),
            expires_at: None,
            revoked_at: None,
        };
        let note = Author::of_machine("test").note(now(), "token.add", name, "");
        assert!(seed.store.add_api_token(token, note).unwrap());
    }
    let rules = Arc::new(Regulations::embedded().unwrap());
    let timelines = Arc::new(Timelines::new(context.store.clone()));
    let access = console::Access {
        needs_login,
        https: false,
        allow_plain: false,
        rules: Arc::clone(&rules),
        watch: Some(Arc::new(watch())),
        folder: seed.folder().to_owned(),
        office: Office::default(),
    };
    let rooms = console::router(context.clone(), timelines, access).unwrap();
    let plans = Plans::new(&context, Arc::clone(&rules));
    let edge = Edge {
        ingest: Ingest::new(&context, plans.clone(), Arc::default()).unwrap(),
        plans,
        tokens: Arc::new(Tokens::new()),
        allow_plain_tokens: false,
        evidence: Room::new(8 * 1024 * 1024),
        rules,
        hosts: Hosts::default(),
        context,
    };
    let router = http::router(edge, rooms);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let socket = runtime
        .block_on(listener::bind("127.0.0.1:0".parse().unwrap()))
        .unwrap();
    let address = socket.local_addr().unwrap();
    let mut tasks = tokio::task::JoinSet::new();
    tasks.spawn_on(
        listener::serve(socket, None, router, CancellationToken::new()),
        runtime.handle(),
    );
    Served {
        seed,
        docket,
        address,
        _tasks: tasks,
        _runtime: runtime,
    }
}

/// An answer.
pub(crate) struct Answer {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            (key.eq_ignore_ascii_case(name)).then_some(value)
        })
    }
}

/// Somebody with a browser.
pub(crate) struct Browser {
    address: SocketAddr,
    cookie: Option<String>,
}

fn form(fields: &[(&str, &str)]) -> String {
    let mut text = url::form_urlencoded::Serializer::new(String::new());
    text.extend_pairs(fields);
    text.finish()
}

impl Browser {
    pub(crate) fn at(served: &Served) -> Self {
        Self {
            address: served.address,
            cookie: None,
        }
    }

    fn send(&self, method: &str, path: &str, headers: &str, body: &[u8]) -> Answer {
        let mut stream = TcpStream::connect(self.address).unwrap();
        let cookie = self
            .cookie
            .as_ref()
            .map_or_else(String::new, |key| format!("Cookie: ems_session={key}\r\n"));
        let length = body.len();
        let head = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{cookie}{headers}Content-Length: {length}\r\n\r\n"
        );
        stream.write_all(head.as_bytes()).unwrap();
        // An answer that comes before the body was read closes the line; what matters is the answer.
        drop(stream.write_all(body));
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let answer = String::from_utf8_lossy(&answer).into_owned();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer {
            status: head.split(' ').nth(1).unwrap().parse().unwrap(),
            head: head.to_owned(),
            body: body.to_owned(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        self.send("GET", path, "", b"")
    }

    pub(crate) fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let kind = "Content-Type: application/x-www-form-urlencoded\r\n";
        self.send("POST", path, kind, form(fields).as_bytes())
    }

    pub(crate) fn upload(&self, path: &str, fields: &[(&str, &str)], file: Option<(&str, &[u8])>) -> Answer {
        let mut body = Vec::new();
        for (name, value) in fields {
            write!(
                body,
                "--xyz\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
            )
            .unwrap();
        }
        if let Some((name, bytes)) = file {
            write!(
                body,
                "--xyz\r\nContent-Disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
            )
            .unwrap();
            body.extend_from_slice(bytes);
            body.extend_from_slice(b"\r\n");
        }
        body.extend_from_slice(b"--xyz--\r\n");
        self.send(
            "POST",
            path,
            "Content-Type: multipart/form-data; boundary=xyz\r\n",
            &body,
        )
    }

    fn log_in(&mut self, login: &str) -> Answer {
        let answer = self.post(
            "/login",
            &[("login", login), ("password", SECRET), ("next", "/account")],
        );
        if let Some(set) = answer.header("set-cookie") {
            let key = set.split(['=', ';']).nth(1).unwrap().to_owned();
            self.cookie = Some(key);
        }
        answer
    }

    /// The token of this session's forms.
    fn csrf(&self) -> String {
        let page = self.get("/account").body;
        let rest = page.split("name=\"csrf\" value=\"").nth(1).unwrap();
        rest.split('"').next().unwrap().to_owned()
    }
}

pub(crate) fn logged_in(served: &Served, login: &str) -> (Browser, String) {
    let mut browser = Browser::at(served);
    assert_eq!(browser.log_in(login).status, 303);
    let csrf = browser.csrf();
    (browser, csrf)
}

/// Every address that changes something, but for those of agents and Alertmanagers, which have tests of their own.
const WRITING: &[&str] = &[
    "/logout",
    "/account/password",
    "/registers/attestation/new",
    "/registers/attestation/import",
    "/registers/attestation/1",
    "/registers/attestation/1/withdraw",
    "/reports/draft",
    "/reports/1/freeze",
    "/reports/1/sign",
    "/reports/1/send",
    "/reports/1/passages",
    "/reports/1/publication",
    "/reports/1/objections",
    "/reports/1/objections/1",
];

/// Where whoever is called by a letter answers.
fn answer_path(letter: &Letter) -> String {
    let console = "https://ems.example/".parse().unwrap();
    let link = link_of(letter).unwrap();
    let at = watch().answer_at(&link, &console, letter.letter.posted_at);
    at.unwrap().path().to_owned()
}

/// An outage of `soyt` that was told: who was called, and by which letter.
fn called(served: &Served) -> (Vec<Notice>, Letter) {
    use ems_collector::incident::{Incident, IncidentKind};
    let (_, inventory) = seeded();
    let context: Context = context(&served.seed, inventory);
    let incident = Incident {
        id: 0,
        portal: portal_id("soyt"),
        track: ems_collector::ledger::Track::Overall,
        kind: IncidentKind::Outage,
        opened_at: now() - 200,
        closed_at: None,
        cause: None,
        agents: Vec::new(),
        notes: Vec::new(),
        withdrawn: false,
    };
    served.seed.store.write_incidents(vec![incident]).unwrap();
    let watch = Arc::new(watch());
    let settings = NotifySettings {
        policy: Policy {
            group_wait_s: 0,
            ..Policy::default()
        },
        on_call: Some(watch.settings.clone()),
        ..NotifySettings::default()
    };
    Desk::new(context, Arc::new(settings))
        .with_watch(Some(Arc::clone(&watch)))
        .round()
        .unwrap();
    let letters = served.seed.store.waiting_letters(100).unwrap();
    let notices: Vec<Notice> = letters
        .iter()
        .map(|letter| serde_json::from_str(&letter.letter.body).unwrap())
        .collect();
    assert!(
        notices.iter().all(|notice| notice.call.is_some()),
        "whoever is called is not told twice: {notices:#?}"
    );
    let about = notices
        .iter()
        .position(|notice| notice.subjects[0].id == "soyt")
        .unwrap();
    let letter = letters.into_iter().nth(about).unwrap();
    (notices, letter)
}

#[test]
fn with_a_rota_the_person_on_duty_is_called_and_answers_once_by_a_signed_link() {
    let served = serve(false);
    let (browser, csrf) = logged_in(&served, "can.bo");
    let shift = [
        ("csrf", &*csrf),
        ("person", "truc.ban"),
        ("backup", "van.hanh"),
        ("from", "2026-09-07T08:00"),
        ("to", "2026-09-14T08:00"),
        ("repeats", "weekly"),
    ];
    let entered = browser.upload("/registers/rota/new", &shift, None);
    assert_eq!(entered.status, 303, "{}", entered.body);
    let (notices, letter) = called(&served);
    let link = answer_path(&letter);
    assert!(link.len() < 50, "a text message has room for it: {link}");
    let call = notices.iter().find_map(|notice| notice.call.as_ref()).unwrap();
    assert_eq!((call.login.as_str(), call.nobody), ("truc.ban", false));
    let stranger = Browser::at(&served);
    let look = stranger.get(&link);
    assert_eq!(look.status, 200);
    assert!(
        look.body.contains("Người truc.ban")
            && look.body.contains("gián đoạn")
            && look.body.contains("chưa ai nhận"),
        "{}",
        look.body
    );
    let english = stranger.get(&format!("{link}?lang=en")).body;
    assert!(english.contains("is down"), "{english}");
    let window = ems_contract::time::Window::new(now() - 1_000, now() + 1);
    let answers = served.seed.store.responses(window).unwrap();
    assert!(
        answers.iter().all(|answer| answer.acknowledged_at.is_none()),
        "looking does nothing"
    );
    assert_eq!(stranger.post(&link, &[("text", "")]).status, 422, "to do what?");
    let done = stranger.post(&link, &[("act", "acknowledge"), ("text", "đang xem máy chủ")]);
    assert_eq!(done.status, 200, "{}", done.body);
    assert!(
        done.body.contains("Đã ghi nhận")
            && done.body.contains(": đang xem máy chủ")
            && !done.body.contains(r#"value="acknowledge""#),
        "{}",
        done.body
    );
    let act = |act: &str, text: &str| stranger.post(&link, &[("act", act), ("text", text)]).status;
    assert_eq!(act("acknowledge", ""), 409, "once");
    assert_eq!(act("assign", "van.hanh"), 409, "giving it away answers, too");
    let answers = served.seed.store.responses(window).unwrap();
    let answer = answers
        .iter()
        .find(|answer| answer.opened_at == now() - 200)
        .unwrap();
    assert_eq!(answer.acknowledged_by.as_deref(), Some("truc.ban"));
    let audit = served.seed.store.audit(None, 1).unwrap();
    assert_eq!(
        (audit[0].via.as_str(), audit[0].actor.as_str()),
        ("link", "truc.ban")
    );
}

#[test]
fn a_signed_link_notes_and_gives_the_alarm_to_somebody_who_can_be_called() {
    let served = serve(false);
    let (_, letter) = called(&served);
    let link = answer_path(&letter);
    let stranger = Browser::at(&served);
    let look = stranger.get(&link).body;
    assert!(
        look.contains(r#"<option value="truc.ban">"#)
            && !look.contains(r#"<option value="van.hanh">"#)
            && !look.contains(r#"<option value="lanh.dao">"#),
        "others who can be called: {look}"
    );
    let act = |act: &str, text: &str| stranger.post(&link, &[("act", act), ("text", text)]);
    assert_eq!(act("note", " ").status, 422, "no words");
    let noted = act("note", "đã gọi nhà mạng <b>");
    assert!(
        noted.status == 200
            && noted.body.contains("nhà mạng &lt;b&gt;")
            && noted.body.contains("chưa ai nhận")
            && !noted.body.contains(r#"value="note""#),
        "{}",
        noted.body
    );
    assert_eq!(act("note", "nữa").status, 409, "once");
    assert_eq!(act("assign", "lanh.dao").status, 422, "leaders are not on call");
    assert_eq!(
        act("assign", "can.bo").status,
        422,
        "nobody knows how to call them"
    );
    let given = act("assign", "truc.ban");
    assert!(
        given.status == 200
            && given
                .body
                .contains("giao cho Người truc.ban; người này được gọi ngay")
            && !given.body.contains("<form"),
        "{}",
        given.body
    );
    assert_eq!(act("acknowledge", "").status, 409, "once");
    let told: Vec<_> = served.seed.store.acts(now()).unwrap();
    let told: Vec<_> = told
        .iter()
        .map(|act| (act.kind, act.author.as_str(), act.via.as_str()))
        .collect();
    assert_eq!(
        told,
        [
            (ActKind::Note, "van.hanh", "link"),
            (ActKind::Assign, "van.hanh", "link")
        ]
    );
}

#[test]
fn a_link_is_its_letters_and_ends() {
    let served = serve(false);
    let (_, letter) = called(&served);
    let stranger = Browser::at(&served);
    let good = answer_path(&letter);
    let (_, seal) = good.split_once('-').unwrap();
    for forged in [
        format!("/act/{}-{seal}", letter.id + 1),
        format!("/act/{}-{}", letter.id, "0".repeat(24)),
        format!("{good}0"),
        format!("/act/9223372036854775808-{seal}"),
        "/act/%F0%9F%98%80-%00".to_owned(),
        "/act/-".to_owned(),
    ] {
        let look = stranger.get(&forged);
        assert_eq!(look.status, 404, "{forged}: {}", look.body);
        let sent = stranger.post(&forged, &[("act", "acknowledge"), ("text", "")]);
        assert_eq!(sent.status, 404, "{forged}");
    }
    let old = NewLetter {
        key: "an older call".into(),
        posted_at: now() - GOOD_S,
        ..letter.letter
    };
    served.seed.store.post(Vec::new(), vec![old]).unwrap();
    let letters = served.seed.store.waiting_letters(100).unwrap();
    let old = letters
        .iter()
        .find(|letter| letter.letter.posted_at < now())
        .unwrap();
    let ended = stranger.post(&answer_path(old), &[("act", "acknowledge"), ("text", "")]);
    assert!(
        ended.status == 410 && ended.body.contains("đã hết hạn"),
        "{}",
        ended.body
    );
    assert!(
        served.seed.store.acts(now()).unwrap().is_empty(),
        "nothing was done"
    );
}

#[test]
fn without_a_rota_the_lead_is_told_and_those_on_call_answer_at_the_console() {
    let served = serve(false);
    let (notices, _) = called(&served);
    let call = notices.iter().find_map(|notice| notice.call.as_ref()).unwrap();
    assert_eq!((call.login.as_str(), call.nobody), ("van.hanh", true));
    let thread = notices
        .iter()
        .find(|notice| notice.subjects[0].id == "soyt")
        .unwrap()
        .thread
        .clone();
    let (browser, csrf) = logged_in(&served, "truc.ban");
    let before = browser.get("/on-call");
    assert!(
        before.body.contains("Không có ai trực") && before.body.contains("chưa ai nhận"),
        "{}",
        before.body
    );
    let act = |browser: &Browser, csrf: &str, act: &str, text: &str| {
        browser
            .post(
                "/on-call/act",
                &[("csrf", csrf), ("thread", &thread), ("act", act), ("text", text)],
            )
            .status
    };
    assert_eq!(act(&browser, &csrf, "acknowledge", ""), 303);
    assert_eq!(act(&browser, &csrf, "note", "đã gọi nhà mạng <b>"), 303);
    assert_eq!(act(&browser, &csrf, "note", ""), 422);
    assert_eq!(act(&browser, &csrf, "assign", "van.hanh"), 303);
    assert_eq!(
        act(&browser, &csrf, "assign", "can.bo"),
        422,
        "ems.yaml does not say how to call them"
    );
    assert_eq!(
        act(&browser, &csrf, "assign", "lanh.dao"),
        422,
        "leaders are not on call"
    );
    let page = browser.get("/on-call").body;
    assert!(
        page.contains("chưa ai nhận")
            && !page.contains("Người can.bo")
            && page.contains("giao cho Người van.hanh")
            && page.contains("nhà mạng &lt;b&gt;"),
        "{page}"
    );
    let sheet = browser.get("/on-call/handover").body;
    assert!(
        sheet.contains("tiếp nhận sau")
            && sheet.contains("đã gọi nhà mạng")
            && sheet.contains(": Người truc.ban ghi lúc"),
        "{sheet}"
    );
    let (leader, csrf_of_leader) = logged_in(&served, "lanh.dao");
    assert_eq!(act(&leader, &csrf_of_leader, "acknowledge", ""), 403);

    // The record begins with what is known, and becomes the papers of Circular 20/2017.
    let link = sheet.split("/registers/incident/new?outage=").nth(1).unwrap();
    let outage: String = link.chars().take_while(char::is_ascii_digit).collect();
    let form = browser
        .get(&format!("/registers/incident/new?outage={outage}"))
        .body;
    assert!(
        form.contains("Gián đoạn từ") && form.contains(&format!("SC-{outage}")),
        "{form}"
    );
    let detected = "2026-11-20T09:00";
    let fields = [
        ("csrf", &*csrf),
        ("portal", "soyt"),
        ("id", "SC-1"),
        ("detected", detected),
        ("cause", "mất điện"),
    ];
    let entered = browser.upload("/registers/incident/new", &fields, None);
    let place = entered.header("location").unwrap().to_owned();
    let notice = browser.get(&format!("{place}/notice"));
    assert!(
        notice.body.contains("THÔNG BÁO SỰ CỐ") && notice.body.contains("25/11/2026"),
        "{}",
        notice.body
    );
    assert_eq!(browser.get(&format!("{place}/letter")).status, 404);
}

#[test]
fn maintenance_is_announced_by_those_on_duty_and_excluded_in_hindsight_by_operators() {
    let served = serve(false);
    let (browser, csrf) = logged_in(&served, "truc.ban");
    let plan = |from: &'static str, to: &'static str| {
        vec![
            ("portal", "soyt"),
            ("from", from),
            ("to", to),
            ("repeats", "once"),
            ("reason", "Nâng cấp máy chủ"),
            ("announced", "2026-09-01"),
            ("tells_recovery", "yes"),
            ("confirmed", "yes"),
        ]
    };
    let mut fields = plan("2026-12-20T22:00", "2026-12-21T02:00");
    fields.insert(0, ("csrf", &*csrf));
    let entered = browser.upload("/registers/maintenance/new", &fields, None);
    assert_eq!(entered.status, 303, "{}", entered.body);
    let mut passed = plan("2026-09-20T22:00", "2026-09-21T02:00");
    passed.insert(0, ("csrf", &*csrf));
    passed.push(("hindsight", "yes"));
    let refused = browser.upload("/registers/maintenance/new", &passed, None);
    assert_eq!(refused.status, 403);
    let (operator, csrf) = logged_in(&served, "van.hanh");
    let form = operator.get("/registers/maintenance/new").body;
    assert!(
        form.contains("Số liệu theo quy chế không đổi"),
        "what the tick means is said beside it"
    );
    let chosen = plan("2026-12-20T22:00", "2026-12-21T02:00").into_iter();
    let mut nowhere: Vec<_> = chosen
        .filter(|(name, _)| !["portal", "confirmed"].contains(name))
        .collect();
    nowhere.insert(0, ("csrf", &*csrf));
    let asked = operator.upload("/registers/maintenance/new", &nowhere, None);
    assert_eq!(asked.status, 422, "{}", asked.body);
    assert!(asked.body.contains("TẤT CẢ các cổng"), "{}", asked.body);
    passed[0] = ("csrf", &*csrf);
    assert_eq!(
        operator
            .upload("/registers/maintenance/new", &passed, None)
            .status,
        303
    );
    let plans = served
        .seed
        .store
        .plans(ems_contract::time::Window::new(
            now() - 90 * 86_400,
            now() + 90 * 86_400,
        ))
        .unwrap();
    let known: Vec<_> = plans
        .of_portal(&portal_id("soyt"))
        .map(|m| (m.from.to_string(), m.excluded_at.is_some()))
        .collect();
    assert_eq!(
        known,
        [
            ("2026-12-20T15:00:00Z".to_owned(), false),
            ("2026-09-20T15:00:00Z".to_owned(), true)
        ]
    );
}

#[test]
fn nothing_is_written_without_session_and_form_token() {
    let served = serve(false);
    let stranger = Browser::at(&served);
    let (browser, csrf) = logged_in(&served, "van.hanh");
    let before = served.seed.store.audit(None, 1).unwrap()[0].seq;
    for path in WRITING {
        assert_eq!(stranger.post(path, &[]).status, 401, "{path} by a stranger");
        for method in ["PUT", "PATCH", "DELETE"] {
            let status = stranger.send(method, path, "", b"").status;
            assert!(matches!(status, 401 | 405), "{method} {path}: {status}");
        }
        assert_eq!(browser.post(path, &[]).status, 403, "{path} without a token");
        assert_eq!(
            browser.post(path, &[("csrf", "x")]).status,
            403,
            "{path} with a wrong one"
        );
        let elsewhere = "Sec-Fetch-Site: cross-site\r\nContent-Type: application/x-www-form-urlencoded\r\n";
        let body = form(&[("csrf", &csrf)]);
        let answer = browser.send("POST", path, elsewhere, body.as_bytes());
        assert_eq!(answer.status, 403, "{path} from another site");
    }
    let thief = Browser {
        address: served.address,
        cookie: Some("0".repeat(64)),
    };
    assert_eq!(
        thief.post("/registers/training/new", &[("csrf", &csrf)]).status,
        401
    );
    let entries = served.seed.store.entries(None, None).unwrap();
    assert!(entries.is_empty());
    assert_eq!(served.seed.store.audit(None, 1).unwrap()[0].seq, before);
    // Programs: no token, an unknown one, one of another scope, one of another portal.
    for path in [
        "/api/v1/heartbeats/backup/soyt",
        "/api/v1/registers/attestation/import",
    ] {
        assert_eq!(stranger.send("POST", path, "", b"").status, 401, "{path}");
        let bearer = "Authorization: Bearer nobody\r\n";
        assert_eq!(stranger.send("POST", path, bearer, b"").status, 401, "{path}");
    }
    let bearer = |name: &str| format!("Authorization: Bearer {name}\r\n");
    for (path, token) in [
        ("/api/v1/heartbeats/backup/soyt", "nhap"),
        ("/api/v1/heartbeats/backup/sokhcn", "sao-luu"),
        ("/api/v1/registers/attestation/import", "sao-luu"),
        ("/api/v1/registers/training/import", "nhap"),
    ] {
        let answer = stranger.send("POST", path, &bearer(token), b"");
        assert_eq!(answer.status, 403, "{path} by {token}: {}", answer.body);
    }
}

#[test]
fn a_log_in_gives_a_strict_cookie_and_a_log_out_takes_it_back() {
    let served = serve(false);
    let mut browser = Browser::at(&served);
    let refused = browser.post("/login", &[("login", "van.hanh"), ("password", "wrong")]);
    assert_eq!(refused.status, 401);
    assert!(refused.body.contains("không đúng") && refused.header("set-cookie").is_none());
    let opened = browser.log_in("van.hanh");
    assert_eq!(
        (opened.status, opened.header("location")),
        (303, Some("/account"))
    );
    let set = opened.header("set-cookie").unwrap();
    assert!(set.contains("HttpOnly; SameSite=Strict"), "{set}");
    let page = browser.get("/account");
    assert!(page.body.contains("Người van.hanh"));
    assert!(page.head.contains("form-action 'self'") && page.head.contains("no-store"));
    assert!(browser.get("/audit").body.contains("nhập sai mật khẩu"));
    let csrf = browser.csrf();
    assert_eq!(browser.post("/logout", &[("csrf", &csrf)]).status, 303);
    assert_eq!(
        browser.get("/account").header("location"),
        Some("/login?next=%2Faccount")
    );
    let away = Browser::at(&served).post(
        "/login",
        &[
            ("login", "van.hanh"),
            ("password", SECRET),
            ("next", "//evil.vn/"),
        ],
    );
    assert_eq!(away.header("location"), Some("/"));
}

#[test]
fn reading_needs_a_log_in_only_where_the_settings_say_so() {
    let open = serve(false);
    assert_eq!(Browser::at(&open).get("/incidents").status, 200);
    assert_eq!(Browser::at(&open).get("/registers").status, 303);
    let shut = serve(true);
    let mut browser = Browser::at(&shut);
    let sent = browser.get("/incidents");
    assert_eq!(
        (sent.status, sent.header("location")),
        (303, Some("/login?next=%2Fincidents"))
    );
    assert_eq!(browser.get("/console.css").status, 200);
    browser.log_in("lanh.dao");
    assert_eq!(browser.get("/incidents").status, 200);
}

#[test]
fn a_password_set_by_somebody_else_is_changed_before_anything_is_written() {
    let served = serve(false);
    let (mut browser, csrf) = logged_in(&served, "nguoi.moi");
    let sent = browser.post("/registers/training/new", &[("csrf", &csrf)]);
    assert_eq!((sent.status, sent.header("location")), (303, Some("/account")));
    let change = |browser: &Browser, new: &str, again: &str| {
        let fields = [("csrf", &*csrf), ("old", SECRET), ("new", new), ("again", again)];
        browser.post("/account/password", &fields)
    };
    assert!(change(&browser, "ngắn", "ngắn").body.contains("ít nhất 12"));
    assert!(
        change(&browser, "một mật khẩu khác hẳn", "không giống")
            .body
            .contains("không giống nhau")
    );
    let done = change(&browser, "một mật khẩu khác hẳn", "một mật khẩu khác hẳn");
    assert_eq!(done.status, 303);
    let set = done.header("set-cookie").unwrap();
    browser.cookie = Some(set.split(['=', ';']).nth(1).unwrap().to_owned());
    let csrf = browser.csrf();
    assert_eq!(
        browser.post("/registers/training/new", &[("csrf", &csrf)]).status,
        422
    );
}

pub(crate) const ATTESTATION: &[(&str, &str)] = &[
    ("obligation", "AG-12"),
    ("statement", "yes"),
    ("by_name", "Nguyễn Văn A"),
    ("by_role", "Chánh Văn phòng"),
    ("signed_on", "2026-11-20"),
];

#[test]
fn an_attestation_is_entered_with_its_file_corrected_and_withdrawn() {
    let served = serve(false);
    let (browser, csrf) = logged_in(&served, "bien.tap");
    let with = |more: &[(&'static str, &'static str)]| -> Vec<(&str, &str)> {
        let mut fields = vec![("csrf", &*csrf), ("portal", "soyt")];
        fields.extend_from_slice(ATTESTATION);
        fields.extend_from_slice(more);
        fields
    };
    let wrong = browser.upload(
        "/registers/attestation/new",
        &with(&[("signed_on", "31/02/2026")]),
        None,
    );
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("không phải một ngày") && wrong.body.contains("Nguyễn Văn A"));
    let file = Some(("Xác nhận.pdf", &b"%PDF signed"[..]));
    let again = "Tệp vừa chọn chưa được lưu";
    assert!(!wrong.body.contains(again));
    let wrong = browser.upload(
        "/registers/attestation/new",
        &with(&[("signed_on", "31/02/2026")]),
        file,
    );
    assert!(wrong.body.contains(again), "{}", wrong.body);
    assert!(
        served.docket.take().is_empty(),
        "nothing is entered, nothing to judge"
    );
    let entered = browser.upload("/registers/attestation/new", &with(&[]), file);
    assert_eq!(entered.status, 303, "{}", entered.body);
    assert_eq!(served.docket.take(), [portal_id("soyt")]);
    let place = entered.header("location").unwrap().to_owned();
    let page = browser.get(&place).body;
    assert!(
        page.contains("20/11/2026") && page.contains("Người bien.tap"),
        "{page}"
    );
    let digest = Sha256::of(b"%PDF signed");
    let got = browser.get(&format!("/files/{digest}"));
    assert_eq!((got.status, &*got.body), (200, "%PDF signed"));
    assert!(got.head.contains("attachment"));
    assert_eq!(Browser::at(&served).get(&format!("/files/{digest}")).status, 303);
    // A correction keeps the file; the old page cannot be used twice.
    let corrected = browser.upload(&place, &with(&[("statement", "no")]), None);
    assert_eq!(corrected.status, 303);
    assert_eq!(
        browser
            .upload(&place, &with(&[("statement", "yes")]), None)
            .status,
        409
    );
    let last = corrected.header("location").unwrap();
    let path = format!("{last}/withdraw");
    assert_eq!(
        browser.post(&path, &[("csrf", &csrf)]).status,
        422,
        "a reason is wanted"
    );
    assert_eq!(
        browser.post(&path, &[("csrf", &csrf), ("reason", "nhầm")]).status,
        303
    );
    assert_eq!(served.docket.take(), [portal_id("soyt")]);
    let kept = served
        .seed
        .store
        .entries(Some(RegisterKind::Attestation), None)
        .unwrap();
    assert_eq!(kept.len(), 3);
    assert!(kept.iter().all(|kept| kept.author == "bien.tap"));
    assert!(kept.iter().all(|kept| kept.entry.file() == Some(digest)));
}

#[test]
fn an_editor_writes_about_the_own_portal_and_a_leader_about_none() {
    let served = serve(false);
    let (editor, csrf) = logged_in(&served, "bien.tap");
    let mut fields = vec![("csrf", &*csrf), ("portal", "sokhcn")];
    fields.extend_from_slice(ATTESTATION);
    assert_eq!(
        editor.upload("/registers/attestation/new", &fields, None).status,
        403
    );
    assert_eq!(editor.get("/audit").status, 403);
    let blank = editor.get("/registers/attestation/new").body;
    assert!(blank.contains("value=\"soyt\"") && !blank.contains("value=\"sokhcn\""));
    let (leader, _) = logged_in(&served, "lanh.dao");
    assert_eq!(leader.get("/registers/attestation").status, 200);
    assert_eq!(leader.get("/registers/attestation/new").status, 403);
    assert_eq!(leader.get("/registers/attestation/import").status, 403);
    assert!(served.seed.store.entries(None, None).unwrap().is_empty());
}

const SHEET: &str = "Mã cổng;Mã nghĩa vụ;Kết quả;Người xác nhận;Chức vụ;Ngày ký\n\
                     soyt;AG-12;có;Nguyễn Văn A;Giám đốc;20/11/2026\n\
                     soyt;AG-999;có;Nguyễn Văn A;Giám đốc;20/11/2026\n";

#[test]
fn a_spreadsheet_is_looked_at_first_and_taken_on_a_word() {
    let served = serve(false);
    let (browser, csrf) = logged_in(&served, "can.bo");
    let path = "/registers/attestation/import";
    let seen = browser.upload(path, &[("csrf", &csrf)], Some(("x.csv", SHEET.as_bytes())));
    assert_eq!(seen.status, 200);
    assert!(
        seen.body.contains("1 dòng ghi được, 1 dòng có lỗi"),
        "{}",
        seen.body
    );
    assert!(seen.body.contains("không có nghĩa vụ `AG-999`"));
    assert!(served.seed.store.entries(None, None).unwrap().is_empty());
    let digest = Sha256::of(SHEET.as_bytes()).to_string();
    let (other, other_csrf) = logged_in(&served, "van.hanh");
    let stolen = other.post(path, &[("csrf", &other_csrf), ("digest", &digest)]);
    assert_eq!(stolen.status, 410, "another's file is not there");
    assert_eq!(
        browser.post(path, &[("csrf", &csrf), ("digest", &digest)]).status,
        303
    );
    let kept = served.seed.store.entries(None, None).unwrap();
    assert_eq!((kept.len(), &*kept[0].shown), (1, "Người can.bo"));
    assert_eq!(served.docket.take(), [portal_id("soyt")]);
}

#[test]
fn programs_tell_of_backups_and_hand_in_sheets_by_token() {
    let served = serve(false);
    let program = Browser::at(&served);
    let beat = program.send(
        "POST",
        "/api/v1/heartbeats/backup/soyt",
        "Authorization: Bearer sao-luu\r\n",
        b"",
    );
    assert_eq!(beat.status, 204, "{}", beat.body);
    let backups = served.seed.store.backups(None, now()).unwrap();
    assert_eq!(backups.get(&portal_id("soyt")), Some(&now()));
    assert_eq!(served.docket.take(), [portal_id("soyt")]);
    let bearer = "Authorization: Bearer nhap\r\n";
    let path = "/api/v1/registers/attestation/import";
    let refused = program.send("POST", path, bearer, SHEET.as_bytes());
    assert_eq!(refused.status, 422);
    assert!(
        refused.body.contains("\"entered\":0,\"good\":1,\"bad\":1"),
        "{}",
        refused.body
    );
    assert!(served.seed.store.entries(None, None).unwrap().is_empty());
    let taken = program.send(
        "POST",
        &format!("{path}?accept_good_rows=true"),
        bearer,
        SHEET.as_bytes(),
    );
    assert_eq!(taken.status, 200, "{}", taken.body);
    let kept = served.seed.store.entries(None, None).unwrap();
    assert_eq!((kept.len(), &*kept[0].author), (1, "token nhap"));
}

#[test]
fn a_form_that_is_too_large_is_refused_whole() {
    let served = serve(false);
    let (browser, csrf) = logged_in(&served, "can.bo");
    let large = vec![b'x'; 12 * 1024 * 1024];
    let answer = browser.upload(
        "/registers/attestation/new",
        &[("csrf", &csrf)],
        Some(("x", &large)),
    );
    assert_eq!(answer.status, 413);
    assert!(served.seed.store.entries(None, None).unwrap().is_empty());
}

/// The pages with forms as files for a browser: `target/tmp/pages/people`.
#[test]
fn forms_can_be_looked_at() {
    let served = serve(false);
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("pages/people");
    std::fs::create_dir_all(&folder).unwrap();
    let (browser, csrf) = logged_in(&served, "can.bo");
    let (_, letter) = called(&served);
    let link = answer_path(&letter);
    let mut fields = vec![("csrf", &*csrf), ("portal", "soyt")];
    fields.extend_from_slice(ATTESTATION);
    let entered = browser.upload("/registers/attestation/new", &fields, Some(("a.pdf", b"x")));
    let place = entered.header("location").unwrap().to_owned();
    let style = browser.get("/console.css").body;
    std::fs::write(folder.join("console.css"), style).unwrap();
    let keep = |name: &str, page: &Answer| {
        let body = page.body.replace("/console.css", "console.css");
        std::fs::write(folder.join(name), body).unwrap();
    };
    let sheet = ("x.csv", SHEET.as_bytes());
    keep(
        "import.html",
        &browser.upload("/registers/attestation/import", &[("csrf", &csrf)], Some(sheet)),
    );
    let short = [
        ("csrf", &*csrf),
        ("portal", "soyt"),
        ("begins", "2026-12-01"),
        ("reason", "Nâng cấp hạ tầng"),
        ("announced", "2026-11-20"),
    ];
    keep(
        "warning.html",
        &browser.upload("/registers/suspension/new", &short, None),
    );
    keep(
        "wrong.html",
        &browser.upload("/registers/training/new", &[("csrf", &csrf)], None),
    );
    let stranger = Browser::at(&served);
    keep("login.html", &stranger.get("/login"));
    keep(
        "refused.html",
        &stranger.post("/login", &[("login", "x"), ("password", "y")]),
    );
    for (name, path) in [
        ("account.html", "/account"),
        ("audit.html", "/audit"),
        ("registers.html", "/registers"),
        ("list.html", "/registers/attestation"),
        ("new.html", "/registers/attestation/new"),
        ("incident.html", "/registers/incident/new"),
        ("entry.html", &place),
        ("english.html", "/registers/report/new?lang=en"),
        ("link.html", &link),
        ("work.html", "/portals/soyt/work"),
        ("oncall.html", "/on-call"),
        ("handover.html", "/on-call/handover"),
        ("rota.html", "/registers/rota/new"),
    ] {
        let page = browser.get(path);
        assert_eq!(page.status, 200, "{path}");
        keep(name, &page);
    }
    let (operator, _) = logged_in(&served, "van.hanh");
    keep("maintenance.html", &operator.get("/registers/maintenance/new"));
    keep("answers.html", &operator.get("/on-call"));
    let taken = [("act", "acknowledge"), ("text", "đang xem máy chủ")];
    keep("link-taken.html", &stranger.post(&link, &taken));
}
