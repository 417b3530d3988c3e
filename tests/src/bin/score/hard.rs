//! What a megabyte of hard page costs: processor time and memory at its peak, against the bounds for one page.

use anyhow::Context;
use ems_agent::page::facts::{PageInput, Questions, examine};
use ems_agent::page::sections::Lexicon;
use ems_contract::time::UnixTime;
use url::Url;

use super::{cpu_ms, ms_f, row};

/// The argument that asks for one page.
pub(crate) const ONE: &str = "--megabyte-of";

/// Bytes of a page.
const SIZE: usize = 1_000_000;
/// Times each page is read: clock ticks are of ten milliseconds.
const ROUNDS: u32 = 20;

/// Pages of one megabyte by what is hard about them.
fn pages() -> [(&'static str, String); 6] {
    let filled = |piece: &dyn Fn(usize) -> String| {
        let mut page = "<!doctype html><html lang=vi><title>Cổng thông tin điện tử</title><body>".to_owned();
        let mut n = 0;
        while page.len() < SIZE {
            page.push_str(&piece(n));
            n += 1;
        }
        page
    };
    let links = |n: usize| format!("<a href='/{n}'>Tin</a>");
    let news = |n: usize| {
        let day = 1 + n % 28;
        format!(
            "<div class='news-item'><h3><a href='/tin/{n}.html'>Hội nghị triển khai nhiệm vụ thứ {n}</a></h3>\
             <span class='date'>{day:02}/10/2026 08:30</span><p>Ủy ban nhân dân tỉnh tổ chức hội nghị.</p></div>"
        )
    };
    let cells = |n: usize| {
        format!(
            "<table><tr><td class='c{n}'>{}",
            if n % 10 == 9 {
                "</table>".repeat(10)
            } else {
                String::new()
            }
        )
    };
    let line = "var d='05/11/2026';";
    let script = line.repeat(SIZE / line.len());
    [
        ("tags never closed", filled(&|_| "<div><p><b class=x>".to_owned())),
        ("tables ten deep", filled(&cells)),
        ("links", filled(&links)),
        ("dated items", filled(&news)),
        (
            "running text",
            filled(&|n| {
                format!(
                    "Ngày {} tháng 10 năm 2026, Ủy ban nhân dân tỉnh họp. ",
                    1 + n % 28
                )
            }),
        ),
        ("one script", format!("<title>x</title><script>{script}</script>")),
    ]
}

/// Prints a row for each page, each read by a process of its own: what one leaves behind is not another's.
pub(crate) fn hard() -> anyhow::Result<()> {
    for (name, _) in pages() {
        let read = std::process::Command::new(std::env::current_exe()?)
            .args([ONE, name])
            .output()?;
        anyhow::ensure!(read.status.success(), "{}", String::from_utf8_lossy(&read.stderr));
        let cost = String::from_utf8(read.stdout)?;
        row(&format!("a megabyte of {name}"), cost.trim(), "50 ms, 20 MB");
    }
    Ok(())
}

/// Reads one page and prints what that costs.
pub(crate) fn one(name: &str, lexicon: &Lexicon) -> anyhow::Result<()> {
    let url = Url::parse("https://cong.example/tin-tuc")?;
    let (_, page) = pages()
        .into_iter()
        .find(|(known, _)| *known == name)
        .context("no such page")?;
    let read = || {
        let input = PageInput {
            body: page.as_bytes(),
            content_type: Some("text/html; charset=utf-8"),
            url: &url,
            fetched_at: UnixTime::from_secs(1_793_927_700),
        };
        let questions = Questions {
            lexicon,
            section: Some("tin-tuc"),
            measurement: &[],
        };
        std::hint::black_box(examine(&input, &questions));
    };
    let idle = reset_peak();
    read();
    let grown = memory("VmHWM:").saturating_sub(idle);
    let before = cpu_ms();
    for _ in 0..ROUNDS {
        read();
    }
    let each = ms_f(cpu_ms() - before) / f64::from(ROUNDS);
    println!("{each:.1} ms, {} MB", grown.div_ceil(1_000));
    Ok(())
}

/// Makes the peak of this process what it holds now, and tells it in kilobytes.
fn reset_peak() -> u64 {
    drop(std::fs::write("/proc/self/clear_refs", "5"));
    memory("VmRSS:")
}

/// A line of this process's status in kilobytes.
fn memory(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok())
        .unwrap_or_default()
}
