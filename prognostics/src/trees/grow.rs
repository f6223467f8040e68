//! One tree, grown leaf by leaf where the loss falls most.

use super::BoostSettings;
use super::bins::{BINS, Binned, MISSING};
use super::tree::{Node, Tree};

type Histogram = Vec<[[f32; 2]; BINS]>;

/// Rows and features that one tree may see, copied together so that the inner loop walks straight through memory.
pub(super) struct Sample {
    /// The rows, by their number in the whole table.
    pub(super) rows: Vec<u32>,
    features: Vec<usize>,
    bins: Vec<u8>,
}

impl Sample {
    pub(super) fn new(binned: &Binned, rows: Vec<u32>, features: Vec<usize>) -> Self {
        let mut bins = Vec::with_capacity(rows.len() * features.len());
        for row in &rows {
            let all = binned.row(*row as usize);
            bins.extend(features.iter().map(|feature| all[*feature]));
        }
        Self { rows, features, bins }
    }

    fn row(&self, place: u32) -> &[u8] {
        let width = self.features.len();
        &self.bins[place as usize * width..(place as usize + 1) * width]
    }
}

struct Leaf {
    node: usize,
    begin: usize,
    end: usize,
    histogram: Histogram,
    total: [f64; 2],
    split: Option<Split>,
}

#[derive(Clone, Copy)]
struct Split {
    gain: f64,
    feature: usize,
    bin: u8,
    missing_left: bool,
}

/// A grown tree and, for each leaf, its node and the sampled places that fell into it.
pub(super) struct Grown {
    pub(super) tree: Tree,
    pub(super) leaves: Vec<(usize, Vec<u32>)>,
}

pub(super) struct Grower<'a> {
    settings: &'a BoostSettings,
    binned: &'a Binned,
    sample: &'a Sample,
    /// Gradient and weight of each sampled place.
    slopes: &'a [[f32; 2]],
    order: Vec<u32>,
    nodes: Vec<Node>,
}

impl<'a> Grower<'a> {
    pub(super) fn new(
        settings: &'a BoostSettings,
        binned: &'a Binned,
        sample: &'a Sample,
        slopes: &'a [[f32; 2]],
    ) -> Self {
        Self {
            settings,
            binned,
            sample,
            slopes,
            order: (0..sample.rows.len() as u32).collect(),
            nodes: vec![Node::leaf(0.0)],
        }
    }

    pub(super) fn grow(mut self) -> Grown {
        let root = self.leaf(0, 0, self.order.len(), None);
        let mut leaves = vec![root];
        while leaves.len() < self.settings.leaves {
            let gain = |leaf: &Leaf| leaf.split.map_or(0.0, |split| split.gain);
            let best = (0..leaves.len()).max_by(|a, b| gain(&leaves[*a]).total_cmp(&gain(&leaves[*b])));
            let Some(best) = best.filter(|best| gain(&leaves[*best]) > 0.0) else {
                break;
            };
            let leaf = leaves.swap_remove(best);
            let [left, right] = self.divide(leaf);
            leaves.push(left);
            leaves.push(right);
        }
        for leaf in &leaves {
            self.nodes[leaf.node] = Node::leaf((-leaf.total[0] / (leaf.total[1] + self.settings.l2)) as f32);
        }
        let members = |leaf: &Leaf| (leaf.node, self.order[leaf.begin..leaf.end].to_vec());
        let leaves = leaves.iter().map(members).collect();
        Grown {
            tree: Tree::new(self.nodes),
            leaves,
        }
    }

    fn leaf(&self, node: usize, begin: usize, end: usize, histogram: Option<Histogram>) -> Leaf {
        let histogram = histogram.unwrap_or_else(|| self.histogram(&self.order[begin..end]));
        let total = self.order[begin..end]
            .iter()
            .fold([0.0, 0.0], |[slope, weight], place| {
                let [a, b] = self.slopes[*place as usize];
                [slope + f64::from(a), weight + f64::from(b)]
            });
        let split = self.best_split(&histogram, total);
        Leaf {
            node,
            begin,
            end,
            histogram,
            total,
            split,
        }
    }

    fn histogram(&self, places: &[u32]) -> Histogram {
        let mut histogram = vec![[[0.0f32; 2]; BINS]; self.sample.features.len()];
        for place in places {
            let [slope, weight] = self.slopes[*place as usize];
            for (bins, bin) in histogram.iter_mut().zip(self.sample.row(*place)) {
                let sums = &mut bins[usize::from(*bin) % BINS];
                sums[0] += slope;
                sums[1] += weight;
            }
        }
        histogram
    }

    fn best_split(&self, histogram: &Histogram, total: [f64; 2]) -> Option<Split> {
        let score = |slope: f64, weight: f64| slope * slope / (weight + self.settings.l2);
        let least = self.settings.leaf_weight_min;
        let unsplit = score(total[0], total[1]);
        let mut best: Option<Split> = None;
        for (place, bins) in histogram.iter().enumerate() {
            let feature = self.sample.features[place];
            let missing = bins[usize::from(MISSING)].map(f64::from);
            let sides: &[bool] = if missing[1] > 0.0 { &[false, true] } else { &[false] };
            for missing_left in sides {
                let mut left = if *missing_left { missing } else { [0.0, 0.0] };
                for (bin, sums) in bins
                    .iter()
                    .enumerate()
                    .take(self.binned.cuts[feature].len() + 1)
                    .skip(1)
                {
                    left = [left[0] + f64::from(sums[0]), left[1] + f64::from(sums[1])];
                    let right = [total[0] - left[0], total[1] - left[1]];
                    if left[1] < least || right[1] < least {
                        continue;
                    }
                    let gain = score(left[0], left[1]) + score(right[0], right[1]) - unsplit;
                    if gain > best.map_or(1e-9, |best| best.gain) {
                        let missing_left = *missing_left || missing[1] == 0.0 && left[1] >= right[1];
                        best = Some(Split {
                            gain,
                            feature: place,
                            bin: bin as u8,
                            missing_left,
                        });
                    }
                }
            }
        }
        best
    }

    fn divide(&mut self, leaf: Leaf) -> [Leaf; 2] {
        let Some(split) = leaf.split else {
            unreachable!("only leaves with a gain are divided")
        };
        let goes_left = |place: u32| {
            let bin = self.sample.row(place)[split.feature];
            if bin == MISSING {
                split.missing_left
            } else {
                bin <= split.bin
            }
        };
        let places = &self.order[leaf.begin..leaf.end];
        let (left, right): (Vec<u32>, Vec<u32>) = places.iter().partition(|place| goes_left(**place));
        let middle = leaf.begin + left.len();
        self.order[leaf.begin..middle].copy_from_slice(&left);
        self.order[middle..leaf.end].copy_from_slice(&right);
        let feature = self.sample.features[split.feature];
        let child = self.nodes.len();
        let cut = self.binned.cuts[feature][usize::from(split.bin) - 1];
        self.nodes[leaf.node] = Node::split(feature, cut, split.missing_left, child);
        self.nodes.extend([Node::leaf(0.0), Node::leaf(0.0)]);
        // Counting the smaller side is enough: the larger is what is left of the parent.
        let small = self.histogram(if left.len() <= right.len() { &left } else { &right });
        let mut large = leaf.histogram;
        for (large, small) in large.iter_mut().flatten().zip(small.iter().flatten()) {
            large[0] -= small[0];
            large[1] -= small[1];
        }
        let (of_left, of_right) = if left.len() <= right.len() {
            (small, large)
        } else {
            (large, small)
        };
        [
            self.leaf(child, leaf.begin, middle, Some(of_left)),
            self.leaf(child + 1, middle, leaf.end, Some(of_right)),
        ]
    }
}
