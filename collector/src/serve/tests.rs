use std::sync::Arc;

use ems_contract::digest::Sha256;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::*;
use crate::store::InventoryRecord;
use crate::testing::*;

async fn get(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer t\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap().to_owned()
}

fn parts(context: Context) -> Parts {
    Parts {
        context,
        rooms: Router::new().route("/", axum::routing::get(|| async { "console" })),
        changed: Arc::default(),
        tokens: vec![(agent("a"), Sha256::of(b"t"))],
        tasks: vec![],
        hangup: Arc::default(),
    }
}

fn settings(separate: bool) -> Settings {
    let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
    let other: SocketAddr = "[::1]:0".parse().unwrap();
    Settings {
        listen: any,
        console_listen: if separate { other } else { any },
        ..Settings::default()
    }
}

#[tokio::test]
async fn readers_rooms_are_not_shown_where_agents_deliver() {
    let dir = tempfile::tempdir().unwrap();
    let settings = settings(true);
    let listeners = bind(&settings).await.unwrap();
    let (agents, readers) = (listeners.agents_at, listeners.readers_at);
    assert_ne!(agents, readers);
    let shutdown = CancellationToken::new();
    let served = serve(
        &settings,
        listeners,
        parts(context(dir.path(), at(0))),
        shutdown.clone(),
    );
    let asked = async {
        assert!(get(readers, "/").await.contains("200"));
        assert!(get(agents, "/").await.contains("404"));
        assert!(get(agents, "/api/v1/plan").await.contains("200"));
        assert!(get(agents, "/api/v1/portals/p1/spans").await.contains("404"));
        assert!(get(readers, "/api/v1/portals/p1/spans").await.contains("200"));
        shutdown.cancel();
    };
    let (served, ()) = tokio::join!(served, asked);
    served.unwrap();
}

#[tokio::test]
async fn one_listener_serves_all_when_the_addresses_are_the_same() {
    let dir = tempfile::tempdir().unwrap();
    let settings = settings(false);
    let listeners = bind(&settings).await.unwrap();
    let address = listeners.agents_at;
    assert_eq!(address, listeners.readers_at);
    let shutdown = CancellationToken::new();
    let served = serve(
        &settings,
        listeners,
        parts(context(dir.path(), at(0))),
        shutdown.clone(),
    );
    let asked = async {
        assert!(get(address, "/").await.contains("200"));
        assert!(get(address, "/api/v1/plan").await.contains("200"));
        shutdown.cancel();
    };
    let (served, ()) = tokio::join!(served, asked);
    served.unwrap();
}

#[tokio::test]
async fn a_part_that_ends_takes_the_collector_down_by_name() {
    let dir = tempfile::tempdir().unwrap();
    let settings = settings(false);
    let listeners = bind(&settings).await.unwrap();
    let mut parts = parts(context(dir.path(), at(0)));
    parts.tasks.push(("keeper", Box::pin(async {})));
    let error = serve(&settings, listeners, parts, CancellationToken::new())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("keeper"), "{error}");
}

#[tokio::test]
async fn an_address_in_use_is_explained() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap();
    let settings = Settings {
        listen: address,
        ..settings(true)
    };
    let error = bind(&settings).await.err().unwrap().to_string();
    assert!(
        error.contains(&address.to_string()) && error.contains("hint: another program"),
        "{error}"
    );
}

#[test]
fn a_folder_is_made_and_an_inventory_makes_its_portals_known() {
    let dir = tempfile::tempdir().unwrap();
    let store = open_store(&dir.path().join("new/data")).unwrap();
    store
        .record_inventory(&InventoryRecord::of(&inventory(&["p7"]), at(0)))
        .unwrap();
    assert_eq!(store.portals().unwrap(), [portal("p7")]);
    assert!(store.knows_portal(&portal("p7")).unwrap());
    assert!(!store.knows_portal(&portal("p8")).unwrap());
}
