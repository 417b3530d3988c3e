//! The door before every page: who comes, and whether what they send is theirs.
//!
//! Whatever is not a GET passes only with a session whose form token it carries, from our own pages, and is otherwise
//! answered here: a page that writes cannot forget to ask. Logging in itself and signed links are the exceptions.

use std::sync::Arc;

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{CONTENT_TYPE, COOKIE, HOST, LOCATION, ORIGIN, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use ems_contract::text::{Lang, fill, get};
use url::form_urlencoded;

use super::desk::Desk;
use crate::account::{Actor, MAX_LENGTH_S, login};

/// The session's cookie.
const COOKIE_NAME: &str = "ems_session";
/// The form field that carries the session's token; first in every form.
pub(super) const CSRF_FIELD: &str = "csrf";
/// The most that a form without a file may send.
pub(super) const MAX_FORM: usize = 256 * 1024;
/// The most that a form with a file may send: a file of 10 MiB and its fields.
pub(super) const MAX_UPLOAD: usize = 11 * 1024 * 1024;
/// A form's first part is found within so many bytes.
const FIRST_PART: usize = 1_024;

/// The key of the session that a request belongs to.
#[derive(Debug, Clone)]
pub(super) struct SessionKey(pub(super) String);

/// Addresses that anybody may send to: logging in makes the session, a signed link is its own key.
fn needs_no_session(path: &str) -> bool {
    path == "/login" || path.starts_with("/act/")
}

/// Lets a request through, with the [`Actor`] it comes from, or answers it.
pub(super) async fn pass(State(desk): State<Arc<Desk>>, mut request: Request, next: Next) -> Response {
    let lang = lang(&request);
    let path = request.uri().path().to_owned();
    let writes = !matches!(*request.method(), Method::GET | Method::HEAD);
    if writes && from_elsewhere(request.headers()) {
        return desk.refusal(StatusCode::FORBIDDEN, get(lang, "account.refused.form"), lang);
    }
    let visitor = match cookie(request.headers()) {
        None => None,
        Some(key) => match visitor(&desk, key).await {
            Ok(visitor) => visitor,
            Err(response) => return response,
        },
    };
    match visitor {
        None if writes && !needs_no_session(&path) => {
            return desk.refusal(StatusCode::UNAUTHORIZED, get(lang, "account.refused.login"), lang);
        }
        None if desk.access.needs_login && !needs_no_session(&path) && path != "/console.css" => {
            return to_login(&request);
        }
        None => {}
        Some((actor, key)) => {
            if writes && !needs_no_session(&path) {
                let own = matches!(path.as_str(), "/account/password" | "/logout");
                if actor.person.must_change && !own {
                    return redirect("/account");
                }
                request = match carrying_token(&desk, request, &actor, lang).await {
                    Ok(request) => request,
                    Err(response) => return response,
                };
            }
            request.extensions_mut().insert(actor);
            request.extensions_mut().insert(SessionKey(key));
        }
    }
    next.run(request).await
}

async fn visitor(desk: &Arc<Desk>, key: String) -> Result<Option<(Actor, String)>, Response> {
    let held = Arc::clone(desk);
    let asked = tokio::task::spawn_blocking(move || {
        let now = held.context.clock.now();
        login::visitor(&*held.context.store, &key, now).map(|found| found.map(|actor| (actor, key)))
    });
    match asked.await {
        Ok(Ok(visitor)) => Ok(visitor),
        Ok(Err(error)) => {
            tracing::error!(%error, "cannot read a session");
            Err(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
        Err(error) => {
            tracing::error!(%error, "reading a session was not finished");
            Err(StatusCode::INTERNAL_SERVER_ERROR.into_response())
        }
    }
}

/// The request, once its form is seen to carry the session's token. The body is read here, within bounds, and put back.
async fn carrying_token(
    desk: &Desk,
    request: Request,
    actor: &Actor,
    lang: Lang,
) -> Result<Request, Response> {
    let (parts, body) = request.into_parts();
    let kind = content_type(&parts.headers);
    let multipart = kind == "multipart/form-data";
    let most = if multipart { MAX_UPLOAD } else { MAX_FORM };
    let Ok(body) = to_bytes(body, most).await else {
        let most = (most / (1024 * 1024)).max(1).to_string();
        let text = fill(lang, "account.refused.large", &[("most", &most)]);
        return Err(desk.refusal(StatusCode::PAYLOAD_TOO_LARGE, &text, lang));
    };
    let token = match kind.as_str() {
        "application/x-www-form-urlencoded" => urlencoded_token(&body),
        "multipart/form-data" => multipart_token(&body),
        _ => None,
    };
    if !token.is_some_and(|token| actor.csrf.is(&token)) {
        return Err(desk.refusal(StatusCode::FORBIDDEN, get(lang, "account.refused.form"), lang));
    }
    Ok(Request::from_parts(parts, Body::from(body)))
}

fn content_type(headers: &HeaderMap) -> String {
    let value = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = value.unwrap_or_default().split(';').next().unwrap_or_default();
    kind.trim().to_ascii_lowercase()
}

fn urlencoded_token(body: &Bytes) -> Option<String> {
    form_urlencoded::parse(body)
        .find(|(name, _)| name == CSRF_FIELD)
        .map(|(_, value)| value.into_owned())
}

/// The value of the first part, which is the token's.
fn multipart_token(body: &Bytes) -> Option<String> {
    let head = body.get(..FIRST_PART.min(body.len()))?;
    let mark = b"name=\"csrf\"\r\n\r\n";
    let begin = memchr::memmem::find(head, mark)? + mark.len();
    let rest = head.get(begin..)?;
    let end = memchr::memmem::find(rest, b"\r\n")?;
    std::str::from_utf8(rest.get(..end)?).ok().map(str::to_owned)
}

/// Whether a browser says that another site sends this. Old browsers say nothing; the form's token is asked for anyway.
fn from_elsewhere(headers: &HeaderMap) -> bool {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    if let Some(site) = text("sec-fetch-site") {
        return !matches!(site, "same-origin" | "none");
    }
    // `null`: our pages send no referrer, so browsers keep the origin to themselves.
    let origin = text(ORIGIN.as_str()).filter(|origin| *origin != "null");
    let bare = origin
        .and_then(|origin| origin.split_once("://"))
        .map(|(_, host)| host);
    match (origin, text(HOST.as_str())) {
        (None, _) => false,
        (Some(_), host) => bare != host,
    }
}

fn cookie(headers: &HeaderMap) -> Option<String> {
    let mut values = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    values.find_map(|value| {
        value.split(';').find_map(|pair| {
            let (name, value) = pair.trim().split_once('=')?;
            (name == COOKIE_NAME && value.len() == 64).then(|| value.to_owned())
        })
    })
}

/// The header that gives the browser a session's key, or takes it away.
pub(super) fn set_cookie(key: Option<&str>, secure: bool) -> HeaderValue {
    let secure = if secure { "; Secure" } else { "" };
    let text = match key {
        Some(key) => {
            format!("{COOKIE_NAME}={key}; Path=/; HttpOnly; SameSite=Strict; Max-Age={MAX_LENGTH_S}{secure}")
        }
        None => format!("{COOKIE_NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0{secure}"),
    };
    // A key is 64 hexadecimal digits: always a lawful header.
    HeaderValue::from_str(&text).unwrap_or(HeaderValue::from_static(""))
}

/// `302`-like answer to a form: look there (303, GET).
pub(super) fn redirect(to: &str) -> Response {
    let place = HeaderValue::from_str(to).unwrap_or(HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(LOCATION, place)]).into_response()
}

/// The same, giving or taking the session's cookie.
pub(super) fn redirect_with(to: &str, cookie: HeaderValue) -> Response {
    let mut response = redirect(to);
    response.headers_mut().insert(SET_COOKIE, cookie);
    response
}

fn to_login(request: &Request) -> Response {
    login_then(request.uri().path_and_query().map_or("/", |path| path.as_str()))
}

fn login_then(next: &str) -> Response {
    let next: String = form_urlencoded::byte_serialize(next.as_bytes()).collect();
    redirect(&format!("/login?next={next}"))
}

/// A place of this console to go on to: a path, never another host.
pub(super) fn own_path(text: &str) -> &str {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if plain && text.starts_with('/') && !text.starts_with("//") {
        text
    } else {
        "/"
    }
}

fn lang(request: &Request) -> Lang {
    let query = request.uri().query().unwrap_or_default();
    let english =
        form_urlencoded::parse(query.as_bytes()).any(|(name, value)| name == "lang" && value == "en");
    if english { Lang::En } else { Lang::Vi }
}

/// Handlers that take an [`Actor`] are for logged-in people only; others are shown the log-in.
impl<S: Sync> FromRequestParts<S> for Actor {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| login_then(parts.uri.path_and_query().map_or("/", |path| path.as_str())))
    }
}

impl<S: Sync> FromRequestParts<S> for SessionKey {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Response> {
        parts
            .extensions
            .get::<Self>()
            .cloned()
            .ok_or_else(|| redirect("/login"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| {
                let name = axum::http::HeaderName::from_static(name);
                (name, HeaderValue::from_str(value).unwrap())
            })
            .collect()
    }

    #[test]
    fn other_sites_are_known_by_what_browsers_say() {
        for (pairs, elsewhere) in [
            (&[][..], false),
            (&[("sec-fetch-site", "same-origin")], false),
            (&[("sec-fetch-site", "none")], false),
            (&[("sec-fetch-site", "cross-site")], true),
            (&[("sec-fetch-site", "same-site")], true),
            (&[("origin", "null"), ("host", "ems.vn")], false),
            (&[("origin", "https://ems.vn"), ("host", "ems.vn")], false),
            (&[("origin", "https://evil.vn"), ("host", "ems.vn")], true),
        ] {
            assert_eq!(from_elsewhere(&headers(pairs)), elsewhere, "{pairs:?}");
        }
    }

    #[test]
    fn the_token_is_found_in_both_kinds_of_form_only_where_it_belongs() {
        assert_eq!(urlencoded_token(&Bytes::from("a=1&csrf=t%31")), Some("t1".into()));
        assert_eq!(urlencoded_token(&Bytes::from("a=csrf")), None);
        let part = "--x\r\nContent-Disposition: form-data; name=\"csrf\"\r\n\r\nt1\r\n--x--\r\n";
        assert_eq!(multipart_token(&Bytes::from(part)), Some("t1".into()));
        let late = format!("{}{part}", "y".repeat(FIRST_PART));
        assert_eq!(multipart_token(&Bytes::from(late)), None);
        assert_eq!(multipart_token(&Bytes::new()), None);
    }

    #[test]
    fn only_own_paths_are_gone_on_to() {
        for (text, own) in [
            ("/registers?x=1", "/registers?x=1"),
            ("//evil.vn", "/"),
            ("/\\evil.vn", "/"),
            ("https://evil.vn", "/"),
            ("/a\r\nSet-Cookie: x", "/"),
            ("", "/"),
        ] {
            assert_eq!(own_path(text), own);
        }
    }

    #[test]
    fn the_cookie_is_for_this_site_and_not_for_scripts() {
        let key = "a".repeat(64);
        let set = set_cookie(Some(&key), true);
        let set = set.to_str().unwrap();
        assert!(set.contains("HttpOnly") && set.contains("SameSite=Strict") && set.ends_with("; Secure"));
        assert!(!set_cookie(Some(&key), false).to_str().unwrap().contains("Secure"));
        let sent = format!("other=1; ems_session={key}");
        assert_eq!(cookie(&headers(&[("cookie", &sent)])), Some(key));
        assert_eq!(cookie(&headers(&[("cookie", "ems_session=short")])), None);
    }
}
