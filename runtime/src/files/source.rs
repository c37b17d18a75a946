//! A body on its way: an answer goes in; its bytes come out, counted, summed up, unpacked and bounded.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;

use super::{Digester, Digests, OnProgress, Progress};
use crate::clock::within;
use crate::error::Cause;
use crate::transport::{Body, BoxError};

/// So much is unpacked at once: gzip makes at most a thousand times as much of it.
const PACKED_PIECE: usize = 4096;

pub(super) struct Source {
    pub(super) body: Body,
    pub(super) idle: Duration,
    pub(super) total: Option<u64>,
    pub(super) progress: Option<OnProgress>,
    /// Of unpacked bytes.
    pub(super) limit: u64,
    pub(super) unpacker: Option<MultiGzDecoder<Vec<u8>>>,
    /// What was received and not unpacked yet.
    pub(super) packed: Bytes,
    pub(super) digester: Digester,
    pub(super) written: u64,
}

impl Source {
    /// The next bytes, unpacked; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Cause> {
        loop {
            if let Some(bytes) = self.unpack().map_err(Cause::File)? {
                return self.count(bytes).map(Some);
            }
            let chunk = within(self.idle, self.body.chunk()).await.map_err(Cause::Transport)?;
            match chunk.map_err(Cause::Transport)? {
                Some(chunk) => {
                    self.digester.add(&chunk);
                    if let Some(progress) = &self.progress {
                        progress(Progress { done: self.digester.size, total: self.total });
                    }
                    if self.unpacker.is_none() {
                        return self.count(chunk).map(Some);
                    }
                    self.packed = chunk;
                }
                None => return self.rest(),
            }
        }
    }

    /// Unpacks a piece of what is there.
    fn unpack(&mut self) -> Result<Option<Bytes>, BoxError> {
        let Some(unpacker) = &mut self.unpacker else { return Ok(None) };
        while !self.packed.is_empty() {
            let piece = self.packed.split_to(self.packed.len().min(PACKED_PIECE));
            unpacker.write_all(&piece).map_err(not_gzip)?;
            let bytes = std::mem::take(unpacker.get_mut());
            if !bytes.is_empty() {
                return Ok(Some(bytes.into()));
            }
        }
        Ok(None)
    }

    /// What is unpacked only at the end.
    fn rest(&mut self) -> Result<Option<Bytes>, Cause> {
        let Some(mut unpacker) = self.unpacker.take() else { return Ok(None) };
        let nothing = self.digester.size == 0;
        if nothing {
            return Err(Cause::File("the file is empty, and so no gzip".into()));
        }
        unpacker.try_finish().map_err(|error| Cause::File(not_gzip(error)))?;
        let bytes = std::mem::take(unpacker.get_mut());
        if bytes.is_empty() { Ok(None) } else { self.count(bytes.into()).map(Some) }
    }

    fn count(&mut self, bytes: Bytes) -> Result<Bytes, Cause> {
        self.written += bytes.len() as u64;
        if self.written > self.limit {
            return Err(Cause::File(format!("the file is larger than {} bytes", self.limit).into()));
        }
        Ok(bytes)
    }

    pub(super) fn finish(self) -> (Digests, u64) {
        (self.digester.finish(), self.written)
    }
}

fn not_gzip(error: std::io::Error) -> BoxError {
    format!("the file is no whole gzip: {error}").into()
}
