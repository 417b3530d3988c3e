//! Receivers that keep what they are sent: of webhooks and of mail.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

/// What a sink was sent, in order.
type Kept = Arc<Mutex<Vec<String>>>;

/// A receiver on loopback; it ends with the test's process.
#[derive(Debug, Clone)]
pub struct Sink {
    /// Where it listens.
    pub address: SocketAddr,
    kept: Kept,
}

impl Sink {
    /// Takes every POST, and keeps its path and body.
    ///
    /// # Errors
    /// When no port is free.
    pub fn http() -> anyhow::Result<Self> {
        Self::start(|stream, kept| {
            let mut stream = BufReader::new(stream);
            let mut first = String::new();
            stream.read_line(&mut first)?;
            let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
            let mut length = 0;
            loop {
                let mut line = String::new();
                if stream.read_line(&mut line)? == 0 || line.trim().is_empty() {
                    break;
                }
                if let Some((name, value)) = line.split_once(':')
                    && name.eq_ignore_ascii_case("content-length")
                {
                    length = value.trim().parse().unwrap_or(0);
                }
            }
            let mut body = vec![0; length];
            stream.read_exact(&mut body)?;
            keep(kept, format!("{path}\n{}", String::from_utf8_lossy(&body)));
            stream
                .get_mut()
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
        })
    }

    /// Takes every mail, and keeps its recipients and text.
    ///
    /// # Errors
    /// When no port is free.
    pub fn smtp() -> anyhow::Result<Self> {
        Self::start(|stream, kept| {
            let mut stream = BufReader::new(stream);
            stream.get_mut().write_all(b"220 sink\r\n")?;
            let mut mail = String::new();
            let mut line = String::new();
            while stream.read_line(&mut line)? > 0 {
                let word = line.trim().to_ascii_uppercase();
                let answer: &[u8] = if word == "DATA" {
                    stream.get_mut().write_all(b"354 go on\r\n")?;
                    loop {
                        line.clear();
                        if stream.read_line(&mut line)? == 0 || line == ".\r\n" {
                            break;
                        }
                        mail.push_str(&line);
                    }
                    keep(kept, std::mem::take(&mut mail));
                    b"250 kept\r\n"
                } else if word == "QUIT" {
                    return stream.get_mut().write_all(b"221 bye\r\n");
                } else {
                    if word.starts_with("RCPT") {
                        mail.push_str(&line);
                    }
                    b"250 sink\r\n"
                };
                stream.get_mut().write_all(answer)?;
                line.clear();
            }
            Ok(())
        })
    }

    fn start(serve: fn(TcpStream, &Kept) -> std::io::Result<()>) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let address = listener.local_addr()?;
        let kept = Kept::default();
        let held = Arc::clone(&kept);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let kept = Arc::clone(&held);
                // A sender that breaks off is the sender's affair: its message is not kept.
                thread::spawn(move || drop(serve(stream, &kept)));
            }
        });
        Ok(Self { address, kept })
    }

    /// Everything that was sent so far.
    #[must_use]
    pub fn all(&self) -> Vec<String> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

fn keep(kept: &Kept, text: String) {
    kept.lock().unwrap_or_else(PoisonError::into_inner).push(text);
}
