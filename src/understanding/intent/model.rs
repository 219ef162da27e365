//! Multinomial logistic regression over sparse features, trained by AdaGrad: the same examples give the same weights.

use super::features::Feature;
use crate::understanding::hash::HashMapByHash;

/// How often each example is seen. More changes little.
const EPOCHS: usize = 14;
const RATE: f32 = 0.55;
/// Pulls weights towards zero, so that a word of one example does not decide alone.
const DECAY: f32 = 2.0e-5;
/// How far the answer is held from certainty, so that probabilities stay honest.
const SMOOTHING: f32 = 0.02;
/// Gradients smaller than this change nothing that is worth the time.
const NEGLIGIBLE: f32 = 0.002;

/// Weights by feature, those of all classes side by side.
#[derive(Debug)]
pub(super) struct Model {
    classes: usize,
    rows: HashMapByHash<usize>,
    weights: Vec<f32>,
    bias: Vec<f32>,
}

impl Model {
    pub(super) fn train(examples: impl Iterator<Item = (Vec<Feature>, usize)>, classes: usize) -> Self {
        let mut rows: HashMapByHash<usize> = HashMapByHash::default();
        let rowed: Vec<(Vec<(usize, f32)>, usize)> = examples
            .map(|(features, class)| {
                // No more room than they need: the features of all examples are held at once.
                let mut known = Vec::with_capacity(features.len());
                known.extend(features.iter().map(|(feature, weight)| {
                    let next = rows.len();
                    (*rows.entry(*feature).or_insert(next), *weight)
                }));
                (known, class)
            })
            .collect();
        let mut model = Self { classes, weights: vec![0.0; rows.len() * classes], bias: vec![0.0; classes], rows };
        let mut squares = vec![1.0e-2_f32; model.weights.len()];
        let mut bias_squares = vec![1.0e-2_f32; classes];
        let mut order: Vec<usize> = (0..rowed.len()).collect();
        let mut seed = 1_u64;
        let mut scores = vec![0.0; classes];
        #[expect(clippy::cast_precision_loss, reason = "there are some dozens of intents")]
        let rest = SMOOTHING / classes as f32;
        let mut wrong: Vec<(usize, f32)> = Vec::with_capacity(classes);
        for _ in 0..EPOCHS {
            shuffle(&mut order, &mut seed);
            for &at in &order {
                let (features, class) = &rowed[at];
                model.sum(features, &mut scores);
                softmax(&mut scores);
                wrong.clear();
                wrong.extend(scores.iter().enumerate().filter_map(|(index, score)| {
                    let wanted = rest + if index == *class { 1.0 - SMOOTHING } else { 0.0 };
                    let error = score - wanted;
                    (error.abs() >= NEGLIGIBLE).then_some((index, error))
                }));
                for (index, error) in &wrong {
                    step(&mut model.bias[*index], &mut bias_squares[*index], error * 0.1);
                }
                // Feature by feature: the weights of one stand side by side.
                for (row, weight) in features {
                    let cells = row * classes..(row + 1) * classes;
                    let (weights, squares) = (&mut model.weights[cells.clone()], &mut squares[cells]);
                    for (index, error) in &wrong {
                        let gradient = error * weight + DECAY * weights[*index];
                        step(&mut weights[*index], &mut squares[*index], gradient);
                    }
                }
            }
        }
        model
    }

    /// The probability of each class.
    pub(super) fn scores(&self, features: &[Feature]) -> Vec<f32> {
        let known: Vec<(usize, f32)> =
            features.iter().filter_map(|(feature, weight)| Some((*self.rows.get(feature)?, *weight))).collect();
        let mut scores = vec![0.0; self.classes];
        self.sum(&known, &mut scores);
        softmax(&mut scores);
        scores
    }

    fn sum(&self, features: &[(usize, f32)], scores: &mut [f32]) {
        scores.copy_from_slice(&self.bias);
        for (row, weight) in features {
            let row = &self.weights[row * self.classes..(row + 1) * self.classes];
            for (score, cell) in scores.iter_mut().zip(row) {
                *score += cell * weight;
            }
        }
    }
}

fn step(weight: &mut f32, squares: &mut f32, gradient: f32) {
    *squares += gradient * gradient;
    *weight -= RATE * gradient / squares.sqrt();
}

fn softmax(scores: &mut [f32]) {
    let most = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut sum = 0.0;
    for score in scores.iter_mut() {
        *score = (*score - most).exp();
        sum += *score;
    }
    for score in scores {
        *score /= sum;
    }
}

/// The same disorder every time.
fn shuffle(order: &mut [usize], seed: &mut u64) {
    for last in (1..order.len()).rev() {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let picked = usize::try_from(*seed >> 33).unwrap_or_default() % (last + 1);
        order.swap(last, picked);
    }
}
