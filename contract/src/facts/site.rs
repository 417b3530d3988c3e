//! What the web side does beyond serving its home page.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::cause::named_enum;

named_enum! {
    /// `Strict-Transport-Security` (RFC 6797): a year is asked for.
    Hsts {
        /// At least 31,536,000 s.
        Ok = "ok",
        /// 15,552,000 to 31,535,999 s.
        Short = "short",
        /// Less, malformed, or not there.
        Absent = "absent",
    }
}

named_enum! {
    /// `/.well-known/security.txt` (RFC 9116).
    SecurityTxt {
        /// There, with a contact and an expiry in the future.
        Ok = "ok",
        /// There, and expired.
        Expired = "expired",
        /// Something is there that breaks the format.
        Invalid = "invalid",
        /// Not there.
        Absent = "absent",
    }
}

named_enum! {
    /// The other spelling of the name: with `www.`, or without it.
    WwwVariant {
        /// It leads to the same host.
        Ok = "ok",
        /// It serves a page of its own.
        Differs = "differs",
        /// The name exists and its site fails.
        Fails = "fails",
        /// There is no such name.
        Absent = "absent",
    }
}

named_enum! {
    /// Whether the page carries the name of its owner.
    Identity {
        /// In the title or the visible text.
        Ok = "ok",
        /// The page is somebody's, and nothing on it names the owner.
        Missing = "missing",
        /// The page names somebody else in the owner's place.
        Foreign = "foreign",
        /// Too little text to say.
        Unknown = "unknown",
    }
}

named_enum! {
    /// What a name that the portal had before answers with.
    OldHostAnswer {
        /// It redirects to the portal's present name.
        Leads = "leads",
        /// It shows a page with the name of the portal's owner.
        Serves = "serves",
        /// It shows somebody else's page, or one that was taken over.
        Foreign = "foreign",
        /// There is no such name, or nothing behind it that answers with a page.
        Silent = "silent",
        /// A firewall, a redirect to a third place, or a page that names nobody.
        Unclear = "unclear",
    }
}

/// One name that the portal had before, as it answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OldHost {
    /// The old host name, as the inventory writes it.
    pub host: String,
    /// What it answered with.
    pub answer: OldHostAnswer,
}

/// Security headers of the final answer: recorded as sent, absent where not sent.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SecurityHeaders {
    /// `Content-Security-Policy`.
    #[serde(default)]
    pub content_security_policy: Option<String>,
    /// `X-Frame-Options`.
    #[serde(default)]
    pub x_frame_options: Option<String>,
    /// `X-Content-Type-Options`.
    #[serde(default)]
    pub x_content_type_options: Option<String>,
    /// `Referrer-Policy`.
    #[serde(default)]
    pub referrer_policy: Option<String>,
}

/// The site group of facts. Absent values were not measured, or could not be.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct SiteFacts {
    /// Whether port 80 answers HTTP.
    #[serde(default)]
    pub http_available: Option<bool>,
    /// Whether the first redirect of port 80 goes to https on the same host. Absent where port 80 is closed.
    #[serde(default)]
    pub https_redirect: Option<bool>,
    /// Strict transport security.
    #[serde(default)]
    pub hsts: Option<Hsts>,
    /// Security headers.
    #[serde(default)]
    pub headers: SecurityHeaders,
    /// `security.txt`.
    #[serde(default)]
    pub security_txt: Option<SecurityTxt>,
    /// The other spelling of the name.
    #[serde(default)]
    pub www: Option<WwwVariant>,
    /// Whether a path that cannot exist is answered with success.
    #[serde(default)]
    pub soft_404: Option<bool>,
    /// Whether both families serve the same site.
    #[serde(default)]
    pub v4_v6_same: Option<bool>,
    /// Whether IPv6 takes much longer to connect: more than 1 s and more than five times IPv4.
    #[serde(default)]
    pub v6_slow: Option<bool>,
    /// Whether the page carries its owner's name.
    #[serde(default)]
    pub identity: Option<Identity>,
    /// Names the portal had before; those of which nothing could be learnt are left out.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub old_hosts: Vec<OldHost>,
}
