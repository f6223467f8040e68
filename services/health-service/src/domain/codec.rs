//! The bytes of a vehicle's state: fields in a fixed order, little endian, no names. The format version stands outside.

use prognostics::snapshot::{Fields, Portable};

/// Bytes that are not a state of this format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored state is cut short or too long")]
pub struct Malformed;

/// Writes a value's state. The same value always gives the same bytes.
pub fn encode<T: Portable>(value: &mut T) -> Vec<u8> {
    let mut writer = Writer(Vec::with_capacity(1024));
    value.fields(&mut writer);
    writer.0
}

/// Reads a state back.
///
/// # Errors
/// [`Malformed`] when the bytes end too early or are not used up.
pub fn decode<T: Portable + Default>(bytes: &[u8]) -> Result<T, Malformed> {
    read(bytes, false)
}

/// Reads a state of an older format, which ends before the fields that came later: those stay at their defaults.
///
/// # Errors
/// [`Malformed`] when the bytes end within a field or are not used up.
pub fn decode_older<T: Portable + Default>(bytes: &[u8]) -> Result<T, Malformed> {
    read(bytes, true)
}

/// Reads what a longer state begins with, and leaves the rest.
///
/// # Errors
/// [`Malformed`] when the bytes end within a field.
pub fn decode_beginning<T: Portable + Default>(bytes: &[u8]) -> Result<T, Malformed> {
    let (value, _) = begin(bytes, false)?;
    Ok(value)
}

fn read<T: Portable + Default>(bytes: &[u8], older: bool) -> Result<T, Malformed> {
    let (value, left) = begin(bytes, older)?;
    if left.is_empty() { Ok(value) } else { Err(Malformed) }
}

fn begin<T: Portable + Default>(bytes: &[u8], older: bool) -> Result<(T, &[u8]), Malformed> {
    let mut reader = Reader {
        left: bytes,
        failed: false,
        older,
    };
    let mut value = T::default();
    value.fields(&mut reader);
    if reader.failed {
        Err(Malformed)
    } else {
        Ok((value, reader.left))
    }
}

struct Writer(Vec<u8>);

impl Fields for Writer {
    fn f64(&mut self, value: &mut f64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
    fn u64(&mut self, value: &mut u64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
    fn i64(&mut self, value: &mut i64) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
    fn u8(&mut self, value: &mut u8) {
        self.0.push(*value);
    }
    fn f32(&mut self, value: &mut f32) {
        self.0.extend_from_slice(&value.to_le_bytes());
    }
    fn text(&mut self, value: &mut String) {
        let bytes = &value.as_bytes()[..value.len().min(usize::from(u8::MAX))];
        self.0.push(bytes.len() as u8);
        self.0.extend_from_slice(bytes);
    }
}

struct Reader<'a> {
    left: &'a [u8],
    failed: bool,
    older: bool,
}

impl Reader<'_> {
    fn take<const N: usize>(&mut self) -> [u8; N] {
        match self.left.split_first_chunk::<N>() {
            Some((taken, left)) => {
                self.left = left;
                *taken
            }
            None => {
                self.failed = true;
                [0; N]
            }
        }
    }
}

impl Fields for Reader<'_> {
    fn f64(&mut self, value: &mut f64) {
        *value = f64::from_le_bytes(self.take());
    }
    fn u64(&mut self, value: &mut u64) {
        *value = u64::from_le_bytes(self.take());
    }
    fn i64(&mut self, value: &mut i64) {
        *value = i64::from_le_bytes(self.take());
    }
    fn u8(&mut self, value: &mut u8) {
        *value = self.take::<1>()[0];
    }
    fn f32(&mut self, value: &mut f32) {
        *value = f32::from_le_bytes(self.take());
    }
    fn text(&mut self, value: &mut String) {
        let length = usize::from(self.take::<1>()[0]);
        match self.left.split_at_checked(length) {
            Some((taken, left)) => {
                *value = String::from_utf8_lossy(taken).into_owned();
                self.left = left;
            }
            None => self.failed = true,
        }
    }
    fn is_exhausted(&self) -> bool {
        self.failed || (self.older && self.left.is_empty())
    }
}
