//! What somebody filled in: the fields of a form and the file handed in with it.

use std::collections::BTreeMap;

use axum::extract::multipart::MultipartError;
use axum::extract::{FromRequest, Multipart, Request};
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use url::form_urlencoded;

use super::door::MAX_FORM;
use crate::store::HandedFile;

/// Fields by name, and the file if there is one. A field that is sent twice keeps its last value.
#[derive(Debug, Default)]
pub(super) struct Filled {
    pub(super) fields: BTreeMap<String, String>,
    pub(super) file: Option<HandedFile>,
}

impl Filled {
    /// A field's text without blanks around it; empty when it was not sent.
    pub(super) fn text(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", |text| text.trim())
    }

    /// A field as it was typed: passwords may begin and end with a blank.
    pub(super) fn raw(&self, name: &str) -> &str {
        self.fields.get(name).map_or("", String::as_str)
    }
}

impl<S: Send + Sync> FromRequest<S> for Filled {
    type Rejection = Response;

    async fn from_request(request: Request, state: &S) -> Result<Self, Response> {
        let kind = request
            .headers()
            .get(CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        if kind.is_some_and(|kind| kind.starts_with("multipart/form-data")) {
            let form = Multipart::from_request(request, state)
                .await
                .map_err(IntoResponse::into_response)?;
            return parts(form).await.map_err(IntoResponse::into_response);
        }
        let body = axum::body::to_bytes(request.into_body(), MAX_FORM)
            .await
            .map_err(|_too_large| StatusCode::PAYLOAD_TOO_LARGE.into_response())?;
        Ok(Self {
            fields: form_urlencoded::parse(&body).into_owned().collect(),
            file: None,
        })
    }
}

async fn parts(mut form: Multipart) -> Result<Filled, MultipartError> {
    let mut filled = Filled::default();
    while let Some(part) = form.next_field().await? {
        let name = part.name().unwrap_or_default().to_owned();
        match part.file_name().map(str::to_owned) {
            None => {
                filled.fields.insert(name, part.text().await?);
            }
            Some(file_name) => {
                let bytes = part.bytes().await?;
                // A file field that was left empty is sent with no bytes.
                if !bytes.is_empty() {
                    filled.file = Some(HandedFile {
                        name: base_name(&file_name),
                        bytes: bytes.into(),
                    });
                }
            }
        }
    }
    Ok(filled)
}

/// The last part of a file's name, without what would be dangerous elsewhere.
fn base_name(text: &str) -> String {
    let last = text.rsplit(['/', '\\']).next().unwrap_or_default();
    let plain: String = last.chars().filter(|c| !c.is_control()).take(200).collect();
    if plain.trim_matches('.').is_empty() {
        "tep".to_owned()
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_keeps_its_name_and_nothing_of_its_folder() {
        for (sent, kept) in [
            ("Xác nhận.pdf", "Xác nhận.pdf"),
            ("C:\\Users\\a\\b.xlsx", "b.xlsx"),
            ("../../etc/passwd", "passwd"),
            ("..", "tep"),
            ("a\r\nb.pdf", "ab.pdf"),
            ("", "tep"),
        ] {
            assert_eq!(base_name(sent), kept);
        }
    }
}
