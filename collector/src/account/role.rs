//! Roles and what each may do. One function answers; its table is tested cell by cell.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a person does here.
    Role {
        /// Runs the monitor: accounts, inventory, registers, rota.
        Operator = "operator",
        /// Is woken by alerts.
        OnCall = "on-call",
        /// Edits, signs and sends reports; confirms what was received.
        Official = "official",
        /// Speaks for the portals of one unit.
        Editor = "editor",
        /// Reads.
        Leader = "leader",
    }
}

vocabulary! {
    /// What can be done. Whoever is logged in may read what the console shows.
    Action {
        /// See the audit log.
        SeeAudit = "see-audit",
        /// Make, change and end accounts and tokens.
        ManageAccounts = "manage-accounts",
        /// Enter attestations.
        Attest = "attest",
        /// Write in a register: editorial boards, training, restore tests, suspensions.
        KeepRegister = "keep-register",
        /// Write down security incidents.
        RecordIncident = "record-incident",
        /// Confirm which reports were received or not.
        ConfirmReceipt = "confirm-receipt",
        /// Acknowledge, assign and annotate alarms.
        Acknowledge = "acknowledge",
        /// Write the rota.
        PlanRota = "plan-rota",
        /// Announce maintenance that lies ahead.
        AnnounceMaintenance = "announce-maintenance",
        /// Take time that has passed out of the adjusted account.
        ExcludeTime = "exclude-time",
        /// Write and correct drafts of reports.
        EditReport = "edit-report",
        /// Read editions of reports, drafts among them.
        SeeReport = "see-report",
        /// Freeze an edition and note its signing and sending.
        SignReport = "sign-report",
        /// Contest a draft figure.
        Object = "object",
        /// Accept or reject what a unit contests.
        DecideObjection = "decide-objection",
    }
}

/// Whose portal it is about, seen from the person who acts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Unit {
    /// One of the portals that the account speaks for.
    Own,
    /// Another portal.
    Other,
    /// The province as a whole.
    Whole,
}

/// Whether `role` may do `action` about `unit`.
///
/// An editor acts for the own unit only; every other right does not depend on the unit.
#[must_use]
pub const fn may(role: Role, action: Action, unit: Unit) -> bool {
    match action {
        Action::ManageAccounts | Action::ExcludeTime => matches!(role, Role::Operator),
        Action::SeeAudit => matches!(role, Role::Operator | Role::Official | Role::Leader),
        Action::PlanRota => matches!(role, Role::Operator | Role::Official),
        Action::Attest | Action::KeepRegister => match role {
            Role::Operator | Role::Official => true,
            Role::Editor => matches!(unit, Unit::Own),
            Role::OnCall | Role::Leader => false,
        },
        Action::RecordIncident => match role {
            Role::Operator | Role::OnCall | Role::Official => true,
            Role::Editor => matches!(unit, Unit::Own),
            Role::Leader => false,
        },
        Action::ConfirmReceipt | Action::SignReport | Action::DecideObjection => {
            matches!(role, Role::Official)
        }
        Action::Acknowledge | Action::AnnounceMaintenance => match role {
            Role::Operator | Role::OnCall => true,
            Role::Official | Role::Editor | Role::Leader => false,
        },
        Action::EditReport => matches!(role, Role::Operator | Role::Official),
        Action::SeeReport => match role {
            Role::Operator | Role::Official | Role::Leader => true,
            Role::Editor => matches!(unit, Unit::Own),
            Role::OnCall => false,
        },
        Action::Object => match role {
            Role::Official => true,
            Role::Editor => matches!(unit, Unit::Own),
            Role::Operator | Role::OnCall | Role::Leader => false,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every action by every role. `+` everywhere, `o` about the own unit only, `-` never.
    /// Columns: operator, on-call, official, editor, leader.
    const TABLE: &[(Action, &str)] = &[
        (Action::SeeAudit, "+-+-+"),
        (Action::ManageAccounts, "+----"),
        (Action::Attest, "+-+o-"),
        (Action::KeepRegister, "+-+o-"),
        (Action::RecordIncident, "+++o-"),
        (Action::ConfirmReceipt, "--+--"),
        (Action::Acknowledge, "++---"),
        (Action::PlanRota, "+-+--"),
        (Action::AnnounceMaintenance, "++---"),
        (Action::ExcludeTime, "+----"),
        (Action::EditReport, "+-+--"),
        (Action::SeeReport, "+-+o+"),
        (Action::SignReport, "--+--"),
        (Action::Object, "--+o-"),
        (Action::DecideObjection, "--+--"),
    ];

    #[test]
    fn every_cell_is_as_the_table_says() {
        let actions: Vec<Action> = TABLE.iter().map(|(action, _)| *action).collect();
        assert_eq!(
            actions,
            Action::ALL,
            "the table lists every action once, in order"
        );
        for (action, row) in TABLE {
            for (role, cell) in Role::ALL.iter().zip(row.chars()) {
                for unit in [Unit::Own, Unit::Other, Unit::Whole] {
                    let wanted = cell == '+' || (cell == 'o' && unit == Unit::Own);
                    assert_eq!(may(*role, *action, unit), wanted, "{role} {action} {unit:?}");
                }
            }
        }
    }
}
