use std::path::Path;

use ems_contract::text::Lang;

use super::*;
use crate::notify::settings::{ChannelKind, RouteSettings};

/// Writes `ems.yaml` with this text (and two token files) and loads it.
fn loaded(text: &str) -> Result<Read, Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(
        dir.path().join("good.token"),
        "0123456789abcdef0123456789abcdef\n",
    )
    .unwrap();
    std::fs::write(dir.path().join("weak.token"), "secret").unwrap();
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o644);
    std::fs::set_permissions(dir.path().join("good.token"), open).unwrap();
    let path = dir.path().join("ems.yaml");
    std::fs::write(&path, text).unwrap();
    let shown = |found: Vec<Diagnostic>| {
        let prefix = format!("{}/", dir.path().display());
        found
            .iter()
            .map(|d| d.render(Lang::En).replace(&prefix, ""))
            .collect()
    };
    load(&path).map_err(shown)
}

fn warnings(text: &str) -> Vec<String> {
    let (_, found) = loaded(text).unwrap();
    found.iter().map(|d| d.message.key().to_owned()).collect()
}

#[test]
fn the_shipped_sample_says_the_defaults() {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("../deploy/ems.yaml");
    let (settings, found) = load(&sample).unwrap();
    assert!(found.is_empty(), "{found:?}");
    let folder = sample.parent().unwrap();
    let default = Settings::default();
    let expected = Settings {
        data: folder.join(&default.data),
        targets: folder.join(&default.targets),
        ..default
    };
    assert_eq!(settings, expected);
}

#[test]
fn every_key_is_read() {
    let text = "listen: '[::]:8443'\ntls: {certificate: c.pem, key: /k.pem}\nallow_plain_tokens: true\n\
                console_listen: 127.0.0.1:9090\nconsole_hosts: [Ems.Example.gov.vn]\ndata: /var/lib/ems\ntargets: t.yaml\n\
                regulations: law\npolicy: own.yaml\nrenderer: r\n\
                tokens:\n  - {agent: a, file: good.token}\n  - {agent: b, sha256: \
                ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad}\nretention: {raw_days: 1200, evidence_mib_per_portal: 64}\n";
    let (settings, _) = loaded(text).unwrap();
    assert_eq!(settings.listen, "[::]:8443".parse().unwrap());
    assert_eq!(settings.console_listen, "127.0.0.1:9090".parse().unwrap());
    assert_eq!(settings.console_hosts, ["ems.example.gov.vn"]);
    let tls = settings.tls.unwrap();
    assert!(tls.certificate.ends_with("c.pem") && tls.certificate.is_absolute());
    assert_eq!(tls.key, Path::new("/k.pem"));
    assert!(settings.policy.unwrap().ends_with("own.yaml"));
    assert!(settings.regulations.unwrap().ends_with("law"));
    assert!(settings.allow_plain_tokens);
    assert_eq!(settings.data, Path::new("/var/lib/ems"));
    assert!(settings.renderer.unwrap().ends_with("r"));
    let owners: Vec<_> = settings.tokens.iter().map(|t| t.agent.as_str()).collect();
    assert_eq!(owners, ["a", "b"]);
    assert_eq!(
        settings.tokens[0].digest,
        Sha256::of(b"0123456789abcdef0123456789abcdef")
    );
    assert_eq!(settings.tokens[1].digest, Sha256::of(b"abc"));
    assert_eq!(settings.retention.raw_days, 1200);
    assert_eq!(settings.retention.evidence_bytes_per_portal(), 64 << 20);
}

#[test]
fn everything_wrong_is_said_at_once_each_at_its_place() {
    let text = "listen: here\nlissten: x\ntls: {certificate: c.pem}\nallow_plain_tokens: yes\n\
                tokens:\n  - {agent: A, file: good.token}\n  - {agent: b, file: weak.token}\n  - {agent: c, file: none}\n\
                \x20 - {agent: d}\n  - {agent: e, file: good.token, sha256: x}\n  - {agent: f, sha256: zz}\n\
                \x20 - {agent: g, file: good.token}\n  - {agent: h, file: good.token}\n\
                retention: {raw_days: 90}\n";
    insta::assert_snapshot!(loaded(text).unwrap_err().join("\n"));
}

#[test]
fn a_file_that_is_not_there_or_no_mapping_is_refused() {
    assert!(load(Path::new("/no/such/ems.yaml")).is_err());
    assert!(loaded("- a\n- b\n").is_err());
    assert!(loaded("").is_err());
}

#[test]
fn risky_settings_are_allowed_with_a_warning() {
    assert_eq!(warnings("listen: 0.0.0.0:8443\n"), ["settings.no_tls"]);
    assert_eq!(
        warnings("console_listen: 0.0.0.0:80\n"),
        ["settings.open_console"]
    );
    assert_eq!(warnings("allow_plain_tokens: true\n"), ["settings.plain_tokens"]);
    let both = "listen: 0.0.0.0:80\nconsole_listen: 0.0.0.0:80\ntls: {certificate: c, key: k}\n";
    assert_eq!(warnings(both), ["settings.open_console"]);
    assert!(warnings("listen: 127.0.0.1:81\n").is_empty());
}

#[test]
fn raw_results_outlive_the_longest_report_and_its_comparison() {
    const { assert!(MIN_RAW_DAYS >= 2 * 366) };
    assert!(loaded(&format!("retention: {{raw_days: {MIN_RAW_DAYS}}}\n")).is_ok());
    let short = loaded(&format!("retention: {{raw_days: {}}}\n", MIN_RAW_DAYS - 1)).unwrap_err();
    assert!(
        short[0].contains("a yearly report compared with the year before"),
        "{short:?}"
    );
}

#[test]
fn the_sample_of_the_notifier_is_sound_when_it_is_no_comment() {
    let sample = include_str!("../../../deploy/ems.yaml");
    let (_, notify) = sample.split_once("# notify:\n").unwrap();
    let notify: String = notify.lines().map(|line| format!("{}\n", &line[2..])).collect();
    let text = format!("notify:\n{}", notify.replace("tokens/alertmanager", "good.token"));
    let (settings, _) = loaded(&text).unwrap();
    let notify = settings.notify;
    assert_eq!((notify.channels.len(), notify.routes.len()), (7, 2));
    assert_eq!(notify.routes[0].name(), "zalo>sms");
    assert_eq!(notify.alertmanager_tokens.len(), 1);
    assert!(notify.heartbeat.is_some());
}

#[test]
fn what_is_wrong_with_a_channel_is_said_at_its_place() {
    let text = "notify:\n  channels:\n    - {name: a, kind: webhook}\n    - {name: B, kind: stdout}\n    - {name: c, kind: stdout}\n\
                \x20   - {name: c, kind: syslog}\n    - {name: d, kind: sms, url: 'http://x/', phones: ['1'], template: x}\n\
                \x20 routes:\n    - {channels: [c, nobody]}\n    - {channels: []}\n";
    let found = loaded(text).unwrap_err().join("\n");
    for wanted in [
        "`url`",
        "stands twice",
        "{text} and {phone}",
        "no channel `nobody`",
        "at least one channel",
    ] {
        assert!(found.contains(wanted), "{wanted}: {found}");
    }
}

#[test]
fn a_channel_that_would_tell_nobody_is_refused() {
    let text = "notify:\n  channels:\n    - {name: a, kind: email, host: h, from: a@b.vn, to: []}\n\
                \x20   - {name: b, kind: sms, url: 'http://x/', phones: [], template: '{text}{phone}'}\n\
                \x20   - {name: c, kind: zalo, app: '1', secret: {env: X}, state_file: s, template: '1', phones: []}\n";
    let found = loaded(text).unwrap_err();
    let empty = found
        .iter()
        .filter(|line| line.contains("at least one recipient"));
    assert_eq!(empty.count(), 3, "{found:?}");
    assert_eq!(found.len(), 3, "{found:?}");
}

/// Two mail channels, the second without recipients, and what else is written.
fn with_papers(rest: &str) -> Result<Read, Vec<String>> {
    loaded(&format!(
        "notify:\n  channels:\n    - {{name: mail, kind: email, host: h, from: a@b.vn, to: [c@b.vn]}}\n\
         \x20   - {{name: papers, kind: email, host: h, from: a@b.vn}}\n{rest}"
    ))
}

#[test]
fn letters_with_recipients_of_their_own_want_none_of_their_channel() {
    let (settings, found) = with_papers("  digest: {channel: papers}\n").unwrap();
    let routes: Vec<String> = settings.notify.routes.iter().map(RouteSettings::name).collect();
    assert_eq!(routes, ["mail"], "without routes it is told no notices");
    // What is written to the operators would reach nobody.
    let keys: Vec<&str> = found.iter().map(|found| found.message.key()).collect();
    assert_eq!(keys, ["settings.digest_operators"]);
    assert_eq!(found[0].place.as_ref().map(|place| place.line), Some(5));
    let routed = "  digest: {channel: mail}\n  routes: [{channels: [mail]}]\n";
    let found = with_papers(routed).unwrap_err();
    assert_eq!(found.len(), 1, "nobody uses it: {found:?}");
    assert!(found[0].starts_with("error: ems.yaml:4:"), "{found:?}");
    assert!(found[0].contains("at least one recipient"), "{found:?}");
}

#[test]
fn whoever_sends_notices_by_a_channel_without_recipients_is_told_all_at_once() {
    let text = "  digest: {channel: papers}\n  routes:\n    - {channels: [mail]}\n    - {channels: [mail, papers]}\n\
                \x20 on_call:\n    lead: an\n    people:\n      - {login: an, channels: [papers]}\n\
                \x20     - {login: binh, channels: [papers, mail]}\n";
    let found = with_papers(text).unwrap_err();
    let place = |line: &String| line.split(':').skip(1).take(2).collect::<Vec<_>>().join(":");
    let about = |line: &&String| line.contains("`papers`") && line.contains("recipient");
    let places: Vec<String> = found.iter().filter(about).map(place).collect();
    assert_eq!(
        places,
        [" ems.yaml:8", " ems.yaml:12", " ems.yaml:13"],
        "{found:?}"
    );
}

#[test]
fn telephones_are_checked_and_zalo_gets_them_with_the_country_code() {
    let with = |phones: &str| {
        let text = format!(
            "notify:\n  channels:\n    - {{name: b, kind: sms, url: 'http://x/', phones: [{phones}], template: '{{text}}{{phone}}'}}\n\
             \x20   - {{name: c, kind: zalo, app: '1', secret: {{env: X}}, state_file: s, template: '1', phones: [{phones}]}}\n"
        );
        loaded(&text)
    };
    let (settings, _) = with("'0912345678', '+84912345678', '84912345678', '02812345678'").unwrap();
    let [ChannelKind::Sms(sms), ChannelKind::Zalo(zalo)] =
        [0, 1].map(|n| settings.notify.channels[n].kind.clone())
    else {
        panic!("{:?}", settings.notify.channels);
    };
    assert_eq!(
        sms.phones,
        ["0912345678", "+84912345678", "84912345678", "02812345678"]
    );
    assert_eq!(
        zalo.phones,
        ["84912345678", "84912345678", "84912345678", "842812345678"]
    );
    for bad in [
        "'1'",
        "'091234567'",
        "'091234567890'",
        "'0912 345 678'",
        "'+0912345678'",
        "'84912345'",
        "'x'",
        "'٠٩١٢٣٤٥٦٧٨'",
    ] {
        let found = with(bad).unwrap_err();
        assert_eq!(found.len(), 2, "{bad}: {found:?}");
        let value = bad.trim_matches('\'');
        assert!(
            found
                .iter()
                .all(|line| line.contains(value) && line.contains("0912345678")),
            "{found:?}"
        );
    }
}

#[test]
fn nobody_stands_twice_among_the_people_on_call() {
    let text = "notify:\n  channels: [{name: a, kind: stdout}]\n  on_call:\n    lead: an\n    people:\n\
                \x20     - {login: an, channels: [a]}\n      - {login: binh, channels: [a]}\n      - {login: an, channels: [a]}\n";
    let found = loaded(text).unwrap_err();
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].contains("`an`") && found[0].contains("twice"),
        "{found:?}"
    );
}

#[test]
fn a_proxy_is_told_apart_from_its_log_in_and_no_word_repeats_what_was_written_there() {
    let with = |proxy: &str| {
        loaded(&format!(
            "notify:\n  channels:\n    - {{name: t, kind: telegram, token: {{env: X}}, chat: '1', allow_addresses: [10.1.0.0/16, 10.2.0.1],\n\
             \x20      proxy: {{{proxy}}}}}\n"
        ))
    };
    let (settings, _) = with("url: 'http://proxy.example.vn:3128', user: ems, password: {env: Y}").unwrap();
    let reach = &settings.notify.channels[0].reach;
    let allowed: Vec<String> = reach.allow_addresses.iter().map(ToString::to_string).collect();
    assert_eq!(allowed, ["10.1.0.0/16", "10.2.0.1/32"]);
    let proxy = reach.proxy.as_ref().unwrap();
    assert_eq!(proxy.url.as_str(), "http://proxy.example.vn:3128/");
    assert_eq!(proxy.login.as_ref().unwrap().0, "ems");
    for bad in [
        "url: 'http://ems:hush@proxy.example.vn:3128'",
        "url: 'socks5://ems:hush@proxy.example.vn'",
        "url: 'ems:hush'",
        "url: 'http://proxy.example.vn', user: ems",
    ] {
        let found = with(bad).unwrap_err();
        assert_eq!(found.len(), 1, "{bad}: {found:?}");
        assert!(
            !found[0].contains("hush") && found[0].contains("ems.yaml:4"),
            "{found:?}"
        );
    }
    let mail = "notify:\n  channels: [{name: m, kind: email, host: h, from: a@b.vn, to: [a@b.vn], proxy: {url: 'http://p/'}}]\n";
    assert!(loaded(mail).unwrap_err()[0].contains("`proxy`"));
}

#[test]
fn a_token_file_that_cannot_be_read_is_told_in_the_language_asked_for() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("ems.yaml");
    std::fs::write(&path, "tokens: [{agent: a, file: none}]\n").unwrap();
    let found = load(&path).unwrap_err();
    let said = found[0].render(Lang::Vi);
    assert!(
        said.contains("không có tệp hay thư mục này") && !said.contains("No such"),
        "{said}"
    );
}
