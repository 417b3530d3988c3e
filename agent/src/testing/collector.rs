//! A collector in this process that can fail in every way.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use ems_contract::evidence::Label;
use ems_contract::id::Epoch;
use ems_contract::plan::Plan;
use ems_contract::record::Record;
use ems_contract::wire::{Ack, Decoder, Line};
use tokio::task::JoinSet;

/// How the next batch is answered.
#[derive(Debug, Clone)]
pub(crate) enum Behaviour {
    /// With this status, nothing kept.
    Status(u16),
    /// With this status and header, nothing kept.
    StatusWith(u16, &'static str, &'static str),
    /// Not at all, nothing kept.
    Hang,
    /// The batch is kept, the answer is lost.
    LoseAck,
    /// The batch is kept; the answer is not an acknowledgement.
    Garbage,
    /// The batch is kept; the answer never ends.
    EndlessBody,
}

#[derive(Default)]
pub(crate) struct Inner {
    /// What comes first; when empty, batches are kept and acknowledged.
    pub(crate) script: VecDeque<Behaviour>,
    /// Every line by its key.
    pub(crate) lines: BTreeMap<(Epoch, u64), Vec<u8>>,
    /// The highest number without a hole before it.
    pub(crate) through: BTreeMap<Epoch, u64>,
    /// Batches of more records are too large.
    pub(crate) max_records: Option<u32>,
    /// Batches with a record that holds this text are not understood.
    pub(crate) poison: Option<&'static str>,
    /// What agents are given to do.
    pub(crate) plan: Option<Plan>,
    /// The token that lets in.
    pub(crate) token: String,
    /// Batches that came, and how many records each had.
    pub(crate) batches: Vec<u32>,
    /// How the next pages are answered; when empty, they are kept.
    pub(crate) evidence_script: VecDeque<u16>,
    /// Whole pages by digest, as they were before they were compressed, and their portals.
    pub(crate) evidence: BTreeMap<String, (String, Vec<u8>)>,
    /// Requests for the plan, and whether each was answered in full.
    pub(crate) plan_requests: Vec<bool>,
    /// The `Date` of every answer, when it is not the machine's.
    pub(crate) date: Option<String>,
}

impl Inner {
    /// Everything that came, in the order of the keys.
    pub(crate) fn records(&self) -> Vec<Record> {
        self.lines
            .values()
            .map(|json| serde_json::from_slice(json).unwrap())
            .collect()
    }

    /// The slots that came, sorted.
    pub(crate) fn slots(&self) -> Vec<i64> {
        let mut slots: Vec<i64> = self
            .records()
            .iter()
            .filter_map(|record| match record {
                Record::Observation(o) => Some(o.slot.secs()),
                _ => None,
            })
            .collect();
        slots.sort_unstable();
        slots
    }
}

/// The collector; ends when dropped.
pub(crate) struct FakeCollector {
    pub(crate) address: url::Url,
    inner: Arc<Mutex<Inner>>,
    _server: JoinSet<()>,
}

impl FakeCollector {
    pub(crate) async fn start() -> Self {
        let inner = Arc::new(Mutex::new(Inner {
            token: "let-me-in".to_owned(),
            ..Inner::default()
        }));
        let router = Router::new()
            .route("/api/v1/batches", post(batches))
            .route("/api/v1/plan", get(plan))
            .route("/api/v1/evidence/{digest}", post(evidence))
            .with_state(Arc::clone(&inner));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap())
            .parse()
            .unwrap();
        let mut server = JoinSet::new();
        server.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self {
            address,
            inner,
            _server: server,
        }
    }

    pub(crate) fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap()
    }

    /// Waits until the collector's state is as wanted.
    pub(crate) async fn until(&self, what: &str, mut is_so: impl FnMut(&Inner) -> bool) {
        let wait = async {
            while !is_so(&self.inner()) {
                tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            }
        };
        let waited = tokio::time::timeout(std::time::Duration::from_secs(20), wait).await;
        assert!(waited.is_ok(), "waited too long until {what}");
    }
}

type Shared = State<Arc<Mutex<Inner>>>;

async fn batches(State(shared): Shared, headers: HeaderMap, body: Bytes) -> Response {
    let behaviour = {
        let mut inner = shared.lock().unwrap();
        if let Some(refusal) = refuse(&inner, &headers) {
            return refusal;
        }
        inner.script.pop_front()
    };
    match behaviour {
        Some(Behaviour::Status(status)) => {
            return answer(&shared.lock().unwrap(), StatusCode::from_u16(status).unwrap(), "");
        }
        Some(Behaviour::StatusWith(status, name, value)) => {
            return (StatusCode::from_u16(status).unwrap(), [(name, value)]).into_response();
        }
        Some(Behaviour::Hang) => std::future::pending::<()>().await,
        _ => {}
    }
    let mut inner = shared.lock().unwrap();
    let mut decoder = Decoder::new(&body[..]).unwrap();
    let header = decoder.header().clone();
    if inner.max_records.is_some_and(|most| header.records > most) {
        return answer(&inner, StatusCode::PAYLOAD_TOO_LARGE, "");
    }
    let mut lines = Vec::new();
    while let Some(line) = decoder.next_line().unwrap() {
        let Line::Record { record, raw } = line else {
            panic!("{line:?}")
        };
        lines.push((record.key().2, raw));
    }
    let holds = |raw: &[u8], text: &str| String::from_utf8_lossy(raw).contains(text);
    if inner
        .poison
        .is_some_and(|poison| lines.iter().any(|(_, raw)| holds(raw, poison)))
    {
        return answer(&inner, StatusCode::BAD_REQUEST, "");
    }
    let conflict = lines.iter().any(|(seq, raw)| {
        inner
            .lines
            .get(&(header.epoch, *seq))
            .is_some_and(|old| old != raw)
    });
    if conflict {
        return answer(&inner, StatusCode::CONFLICT, "");
    }
    inner.batches.push(header.records);
    let through = inner.through.get(&header.epoch).copied().unwrap_or(0);
    let lacking = header.after > through;
    let mut ack = Ack {
        through,
        resend_after: lacking.then_some(through),
        plan_version: inner.plan.as_ref().map(Plan::version),
        ..Ack::default()
    };
    for (seq, raw) in lines {
        if inner.lines.insert((header.epoch, seq), raw).is_some() {
            ack.duplicates += 1;
        } else {
            ack.stored += 1;
        }
        if !lacking {
            ack.through = ack.through.max(seq);
        }
    }
    inner.through.insert(header.epoch, ack.through);
    match behaviour {
        Some(Behaviour::LoseAck) => answer(&inner, StatusCode::BAD_GATEWAY, ""),
        Some(Behaviour::Garbage) => answer(&inner, StatusCode::OK, "<html>"),
        Some(Behaviour::EndlessBody) => answer(&inner, StatusCode::OK, &" ".repeat(1_000_000)),
        _ => answer(&inner, StatusCode::OK, &serde_json::to_string(&ack).unwrap()),
    }
}

async fn evidence(
    State(shared): Shared,
    Path(digest): Path<String>,
    Query(label): Query<Label>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut inner = shared.lock().unwrap();
    if let Some(refusal) = refuse(&inner, &headers) {
        return refusal;
    }
    if let Some(status) = inner.evidence_script.pop_front() {
        return answer(&inner, StatusCode::from_u16(status).unwrap(), "");
    }
    let page = zstd::bulk::decompress(&body, 1 << 20).unwrap();
    inner.evidence.insert(digest, (label.portal.to_string(), page));
    answer(&inner, StatusCode::CREATED, "")
}

async fn plan(State(shared): Shared, headers: HeaderMap) -> Response {
    let mut inner = shared.lock().unwrap();
    if let Some(refusal) = refuse(&inner, &headers) {
        return refusal;
    }
    let Some(plan) = inner.plan.clone() else {
        return answer(&inner, StatusCode::NOT_FOUND, "");
    };
    let etag = format!("\"{}\"", plan.version());
    let known = headers
        .get("if-none-match")
        .is_some_and(|known| known.to_str().unwrap() == etag);
    inner.plan_requests.push(!known);
    if known {
        return answer(&inner, StatusCode::NOT_MODIFIED, "");
    }
    let mut response = answer(&inner, StatusCode::OK, &serde_json::to_string(&plan).unwrap());
    response.headers_mut().insert("etag", etag.parse().unwrap());
    response
}

fn refuse(inner: &Inner, headers: &HeaderMap) -> Option<Response> {
    let token = format!("Bearer {}", inner.token);
    let right = headers
        .get("authorization")
        .is_some_and(|value| value.to_str().unwrap() == token);
    (!right).then(|| answer(inner, StatusCode::UNAUTHORIZED, ""))
}

fn answer(inner: &Inner, status: StatusCode, body: &str) -> Response {
    let mut response = (status, body.to_owned()).into_response();
    if let Some(date) = &inner.date {
        response.headers_mut().insert("date", date.parse().unwrap());
    }
    response
}
