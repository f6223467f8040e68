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
