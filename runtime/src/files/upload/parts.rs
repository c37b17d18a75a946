//! Checks lists of parts before they are sent, and the file after they were.

use std::path::Path;

use sha2::{Digest, Sha256};
use tokio::io::AsyncReadExt;

use super::{Part, Transfer};
use crate::files::{hex, unreadable};
use crate::transport::BoxError;

/// The maximum number of parts of any storage: Azure accepts 50,000, S3 10,000.
const MOST_PARTS: usize = 50_000;

/// The maximum size of one request of any storage: S3 accepts 5 GiB, Azure a little less.
const LONGEST_PART: u64 = 5 * 1024 * 1024 * 1024;

/// Checks that the parts are all bytes of a file of that size, each once: the server would take a file with a gap for a
/// whole one, and of two parts with the same bytes it is unknown which counts.
pub(super) fn check(parts: &[Part], size: u64) -> Result<(), String> {
    if parts.len() > MOST_PARTS {
        return Err(format!(
            "the server asks for {} parts, and no upload has more than {MOST_PARTS}",
            parts.len()
        ));
    }
    let asks = |problem: String| Err(format!("the file has {size} bytes, and the server asks for {problem}"));
    for part in parts {
        if part.length > LONGEST_PART {
            return asks(format!("a part of {} bytes: none has more than {LONGEST_PART}", part.length));
        }
        if part.length == 0 && size > 0 {
            return asks(format!("a part without bytes, at {}", part.offset));
        }
        if part.offset.saturating_add(part.length) > size {
            return asks("parts beyond them".to_owned());
        }
    }
    let mut ranges: Vec<(u64, u64)> = parts.iter().map(|part| (part.offset, part.length)).collect();
    ranges.sort_unstable();
    let mut next = 0;
    for (offset, length) in ranges {
        if offset < next {
            return asks(format!("two parts that overlap, at {offset}"));
        }
        if offset > next {
            break;
        }
        next = offset.saturating_add(length);
    }
    if next < size {
        return asks(format!("no part with those from {next} on"));
    }
    Ok(())
}

pub(super) fn changed(path: &Path) -> BoxError {
    format!("{} was changed since its upload began", path.display()).into()
}

/// The checksum of a part.
pub(super) fn checksum(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Reads the file once more: it must equal the announced one, and its parts those that were sent. Together this proves
/// that the checksum is that of the bytes that the server has.
///
/// A part with other bytes, from a file that was changed and changed back, counts as unsent.
pub(super) async fn verify(path: &Path, transfer: &mut Transfer) -> Result<(), BoxError> {
    let failed = |error| unreadable(path, &error);
    let mut file = tokio::fs::File::open(path).await.map_err(failed)?;
    let mut whole = Sha256::new();
    let mut piece = vec![0; 64 * 1024];
    let mut parts: Vec<&mut Part> = transfer.parts.iter_mut().collect();
    parts.sort_unstable_by_key(|part| part.offset);
    let mut same = true;
    for part in parts {
        let mut checksum = Sha256::new();
        let mut left = part.length;
        while left > 0 {
            let most = usize::try_from(left).map_or(piece.len(), |left| left.min(piece.len()));
            let read = file.read(piece.get_mut(..most).unwrap_or_default()).await.map_err(failed)?;
            if read == 0 {
                return Err(changed(path));
            }
            let bytes = piece.get(..read).unwrap_or_default();
            checksum.update(bytes);
            whole.update(bytes);
            left -= read as u64;
        }
        if part.sha256.as_ref().is_some_and(|sent| *sent != hex(&checksum.finalize())) {
            (part.done, part.sha256, same) = (false, None, false);
        }
    }
    let at_end = file.read(&mut piece).await.map_err(failed)? == 0;
    let same = same && at_end && hex(&whole.finalize()) == transfer.file.sha256;
    same.then_some(()).ok_or_else(|| changed(path))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_all_of_a_file_each_byte_once() {
        let parts = |ranges: &[(u64, u64)]| -> Vec<Part> {
            ranges.iter().map(|(offset, length)| Part::new("PUT", "https://a", *offset, *length)).collect()
        };
        for (size, good) in
            [(0, vec![]), (0, vec![(0, 0)]), (10, vec![(0, 10)]), (10, vec![(6, 4), (0, 3), (3, 3)])]
        {
            check(&parts(&good), size).unwrap();
        }
        for (ranges, problem) in [
            (vec![], "no part with those from 0 on"),
            (vec![(0, 9)], "no part with those from 9 on"),
            (vec![(1, 9)], "no part with those from 0 on"),
            (vec![(0, 3), (4, 6)], "no part with those from 3 on"),
            (vec![(0, 5), (4, 6)], "two parts that overlap, at 4"),
            (vec![(0, 10), (0, 10)], "two parts that overlap, at 0"),
            (vec![(0, 10), (3, 0)], "a part without bytes, at 3"),
            (vec![(0, 0), (0, 10)], "a part without bytes, at 0"),
            (vec![(0, 11)], "parts beyond them"),
            (vec![(0, 10), (10, 1)], "parts beyond them"),
            (vec![(0, u64::MAX)], "a part of 18446744073709551615 bytes"),
            (vec![(0, 10), (u64::MAX, 1)], "parts beyond them"),
            (vec![(u64::MAX, u64::MAX)], "a part of"),
        ] {
            let error = check(&parts(&ranges), 10).unwrap_err();
            assert!(error.contains(problem), "{ranges:?}: {error}");
        }
        let many: Vec<(u64, u64)> = (0..=50_000).map(|offset| (offset, 1)).collect();
        assert!(check(&parts(&many), 50_001).unwrap_err().contains("50001 parts"));
    }
}
