use std::path::Path;
use std::sync::Mutex;

use ems_contract::clock::FixedClock;
use ems_contract::time::UnixTime;
use tokio::sync::watch;

use super::*;

const HEAD: &str = "contact: a@b.vn\ninclude: [units]\nagents: [{id: a, network: n, families: [v4]}]\n\
    references: [{host: 192.0.2.1, port: 1}, {host: 192.0.2.2, port: 1}]\n\
    defaults: {owner: O, level: other, ipv6: none}\n";

fn portal(id: &str) -> String {
    format!("portals: [{{id: {id}, name: N, url: \"https://{id}.vn/\"}}]\n")
}

/// A running watcher over a folder of files.
struct Trial {
    dir: tempfile::TempDir,
    live: LiveInventory,
    changes: watch::Receiver<Arc<crate::context::Loaded>>,
    registry: Registry,
    hangup: Arc<Notify>,
    stop: CancellationToken,
    recorded: Arc<Mutex<Vec<String>>>,
    /// Whether the store refuses.
    full: Arc<std::sync::atomic::AtomicBool>,
    task: tokio::task::JoinSet<()>,
}

const STARTED: UnixTime = UnixTime::from_secs(1_700_000_000);
const NOW: UnixTime = UnixTime::from_secs(1_795_000_000);

impl Trial {
    fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("units")).unwrap();
        std::fs::write(dir.path().join("units/one.yaml"), portal("one")).unwrap();
        std::fs::write(dir.path().join("targets.yaml"), HEAD).unwrap();
        let path = dir.path().join("targets.yaml");
        let mut loaded = load(&path);
        let live = LiveInventory::new(loaded.inventory.take().unwrap(), STARTED);
        let recorded = Arc::new(Mutex::new(Vec::new()));
        let full = Arc::new(std::sync::atomic::AtomicBool::new(false));
        let (seen, refuses) = (Arc::clone(&recorded), Arc::clone(&full));
        let record: Recorder = Arc::new(move |inventory| {
            if refuses.load(std::sync::atomic::Ordering::SeqCst) {
                return Err(StoreError::DiskFull {
                    path: "ems.db".to_owned(),
                });
            }
            let ids: Vec<&str> = inventory.portals.iter().map(|id| id.as_str()).collect();
            seen.lock().unwrap().push(ids.join(","));
            Ok(())
        });
        let registry = Registry::new();
        let rules = Arc::new(Regulations::embedded().unwrap());
        let clock: SharedClock = Arc::new(FixedClock(NOW));
        let watcher = Watcher::with(path, &loaded, (live.clone(), clock), rules, &registry, record).unwrap();
        let (hangup, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let mut task = tokio::task::JoinSet::new();
        task.spawn(watcher.run(Arc::clone(&hangup), stop.clone()));
        Self {
            dir,
            changes: live.subscribe(),
            live,
            registry,
            hangup,
            stop,
            recorded,
            full,
            task,
        }
    }

    fn write(&self, file: &str, text: &str) {
        // As editors do: a new file takes the place of the old one.
        let draft = self.dir.path().join(".draft");
        std::fs::write(&draft, text).unwrap();
        std::fs::rename(draft, self.dir.path().join(file)).unwrap();
    }

    /// Waits (in paused time) until the state of the inventory changes.
    async fn change(&mut self) -> Arc<crate::context::Loaded> {
        let changed = tokio::time::timeout(Duration::from_secs(600), self.changes.changed());
        changed.await.expect("no change within ten minutes").unwrap();
        self.changes.borrow_and_update().clone()
    }

    /// Lets the watcher look many times; whether it changed anything.
    async fn changes_nothing(&mut self) -> bool {
        tokio::time::timeout(Duration::from_secs(60), self.changes.changed())
            .await
            .is_err()
    }

    fn ids(&self) -> Vec<String> {
        self.live
            .current()
            .portals
            .iter()
            .map(|portal| portal.id.to_string())
            .collect()
    }

    fn metric(&self, name: &str) -> f64 {
        let families = self.registry.gather();
        let family = families.iter().find(|family| family.name() == name).unwrap();
        family.get_metric()[0].get_gauge().get_value()
    }

    fn success(&self) -> bool {
        self.metric("ems_inventory_last_reload_success") > 0.5
    }

    async fn end(mut self) {
        self.stop.cancel();
        while let Some(ended) = self.task.join_next().await {
            ended.unwrap();
        }
    }
}

#[tokio::test(start_paused = true)]
async fn a_changed_file_comes_into_force_and_is_recorded() {
    let mut trial = Trial::start();
    assert!(trial.success());
    assert!((trial.metric("ems_inventory_last_reload_success_timestamp_seconds") - 1.7e9).abs() < 0.5);
    trial.write("units/one.yaml", &portal("two"));
    let loaded = trial.change().await;
    assert_eq!(trial.ids(), ["two"]);
    assert_eq!(loaded.since, NOW);
    assert_eq!(*trial.recorded.lock().unwrap(), ["two"]);
    assert!((trial.metric("ems_inventory_last_reload_success_timestamp_seconds") - 1.795e9).abs() < 0.5);
    trial.end().await;
}

#[tokio::test(start_paused = true)]
async fn new_and_vanished_unit_files_are_noticed() {
    let mut trial = Trial::start();
    trial.write("units/two.yaml", &portal("two"));
    trial.change().await;
    assert_eq!(trial.ids(), ["one", "two"]);
    std::fs::remove_file(trial.dir.path().join("units/one.yaml")).unwrap();
    trial.change().await;
    assert_eq!(trial.ids(), ["two"]);
    trial.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_bad_file_is_refused_until_it_is_mended() {
    let mut trial = Trial::start();
    let before = trial.live.current().version;
    trial.write("units/one.yaml", "portals: [{id: one}]\n");
    let loaded = trial.change().await;
    let refused = loaded.refused.as_ref().unwrap();
    assert_eq!(refused.at, NOW);
    assert_eq!(
        refused.diagnostics.len(),
        2,
        "name and url are missing: {refused:?}"
    );
    assert_eq!(trial.live.current().version, before);
    assert!(!trial.success());
    assert!(trial.changes_nothing().await, "told once, not at every glance");

    // The old content again: the same inventory, not refused any more, and still in force since the start.
    trial.write("units/one.yaml", &portal("one"));
    let loaded = trial.change().await;
    assert!(loaded.refused.is_none());
    assert_eq!(loaded.since, STARTED);
    assert!(trial.success());
    assert!(trial.recorded.lock().unwrap().is_empty());
    trial.end().await;
}

#[tokio::test(start_paused = true)]
async fn the_same_content_changes_nothing() {
    let mut trial = Trial::start();
    trial.write("targets.yaml", &format!("# a remark\n{HEAD}"));
    assert!(trial.changes_nothing().await);
    assert!((trial.metric("ems_inventory_last_reload_success_timestamp_seconds") - 1.795e9).abs() < 0.5);
    trial.hangup.notify_one();
    assert!(trial.changes_nothing().await);
    trial.end().await;
}

#[tokio::test(start_paused = true)]
async fn a_hangup_reads_at_once() {
    let mut trial = Trial::start();
    trial.write("units/one.yaml", &portal("two"));
    let asked = tokio::time::Instant::now();
    trial.hangup.notify_one();
    trial.change().await;
    assert!(asked.elapsed() < POLL, "did not wait for the files to rest");
    assert_eq!(trial.ids(), ["two"]);
    trial.end().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_store_cannot_note_does_not_come_into_force_and_is_tried_again() {
    let mut trial = Trial::start();
    trial.full.store(true, std::sync::atomic::Ordering::SeqCst);
    trial.write("units/one.yaml", &portal("two"));
    let loaded = trial.change().await;
    assert!(
        loaded.refused.as_ref().unwrap().diagnostics[0]
            .to_string()
            .contains("ems.db")
    );
    assert_eq!(trial.ids(), ["one"]);
    trial.full.store(false, std::sync::atomic::Ordering::SeqCst);
    while trial.ids() != ["two"] {
        trial.change().await;
    }
    assert!(trial.success());
    trial.end().await;
}

#[test]
fn the_whole_inventory_gone_is_refused() {
    let loaded = load(Path::new("no-such-folder/targets.yaml"));
    assert!(loaded.inventory.is_none());
    assert_eq!(loaded.watched, [Path::new("no-such-folder/targets.yaml")]);
}
