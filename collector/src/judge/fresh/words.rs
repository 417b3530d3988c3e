//! Terms and start events as regulations word them.

use ems_contract::diagnostic::Message;

use crate::calendar::{Term, Unit};
use crate::regulation::Start;

/// `02 ngày làm việc`, as regulations write numbers.
pub(in crate::judge) fn term_text(term: Term) -> Message {
    let key = match term.unit {
        Unit::WorkingDay => "law.unit.wd",
        Unit::CalendarDay => "law.unit.cd",
        Unit::Hour => "law.unit.h",
        Unit::Month => "law.unit.mo",
        Unit::Year => "law.unit.year",
    };
    Message::new(key).with("n", format!("{:02}", term.n))
}

/// The word for a start event, in the text catalogue.
pub(in crate::judge) const fn start_key(start: Start) -> &'static str {
    match start {
        Start::Issue => "judge.start.issue",
        Start::Approval => "judge.start.approval",
        Start::Acceptance => "judge.start.acceptance",
        Start::ApprovalOrAcceptance => "judge.start.approval_or_acceptance",
        Start::PublicationDecision => "judge.start.publication_decision",
        Start::Receipt => "judge.start.receipt",
        Start::Signing => "judge.start.signing",
        Start::Creation => "judge.start.creation",
        Start::EventEnd => "judge.start.event_end",
        Start::QuestionReceipt => "judge.start.question_receipt",
        Start::Detection => "judge.start.detection",
        Start::ResponseEnd => "judge.start.response_end",
        Start::BeyondCapacity => "judge.start.beyond_capacity",
        Start::PlannedStop => "judge.start.planned_stop",
        Start::Switch => "judge.start.switch",
        Start::Posting => "judge.start.posting",
        Start::Change => "judge.start.change",
        Start::ViChange => "judge.start.vi_change",
        Start::PeriodReport => "judge.start.period_report",
        Start::FixedDate => "judge.start.fixed_date",
    }
}
