//! How much a ZIP file really holds: what its directory claims is the word of whoever made it.

use std::io::{Read, copy, sink};

use flate2::read::DeflateDecoder;

/// Bytes kept as they are (APPNOTE 4.4.5).
const STORED: u16 = 0;
/// Bytes compressed by DEFLATE.
const DEFLATED: u16 = 8;
/// Length of the record that ends a file without a comment (APPNOTE 4.3.16).
const END: usize = 22;

/// The bytes of all entries once unpacked, counted by unpacking them, up to the first over `most`. `None` where the
/// directory is broken, or an entry cannot be unpacked or is packed in a way that workbooks are not.
pub(super) fn unpacked(file: &[u8], most: u64) -> Option<u64> {
    let end = file.len().checked_sub(END)?;
    if !file[end..].starts_with(b"PK\x05\x06") {
        return None;
    }
    let mut at = place(file, end + 16)?;
    let mut sum = 0_u64;
    for _ in 0..short(file, end + 10)? {
        if !file.get(at..)?.starts_with(b"PK\x01\x02") {
            return None;
        }
        let packed = packed(file, at)?;
        let room = most.saturating_sub(sum).saturating_add(1);
        sum += match short(file, at + 10)? {
            STORED => u64::try_from(packed.len()).ok()?,
            DEFLATED => copy(&mut DeflateDecoder::new(packed).take(room), &mut sink()).ok()?,
            _ => return None,
        };
        if sum > most {
            break;
        }
        // Name, extra field and comment follow.
        for length in [28, 30, 32].map(|offset| short(file, at + offset)) {
            at += usize::from(length?);
        }
        at += 46;
    }
    Some(sum)
}

/// The packed bytes of the entry whose record in the directory is at `at`.
fn packed(file: &[u8], at: usize) -> Option<&[u8]> {
    let length = place(file, at + 20)?;
    let local = place(file, at + 42)?;
    if !file.get(local..)?.starts_with(b"PK\x03\x04") {
        return None;
    }
    let head = 30 + usize::from(short(file, local + 26)?) + usize::from(short(file, local + 28)?);
    let start = local.checked_add(head)?;
    file.get(start..start.checked_add(length)?)
}

fn short(file: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(file.get(at..at + 2)?.try_into().ok()?))
}

fn place(file: &[u8], at: usize) -> Option<usize> {
    let bytes = file.get(at..at + 4)?.try_into().ok()?;
    usize::try_from(u32::from_le_bytes(bytes)).ok()
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use flate2::Compression;
    use flate2::write::DeflateEncoder;
    use proptest::prelude::*;

    use super::*;

    /// A file of one entry of zeros that claims to hold `claimed` bytes.
    fn file(zeros: usize, claimed: u32) -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(&vec![0; zeros]).unwrap();
        let data = encoder.finish().unwrap();
        let packed = u32::try_from(data.len()).unwrap().to_le_bytes();
        let sizes = [packed, claimed.to_le_bytes()].concat();
        let local = [
            b"PK\x03\x04\x14\0\0\0\x08\0",
            &[0; 8][..],
            &sizes,
            &[1, 0, 0, 0],
            b"x",
        ]
        .concat();
        let directory = [
            b"PK\x01\x02\x14\0\x14\0\0\0\x08\0",
            &[0; 8][2..],
            &[0, 0],
            &sizes,
            &[1, 0],
            &[0; 16],
            b"x",
        ]
        .concat();
        let start = u32::try_from(local.len() + data.len()).unwrap().to_le_bytes();
        let length = u32::try_from(directory.len()).unwrap().to_le_bytes();
        let end = [b"PK\x05\x06\0\0\0\0\x01\0\x01\0", &length[..], &start, &[0, 0]].concat();
        [local, data, directory, end].concat()
    }

    #[test]
    fn what_is_really_there_counts_and_not_what_is_claimed() {
        assert_eq!(unpacked(&file(5_000, 5_000), 10_000), Some(5_000));
        assert_eq!(unpacked(&file(5_000, 1), 10_000), Some(5_000));
        assert_eq!(unpacked(&file(2_000_000, 1), 10_000), Some(10_001));
        assert_eq!(unpacked(&file(10, 10)[1..], 10_000), None);
    }

    proptest! {
        #[test]
        fn a_broken_file_never_panics(at in 0_usize..180, byte: u8, cut in 0_usize..180) {
            let mut file = file(300, 300);
            let at = at % file.len();
            file[at] = byte;
            file.truncate(cut.max(1));
            prop_assert!(unpacked(&file, 1_000).is_none_or(|sum| sum <= 1_001));
        }
    }
}
