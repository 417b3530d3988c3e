//! What a look says about https and about the site beside its home page.

use ems_contract::cause::Stage;
use ems_contract::facts::{Hsts, Identity, SecurityTxt, SiteFacts, WwwVariant};
use ems_contract::observation::Observation;
use ems_contract::outcome::Outcome;
use ems_contract::probe::ProbeKind;

use crate::judge::facts::{Canonical, HttpsSeen, Measure, PageSeen};

/// HTTPS as a visitor meets it.
pub(super) fn https(observation: &Observation) -> Option<HttpsSeen> {
    let facts = &observation.facts;
    let spoken = facts.tls.as_ref().map(|tls| tls.version.is_some());
    let works = match (spoken, observation.probe, observation.outcome) {
        (Some(spoken), ..) => spoken,
        // The tls probe knocks at port 443 whatever the portal's address says: nobody there, no https.
        (None, ProbeKind::Tls, Outcome::Down { stage, .. }) if stage != Stage::Dns => false,
        _ => return None,
    };
    let beside = facts.site.as_ref().and_then(|site| site.https_redirect);
    Some(HttpsSeen {
        works,
        redirects: beside.or_else(|| hops(observation)),
    })
}

/// `http://` leads to `https://`; absent when the probe did not begin with `http://`.
fn hops(observation: &Observation) -> Option<bool> {
    let hops = &observation.facts.http.as_ref()?.hops;
    let begins = hops.first()?.url.starts_with("http://");
    begins.then(|| hops.last().is_some_and(|hop| hop.url.starts_with("https://")))
}

/// Adds what the site showed to the page.
pub(super) fn note(site: &SiteFacts, page: &mut PageSeen) {
    page.canonical = match site.www {
        Some(WwwVariant::Ok | WwwVariant::Absent) => Some(Canonical::Same),
        Some(WwwVariant::Differs) => Some(Canonical::Different),
        // Which of the two spellings fails, the facts do not say.
        Some(WwwVariant::Fails) | None => page.canonical,
    };
    page.names_agency = match site.identity {
        Some(Identity::Ok) => Some(true),
        Some(Identity::Missing | Identity::Foreign) => Some(false),
        Some(Identity::Unknown) | None => page.names_agency,
    };
    page.foreign |= site.identity == Some(Identity::Foreign);
    page.v4_v6_same = site.v4_v6_same;
    page.v6_slow = site.v6_slow;
}

/// What the site sends for its visitors' safety, of all that is looked for.
pub(super) fn security(site: &SiteFacts) -> Option<Measure> {
    let hsts = site.hsts?;
    let headers = &site.headers;
    let looked_for = [
        ("hsts", hsts == Hsts::Ok),
        (
            "content-security-policy",
            headers.content_security_policy.is_some(),
        ),
        ("x-frame-options", headers.x_frame_options.is_some()),
        ("x-content-type-options", headers.x_content_type_options.is_some()),
        ("referrer-policy", headers.referrer_policy.is_some()),
        ("security.txt", site.security_txt == Some(SecurityTxt::Ok)),
    ];
    let sent = looked_for.iter().filter(|(_, sent)| *sent);
    let sent: Vec<String> = sent.map(|(name, _)| (*name).to_owned()).collect();
    let count = |length: usize| u32::try_from(length).ok();
    Some(Measure {
        found: Some(hsts == Hsts::Ok),
        good: count(sent.len()),
        of: count(looked_for.len()),
        fields: Some(sent),
        ..Measure::default()
    })
}
