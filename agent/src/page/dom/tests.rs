//! The tree on pages as people write them, and on pages as nobody should.

use proptest::prelude::*;

use super::*;

fn names(dom: &Dom<'_>) -> Vec<String> {
    dom.all()
        .filter(|&n| dom.is_element(n))
        .map(|n| dom.raw(n).to_ascii_lowercase())
        .collect()
}

#[test]
fn implied_ends_give_siblings_and_not_nests() {
    let dom = Dom::parse(
        "<ul><li>a<li>b<ul><li>c</ul><li>d</ul><table><tr><td>1<td>2<tr><td>3</table><p>x<p>y<div>z",
    );
    let list = dom.find(NodeId::ROOT, Tag::Ul).unwrap();
    assert_eq!(dom.children(list).count(), 3);
    let table = dom.find(NodeId::ROOT, Tag::Table).unwrap();
    assert_eq!(dom.children(table).count(), 2);
    assert_eq!(dom.text(table, 100), "1 2 3");
    let paragraph = dom.find(NodeId::ROOT, Tag::P).unwrap();
    assert_eq!(dom.text(paragraph, 100), "x");
}

#[test]
fn scripts_are_no_text_and_their_tags_no_links() {
    let dom = Dom::parse("<p>a</p><script>var s = '<a href=x>no</a>';</script><style>b{}</style><p>c");
    assert_eq!(dom.text(NodeId::ROOT, 100), "a c");
    assert!(dom.find(NodeId::ROOT, Tag::A).is_none());
    let script = dom.find(NodeId::ROOT, Tag::Script).unwrap();
    assert!(dom.script(script).starts_with("var s"));
}

#[test]
fn texts_are_joined_as_they_are_seen() {
    let dom = Dom::parse(
        "<p>Ng&agrave;y&nbsp;<b>05</b>/<b>11</b>/2026 <i>l&#250;c</i><br>08h</p><div>x</div>y &lt; z",
    );
    assert_eq!(dom.text(NodeId::ROOT, 100), "Ngày 05/11/2026 lúc 08h x y < z");
    assert_eq!(dom.text(NodeId::ROOT, 4), "Ngà");
}

#[test]
fn attributes_in_every_writing() {
    let dom = Dom::parse(r#"<a HREF="/a?x=1&amp;y=2" data-x='q "w"' title=z checked>t</a><img src=a.png />"#);
    let link = dom.find(NodeId::ROOT, Tag::A).unwrap();
    assert_eq!(dom.attr_text(link, "href").unwrap(), "/a?x=1&y=2");
    assert_eq!(dom.attr(link, "data-x"), Some("q \"w\""));
    assert_eq!(dom.attr(link, "title"), Some("z"));
    assert_eq!(dom.attr(link, "checked"), Some(""));
    assert_eq!(names(&dom), ["a", "img"]);
}

#[test]
fn a_selector_names_the_place() {
    let dom = Dom::parse("<body><div id=main><ul class='list big'><li><span class=date>1</span></ul></div>");
    let span = dom.find(NodeId::ROOT, Tag::Span).unwrap();
    assert_eq!(dom.selector(span), "div#main > ul.list > li > span.date");
}

#[test]
fn three_hundred_kilobytes_of_unclosed_tags_stay_bounded() {
    for piece in [
        "<div>",
        "<b>",
        "<table><tr><td>",
        "<a href=\"",
        "</b><i>",
        "<p><span>",
        "<",
        "<!--",
        "<x-y>",
    ] {
        let page = piece.repeat(300_000 / piece.len());
        let dom = Dom::parse(&page);
        assert!(dom.text(NodeId::ROOT, 1_000).len() <= 1_000);
        assert!(dom.len() <= 250_001);
    }
}

#[test]
fn more_nodes_than_the_bound_are_left_out_and_said_so() {
    let dom_source = "<i>".repeat(300_000);
    let dom = Dom::parse(&dom_source);
    assert!(dom.truncated());
}

proptest! {
    #[test]
    fn garbage_makes_a_well_formed_tree(page in r#"(<[/!]?(a|p|li|td|table|script|b|x-y)?[ a-z='"]{0,6}>?|[ é&;#x0-9]{0,5}|-->){0,60}"#) {
        let dom = Dom::parse(&page);
        for node in dom.all() {
            let end = dom.end(node);
            prop_assert!(end > node);
            prop_assert!(dom.contains(dom.parent(node), node));
            prop_assert!(end <= dom.end(dom.parent(node)));
            prop_assert!(dom.text(node, 50).len() <= 50);
            prop_assert_eq!(dom.children(node).all(|c| dom.parent(c) == node), true);
        }
    }
}

proptest! {
    #[test]
    fn white_space_is_collapsed_however_it_is_written(words in "[ab \t\n\r\u{A0}]{0,12}", more in "[ab \n]{0,8}") {
        let source = format!("<i>{words}</i><b>{more}</b>");
        let dom = Dom::parse(&source);
        let all = format!("{words}{more}");
        let expected: Vec<&str> = all.split_whitespace().collect();
        prop_assert_eq!(dom.text(NodeId::ROOT, 1_000), expected.join(" "));
    }
}
