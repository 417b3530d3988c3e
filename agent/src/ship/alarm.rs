//! Who watches the watcher: when no collector has answered for some minutes, the agent itself tells somebody, by an
//! address of its own that does not pass through the collector.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use ems_contract::clock::SharedClock;
use ems_contract::id::AgentId;
use ems_contract::text::{self, Lang};
use tokio_util::sync::CancellationToken;
use url::Url;

use super::client::{ClientError, outside};

/// Looked at, and tried again, this often.
const TICK: Duration = Duration::from_secs(10);

/// Where to cry, and after how long.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AlarmConfig {
    /// Gets a POST with JSON: `agent`, `state` (`silent`, `answered`), `key`, `text`.
    pub webhook: Url,
    /// Without any answer of a collector for so long.
    pub after: Duration,
}

/// What has to be told. Pure: times are handed in.
#[derive(Debug, Default)]
struct Silence {
    answers: u64,
    last_answer: Duration,
    told: bool,
}

impl Silence {
    /// `Some(true)`: tell that nobody answers; `Some(false)`: tell that somebody does again.
    fn look(&mut self, answers: u64, now: Duration, after: Duration) -> Option<bool> {
        if answers != self.answers {
            self.answers = answers;
            self.last_answer = now;
        }
        let silent = now.saturating_sub(self.last_answer) >= after;
        (silent != self.told).then_some(silent)
    }
}

/// The alarm of one agent.
pub struct Alarm {
    agent: AgentId,
    config: AlarmConfig,
    http: reqwest::Client,
    answers: Arc<AtomicU64>,
    clock: SharedClock,
}

impl Alarm {
    /// An alarm; `answers` counts what collectors answered.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(
        agent: AgentId,
        config: AlarmConfig,
        answers: Arc<AtomicU64>,
        clock: SharedClock,
    ) -> Result<Self, ClientError> {
        Ok(Self {
            agent,
            config,
            http: outside()?,
            answers,
            clock,
        })
    }

    /// Watches until `stop`. What nobody took is told again.
    pub async fn run(self, stop: CancellationToken) {
        let mut silence = Silence {
            last_answer: self.clock.monotonic(),
            ..Silence::default()
        };
        let mut began = self.clock.now();
        loop {
            let answers = self.answers.load(Ordering::Relaxed);
            if let Some(silent) = silence.look(answers, self.clock.monotonic(), self.config.after) {
                if silent && !silence.told {
                    began = self.clock.now();
                }
                tokio::select! {
                    () = stop.cancelled() => return,
                    taken = self.tell(silent, began.secs()) => if taken { silence.told = silent; },
                }
            }
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(TICK.min(self.config.after)) => {}
            }
        }
    }

    async fn tell(&self, silent: bool, began: i64) -> bool {
        let state = if silent { "silent" } else { "answered" };
        let minutes = (self.config.after.as_secs() / 60).to_string();
        let values = [("agent", self.agent.as_str()), ("minutes", minutes.as_str())];
        let text = text::fill(Lang::Vi, &format!("agent.alarm.{state}"), &values);
        let body = serde_json::json!({
            "agent": self.agent.as_str(),
            "state": state,
            "key": format!("agent-alarm/{}/{began}/{state}", self.agent.as_str()),
            "text": text,
        });
        let request = self
            .http
            .post(self.config.webhook.clone())
            .header("content-type", "application/json")
            .body(body.to_string());
        match request.send().await {
            Ok(answer) if answer.status().is_success() => true,
            Ok(answer) => {
                tracing::warn!(
                    status = answer.status().as_u16(),
                    "the fallback webhook refused the alarm"
                );
                false
            }
            Err(error) => {
                tracing::warn!(error = %error.without_url(), "the fallback webhook does not answer");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn silence_is_told_once_and_so_is_its_end_and_what_nobody_took_again() {
        let seconds = Duration::from_secs;
        let after = seconds(300);
        let mut silence = Silence::default();
        assert_eq!(silence.look(1, seconds(10), after), None);
        assert_eq!(silence.look(1, seconds(309), after), None);
        assert_eq!(silence.look(1, seconds(310), after), Some(true));
        // Nobody took it.
        assert_eq!(silence.look(1, seconds(320), after), Some(true));
        silence.told = true;
        assert_eq!(silence.look(1, seconds(330), after), None);
        assert_eq!(silence.look(2, seconds(340), after), Some(false));
        silence.told = false;
        assert_eq!(silence.look(2, seconds(350), after), None);
    }

    #[tokio::test]
    async fn a_collector_that_falls_silent_is_told_outside_and_so_is_its_return() {
        let (heard, mut hears) = tokio::sync::mpsc::channel::<String>(8);
        let app = axum::Router::new().fallback(axum::routing::any(move |body: String| {
            let heard = heard.clone();
            async move { heard.send(body).await.unwrap() }
        }));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let mut tasks = tokio::task::JoinSet::new();
        tasks.spawn(async move { axum::serve(listener, app).await.unwrap() });
        let answers = Arc::new(AtomicU64::new(7));
        let config = AlarmConfig {
            webhook: format!("http://{address}/hook").parse().unwrap(),
            after: Duration::from_millis(100),
        };
        let clock = ems_contract::clock::SystemClock::shared();
        let alarm = Alarm::new("tram-1".parse().unwrap(), config, Arc::clone(&answers), clock).unwrap();
        let stop = CancellationToken::new();
        tasks.spawn(alarm.run(stop.clone()));
        assert!(hears.recv().await.unwrap().contains(r#""state":"silent""#));
        answers.fetch_add(1, Ordering::Relaxed);
        assert!(hears.recv().await.unwrap().contains(r#""state":"answered""#));
        stop.cancel();
    }
}
