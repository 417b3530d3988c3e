//! Debian's nginx with several virtual hosts over loopback, each of which can be stopped alone.

use std::fs;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Context as _;

use crate::pki::ServerFiles;
use crate::process::{Process, installed};
use crate::wait::until;

/// One virtual host.
#[derive(Debug, Clone)]
pub struct Site {
    /// Its name.
    pub name: String,
    /// Where it listens.
    pub addresses: Vec<SocketAddr>,
    /// Its certificate; plain HTTP without one.
    pub tls: Option<ServerFiles>,
    /// The home page.
    pub home: String,
    /// Further pages: a path that ends with `/`, and HTML.
    pub pages: Vec<(String, String)>,
}

/// A running nginx.
#[derive(Debug)]
pub struct Nginx {
    process: Process,
    folder: PathBuf,
}

/// A port that was free on this address a moment ago.
///
/// # Errors
/// When the address cannot be bound.
pub fn free_port(address: IpAddr) -> anyhow::Result<u16> {
    let listener = TcpListener::bind((address, 0)).with_context(|| format!("binding {address}"))?;
    Ok(listener.local_addr()?.port())
}

impl Nginx {
    /// Starts nginx with these sites, its files in `folder`.
    ///
    /// # Errors
    /// When nginx is not installed or does not come up.
    pub fn start(folder: &Path, sites: &[Site]) -> anyhow::Result<Self> {
        let binary = installed("nginx")?;
        fs::create_dir_all(folder)?;
        let config = folder.join("nginx.conf");
        write_config(folder, &config, sites)?;
        let mut command = Command::new(binary);
        command
            .arg("-p")
            .arg(folder)
            .arg("-c")
            .arg(&config)
            .args(["-g", "daemon off;"]);
        let process = Process::start("nginx", &mut command, &folder.join("nginx.log"))?;
        let nginx = Self {
            process,
            folder: folder.to_path_buf(),
        };
        nginx.wait_for(sites)?;
        Ok(nginx)
    }

    /// Serves exactly these sites from now on; the ports of the others are closed.
    ///
    /// # Errors
    /// When nginx does not take the new configuration.
    pub fn serve(&self, sites: &[Site], stopped: &[Site]) -> anyhow::Result<()> {
        write_config(&self.folder, &self.folder.join("nginx.conf"), sites)?;
        self.process.signal("HUP")?;
        self.wait_for(sites)?;
        for address in stopped.iter().flat_map(|site| &site.addresses) {
            until(&format!("{address} to close"), Duration::from_secs(10), || {
                Ok(std::net::TcpStream::connect(address).is_err().then_some(()))
            })?;
        }
        Ok(())
    }

    fn wait_for(&self, sites: &[Site]) -> anyhow::Result<()> {
        for address in sites.iter().flat_map(|site| &site.addresses) {
            until(&format!("nginx on {address}"), Duration::from_secs(10), || {
                std::net::TcpStream::connect(address)
                    .map(|_| Some(()))
                    .with_context(|| self.process.output().unwrap_or_default())
            })?;
        }
        Ok(())
    }
}

impl Drop for Nginx {
    /// Asks the master to end, so that its workers end with it; a killed master would leave them behind.
    fn drop(&mut self) {
        drop(self.process.terminate(Duration::from_secs(5)));
    }
}

fn write_config(folder: &Path, config: &Path, sites: &[Site]) -> anyhow::Result<()> {
    let mut text = format!(
        "worker_processes 1;\nerror_log stderr notice;\npid {0}/nginx.pid;\n\
         events {{ worker_connections 1024; }}\nhttp {{\n  access_log off;\n  default_type text/html;\n  charset utf-8;\n\
         client_body_temp_path {0}/body;\n  proxy_temp_path {0}/proxy;\n  fastcgi_temp_path {0}/fastcgi;\n\
         uwsgi_temp_path {0}/uwsgi;\n  scgi_temp_path {0}/scgi;\n",
        folder.display()
    );
    for site in sites {
        let root = folder.join(&site.name);
        fs::create_dir_all(&root)?;
        fs::write(root.join("index.html"), &site.home)?;
        for (path, html) in &site.pages {
            let folder = root.join(path.trim_matches('/'));
            fs::create_dir_all(&folder)?;
            fs::write(folder.join("index.html"), html)?;
        }
        text.push_str("  server {\n");
        for address in &site.addresses {
            let tls = if site.tls.is_some() { " ssl" } else { "" };
            text.push_str(&format!("    listen {address}{tls};\n"));
        }
        text.push_str(&format!(
            "    server_name {};\n    root {};\n",
            site.name,
            root.display()
        ));
        if let Some(files) = &site.tls {
            text.push_str(&format!(
                "    ssl_certificate {};\n    ssl_certificate_key {};\n",
                files.certificate.display(),
                files.key.display()
            ));
        }
        text.push_str("  }\n");
    }
    text.push_str("}\n");
    fs::write(config, text)?;
    Ok(())
}
