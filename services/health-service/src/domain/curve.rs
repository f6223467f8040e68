//! Straight lines between points: how a reading becomes a score. The points are configuration.

/// A piecewise linear function with a flat continuation on both sides.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    points: Vec<(f64, f64)>,
}

impl Curve {
    /// Checks that there are two points or more, all finite, abscissae strictly rising and scores within 0..=1.
    ///
    /// # Errors
    /// Says what is wrong with the points.
    pub fn new(points: Vec<(f64, f64)>) -> Result<Self, &'static str> {
        if points.len() < 2 {
            return Err("a curve needs two points or more");
        }
        if points
            .iter()
            .any(|(x, score)| !x.is_finite() || !(0.0..=1.0).contains(score))
        {
            return Err("each point is [reading, score] with a finite reading and a score from 0 to 1");
        }
        if points.windows(2).any(|pair| pair[0].0 >= pair[1].0) {
            return Err("readings must rise from point to point");
        }
        Ok(Self { points })
    }

    /// The reading at which the best score just holds: what is expected of a healthy component.
    #[must_use]
    pub fn expected(&self) -> f64 {
        let (first, last) = (self.points[0], self.points[self.points.len() - 1]);
        let holds = |best: f64| move |point: &&(f64, f64)| point.1 >= best;
        if first.1 >= last.1 {
            self.points
                .iter()
                .rev()
                .find(holds(first.1))
                .map_or(first.0, |point| point.0)
        } else {
            self.points.iter().find(holds(last.1)).map_or(last.0, |point| point.0)
        }
    }

    /// The score of a reading; something that is not a number scores 1, because it says nothing against the component.
    #[must_use]
    pub fn score(&self, reading: f64) -> f64 {
        if reading.is_nan() {
            return 1.0;
        }
        let after = self.points.partition_point(|(x, _)| *x <= reading);
        match (
            after.checked_sub(1).and_then(|before| self.points.get(before)),
            self.points.get(after),
        ) {
            (Some((x0, y0)), Some((x1, y1))) => y0 + (y1 - y0) * (reading - x0) / (x1 - x0),
            (Some((_, score)), None) | (None, Some((_, score))) => *score,
            (None, None) => 1.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn points_are_checked() {
        assert!(Curve::new(vec![(1.0, 1.0)]).is_err());
        assert!(Curve::new(vec![(1.0, 1.0), (1.0, 0.0)]).is_err());
        assert!(Curve::new(vec![(1.0, 1.0), (2.0, 1.5)]).is_err());
    }

    proptest! {
        #[test]
        fn a_score_is_always_a_score(reading in prop::num::f64::ANY) {
            let curve = Curve::new(vec![(9.0, 0.1), (10.0, 0.6), (12.0, 1.0)]).unwrap();
            prop_assert!((0.0..=1.0).contains(&curve.score(reading)));
        }

        #[test]
        fn it_is_monotone_where_its_points_are(a in -50f64..50.0, b in -50f64..50.0) {
            let curve = Curve::new(vec![(9.0, 0.1), (10.0, 0.6), (12.0, 1.0)]).unwrap();
            prop_assert!(curve.score(a.min(b)) <= curve.score(a.max(b)));
        }
    }
}
