//! Machine names as the words of the catalogue, so that an explanation can be read aloud.

use ems_contract::diagnostic::Message;
use ems_contract::text::known;

/// A cause or a reason of not knowing in words; a name without words stays as it is.
pub(super) fn cause(name: &str) -> Message {
    ["cause", "unknown"]
        .into_iter()
        .find_map(|family| known(&format!("{family}.{name}")))
        .map_or_else(
            || Message::new("judge.m.outcome").with("outcome", name),
            |(key, _)| Message::new(key),
        )
}

/// Several, one after another; `None` for none.
pub(super) fn causes<'a>(names: impl IntoIterator<Item = &'a str>) -> Option<Message> {
    names.into_iter().map(cause).reduce(|all, next| {
        Message::new("judge.m.and")
            .with_text("first", all)
            .with_text("second", next)
    })
}

/// Where something was found, or that it was not.
pub(super) fn place(url: Option<&str>) -> Message {
    url.map_or_else(
        || Message::new("judge.m.nowhere"),
        |url| Message::new("judge.m.outcome").with("outcome", url),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use ems_contract::text::Lang;

    #[test]
    fn machine_names_become_words() {
        assert_eq!(
            cause("tcp_timeout").render(Lang::Vi),
            "Máy chủ không trả lời kết nối"
        );
        assert_eq!(
            cause("agent_blind").render(Lang::En),
            "The vantage point has lost its own connection"
        );
        assert_eq!(cause("something_new").render(Lang::Vi), "something_new");
        let two = causes(["tls_expired", "tls_hostname"]).unwrap().render(Lang::Vi);
        assert_eq!(
            two,
            "Chứng thư số đã hết hạn; Chứng thư số không cấp cho tên miền này"
        );
        assert!(causes([]).is_none());
    }
}
