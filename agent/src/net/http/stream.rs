//! A stream that notes when its first byte came and how many came.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::Instant;

/// What came in, readable while the stream is in other hands.
#[derive(Debug)]
pub(super) struct Meter {
    start: Instant,
    /// Microseconds from the start to the first byte, plus one; 0 for none yet.
    first: AtomicU64,
    bytes: AtomicU64,
}

impl Meter {
    pub(super) fn started(start: Instant) -> Arc<Self> {
        Arc::new(Self {
            start,
            first: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
        })
    }

    /// Microseconds from the start to the first byte.
    pub(super) fn first_byte_us(&self) -> Option<u64> {
        self.first.load(Ordering::Relaxed).checked_sub(1)
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    fn note(&self, count: usize) {
        if count == 0 {
            return;
        }
        if self.bytes.fetch_add(count as u64, Ordering::Relaxed) == 0 {
            let us = u64::try_from(self.start.elapsed().as_micros()).unwrap_or(u64::MAX - 1);
            self.first.store(us + 1, Ordering::Relaxed);
        }
    }
}

/// A stream with a meter on its reading side.
#[derive(Debug)]
pub(super) struct Metered<S> {
    inner: S,
    meter: Arc<Meter>,
}

impl<S> Metered<S> {
    pub(super) const fn new(inner: S, meter: Arc<Meter>) -> Self {
        Self { inner, meter }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Metered<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.inner).poll_read(context, buffer);
        self.meter.note(buffer.filled().len() - before);
        match polled {
            // A TLS server that hangs up without `close_notify`: browsers take it as the end of the stream, and
            // whether the answer was whole is HTTP's to say.
            Poll::Ready(Err(error)) if error.kind() == io::ErrorKind::UnexpectedEof => Poll::Ready(Ok(())),
            other => other,
        }
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Metered<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(context)
    }

    /// Nothing: the stream is dropped at once, and the server was told that no request follows. A farewell on
    /// each of millions of connections would cost a record and two system calls and tell nobody anything.
    fn poll_shutdown(self: Pin<&mut Self>, _context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Poll::Ready(Ok(()))
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }
}
