//! What else can be learnt of a portal once its home page was asked for: its name system, what its https side
//! offers, how its site behaves. Each part is one module, bounded in time, and silent where it cannot say.

mod dns;
mod fetch;
mod former;
mod look;
mod same;
mod shell;
mod site;
mod tls;

use std::net::IpAddr;

use ems_contract::destination::{Destinations, literal};
use ems_contract::family::Family;
use ems_contract::plan::PlanPortal;

pub use self::dns::{dns, is_vague, why};
pub use self::look::{Looked, look, second_look};
pub use self::same::Sameness;
pub use self::shell::is_dead_shell;
pub use self::site::{Site, site};
pub use self::tls::{Audit, audit};
use super::Visit;

/// What was seen over one family.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// The family.
    pub family: Family,
    /// An address to ask further: one that served the page, else any that may be connected to.
    pub address: Option<IpAddr>,
    /// The visit that got furthest.
    pub visit: &'a Visit,
}

impl View<'_> {
    /// Whether the portal's own page was there.
    const fn served(&self) -> bool {
        self.visit.result.is_ok()
    }
}

/// Where the portal's operator lets an agent connect.
fn destinations(portal: &PlanPortal) -> Destinations<'_> {
    Destinations {
        allow: &portal.allow,
        resolve: &portal.resolve,
        literal: literal(&portal.url),
    }
}

/// Whether `address` may be connected to for `portal`.
fn permits(portal: &PlanPortal, address: IpAddr) -> bool {
    destinations(portal).permit(address)
}
