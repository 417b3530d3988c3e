//! Pages as a browser makes them: a local Chromium runs the scripts of a portal whose pages are made by them.
//!
//! Chromium is given no network: whatever a page wants is caught by the DevTools protocol and fetched by the visit's own
//! [`Browser`], so that the rules of destinations, cookies, politeness and bounds are the same as for every other page, and
//! requests that are no reading (`POST`, pictures, fonts, films) are refused. Off unless the operator names the command.

mod pipe;

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use tokio::time::{Instant, timeout, timeout_at};
use url::Url;

use self::pipe::{Pipe, PipeError};
use crate::net::browse::{Ask, Browser, Got};
use crate::page::facts::MAX_BODY;

/// How long a page may take until it stands.
const LIMIT: Duration = Duration::from_secs(60);
/// A page that asked for nothing for so long stands.
const QUIET: Duration = Duration::from_millis(700);
/// How long Chromium may take to answer what costs it nothing.
const PROMPT: Duration = Duration::from_secs(20);
/// Requests served to one page.
const MAX_REQUESTS: u32 = 80;

/// Why a page could not be rendered.
#[derive(Debug, thiserror::Error)]
pub enum RenderError {
    /// Chromium.
    #[error("the browser that renders pages: {0}")]
    Pipe(#[from] PipeError),
    /// Chromium refused a command.
    #[error("the browser that renders pages refuses {method}: {why}")]
    Refused {
        /// The DevTools command.
        method: &'static str,
        /// What it said.
        why: String,
    },
    /// Its scripts left nothing to read.
    #[error("the page has no document when its scripts have run")]
    Nothing,
    /// It took too long.
    #[error("the page was not rendered within {} s", LIMIT.as_secs())]
    Late,
}

/// A Chromium for one visit; [`Renderer::close`] ends it, and where nobody does, it is killed with this value.
#[derive(Debug)]
pub struct Renderer {
    pipe: Pipe,
}

impl Renderer {
    /// Starts `command`: the program and further arguments of the operator's.
    ///
    /// # Errors
    /// [`RenderError`] when it cannot be started.
    pub fn start(command: &[String]) -> Result<Self, RenderError> {
        Ok(Self {
            pipe: Pipe::start(command)?,
        })
    }

    /// The page at `url` as it stands when its scripts have run: HTML, at most [`MAX_BODY`] bytes.
    ///
    /// # Errors
    /// [`RenderError`] when Chromium fails, refuses or takes too long; it cannot be used any further then.
    pub async fn page(&mut self, browser: &Browser<'_>, url: &Url) -> Result<String, RenderError> {
        let made = self
            .call(None, "Target.createTarget", &json!({"url": "about:blank"}))
            .await?;
        let target = made["targetId"].clone();
        let attach = json!({"targetId": target, "flatten": true});
        let attached = self.call(None, "Target.attachToTarget", &attach).await?;
        let session = attached["sessionId"].as_str().unwrap_or_default().to_owned();
        let page = Page {
            pipe: &mut self.pipe,
            session: &session,
            requests: 0,
            loaded: false,
        };
        let html = timeout(LIMIT, page.open(browser, url))
            .await
            .map_err(|_late| RenderError::Late)??;
        self.call(None, "Target.closeTarget", &json!({"targetId": target}))
            .await?;
        Ok(html)
    }

    /// Ends Chromium and takes away what it wrote.
    pub async fn close(self) {
        self.pipe.close().await;
    }

    async fn call(
        &mut self,
        session: Option<&str>,
        method: &'static str,
        parameters: &Value,
    ) -> Result<Value, RenderError> {
        let id = self.pipe.send(session, method, parameters).await?;
        let end = Instant::now() + PROMPT;
        loop {
            let message = timeout_at(end, self.pipe.receive())
                .await
                .map_err(|_late| RenderError::Late)??;
            if message["id"] == id {
                return answer(method, &message);
            }
        }
    }
}

/// One page while it is made.
struct Page<'a> {
    pipe: &'a mut Pipe,
    session: &'a str,
    requests: u32,
    loaded: bool,
}

impl Page<'_> {
    async fn open(mut self, browser: &Browser<'_>, url: &Url) -> Result<String, RenderError> {
        for (method, parameters) in [
            ("Fetch.enable", json!({"patterns": [{"urlPattern": "*"}]})),
            ("Page.enable", json!({})),
            ("Page.navigate", json!({"url": url.as_str()})),
        ] {
            self.send(method, &parameters).await?;
        }
        // It stands when it is loaded and nothing has been asked for a while.
        loop {
            let heard = timeout(QUIET, self.pipe.receive()).await;
            match heard {
                Ok(message) => self.hear(browser, &message?).await?,
                Err(_quiet) if self.loaded => break,
                Err(_quiet) => {}
            }
        }
        let read = json!({
            "expression": format!("document.documentElement.outerHTML.slice(0, {MAX_BODY})"),
            "returnByValue": true,
        });
        let id = self.send("Runtime.evaluate", &read).await?;
        loop {
            let message = self.pipe.receive().await?;
            if message["id"] == id {
                let answer = answer("Runtime.evaluate", &message)?;
                let value = answer["result"]["value"].as_str();
                let mut html = value.ok_or(RenderError::Nothing)?.to_owned();
                html.truncate(html.floor_char_boundary(MAX_BODY));
                return Ok(html);
            }
            self.hear(browser, &message).await?;
        }
    }

    async fn send(&mut self, method: &'static str, parameters: &Value) -> Result<u64, RenderError> {
        Ok(self.pipe.send(Some(self.session), method, parameters).await?)
    }

    async fn hear(&mut self, browser: &Browser<'_>, message: &Value) -> Result<(), RenderError> {
        match message["method"].as_str() {
            Some("Page.loadEventFired") => self.loaded = true,
            Some("Page.javascriptDialogOpening") => {
                self.send("Page.handleJavaScriptDialog", &json!({"accept": false}))
                    .await?;
            }
            Some("Fetch.requestPaused") => self.serve(browser, &message["params"]).await?,
            Some("Inspector.targetCrashed") => return Err(PipeError::Ended.into()),
            _ => {}
        }
        Ok(())
    }

    /// Answers a request of the page in place of the network.
    async fn serve(&mut self, browser: &Browser<'_>, request: &Value) -> Result<(), RenderError> {
        let id = &request["requestId"];
        let wanted = wanted(request).filter(|_url| self.requests < MAX_REQUESTS);
        let Some(url) = wanted else {
            let refuse = json!({"requestId": id, "errorReason": "BlockedByClient"});
            self.send("Fetch.failRequest", &refuse).await?;
            return Ok(());
        };
        self.requests += 1;
        let got = browser.get(&Ask::link(&url, MAX_BODY)).await;
        match fulfilled(id, &got) {
            Some(answer) => self.send("Fetch.fulfillRequest", &answer).await?,
            None => {
                let failed = json!({"requestId": id, "errorReason": "ConnectionFailed"});
                self.send("Fetch.failRequest", &failed).await?
            }
        };
        Ok(())
    }
}

/// What is fetched for a page: what its content can be made of, by reading alone.
fn wanted(request: &Value) -> Option<Url> {
    let asked = &request["request"];
    let content = matches!(
        request["resourceType"].as_str(),
        Some("Document" | "Script" | "XHR" | "Fetch")
    );
    let url = Url::parse(asked["url"].as_str()?).ok()?;
    (content && asked["method"] == "GET" && matches!(url.scheme(), "http" | "https")).then_some(url)
}

/// The answer as Chromium takes it; nothing where there is none.
fn fulfilled(id: &Value, got: &Got) -> Option<Value> {
    let (status, body) = (got.status()?, got.body.as_ref().ok()?);
    // The body is decoded already, and its length is told by itself. A page's own policies stay.
    let ours = [
        "content-encoding",
        "content-length",
        "transfer-encoding",
        "set-cookie",
    ];
    let headers: Vec<Value> = got
        .headers
        .iter()
        .filter(|(name, _)| !ours.contains(&name.as_str()))
        .filter_map(|(name, value)| Some(json!({"name": name.as_str(), "value": value.to_str().ok()?})))
        .collect();
    Some(json!({
        "requestId": id,
        "responseCode": status,
        "responseHeaders": headers,
        "body": STANDARD.encode(body),
    }))
}

fn answer(method: &'static str, message: &Value) -> Result<Value, RenderError> {
    match message.get("error") {
        None => Ok(message["result"].clone()),
        Some(error) => Err(RenderError::Refused {
            method,
            why: error["message"].as_str().unwrap_or_default().to_owned(),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asks(kind: &str, method: &str, url: &str) -> bool {
        let request = json!({"resourceType": kind, "request": {"method": method, "url": url}});
        wanted(&request).is_some()
    }

    #[test]
    fn only_what_content_is_made_of_is_fetched_and_only_by_reading() {
        assert!(asks("Document", "GET", "https://xa.example/"));
        assert!(asks("XHR", "GET", "http://xa.example/api/tin"));
        assert!(!asks("Image", "GET", "https://xa.example/anh.png"));
        assert!(!asks("Fetch", "POST", "https://xa.example/api"));
        assert!(!asks("Script", "GET", "file:///etc/passwd"));
        assert!(!asks("Document", "GET", "khong phai dia chi"));
    }
}
