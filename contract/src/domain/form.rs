//! Forms of domain names: A6 of the obligations contract, as a pure function.
//!
//! Level and names of the unit come from the inventory, never from the host name: a host of four labels may be a
//! department, a district, a commune or an information system.

use std::fmt;

use regex_lite::Regex;
use serde::{Deserialize, Serialize};

use crate::cause::named_enum;
use crate::inventory::{Portal, slug};

named_enum! {
    /// What a captured label of a host name may be.
    LabelRule {
        /// Vietnamese abbreviation.
        Abbreviation = "abbreviation",
        /// English abbreviation.
        EnglishAbbreviation = "english-abbreviation",
        /// English name.
        EnglishName = "english-name",
        /// Full name without marks.
        FullName = "slug-full-name",
        /// The district's full name (last group).
        DistrictName = "slug-district-name",
        /// The province's full name (last group).
        ProvinceName = "slug-province-name",
    }
}

/// A form that a host name must have.
#[derive(Debug, Clone)]
pub struct Domain {
    /// The form of the host.
    pub regex: Regex,
    /// Number of labels.
    pub labels: u8,
    /// What captured labels may be.
    pub label_rules: Vec<LabelRule>,
    /// Whether a label may begin with the type of the unit (`xa`, `phuong`, `so` …).
    pub allow_type_prefix: bool,
    /// Scheme, if the text names one.
    pub scheme: Option<String>,
    /// Form of the path, if the text names one.
    pub path: Option<Regex>,
}

impl PartialEq for Domain {
    fn eq(&self, other: &Self) -> bool {
        let path = |domain: &Self| domain.path.as_ref().map(|path| path.as_str().to_owned());
        self.regex.as_str() == other.regex.as_str()
            && self.labels == other.labels
            && self.label_rules == other.label_rules
            && self.allow_type_prefix == other.allow_type_prefix
            && self.scheme == other.scheme
            && path(self) == path(other)
    }
}

/// The names a unit may go by, as the inventory declares them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct UnitNames {
    /// Full Vietnamese name, with or without its type ("Sở Y tế", "Phường Mỹ Thới").
    pub full: String,
    /// Vietnamese abbreviations ("SYT").
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub abbreviations: Vec<String>,
    /// English abbreviations ("DOH").
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub english_abbreviations: Vec<String>,
    /// English names ("Department of Health").
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub english_names: Vec<String>,
    /// The district, where the form of the day asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub district: Option<String>,
    /// The province.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub province: Option<String>,
    /// Slugs agreed on where several units have one name (communes after the mergers).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub disambiguated: Vec<String>,
}

impl UnitNames {
    /// The names of a portal's owner, as far as the inventory tells; `province` is the portal of the province that it
    /// is a component of.
    #[must_use]
    pub fn of(portal: &Portal, province: Option<&Portal>) -> Self {
        let place = province.unwrap_or(portal);
        Self {
            full: portal.owner.clone(),
            province: Some(province_name(&place.owner).to_owned()),
            ..Self::default()
        }
    }
}

/// `Ủy ban nhân dân tỉnh An Giang` → `An Giang`.
fn province_name(owner: &str) -> &str {
    ["tỉnh ", "thành phố ", "Tỉnh ", "Thành phố "]
        .iter()
        .filter_map(|kind| owner.rsplit_once(kind))
        .map(|(_, name)| name)
        .min_by_key(|name| name.len())
        .unwrap_or(owner)
}

/// What is found about a host.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Form and label are right.
    Right,
    /// The form is right; the label is none of the names the inventory knows.
    UnknownLabel,
    /// Right by a slug agreed on for units of one name.
    Disambiguated,
    /// Right but for a hyphen in the name of a district or commune.
    Hyphenated,
    /// The host has not the form.
    Wrong,
    /// The host is right, scheme or path are not.
    WrongAddress,
}

impl Form {
    /// Whether the host has the form, whatever is to be said of its labels.
    #[must_use]
    pub const fn holds(self) -> bool {
        !matches!(self, Self::Wrong | Self::WrongAddress)
    }

    /// From the worst (0) to the best: of several forms that a text allows, the best one counts.
    #[must_use]
    pub const fn rank(self) -> u8 {
        match self {
            Self::Wrong => 0,
            Self::WrongAddress => 1,
            Self::UnknownLabel => 2,
            Self::Hyphenated => 3,
            Self::Disambiguated => 4,
            Self::Right => 5,
        }
    }
}

/// A host as the forms are written for: lower case, ASCII, without a trailing dot and without `www.` (which is told).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Host {
    /// The name.
    pub name: String,
    /// Whether `www.` was in front.
    pub www: bool,
}

impl Host {
    /// Normalises a host name.
    #[must_use]
    pub fn new(host: &str) -> Self {
        let host = host.trim();
        let host = host.strip_suffix('.').unwrap_or(host);
        // `url` applies IDNA as browsers do; what it refuses is compared as it is and will fit no form.
        let ascii = match url::Host::parse(host) {
            Ok(url::Host::Domain(name)) => name,
            _ => host.to_lowercase(),
        };
        let bare = ascii.strip_prefix("www.").filter(|rest| rest.contains('.'));
        Self {
            www: bare.is_some(),
            name: bare.unwrap_or(&ascii).to_owned(),
        }
    }

    /// Number of labels: `angiang.gov.vn` has 3 ("cấp 3").
    #[must_use]
    pub fn labels(&self) -> usize {
        self.name.split('.').filter(|label| !label.is_empty()).count()
    }
}

/// Types of units that may stand in front of a name (A6, trap 2).
const TYPES: &[&str] = &[
    "xa",
    "phuong",
    "thitran",
    "huyen",
    "thixa",
    "thanhpho",
    "tp",
    "dackhu",
    "so",
    "ubnd",
    "uybannhandan",
    "tinh",
];

/// Holds a final host (after redirects), its scheme and path against one form.
#[must_use]
pub fn domain_form(domain: &Domain, names: &UnitNames, host: &Host, scheme: &str, path: &str) -> Form {
    let Some(captures) = domain
        .regex
        .captures(&host.name)
        .filter(|_| host.labels() == usize::from(domain.labels))
    else {
        // The one hyphen that the forms of districts and communes do not take is legal in DNS.
        let unhyphened = Host {
            name: host.name.replace('-', ""),
            www: host.www,
        };
        let hyphen = host.name.contains('-') && unhyphened.labels() == usize::from(domain.labels);
        return if hyphen && domain.regex.is_match(&unhyphened.name) {
            match domain_form(domain, names, &unhyphened, scheme, path) {
                Form::Right | Form::Disambiguated => Form::Hyphenated,
                other => other,
            }
        } else {
            Form::Wrong
        };
    };
    let groups: Vec<&str> = captures
        .iter()
        .skip(1)
        .flatten()
        .map(|group| group.as_str())
        .collect();
    let form = labels(domain, names, &groups);
    let address = domain.scheme.as_deref().is_none_or(|wanted| wanted == scheme)
        && domain.path.as_ref().is_none_or(|wanted| wanted.is_match(path));
    if address { form } else { Form::WrongAddress }
}

/// Captured labels against the names of the unit.
fn labels(domain: &Domain, names: &UnitNames, groups: &[&str]) -> Form {
    let place = |rule: &LabelRule| matches!(rule, LabelRule::DistrictName | LabelRule::ProvinceName);
    let (places, own): (Vec<&LabelRule>, Vec<&LabelRule>) =
        domain.label_rules.iter().partition(|rule| place(rule));
    let mut groups = groups;
    if !places.is_empty()
        && let Some((last, rest)) = groups.split_last()
    {
        groups = rest;
        let named = places.iter().any(|rule| {
            let name = match rule {
                LabelRule::DistrictName => &names.district,
                _ => &names.province,
            };
            name.as_deref()
                .is_some_and(|name| is_name(last, name, true) || is_exception(last, name))
        });
        if !named {
            return Form::UnknownLabel;
        }
    }
    let Some(label) = groups.first() else {
        return Form::Right;
    };
    if own.is_empty()
        || own
            .iter()
            .any(|rule| fits(**rule, label, names, domain.allow_type_prefix))
    {
        return Form::Right;
    }
    if names.disambiguated.iter().any(|agreed| agreed == label) {
        return Form::Disambiguated;
    }
    Form::UnknownLabel
}

/// Hồ Chí Minh City's portal goes by its English name.
fn is_exception(label: &str, name: &str) -> bool {
    label == "hochiminhcity" && slug(name).ends_with("hochiminh")
}

fn fits(rule: LabelRule, label: &str, names: &UnitNames, prefixed: bool) -> bool {
    let spelt = |known: &[String]| known.iter().any(|name| slug(name) == label.replace('-', ""));
    match rule {
        LabelRule::Abbreviation => spelt(&names.abbreviations),
        LabelRule::EnglishAbbreviation => spelt(&names.english_abbreviations),
        LabelRule::EnglishName => spelt(&names.english_names) || spelt(&names.english_abbreviations),
        LabelRule::FullName => {
            let bare = without_place(&names.full, names.province.as_deref());
            is_name(label, &names.full, prefixed) || bare.is_some_and(|bare| is_name(label, &bare, prefixed))
        }
        LabelRule::DistrictName | LabelRule::ProvinceName => false,
    }
}

/// The name without the province that inventories write behind it: `Sở Y tế tỉnh An Giang` → `soyte`.
fn without_place(name: &str, province: Option<&str>) -> Option<String> {
    let (full, place) = (slug(name), slug(province?));
    let rest = full.strip_suffix(&place).filter(|_| !place.is_empty())?;
    let kinds = ["thanhpho", "tinh"].iter();
    let rest = kinds
        .filter_map(|kind| rest.strip_suffix(kind))
        .next()
        .unwrap_or(rest);
    (!rest.is_empty()).then(|| rest.to_owned())
}

/// Whether a label spells a name, its type written or not ("Tên đầy đủ" may include it).
fn is_name(label: &str, name: &str, prefixed: bool) -> bool {
    let (label, full) = (label.replace('-', ""), slug(name));
    if full.is_empty() {
        return false;
    }
    if label == full {
        return true;
    }
    if !prefixed {
        return false;
    }
    // A body may bear two types: `Ủy ban nhân dân phường Mỹ Thới`.
    let bare = |text: &str| -> Vec<String> {
        let once: Vec<String> = without_type(text).collect();
        let twice: Vec<String> = once.iter().flat_map(|rest| without_type(rest)).collect();
        [once, twice].concat()
    };
    // Written in the label and not in the name, the other way round, or both under different types.
    bare(&label).contains(&full)
        || bare(&full).contains(&label)
        || bare(&label).iter().any(|rest| bare(&full).contains(rest))
}

/// What is left of a spelt name behind each type that it may begin with.
fn without_type(text: &str) -> impl Iterator<Item = String> {
    TYPES
        .iter()
        .filter_map(|kind| text.strip_prefix(kind))
        .filter(|rest| !rest.is_empty())
        .map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn form(regex: &str, labels: u8, rules: &[LabelRule]) -> Domain {
        Domain {
            regex: Regex::new(regex).unwrap(),
            labels,
            label_rules: rules.to_vec(),
            allow_type_prefix: true,
            scheme: None,
            path: None,
        }
    }

    fn check(domain: &Domain, names: &UnitNames, host: &str) -> Form {
        domain_form(domain, names, &Host::new(host), "https", "/")
    }

    const LBL: &str = "([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)";

    #[test]
    fn the_type_of_the_unit_may_be_written_or_not() {
        let commune = form(
            r"^([a-z0-9]+)\.([a-z0-9]+)\.gov\.vn$",
            4,
            &[LabelRule::FullName, LabelRule::ProvinceName],
        );
        let names = UnitNames {
            full: "Phường Mỹ Thới".to_owned(),
            province: Some("tỉnh An Giang".to_owned()),
            ..UnitNames::default()
        };
        for host in ["mythoi.angiang.gov.vn", "phuongmythoi.angiang.gov.vn"] {
            assert_eq!(check(&commune, &names, host), Form::Right, "{host}");
        }
        assert_eq!(
            check(&commune, &names, "xalongxuyen.angiang.gov.vn"),
            Form::UnknownLabel
        );
        assert_eq!(
            check(&commune, &names, "mythoi.kiengiang.gov.vn"),
            Form::UnknownLabel
        );
        assert_eq!(
            check(&commune, &names, "my-thoi.angiang.gov.vn"),
            Form::Hyphenated
        );
        assert_eq!(
            check(&commune, &names, "mythoi.longxuyen.angiang.gov.vn"),
            Form::Wrong
        );
    }

    #[test]
    fn bodies_as_inventories_write_them() {
        let commune = form(
            r"^([a-z0-9]+)\.([a-z0-9]+)\.gov\.vn$",
            4,
            &[LabelRule::FullName, LabelRule::ProvinceName],
        );
        let names = |full: &str| UnitNames {
            full: full.to_owned(),
            province: Some("An Giang".to_owned()),
            ..UnitNames::default()
        };
        for (full, host, want) in [
            (
                "Ủy ban nhân dân phường Mỹ Thới",
                "mythoi.angiang.gov.vn",
                Form::Right,
            ),
            (
                "UBND xã Tân Yên tỉnh An Giang",
                "tanyen.angiang.gov.vn",
                Form::Right,
            ),
            ("Sở Y tế tỉnh An Giang", "soyte.angiang.gov.vn", Form::Right),
            ("Sở Y tế tỉnh An Giang", "yte.angiang.gov.vn", Form::Right),
            (
                "Sở Y tế tỉnh An Giang",
                "sotuphap.angiang.gov.vn",
                Form::UnknownLabel,
            ),
            (
                "Ủy ban nhân dân tỉnh An Giang",
                "angiang.angiang.gov.vn",
                Form::Right,
            ),
        ] {
            assert_eq!(check(&commune, &names(full), host), want, "{full} {host}");
        }
        for (owner, name) in [
            ("Ủy ban nhân dân tỉnh An Giang", "An Giang"),
            ("UBND thành phố Cần Thơ", "Cần Thơ"),
            ("Sở Y tế tỉnh An Giang", "An Giang"),
            ("An Giang", "An Giang"),
        ] {
            assert_eq!(province_name(owner), name);
        }
    }

    #[test]
    fn departments_take_the_names_that_the_text_lists() {
        let names = UnitNames {
            full: "Sở Thông tin và Truyền thông".to_owned(),
            abbreviations: vec!["STTTT".to_owned(), "Sở TTTT".to_owned()],
            english_names: vec!["Department of Information".to_owned()],
            ..UnitNames::default()
        };
        let bac_giang = form(r"^([a-z0-9]+)\.bacgiang\.gov\.vn$", 4, &[LabelRule::Abbreviation]);
        assert_eq!(check(&bac_giang, &names, "stttt.bacgiang.gov.vn"), Form::Right);
        assert_eq!(
            check(&bac_giang, &names, "sothongtinvatruyenthong.bacgiang.gov.vn"),
            Form::UnknownLabel
        );
        let an_giang = form(
            &format!(r"^{LBL}\.angiang\.gov\.vn$"),
            4,
            &[
                LabelRule::Abbreviation,
                LabelRule::FullName,
                LabelRule::EnglishName,
            ],
        );
        for host in [
            "sotttt.angiang.gov.vn",
            "department-of-information.angiang.gov.vn",
        ] {
            assert_eq!(check(&an_giang, &names, host), Form::Right, "{host}");
        }
        assert_eq!(
            check(&an_giang, &names, "qlvb.angiang.gov.vn"),
            Form::UnknownLabel
        );
    }

    #[test]
    fn units_of_one_name_may_agree_on_slugs() {
        let commune = form(
            r"^([a-z0-9]+)\.([a-z0-9]+)\.gov\.vn$",
            4,
            &[LabelRule::FullName, LabelRule::ProvinceName],
        );
        let names = UnitNames {
            full: "Xã Tân An".to_owned(),
            province: Some("An Giang".to_owned()),
            disambiguated: vec!["tanan2".to_owned()],
            ..UnitNames::default()
        };
        assert_eq!(
            check(&commune, &names, "tanan2.angiang.gov.vn"),
            Form::Disambiguated
        );
        assert_eq!(
            check(&commune, &names, "tanan3.angiang.gov.vn"),
            Form::UnknownLabel
        );
    }

    #[test]
    fn scheme_and_path_count_where_the_text_names_them() {
        let mut home = form(r"^haugiang\.gov\.vn$", 3, &[]);
        home.scheme = Some("https".to_owned());
        let names = UnitNames::default();
        let host = Host::new("www.HauGiang.gov.vn.");
        assert!(host.www);
        assert_eq!(domain_form(&home, &names, &host, "https", "/"), Form::Right);
        assert_eq!(domain_form(&home, &names, &host, "http", "/"), Form::WrongAddress);
        assert_eq!(check(&home, &names, "haugiang.gov.vn.example.com"), Form::Wrong);
    }

    #[test]
    fn the_province_s_own_name_and_one_exception() {
        let province = form(r"^([a-z0-9]+)\.gov\.vn$", 3, &[LabelRule::ProvinceName]);
        let names = |name: &str| UnitNames {
            province: Some(name.to_owned()),
            ..UnitNames::default()
        };
        assert_eq!(
            check(&province, &names("Tuyên Quang"), "tuyenquang.gov.vn"),
            Form::Right
        );
        assert_eq!(
            check(&province, &names("Thành phố Hồ Chí Minh"), "hochiminhcity.gov.vn"),
            Form::Right
        );
        assert_eq!(
            check(&province, &names("Cần Thơ"), "haugiang.gov.vn"),
            Form::UnknownLabel
        );
    }

    proptest! {
        #[test]
        fn garbage_never_panics(host in any::<String>(), full in any::<String>(), scheme in any::<String>()) {
            let any = form(&format!(r"^{LBL}\.([a-z0-9]+)\.gov\.vn$"), 4, LabelRule::ALL);
            let names = UnitNames { full, province: Some(host.clone()), ..UnitNames::default() };
            std::hint::black_box(domain_form(&any, &names, &Host::new(&host), &scheme, "/"));
        }
    }

    #[test]
    fn hosts_are_normalised() {
        assert_eq!(Host::new(" SoYTe.AnGiang.GOV.VN. ").name, "soyte.angiang.gov.vn");
        // `www.` alone is no alias of a top-level name.
        assert_eq!(Host::new("www.vn").name, "www.vn");
        assert_eq!(Host::new("tỉnh.vn").name, "xn--tnh-dlz.vn");
    }
}
