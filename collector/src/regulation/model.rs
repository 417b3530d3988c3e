//! Rule packs as the judge sees them.

use std::fmt;
use std::sync::Arc;

use ems_contract::diagnostic::Place;
use ems_contract::inventory::Level;
use jiff::civil::Date;

use super::catalogue::Check;
use super::names::{
    Ceiling, Kind, Mode, NoCheck, Origin, PackStatus, Rank, ReferenceMode, Severity, Subject,
};
use super::params::Params;

/// An id of the rule data, shared cheaply by thousands of verdicts.
pub type Id = Arc<str>;

/// Days on which something holds; both ends inclusive, `None` open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Validity {
    /// First day.
    pub from: Option<Date>,
    /// Last day.
    pub to: Option<Date>,
}

impl Validity {
    /// Whether `day` lies inside.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from.is_none_or(|from| from <= day) && self.to.is_none_or(|to| day <= to)
    }
}

/// One instrument as data.
#[derive(Debug, Clone, PartialEq)]
pub struct Pack {
    /// Its id, such as `an-giang-2023`.
    pub id: Id,
    /// Digest of the file: the version that verdicts name.
    pub version: String,
    /// Title (`trích yếu`).
    pub title_vi: String,
    /// Number (`số, ký hiệu`); none for an unsigned draft.
    pub number: Option<String>,
    /// Day of issue.
    pub issued: Option<Date>,
    /// Days in force; a draft has none.
    pub validity: Validity,
    /// Where it stands.
    pub status: PackStatus,
    /// Legal rank.
    pub rank: Rank,
    /// False for a draft.
    pub enforceable: bool,
    /// Whether its references follow successors.
    pub reference_mode: ReferenceMode,
    /// Instruments replaced.
    pub replaces: Vec<String>,
    /// Where it applies.
    pub territory: Vec<Territory>,
    /// Fixtures its quotations are checked against: (file, SHA-256).
    pub sources: Vec<(String, String)>,
    /// Texts it needs and lacks.
    pub missing_sources: Vec<MissingSource>,
    /// Mistakes of the text, and the reading adopted.
    pub source_defects: Vec<SourceDefect>,
    /// Remarks.
    pub notes: Option<String>,
    /// Texts it brings in.
    pub incorporates: Vec<Incorporation>,
    /// Who acts in which role, when.
    pub roles: Vec<Role>,
    /// Which levels it binds, when; in the order of [`Level::ALL`].
    pub levels: Vec<LevelBound>,
    /// Its rows, in the order of the text.
    pub obligations: Vec<Arc<Obligation>>,
}

impl Pack {
    /// Whether a level is bound on a day.
    #[must_use]
    pub fn binds(&self, level: Level, day: Date) -> bool {
        let bound = self.levels.iter().find(|bound| bound.level == level);
        bound.is_some_and(|bound| bound.bound && bound.validity.holds(day))
    }

    /// Who holds a role on a day.
    pub fn bodies<'p>(&'p self, role: &'p str, day: Date) -> impl Iterator<Item = &'p Role> {
        self.roles
            .iter()
            .filter(move |holder| &*holder.role == role && holder.validity.holds(day))
    }

    /// Number or, for a draft, the word for it, with the title.
    #[must_use]
    pub fn citation(&self) -> &str {
        self.number.as_deref().unwrap_or("dự thảo")
    }

    /// A draft is judged on any day, everything else only in force.
    #[must_use]
    pub fn is_judged_on(&self, day: Date) -> bool {
        self.status == PackStatus::Draft || self.validity.holds(day)
    }

    /// Whether its verdicts may enter a ranking (0.8 (20)).
    #[must_use]
    pub fn is_ranked(&self) -> bool {
        self.status == PackStatus::InForce && self.enforceable
    }
}

/// Where a pack applies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Territory {
    /// The unit, as words.
    pub unit: String,
    /// When.
    pub validity: Validity,
    /// Remark.
    pub note: Option<String>,
}

/// A text that the pack needs and does not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingSource {
    /// Its id.
    pub id: Id,
    /// Its title.
    pub title_vi: String,
    /// What follows from its absence.
    pub effect: String,
}

/// A mistake of the text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceDefect {
    /// `DEF-1` …
    pub id: Id,
    /// Where.
    pub article: Article,
    /// What is wrong.
    pub defect: String,
    /// How it is read.
    pub reading: String,
}

/// A text brought in by reference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incorporation {
    /// Pack, if the text has one.
    pub pack: Option<Id>,
    /// Fixture.
    pub source: Id,
    /// Which articles, as words.
    pub articles: String,
    /// Whether successors are followed.
    pub mode: ReferenceMode,
    /// Whether a banner is shown once the text is repealed.
    pub banner: bool,
    /// The obligation that brings it in.
    pub via: Id,
}

/// A body in a role.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// The role.
    pub role: Id,
    /// The body's name.
    pub body: String,
    /// Its id.
    pub body_id: Id,
    /// When.
    pub validity: Validity,
}

/// Whether a level is bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LevelBound {
    /// The level.
    pub level: Level,
    /// Whether at all.
    pub bound: bool,
    /// When.
    pub validity: Validity,
}

/// A clause: `Điều 5 khoản 4 điểm a`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Article {
    /// Điều.
    pub dieu: u16,
    /// Khoản.
    pub khoan: Option<u16>,
    /// Điểm.
    pub diem: Option<String>,
    /// n-th dash.
    pub gach: Option<u16>,
    /// Whether it is one of the decision and not of the regulation annexed to it.
    pub of_decision: bool,
}

impl fmt::Display for Article {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(gach) = self.gach {
            write!(f, "gạch đầu dòng thứ {gach} ")?;
        }
        if let Some(diem) = &self.diem {
            write!(f, "điểm {diem} ")?;
        }
        if let Some(khoan) = self.khoan {
            write!(f, "khoản {khoan} ")?;
        }
        write!(f, "Điều {}", self.dieu)?;
        if self.of_decision {
            f.write_str(" của Quyết định")?;
        }
        Ok(())
    }
}

/// Where the words of a row come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wording {
    /// Literal quotation from a fixture.
    Quote {
        /// The quotation.
        text: String,
        /// The fixture.
        source: Id,
    },
    /// The source is missing: content as secondary sources report it. Never fails.
    Paraphrase(String),
}

impl Wording {
    /// The words.
    #[must_use]
    pub fn text(&self) -> &str {
        match self {
            Self::Quote { text, .. } | Self::Paraphrase(text) => text,
        }
    }
}

/// A clause of another text that gives a row its content or number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Incorporated {
    /// The fixture.
    pub source: Id,
    /// The row of that clause in its own pack.
    pub obligation: Option<Id>,
    /// The clause.
    pub article: Article,
    /// Its words.
    pub quote_vi: String,
}

/// Who is bound.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Who {
    /// Levels.
    pub levels: Vec<Level>,
    /// Roles.
    pub roles: Vec<Id>,
}

/// One duty.
#[derive(Debug, Clone, PartialEq)]
pub struct Obligation {
    /// Unique id over all packs.
    pub id: Id,
    /// Further ids of the same row.
    pub aliases: Vec<Id>,
    /// How it came here.
    pub origin: Origin,
    /// Umbrella row of a child.
    pub parent: Option<Id>,
    /// The clause.
    pub article: Article,
    /// Further clauses of the same row.
    pub also: Vec<Article>,
    /// Its words.
    pub wording: Wording,
    /// Clauses of other texts that give content or numbers.
    pub incorporated_from: Vec<Incorporated>,
    /// Missing texts on which the content depends.
    pub missing: Vec<Id>,
    /// Who is bound.
    pub who: Who,
    /// What it is judged for.
    pub subject: Subject,
    /// Who can decide.
    pub mode: Mode,
    /// Nature.
    pub kind: Kind,
    /// Checks that measure it.
    pub checks: Vec<Id>,
    /// Why it has none.
    pub no_check: Option<NoCheck>,
    /// Rows an umbrella stands for.
    pub aggregates: Vec<Id>,
    /// Row of the same pack that says the same.
    pub restated_by: Option<Id>,
    /// Numbers and forms.
    pub params: Params,
    /// Days on which it holds.
    pub validity: Validity,
    /// Weight.
    pub severity: Severity,
    /// Worst verdict.
    pub ceiling: Ceiling,
    /// Other ceilings from given days on, ascending.
    pub ceiling_changes: Vec<(Date, Ceiling)>,
    /// Defects of the text that touch it.
    pub defects: Vec<Id>,
    /// Contradictions that touch it.
    pub conflicts: Vec<Id>,
    /// Remarks.
    pub notes: Option<String>,
    /// Where it is written.
    pub place: Place,
}

impl Obligation {
    /// How long an attestation may last for one of its checks, in months; the attestation's own end where nothing is said.
    #[must_use]
    pub fn attestation_months(&self, check: &Check) -> Option<i32> {
        let months = |name: &str| {
            let row = self
                .params
                .threshold(name)
                .filter(|threshold| threshold.unit == "mo");
            let own = check
                .params
                .iter()
                .find(|param| param.name == name && param.unit == "mo");
            row.map(|threshold| threshold.value)
                .or_else(|| own.and_then(|_| check.number(name)))
        };
        #[expect(clippy::cast_possible_truncation, reason = "a few months")]
        months("attestation_max_age")
            .or_else(|| months("max_age"))
            .map(|months| months as i32)
    }

    /// The worst verdict that evidence may give on a day: the row's ceiling, lowered where the number or the duty is
    /// not statutory, or a text is missing (README rules 3-5).
    #[must_use]
    pub fn ceiling_on(&self, day: Date) -> Ceiling {
        let changed = self.ceiling_changes.iter().rev().find(|(from, _)| *from <= day);
        let own = changed.map_or(self.ceiling, |(_, ceiling)| *ceiling);
        let paraphrased = matches!(self.wording, Wording::Paraphrase(_));
        if self.kind != Kind::Statutory || paraphrased || !self.missing.is_empty() {
            own.min(Ceiling::Warn)
        } else {
            own
        }
    }
}
