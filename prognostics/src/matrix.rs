//! A table of numbers, row by row; a value that is missing is `NaN`.

use crate::snapshot::{Fields, Portable};

/// Rows of equally many `f32`.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Matrix {
    columns: usize,
    values: Vec<f32>,
}

impl Matrix {
    /// An empty table with this many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self {
            columns,
            values: Vec::new(),
        }
    }

    /// A table of zeros.
    #[must_use]
    pub fn zeros(rows: usize, columns: usize) -> Self {
        Self {
            columns,
            values: vec![0.0; rows * columns],
        }
    }

    /// Adds a row: one that is too short is filled up with `NaN`, and what is too much is left out.
    pub fn push_row(&mut self, row: &[f32]) {
        let taken = row.len().min(self.columns);
        self.values.extend_from_slice(&row[..taken]);
        self.values.extend(std::iter::repeat_n(f32::NAN, self.columns - taken));
    }

    /// How many columns there are.
    #[must_use]
    pub fn columns(&self) -> usize {
        self.columns
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.values.len().checked_div(self.columns).unwrap_or(0)
    }

    /// One row.
    ///
    /// # Panics
    /// When there is no such row.
    #[must_use]
    pub fn row(&self, row: usize) -> &[f32] {
        &self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// One row, to be changed.
    ///
    /// # Panics
    /// When there is no such row.
    pub fn row_mut(&mut self, row: usize) -> &mut [f32] {
        &mut self.values[row * self.columns..(row + 1) * self.columns]
    }

    /// One value.
    ///
    /// # Panics
    /// When there is no such row or column.
    #[must_use]
    pub fn at(&self, row: usize, column: usize) -> f32 {
        self.row(row)[column]
    }

    /// All values, row after row.
    #[must_use]
    pub fn values(&self) -> &[f32] {
        &self.values
    }

    /// All values, to be changed.
    pub fn values_mut(&mut self) -> &mut [f32] {
        &mut self.values
    }

    /// The first rows, as a table of their own.
    #[must_use]
    pub fn first_rows(&self, rows: usize) -> Self {
        let end = rows.min(self.rows()) * self.columns;
        Self {
            columns: self.columns,
            values: self.values[..end].to_vec(),
        }
    }
}

impl Portable for Matrix {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut columns = self.columns as u64;
        fields.u64(&mut columns);
        self.columns = columns as usize;
        self.values.fields(fields);
        if self.columns == 0 || !self.values.len().is_multiple_of(self.columns) {
            self.values.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_filled_and_cut() {
        let mut table = Matrix::new(2);
        table.push_row(&[1.0]);
        table.push_row(&[1.0, 2.0, 3.0]);
        assert_eq!(table.rows(), 2);
        assert!(table.at(0, 1).is_nan());
        assert_eq!(table.row(1), [1.0, 2.0]);
        assert_eq!(Matrix::new(0).rows(), 0);
    }
}
