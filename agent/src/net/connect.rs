//! One TCP connection to one pinned address, its errors told apart by whose fault they are.

use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::time::Duration;

use ems_contract::cause::{Cause, Stage, UnknownWhy};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

use super::fault::Fault;

/// Connects to `address` within `limit`.
///
/// # Errors
/// The portal's fault with a `tcp_*` cause, or ours when the machine lacks sockets, ports or the family.
pub async fn connect(address: SocketAddr, limit: Duration) -> Result<TcpStream, Fault> {
    let socket = match address {
        SocketAddr::V4(_) => TcpSocket::new_v4(),
        SocketAddr::V6(_) => TcpSocket::new_v6(),
    }
    .map_err(|error| own_fault(&error).unwrap_or(Fault::Own(UnknownWhy::AgentBlind)))?;
    // Small writes (the end of the handshake, the request) must not wait for each other's acknowledgement.
    socket
        .set_nodelay(true)
        .map_err(|_error| Fault::Own(UnknownWhy::Overload))?;
    match timeout(limit, socket.connect(address)).await {
        Ok(Ok(stream)) => Ok(stream),
        Ok(Err(error)) => {
            let fault = fault_of(&error);
            if fault == Fault::portal(Stage::Connect, Cause::TcpUnreachable) && !has_route(address) {
                return Err(Fault::Own(UnknownWhy::AgentBlind));
            }
            Err(fault)
        }
        Err(_elapsed) => Err(Fault::portal(Stage::Connect, Cause::TcpTimeout)),
    }
}

/// Whether this machine knows any way to `address` at all. Connecting a UDP socket looks up the route and sends
/// nothing, so a failure is ours: a machine without IPv6 says nothing about a portal's IPv6.
fn has_route(address: SocketAddr) -> bool {
    let any: IpAddr = match address {
        SocketAddr::V4(_) => Ipv4Addr::UNSPECIFIED.into(),
        SocketAddr::V6(_) => Ipv6Addr::UNSPECIFIED.into(),
    };
    UdpSocket::bind((any, 0)).is_ok_and(|socket| socket.connect(address).is_ok())
}

/// The fault that an error of `connect(2)` stands for.
fn fault_of(error: &io::Error) -> Fault {
    if let Some(own) = own_fault(error) {
        return own;
    }
    let cause = match error.kind() {
        io::ErrorKind::ConnectionRefused => Cause::TcpRefused,
        io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionAborted => Cause::TcpReset,
        io::ErrorKind::TimedOut => Cause::TcpTimeout,
        _ => Cause::TcpUnreachable,
    };
    Fault::portal(Stage::Connect, cause)
}

/// Errors that say something about this machine, not about the portal.
pub(crate) fn own_fault(error: &io::Error) -> Option<Fault> {
    // Linux numbers, stable for ever: the standard library has no kinds for most of these.
    const EPERM: i32 = 1;
    const EAGAIN: i32 = 11;
    const ENOMEM: i32 = 12;
    const EACCES: i32 = 13;
    const ENFILE: i32 = 23;
    const EMFILE: i32 = 24;
    const EAFNOSUPPORT: i32 = 97;
    const EADDRINUSE: i32 = 98;
    const EADDRNOTAVAIL: i32 = 99;
    const ENOBUFS: i32 = 105;
    match error.raw_os_error()? {
        // The local firewall forbids it, or the kernel lacks the family.
        EPERM | EACCES | EAFNOSUPPORT => Some(Fault::Own(UnknownWhy::AgentBlind)),
        // Out of descriptors, memory or local ports.
        EMFILE | ENFILE | ENOMEM | ENOBUFS | EAGAIN | EADDRINUSE | EADDRNOTAVAIL => {
            Some(Fault::Own(UnknownWhy::Overload))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const LIMIT: Duration = Duration::from_millis(300);

    #[tokio::test]
    async fn open_and_closed_ports_of_both_families() {
        for any in ["127.0.0.1:0", "[::1]:0"] {
            let listener = TcpListener::bind(any).await.unwrap();
            let address = listener.local_addr().unwrap();
            assert!(connect(address, LIMIT).await.is_ok());
            drop(listener);
            assert_eq!(
                connect(address, LIMIT).await.unwrap_err(),
                Fault::portal(Stage::Connect, Cause::TcpRefused)
            );
        }
    }

    #[test]
    fn the_loopback_has_a_route() {
        assert!(has_route("127.0.0.1:9".parse().unwrap()) && has_route("[::1]:9".parse().unwrap()));
    }

    #[test]
    fn a_fault_of_this_machine_is_never_the_portals() {
        let of = |number| fault_of(&io::Error::from_raw_os_error(number));
        assert_eq!(of(24), Fault::Own(UnknownWhy::Overload));
        assert_eq!(of(99), Fault::Own(UnknownWhy::Overload));
        assert_eq!(of(97), Fault::Own(UnknownWhy::AgentBlind));
        assert_eq!(of(1), Fault::Own(UnknownWhy::AgentBlind));
        for (number, cause) in [
            (111, Cause::TcpRefused),
            (110, Cause::TcpTimeout),
            (104, Cause::TcpReset),
            (101, Cause::TcpUnreachable),
            (113, Cause::TcpUnreachable),
        ] {
            assert_eq!(of(number), Fault::portal(Stage::Connect, cause));
        }
    }
}
