//! Forms of domain names (N7): the rules of regulations as pure functions over data, and the national form as far as the
//! name alone shows it (NĐ 224/2026 Điều 11.4).
//!
//! A name of four labels may be a department's, a commune's or an information system's: which one, only the
//! inventory knows, so without it only the form is judged.

mod form;
mod rules;

pub use self::form::{Domain, Form, Host, LabelRule, UnitNames, domain_form};
pub use self::rules::{DomainRule, domain_rules, unit_forms};

/// The host as it is compared: lower case, without the trailing dot and one leading `www.`.
#[must_use]
pub fn prepared(host: &str) -> String {
    let host = host.to_ascii_lowercase();
    let host = host.strip_suffix('.').unwrap_or(&host);
    host.strip_prefix("www.").unwrap_or(host).to_owned()
}

/// Whether `host` lies under `gov.vn` at a lawful depth: `province.gov.vn`, `body.province.gov.vn`, or, as An Giang
/// Đ5.4 has it for communes before the mergers, one level more.
#[must_use]
pub fn has_national_form(host: &str) -> bool {
    let host = prepared(host);
    let Some(own) = host.strip_suffix(".gov.vn") else {
        return false;
    };
    let labels: Vec<&str> = own.split('.').collect();
    labels.len() <= 3 && labels.iter().all(|label| is_label(label))
}

/// Letters, digits and inner hyphens, 1 to 63 of them (RFC 1123 §2.1).
fn is_label(label: &str) -> bool {
    let bytes = label.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn forms() {
        for (host, want) in [
            ("angiang.gov.vn", true),
            ("www.angiang.gov.vn", true),
            ("AnGiang.Gov.VN.", true),
            ("sotttt.angiang.gov.vn", true),
            ("mythoi.longxuyen.angiang.gov.vn", true),
            ("a.b.c.angiang.gov.vn", false),
            ("gov.vn", false),
            ("www.gov.vn", false),
            ("angiang.com.vn", false),
            ("angiang.gov.vn.example", false),
            ("evilgov.vn", false),
            ("-x.angiang.gov.vn", false),
            ("a_b.angiang.gov.vn", false),
            ("..gov.vn", false),
            ("203.162.0.1", false),
        ] {
            assert_eq!(has_national_form(host), want, "{host}");
        }
    }

    proptest! {
        #[test]
        fn garbage_never_panics(host in any::<String>()) {
            std::hint::black_box(has_national_form(&host));
        }
    }
}
