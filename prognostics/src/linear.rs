//! Small dense linear algebra: ridge regression and principal directions.

/// The weights of a ridge regression without intercept (Hoerl & Kennard, Technometrics 12, 1970): those that minimise
/// Σ(y − x·w)² + `ridge`·n·|w|² over rows given one after the other.
#[derive(Debug, Clone)]
pub struct Ridge {
    moments: Vec<Vec<f64>>,
    products: Vec<f64>,
    rows: f64,
}

impl Ridge {
    /// No rows seen yet, of this many columns.
    #[must_use]
    pub fn new(columns: usize) -> Self {
        Self {
            moments: vec![vec![0.0; columns]; columns],
            products: vec![0.0; columns],
            rows: 0.0,
        }
    }

    /// Takes one row. A row with anything not finite is left out.
    pub fn observe(&mut self, row: &[f64], target: f64) {
        if !target.is_finite() || row.iter().any(|value| !value.is_finite()) {
            return;
        }
        for (a, value) in row.iter().enumerate() {
            self.products[a] += value * target;
            for (moment, other) in self.moments[a].iter_mut().zip(row) {
                *moment += value * other;
            }
        }
        self.rows += 1.0;
    }

    /// The weights; zeros when there is nothing to learn from.
    #[must_use]
    pub fn weights(&self, ridge: f64) -> Vec<f64> {
        let mut system = self.moments.clone();
        for (index, row) in system.iter_mut().enumerate() {
            row[index] += ridge.max(1e-12) * self.rows.max(1.0);
        }
        solve_positive_definite(system, &self.products).unwrap_or_else(|| vec![0.0; self.products.len()])
    }
}

/// The solution of A·x = b for a symmetric positive definite A, by Cholesky's decomposition; `None` when it is not.
#[must_use]
pub fn solve_positive_definite(mut a: Vec<Vec<f64>>, b: &[f64]) -> Option<Vec<f64>> {
    let size = a.len();
    for column in 0..size {
        for row in column..size {
            let known: f64 = (0..column).map(|k| a[row][k] * a[column][k]).sum();
            let left = a[row][column] - known;
            if row == column {
                if left.is_nan() || left <= 0.0 {
                    return None;
                }
                a[row][column] = left.sqrt();
            } else {
                a[row][column] = left / a[column][column];
            }
        }
    }
    let mut x = b.to_vec();
    for row in 0..size {
        let known: f64 = (0..row).map(|k| a[row][k] * x[k]).sum();
        x[row] = (x[row] - known) / a[row][row];
    }
    for row in (0..size).rev() {
        let known: f64 = (row + 1..size).map(|k| a[k][row] * x[k]).sum();
        x[row] = (x[row] - known) / a[row][row];
    }
    Some(x)
}

/// The eigenvectors of a symmetric matrix with the largest eigenvalues, largest first, by Jacobi's rotations (Golub &
/// Van Loan, "Matrix Computations", section 8.5). Each is turned so that its largest weight is positive.
#[must_use]
pub fn principal_directions(mut a: Vec<Vec<f64>>, count: usize) -> Vec<Vec<f64>> {
    let size = a.len();
    let mut vectors: Vec<Vec<f64>> = (0..size)
        .map(|row| (0..size).map(|column| f64::from(u8::from(row == column))).collect())
        .collect();
    for _ in 0..60 {
        let off: f64 = (0..size)
            .flat_map(|p| (0..p).map(move |q| (p, q)))
            .map(|(p, q)| a[p][q].abs())
            .sum();
        if off.is_nan() || off < 1e-12 {
            break;
        }
        for p in 0..size {
            for q in p + 1..size {
                rotate(&mut a, &mut vectors, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..size).collect();
    order.sort_by(|x, y| a[*y][*y].total_cmp(&a[*x][*x]));
    let direction = |column: usize| {
        let vector: Vec<f64> = vectors.iter().map(|row| row[column]).collect();
        let largest = vector
            .iter()
            .copied()
            .fold(0.0f64, |best, v| if v.abs() > best.abs() { v } else { best });
        vector.iter().map(|value| value * largest.signum()).collect()
    };
    order.into_iter().take(count).map(direction).collect()
}

fn rotate(a: &mut [Vec<f64>], vectors: &mut [Vec<f64>], p: usize, q: usize) {
    if a[p][q] == 0.0 {
        return;
    }
    let theta = (a[q][q] - a[p][p]) / (2.0 * a[p][q]);
    let t = if theta >= 0.0 { 1.0 } else { -1.0 } / (theta.abs() + (theta * theta + 1.0).sqrt());
    let c = 1.0 / (t * t + 1.0).sqrt();
    let s = t * c;
    for row in a.iter_mut().chain(vectors.iter_mut()) {
        (row[p], row[q]) = (c * row[p] - s * row[q], s * row[p] + c * row[q]);
    }
    // p stands before q.
    let (above, below) = a.split_at_mut(q);
    for (of_p, of_q) in above[p].iter_mut().zip(&mut below[0]) {
        (*of_p, *of_q) = (c * *of_p - s * *of_q, s * *of_p + c * *of_q);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn ridge_finds_what_made_the_data() {
        let mut random = Random::new(3);
        let mut ridge = Ridge::new(3);
        for _ in 0..500 {
            let row = [random.normal(), random.normal(), random.normal()];
            ridge.observe(&row, 2.0 * row[0] - row[2] + 0.01 * random.normal());
        }
        ridge.observe(&[f64::NAN, 0.0, 0.0], 1.0);
        let weights = ridge.weights(1e-9);
        for (found, true_one) in weights.iter().zip([2.0, 0.0, -1.0]) {
            assert!((found - true_one).abs() < 0.01, "{weights:?}");
        }
        assert_eq!(Ridge::new(2).weights(0.0), [0.0, 0.0]);
    }

    #[test]
    fn the_first_direction_is_where_the_spread_is() {
        let (x, y) = (0.6, 0.8);
        let covariance = vec![
            vec![9.0 * x * x + 0.1, 9.0 * x * y],
            vec![9.0 * x * y, 9.0 * y * y + 0.1],
        ];
        let found = &principal_directions(covariance, 1)[0];
        assert!((found[0] - x).abs() < 1e-9 && (found[1] - y).abs() < 1e-9, "{found:?}");
    }
}
