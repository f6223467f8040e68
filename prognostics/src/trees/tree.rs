//! A decision tree as it is kept and asked.

use crate::snapshot::{Fields, Portable};

const LEAF: u32 = u32::MAX;

/// One node: a question or an answer.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Node {
    /// The feature asked for; [`LEAF`] when the node answers.
    feature: u32,
    /// Values up to this go left; of a leaf, the answer.
    value: f32,
    /// The left child; the right one stands beside it.
    child: u32,
    /// Where a missing value goes.
    missing_left: bool,
}

impl Node {
    pub(super) fn leaf(value: f32) -> Self {
        Self {
            feature: LEAF,
            value,
            child: 0,
            missing_left: false,
        }
    }

    pub(super) fn split(feature: usize, cut: f32, missing_left: bool, child: usize) -> Self {
        Self {
            feature: feature as u32,
            value: cut,
            child: child as u32,
            missing_left,
        }
    }
}

/// A binary tree over features.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Tree {
    nodes: Vec<Node>,
}

impl Tree {
    pub(super) fn new(nodes: Vec<Node>) -> Self {
        Self { nodes }
    }

    pub(super) fn set_leaf(&mut self, node: usize, value: f32) {
        self.nodes[node].value = value;
    }

    pub(super) fn scale(&mut self, rate: f32) {
        for node in self.nodes.iter_mut().filter(|node| node.feature == LEAF) {
            node.value *= rate;
        }
    }

    /// The answer for these features. A feature that is not there counts as missing, and a damaged tree answers 0.
    #[must_use]
    pub fn answer(&self, features: &[f32]) -> f32 {
        let mut at = 0;
        // A path is never longer than the tree: this ends even if a damaged file makes a circle.
        for _ in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(at) else { return 0.0 };
            if node.feature == LEAF {
                return node.value;
            }
            let value = features.get(node.feature as usize).copied().unwrap_or(f32::NAN);
            // Without branches: which way a row goes cannot be guessed, and a wrong guess costs more than both sides.
            let left = (value <= node.value) | (value.is_nan() & node.missing_left);
            at = node.child as usize + usize::from(!left);
        }
        0.0
    }

    /// Adds, for every feature that is asked for, one to its count.
    pub(super) fn count_features(&self, counts: &mut [u32]) {
        for node in &self.nodes {
            if let Some(count) = counts.get_mut(node.feature as usize) {
                *count += 1;
            }
        }
    }
}

impl Portable for Node {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.feature.fields(fields);
        fields.f32(&mut self.value);
        self.child.fields(fields);
        fields.bool(&mut self.missing_left);
    }
}

impl Portable for Tree {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.nodes.fields(fields);
    }
}
