//! Reads a body: counts, digests, unpacks and bounds its bytes.

use std::io::Write;
use std::time::Duration;

use bytes::Bytes;
use flate2::write::MultiGzDecoder;

use super::{Digester, Digests, OnProgress, Progress};
use crate::clock::within;
use crate::error::Cause;
use crate::transport::{Body, BoxError};

/// The number of bytes that are unpacked at once: gzip expands them at most a thousandfold.
const PACKED_PIECE: usize = 4096;
/// The first bytes of every gzip file: two bytes of identification and the only method.
const GZIP: [u8; 3] = [0x1f, 0x8b, 0x08];

pub(super) struct Source {
    pub(super) body: Body,
    pub(super) idle: Duration,
    pub(super) total: Option<u64>,
    pub(super) progress: Option<OnProgress>,
    /// The limit of unpacked bytes.
    pub(super) limit: u64,
    pub(super) unpacker: Option<Unpacker>,
    /// Received bytes that are not unpacked yet.
    pub(super) packed: Bytes,
    pub(super) ended: bool,
    pub(super) digester: Digester,
    pub(super) written: u64,
}

impl Source {
    /// The next bytes, unpacked; `None` at the end.
    pub(super) async fn next(&mut self) -> Result<Option<Bytes>, Cause> {
        loop {
            if let Some(unpacker) = &mut self.unpacker
                && let Some(bytes) = unpacker.unpack(&mut self.packed, self.ended).map_err(not_gzip)?
            {
                return self.count(bytes).map(Some);
            }
            if self.ended {
                return Ok(None);
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
                None if self.unpacker.is_some() && self.digester.size == 0 => {
                    return Err(Cause::File("the file is empty, and so no gzip".into()));
                }
                None => self.ended = true,
            }
        }
    }

    fn count(&mut self, bytes: Bytes) -> Result<Bytes, Cause> {
        self.written += bytes.len() as u64;
        if self.written > self.limit {
            return Err(Cause::File(format!("the file is larger than {} bytes", self.limit).into()));
        }
        Ok(bytes)
    }

    /// The digests of the bytes on the wire, and of the inner file if it was packed twice; and the number of unpacked bytes.
    pub(super) fn finish(self) -> (Digests, Option<Digests>, u64) {
        let inner = self.unpacker.and_then(Unpacker::finish);
        (self.digester.finish(), inner, self.written)
    }
}

/// Unpacks gzip. Storage may pack a file that is gzip already once more (`content-encoding`), and may label it so
/// without doing it: only the bytes show the number of layers.
pub(super) struct Unpacker {
    outer: MultiGzDecoder<Vec<u8>>,
    /// The output of the outer layer that was not passed on yet.
    between: Bytes,
    inner: Inner,
}

enum Inner {
    /// Too few bytes arrived to decide.
    Undecided,
    Plain,
    Gzip(Box<(MultiGzDecoder<Vec<u8>>, Digester)>),
}

impl Unpacker {
    pub(super) fn new() -> Self {
        Unpacker { outer: MultiGzDecoder::new(Vec::new()), between: Bytes::new(), inner: Inner::Undecided }
    }

    /// The next unpacked bytes, if any. `last` says that nothing follows `packed`.
    fn unpack(&mut self, packed: &mut Bytes, last: bool) -> std::io::Result<Option<Bytes>> {
        loop {
            if let Some(bytes) = self.pass(last && packed.is_empty())? {
                return Ok(Some(bytes));
            }
            if packed.is_empty() {
                return Ok(None);
            }
            let piece = packed.split_to(packed.len().min(PACKED_PIECE));
            self.outer.write_all(&piece)?;
            self.take_outer();
        }
    }

    fn take_outer(&mut self) {
        let bytes = std::mem::take(self.outer.get_mut());
        self.between = if self.between.is_empty() {
            bytes.into()
        } else {
            [&self.between, bytes.as_slice()].concat().into()
        };
    }

    /// Passes on the output of the outer layer.
    fn pass(&mut self, last: bool) -> std::io::Result<Option<Bytes>> {
        if last {
            self.outer.try_finish()?;
            self.take_outer();
        }
        if matches!(self.inner, Inner::Undecided) {
            self.inner = match self.between.get(..GZIP.len()) {
                Some(start) if start == GZIP => {
                    Inner::Gzip(Box::new((MultiGzDecoder::new(Vec::new()), Digester::default())))
                }
                Some(_) => Inner::Plain,
                None if last => Inner::Plain,
                None => return Ok(None),
            };
        }
        let Inner::Gzip(inner) = &mut self.inner else {
            return Ok(Some(std::mem::take(&mut self.between)).filter(|bytes| !bytes.is_empty()));
        };
        let (unpacker, digester) = &mut **inner;
        while !self.between.is_empty() {
            let piece = self.between.split_to(self.between.len().min(PACKED_PIECE));
            digester.add(&piece);
            unpacker.write_all(&piece)?;
            if !unpacker.get_ref().is_empty() {
                return Ok(Some(std::mem::take(unpacker.get_mut()).into()));
            }
        }
        if last {
            unpacker.try_finish()?;
        }
        Ok(Some(Bytes::from(std::mem::take(unpacker.get_mut()))).filter(|bytes| !bytes.is_empty()))
    }

    /// The digests of the file that was packed once more.
    fn finish(self) -> Option<Digests> {
        match self.inner {
            Inner::Gzip(inner) => Some(inner.1.finish()),
            Inner::Undecided | Inner::Plain => None,
        }
    }
}

fn not_gzip(error: std::io::Error) -> Cause {
    let text: BoxError = format!("the file is not complete gzip: {error}").into();
    Cause::File(text)
}
