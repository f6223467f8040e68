//! The recurrent layer forwards and backwards, for a batch of sequences of equal length.

use super::OUTPUTS;

/// Where the weights of a network stand in one flat vector: inputs to gates, state to gates, gate biases, read-out,
/// read-out biases. A row of gates holds input, forget, candidate and output gates of all cells, in this order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) inputs: usize,
    pub(super) hidden: usize,
}

impl Layout {
    pub(super) fn gates(self) -> usize {
        4 * self.hidden
    }
    pub(super) fn gate_bias(self) -> usize {
        (self.inputs + self.hidden) * self.gates()
    }
    pub(super) fn read_out(self) -> usize {
        self.gate_bias() + self.gates()
    }
    pub(super) fn read_out_bias(self) -> usize {
        self.read_out() + self.hidden * OUTPUTS
    }
    pub(super) fn count(self) -> usize {
        self.read_out_bias() + OUTPUTS
    }
}

/// Everything that a pass through the network leaves behind, so that it can be walked back.
pub(super) struct Tape {
    layout: Layout,
    steps: usize,
    batch: usize,
    /// Inputs and previous state side by side, step by step, sequence by sequence.
    given: Vec<f32>,
    gates: Vec<f32>,
    cells: Vec<f32>,
    squashed: Vec<f32>,
    last: Vec<f32>,
    answers: Vec<f32>,
}

impl Tape {
    pub(super) fn new(layout: Layout, steps: usize, batch: usize) -> Self {
        let cells = steps * batch * layout.hidden;
        Self {
            layout,
            steps,
            batch,
            given: vec![0.0; steps * batch * (layout.inputs + layout.hidden)],
            gates: vec![0.0; 4 * cells],
            cells: vec![0.0; cells],
            squashed: vec![0.0; cells],
            last: vec![0.0; batch * layout.hidden],
            answers: vec![0.0; batch * OUTPUTS],
        }
    }

    /// Puts a sequence into a place of the batch.
    pub(super) fn load(&mut self, place: usize, sequence: &[f32], scale: &[f32]) {
        let width = self.layout.inputs + self.layout.hidden;
        for (step, row) in sequence.chunks_exact(self.layout.inputs).take(self.steps).enumerate() {
            let at = (step * self.batch + place) * width;
            for ((given, value), scale) in self.given[at..].iter_mut().zip(row).zip(scale) {
                let scaled = value * scale;
                *given = if scaled.is_finite() {
                    scaled.clamp(-8.0, 8.0)
                } else {
                    0.0
                };
            }
        }
    }

    /// The answers of the batch, one after the other.
    pub(super) fn answers(&self) -> &[f32] {
        &self.answers
    }

    pub(super) fn forward(&mut self, weights: &[f32]) {
        let Layout { inputs, hidden } = self.layout;
        let (width, gate_count) = (inputs + hidden, self.layout.gates());
        let bias = &weights[self.layout.gate_bias()..self.layout.read_out()];
        for step in 0..self.steps {
            for place in 0..self.batch {
                let at = step * self.batch + place;
                let gates = &mut self.gates[at * gate_count..(at + 1) * gate_count];
                gates.copy_from_slice(bias);
                add_product(gates, &self.given[at * width..(at + 1) * width], weights);
                let before = (step > 0).then(|| (at - self.batch) * hidden);
                let last = &mut self.last[place * hidden..(place + 1) * hidden];
                let (kept, squashed) = (&mut self.cells, &mut self.squashed);
                for cell in 0..hidden {
                    let i = sigmoid(gates[cell]);
                    let f = sigmoid(gates[hidden + cell]);
                    let g = tanh(gates[2 * hidden + cell]);
                    let o = sigmoid(gates[3 * hidden + cell]);
                    let old = before.map_or(0.0, |before| kept[before + cell]);
                    let new = f * old + i * g;
                    let squash = tanh(new);
                    kept[at * hidden + cell] = new;
                    squashed[at * hidden + cell] = squash;
                    last[cell] = o * squash;
                    (gates[cell], gates[hidden + cell]) = (i, f);
                    (gates[2 * hidden + cell], gates[3 * hidden + cell]) = (g, o);
                }
                if step + 1 < self.steps {
                    let next = (at + self.batch) * width + inputs;
                    self.given[next..next + hidden].copy_from_slice(last);
                }
            }
        }
        let read_out = &weights[self.layout.read_out()..self.layout.read_out_bias()];
        for place in 0..self.batch {
            let answers = &mut self.answers[place * OUTPUTS..(place + 1) * OUTPUTS];
            answers.copy_from_slice(&weights[self.layout.read_out_bias()..self.layout.count()]);
            for (state, row) in self.last[place * hidden..]
                .iter()
                .take(hidden)
                .zip(read_out.chunks_exact(OUTPUTS))
            {
                answers
                    .iter_mut()
                    .zip(row)
                    .for_each(|(answer, weight)| *answer += state * weight);
            }
        }
    }

    /// Adds the gradient of the weights, given the gradient of the answers.
    pub(super) fn backward(&self, weights: &[f32], of_answers: &[f32], gradient: &mut [f32]) {
        let Layout { inputs, hidden } = self.layout;
        let (width, gate_count) = (inputs + hidden, self.layout.gates());
        let mut of_state = vec![0.0f32; self.batch * hidden];
        let mut of_cell = vec![0.0f32; self.batch * hidden];
        self.backward_read_out(weights, of_answers, gradient, &mut of_state);
        let mut of_gates = vec![0.0f32; gate_count];
        for step in (0..self.steps).rev() {
            for place in 0..self.batch {
                let at = step * self.batch + place;
                let gates = &self.gates[at * gate_count..(at + 1) * gate_count];
                let before = (step > 0).then(|| (at - self.batch) * hidden);
                for cell in 0..hidden {
                    let (i, f) = (gates[cell], gates[hidden + cell]);
                    let (g, o) = (gates[2 * hidden + cell], gates[3 * hidden + cell]);
                    let squash = self.squashed[at * hidden + cell];
                    let state = of_state[place * hidden + cell];
                    let through = of_cell[place * hidden + cell] + state * o * (1.0 - squash * squash);
                    let old = before.map_or(0.0, |before| self.cells[before + cell]);
                    of_gates[cell] = through * g * i * (1.0 - i);
                    of_gates[hidden + cell] = through * old * f * (1.0 - f);
                    of_gates[2 * hidden + cell] = through * i * (1.0 - g * g);
                    of_gates[3 * hidden + cell] = state * squash * o * (1.0 - o);
                    of_cell[place * hidden + cell] = through * f;
                }
                let given = &self.given[at * width..(at + 1) * width];
                for (row, value) in gradient.chunks_exact_mut(gate_count).zip(given) {
                    row.iter_mut()
                        .zip(&of_gates)
                        .for_each(|(sum, gate)| *sum += value * gate);
                }
                let bias = self.layout.gate_bias();
                gradient[bias..bias + gate_count]
                    .iter_mut()
                    .zip(&of_gates)
                    .for_each(|(sum, gate)| *sum += gate);
                let rows = weights[inputs * gate_count..self.layout.gate_bias()].chunks_exact(gate_count);
                for (state, row) in of_state[place * hidden..].iter_mut().zip(rows) {
                    *state = dot(row, &of_gates);
                }
            }
        }
    }

    fn backward_read_out(&self, weights: &[f32], of_answers: &[f32], gradient: &mut [f32], of_state: &mut [f32]) {
        let hidden = self.layout.hidden;
        let (read_out, bias) = (self.layout.read_out(), self.layout.read_out_bias());
        for (place, of_answer) in of_answers.chunks_exact(OUTPUTS).enumerate() {
            for cell in 0..hidden {
                let state = self.last[place * hidden + cell];
                for (output, slope) in of_answer.iter().enumerate() {
                    let weight = read_out + cell * OUTPUTS + output;
                    gradient[weight] += state * slope;
                    of_state[place * hidden + cell] += weights[weight] * slope;
                }
            }
            for (output, slope) in of_answer.iter().enumerate() {
                gradient[bias + output] += slope;
            }
        }
    }
}

/// `out` += row · weights, four rows of weights at a time, so that `out` is walked a quarter as often.
fn add_product(out: &mut [f32], row: &[f32], weights: &[f32]) {
    let width = out.len();
    let mut rows = weights.chunks_exact(4 * width);
    let mut values = row.chunks_exact(4);
    for (v, w) in values.by_ref().zip(rows.by_ref()) {
        let (a, rest) = w.split_at(width);
        let (b, rest) = rest.split_at(width);
        let (c, d) = rest.split_at(width);
        for ((((out, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
            *out += v[0] * a + v[1] * b + v[2] * c + v[3] * d;
        }
    }
    let done = row.len() / 4 * 4;
    for (value, weights) in row[done..].iter().zip(weights[done * width..].chunks_exact(width)) {
        out.iter_mut()
            .zip(weights)
            .for_each(|(out, weight)| *out += value * weight);
    }
}

/// Eight sums side by side, which the compiler turns into vector instructions.
fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (mut left, mut right) = (a.chunks_exact(8), b.chunks_exact(8));
    for (a, b) in left.by_ref().zip(right.by_ref()) {
        sums.iter_mut().zip(a).zip(b).for_each(|((sum, a), b)| *sum += a * b);
    }
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f32>() + rest
}

fn sigmoid(x: f32) -> f32 {
    0.5 * tanh(0.5 * x) + 0.5
}

/// The hyperbolic tangent by the continued fraction of Lambert cut at its seventh term; the error is below 2e-4 where
/// it is not held at ±1, and unlike the library's it is the same on every machine.
fn tanh(x: f32) -> f32 {
    let x = x.clamp(-4.97, 4.97);
    let y = x * x;
    let top = x * (135_135.0 + y * (17_325.0 + y * (378.0 + y)));
    let bottom = 135_135.0 + y * (62_370.0 + y * (3_150.0 + y * 28.0));
    (top / bottom).clamp(-1.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn the_tangent_is_close_to_the_real_one() {
        for step in -1_000..=1_000 {
            let x = step as f32 * 0.01;
            assert!((tanh(x) - x.tanh()).abs() < 2e-4, "{x}");
        }
    }

    #[test]
    fn the_gradient_is_the_slope_of_the_loss() {
        let layout = Layout { inputs: 3, hidden: 5 };
        let mut random = Random::new(2);
        let mut weights: Vec<f32> = (0..layout.count()).map(|_| 0.4 * random.normal() as f32).collect();
        let mut tape = Tape::new(layout, 4, 2);
        for place in 0..2 {
            let sequence: Vec<f32> = (0..12).map(|_| random.normal() as f32).collect();
            tape.load(place, &sequence, &[1.0; 3]);
        }
        let loss = |tape: &mut Tape, weights: &[f32]| {
            tape.forward(weights);
            tape.answers()
                .iter()
                .map(|answer| f64::from(*answer).powi(2))
                .sum::<f64>()
        };
        loss(&mut tape, &weights);
        let of_answers: Vec<f32> = tape.answers().iter().map(|answer| 2.0 * answer).collect();
        let mut gradient = vec![0.0; layout.count()];
        tape.backward(&weights, &of_answers, &mut gradient);
        for weight in 0..layout.count() {
            let kept = weights[weight];
            let step = 1e-2;
            weights[weight] = kept + step;
            let above = loss(&mut tape, &weights);
            weights[weight] = kept - step;
            let below = loss(&mut tape, &weights);
            weights[weight] = kept;
            let slope = (above - below) / (2.0 * f64::from(step));
            let found = f64::from(gradient[weight]);
            assert!(
                (slope - found).abs() < 0.02 + 0.03 * slope.abs(),
                "{weight}: {found} against {slope}"
            );
        }
    }
}
