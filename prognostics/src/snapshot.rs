//! Saving and restoring state by visiting fields.
//!
//! A type that implements [`Portable`] names its fields once, in a fixed order. A writer copies them out, a reader puts
//! them back, and both walk through the same function, so the two can never disagree. The bytes, the format version and
//! the limits are the caller's.

/// What a writer or a reader does with one field.
pub trait Fields {
    /// A finite or non-finite floating point number, kept bit by bit.
    fn f64(&mut self, value: &mut f64);
    /// An unsigned whole number.
    fn u64(&mut self, value: &mut u64);
    /// A signed whole number.
    fn i64(&mut self, value: &mut i64);
    /// A small whole number or a tag.
    fn u8(&mut self, value: &mut u8);
    /// A yes or no.
    fn bool(&mut self, value: &mut bool) {
        let mut byte = u8::from(*value);
        self.u8(&mut byte);
        *value = byte != 0;
    }
    /// A single precision number, kept bit by bit.
    fn f32(&mut self, value: &mut f32);
    /// A short text.
    fn text(&mut self, value: &mut String);
    /// Whether a reader has nothing more to give. A writer never has.
    fn is_exhausted(&self) -> bool {
        false
    }
}

/// A value whose whole state is visible to [`Fields`], in an order that never changes within a format version.
pub trait Portable {
    /// Visits every field once.
    fn fields(&mut self, fields: &mut dyn Fields);
}

impl<T: Portable + Default> Portable for Option<T> {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut present = self.is_some();
        fields.bool(&mut present);
        if !present {
            *self = None;
            return;
        }
        self.get_or_insert_with(T::default).fields(fields);
    }
}

impl<T: Portable, const N: usize> Portable for [T; N] {
    fn fields(&mut self, fields: &mut dyn Fields) {
        for item in self {
            item.fields(fields);
        }
    }
}

impl<T: Portable + Default> Portable for Vec<T> {
    /// The length first. A reader that runs out of bytes gives zeros, so that a damaged length ends here and not in memory:
    /// items are added one by one and the caller's reader says when to stop by [`Fields::is_exhausted`].
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut length = self.len() as u64;
        fields.u64(&mut length);
        self.truncate(usize::try_from(length).unwrap_or(usize::MAX));
        for item in &mut *self {
            item.fields(fields);
        }
        while (self.len() as u64) < length && !fields.is_exhausted() {
            let mut item = T::default();
            item.fields(fields);
            self.push(item);
        }
    }
}

macro_rules! portable_number {
    ($($number:ident),*) => {$(
        impl Portable for $number {
            fn fields(&mut self, fields: &mut dyn Fields) {
                fields.$number(self);
            }
        }
    )*};
}

portable_number!(f64, u64, i64, u8, bool, f32);

impl Portable for u32 {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut wide = u64::from(*self);
        fields.u64(&mut wide);
        *self = u32::try_from(wide).unwrap_or(u32::MAX);
    }
}

impl Portable for String {
    fn fields(&mut self, fields: &mut dyn Fields) {
        fields.text(self);
    }
}

/// Copies fields into bytes, little endian.
#[derive(Debug, Default)]
pub struct Writer {
    /// What was written so far.
    pub bytes: Vec<u8>,
}

/// Puts fields back from bytes. Bytes that are not there read as zeros and are remembered: see [`Reader::is_whole`].
#[derive(Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    missing: bool,
}

impl<'a> Reader<'a> {
    /// A reader of what a [`Writer`] wrote.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, missing: false }
    }

    /// Whether every byte asked for was there and none is left over.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        !self.missing && self.bytes.is_empty()
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        if let Some((taken, rest)) = self.bytes.split_first_chunk::<N>() {
            self.bytes = rest;
            *taken
        } else {
            self.missing = true;
            self.bytes = &[];
            [0; N]
        }
    }
}

impl Fields for Writer {
    fn f64(&mut self, value: &mut f64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }
    fn u64(&mut self, value: &mut u64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }
    fn i64(&mut self, value: &mut i64) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }
    fn u8(&mut self, value: &mut u8) {
        self.bytes.push(*value);
    }
    fn f32(&mut self, value: &mut f32) {
        self.bytes.extend_from_slice(&value.to_le_bytes());
    }
    fn text(&mut self, value: &mut String) {
        let mut bytes = value.as_bytes().to_vec();
        bytes.fields(self);
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
        *value = u8::from_le_bytes(self.take());
    }
    fn f32(&mut self, value: &mut f32) {
        *value = f32::from_le_bytes(self.take());
    }
    fn text(&mut self, value: &mut String) {
        let mut bytes: Vec<u8> = Vec::new();
        bytes.fields(self);
        *value = String::from_utf8_lossy(&bytes).into_owned();
    }
    fn is_exhausted(&self) -> bool {
        self.missing || self.bytes.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_back_and_damage_is_noticed() {
        let mut written = vec![vec![1.5f32, f32::NEG_INFINITY], vec![]];
        let mut writer = Writer::default();
        written.fields(&mut writer);
        let mut read: Vec<Vec<f32>> = vec![vec![9.0]; 5];
        let mut reader = Reader::new(&writer.bytes);
        read.fields(&mut reader);
        assert!(reader.is_whole());
        assert_eq!(read, written);
        let mut reader = Reader::new(&writer.bytes[..writer.bytes.len() - 1]);
        read.fields(&mut reader);
        assert!(!reader.is_whole());
        let mut huge: Vec<f64> = Vec::new();
        huge.fields(&mut Reader::new(&u64::MAX.to_le_bytes()));
        assert!(huge.is_empty());
    }
}
