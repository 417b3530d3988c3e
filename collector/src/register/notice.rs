//! The record of an incident as papers: the notice within five days of its detection, and the closing report within five days of
//! the end of the response (TT 20/2017/TT-BTTTT Đ9.2; fields of Đ9.3.a and of the Tuyên Quang draft Đ9.2). Pure.

use ems_contract::inventory::Portal;
use ems_contract::text::{Lang, fill, get};
use ems_contract::time::UnixTime;

use super::incident::IncidentForm;
use crate::calendar::civil;
use crate::incident::{Incident, Response};
use crate::locale;
use crate::vocabulary::vocabulary;

/// Calendar days for either paper.
const DAYS: i64 = 5;
/// What is not filled in yet.
const BLANK: &str = "………………………………";

vocabulary! {
    /// Which paper.
    IncidentPaper {
        /// Within five days of the detection.
        Notice = "notice",
        /// Within five days of the end of the response.
        Closing = "closing-report",
    }
}

impl IncidentPaper {
    /// Its last day; none while the response goes on.
    #[must_use]
    pub fn due(self, form: &IncidentForm) -> Option<jiff::civil::Date> {
        let from = match self {
            Self::Notice => Some(form.detected),
            Self::Closing => form.response_ended,
        };
        from.map(|at| civil::plus_days(civil::day_of(at), DAYS))
    }

    /// The paper as lines; what is not known is left blank to be written in.
    #[must_use]
    pub fn lines(self, form: &IncidentForm, lang: Lang) -> Vec<String> {
        let title = match self {
            Self::Notice => "incident.paper.notice",
            Self::Closing => "incident.paper.closing",
        };
        let due = self.due(form).map_or_else(
            || BLANK.to_owned(),
            |day| locale::date(civil::start_of(day), lang),
        );
        let mut lines = vec![
            get(lang, title).to_uppercase(),
            fill(lang, "incident.paper.number", &[("id", &form.id)]),
            fill(lang, "incident.paper.due", &[("due", &due)]),
            String::new(),
        ];
        let at = |at: Option<UnixTime>| at.map(|at| locale::instant(at, lang)).unwrap_or_default();
        let fields = [
            ("reporter", form.reporter.clone()),
            ("system", form.system.clone()),
            ("operator", form.operator.clone()),
            ("owner", form.owner.clone()),
            ("detected", at(Some(form.detected))),
            ("confirmed", at(form.confirmed)),
            ("alerted", at(form.alerted)),
            ("acknowledged", at(form.acknowledged)),
            ("description", form.description.clone()),
            ("cause", form.cause.clone()),
            ("scope", form.scope.clone()),
            ("level", form.level.clone()),
            ("actions", form.actions.clone()),
            ("escalated_at", at(form.escalated_at)),
            ("response_ended", at(form.response_ended)),
            ("result", form.result.clone()),
            ("proposals", form.proposals.clone()),
        ];
        for (number, (name, value)) in (1..).zip(fields) {
            let value = if value.trim().is_empty() {
                BLANK
            } else {
                value.trim()
            };
            let label = get(lang, &format!("register.field.{name}")).to_owned();
            lines.push(format!("{number}. {label}: {value}"));
        }
        lines.extend([
            String::new(),
            get(lang, "incident.paper.to").to_owned(),
            get(lang, "incident.paper.sign").to_owned(),
        ]);
        lines
    }
}

/// A record begun from what the ledger knows of an outage. Its number is to be given by the keeper of the register.
#[must_use]
pub fn draft(incident: &Incident, portal: &Portal, response: Option<&Response>, lang: Lang) -> IncidentForm {
    let cause = incident
        .cause
        .map(|cause| get(lang, &crate::report::cause_key(cause)).to_owned());
    let from = locale::instant(incident.opened_at, lang);
    let to = incident
        .closed_at
        .map_or_else(|| BLANK.to_owned(), |at| locale::instant(at, lang));
    let agents: Vec<&str> = incident
        .agents
        .iter()
        .map(ems_contract::id::AgentId::as_str)
        .collect();
    let told = response.map(|response| response.alerted_at);
    IncidentForm {
        id: format!("SC-{}", incident.id),
        system: format!("{} ({})", portal.name, portal.url),
        owner: portal.owner.clone(),
        description: fill(
            lang,
            "incident.paper.description",
            &[("from", &from), ("to", &to), ("agents", &agents.join(", "))],
        ),
        detected: told.unwrap_or(incident.opened_at),
        alerted: told,
        acknowledged: response.and_then(|response| response.acknowledged_at),
        cause: cause.unwrap_or_default(),
        scope: portal.name.clone(),
        response_ended: incident.closed_at,
        outage: Some(incident.id),
        ..IncidentForm::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_papers_say_their_last_day_and_leave_blank_what_is_not_known() {
        let form = IncidentForm {
            id: "SC-7".into(),
            detected: "2026-11-20T02:00:00Z".parse().unwrap(),
            response_ended: Some("2026-11-21T20:00:00Z".parse().unwrap()),
            cause: "tấn công từ chối dịch vụ".into(),
            ..IncidentForm::default()
        };
        assert_eq!(
            IncidentPaper::Notice.due(&form),
            Some("2026-11-25".parse().unwrap())
        );
        // 21 November 20:00 UTC is the 22nd in Vietnam.
        assert_eq!(
            IncidentPaper::Closing.due(&form),
            Some("2026-11-27".parse().unwrap())
        );
        let text = IncidentPaper::Notice.lines(&form, Lang::Vi).join("\n");
        assert!(
            text.contains("25/11/2026") && text.contains("nguyên nhân: tấn công"),
            "{text}"
        );
        assert!(text.contains(&format!("phạm vi ảnh hưởng: {BLANK}")), "{text}");
        let open = IncidentForm {
            response_ended: None,
            ..form
        };
        assert_eq!(IncidentPaper::Closing.due(&open), None);
    }
}
