//! Mail by SMTP. All notices of one alarm make one thread; the same notice has the same Message-ID however often it is sent.

use std::time::Duration;

use ems_contract::diagnostic::Message as Words;
use lettre::message::header::{ContentType, Header, HeaderName, HeaderValue};
use lettre::message::{Mailbox, MessageBuilder};
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use tokio::time::Instant;

use super::recipients::{Told, each};
use super::{Dispatch, short_key};
use crate::locale::unreadable;
use crate::notify::notice::{Notice, Stage};
use crate::notify::outgoing::{Failure, technical};
use crate::notify::settings::{EmailSettings, MailTls};

/// A server that says nothing for so long is given up.
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) struct Email {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    to: Vec<String>,
    told: Told,
}

/// RFC 3834: nobody's absence note answers it.
#[derive(Clone)]
struct AutoSubmitted;

impl Header for AutoSubmitted {
    fn name() -> HeaderName {
        HeaderName::new_from_ascii_str("Auto-Submitted")
    }

    fn parse(_text: &str) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
        Ok(Self)
    }

    fn display(&self) -> HeaderValue {
        HeaderValue::new(Self::name(), "auto-generated".to_owned())
    }
}

impl Email {
    pub(super) fn open(settings: &EmailSettings) -> Result<Self, Words> {
        let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(&settings.host)
            .port(settings.port)
            .timeout(Some(PATIENCE));
        let parameters = || -> Result<TlsParameters, Words> {
            let mut builder = TlsParameters::builder(settings.host.clone());
            if let Some(path) = &settings.ca_file {
                let pem = std::fs::read(path).map_err(|error| unreadable(path, &error))?;
                let certificate = Certificate::from_pem(&pem).map_err(technical)?;
                builder = builder.add_root_certificate(certificate);
            }
            builder.build_rustls().map_err(technical)
        };
        transport = match settings.tls {
            MailTls::Starttls => transport.tls(Tls::Required(parameters()?)),
            MailTls::Implicit => transport.tls(Tls::Wrapper(parameters()?)),
            MailTls::None => transport.tls(Tls::None),
        };
        if let Some((user, password)) = &settings.login {
            let password = password.read()?.reveal().to_owned();
            transport = transport.credentials(Credentials::new(user.clone(), password));
        }
        let address = |text: &String| {
            text.parse()
                .map_err(|error| technical(format_args!("{text}: {error}")))
        };
        Ok(Self {
            transport: transport.build(),
            from: Mailbox::new(None, address(&settings.from)?),
            to: settings.to.clone(),
            told: Told::default(),
        })
    }

    /// To each recipient apart.
    pub(super) async fn send(&self, dispatch: &Dispatch, until: Instant) -> Result<u64, Failure> {
        let recipients = dispatch.to.as_ref().unwrap_or(&self.to);
        let mut tally = self.told.begin(dispatch);
        let delivery = |to: String| {
            let mail = self.mail(dispatch, &to)?;
            let transport = self.transport.clone();
            let delivery = async move {
                transport
                    .send(mail)
                    .await
                    .map(drop)
                    .map_err(|error| failure(&error))
            };
            Ok((to, delivery))
        };
        let left = tally.left(recipients.iter().cloned());
        let deliveries = left.into_iter().map(delivery).collect::<Result<_, Failure>>()?;
        for (to, taken) in each(until, deliveries).await {
            tally.note(&to, taken);
        }
        tally.end()
    }

    fn mail(&self, dispatch: &Dispatch, to: &str) -> Result<lettre::Message, Failure> {
        let to: Address = to.parse().map_err(unfit)?;
        let domain = self.from.email.domain();
        let id = |key: &str| format!("<{}@{domain}>", short_key(key));
        let mut builder: MessageBuilder = lettre::Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, to))
            .subject(dispatch.message.title.clone())
            .header(ContentType::TEXT_PLAIN)
            .header(AutoSubmitted);
        let thread = dispatch.notices.first().filter(|_| dispatch.notices.len() == 1);
        builder = match thread {
            Some(notice) if begins(notice) => builder.message_id(Some(id(&notice.thread))),
            Some(notice) => builder
                .message_id(Some(id(&dispatch.key)))
                .in_reply_to(id(&notice.thread))
                .references(id(&notice.thread)),
            None => builder.message_id(Some(id(&dispatch.key))),
        };
        builder.body(dispatch.message.personal_text()).map_err(unfit)
    }
}

/// What a server says, or that it says nothing.
fn failure(error: &lettre::transport::smtp::Error) -> Failure {
    if error.is_timeout() {
        return Failure::Hung;
    }
    let why = Words::new("notify.failure.mail").with("detail", error);
    if error.is_permanent() {
        Failure::Refused { why }
    } else {
        Failure::later(why)
    }
}

/// No mail can be made of it.
fn unfit(error: impl std::fmt::Display) -> Failure {
    Failure::Refused {
        why: technical(error),
    }
}

/// Whether a notice is the first of its thread, whose mail the others answer. Calls are composed as openings too, and a
/// thread may be opened again.
fn begins(notice: &Notice) -> bool {
    let first = notice.key.strip_prefix(&notice.thread) == Some("/0");
    first && notice.stage == Stage::Opened && notice.call.is_none()
}
