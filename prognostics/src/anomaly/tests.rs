use super::*;
use crate::random::Random;

/// Four signals: the first three follow one hidden load, the fourth is its own.
fn record(random: &mut Random) -> [f32; 4] {
    let hidden = random.normal();
    let mut noisy = |level: f64| (level + 0.5 * random.normal()) as f32;
    [noisy(hidden), noisy(hidden), noisy(-hidden), noisy(0.0)]
}

fn detector() -> Detector {
    let mut random = Random::new(3);
    let mut scores = Matrix::new(4);
    (0..4_000).for_each(|_| scores.push_row(&record(&mut random)));
    let units: Vec<usize> = (0..4_000).map(|row| row / 100).collect();
    let healthy = Healthy {
        scores: &scores,
        regimes: &[0; 4_000],
        units: &units,
    };
    Detector::learn(healthy, &DetectorSettings::default())
}

fn after(change: impl Fn(usize, &mut [f32; 4])) -> Finding {
    let detector = detector();
    let mut random = Random::new(12);
    let mut watched = Watched::default();
    for at in 0..80 {
        let mut record = record(&mut random);
        change(at, &mut record);
        detector.observe(&mut watched, 0, &record);
    }
    detector.judge(&watched, 0).unwrap()
}

#[test]
fn healthy_records_are_normal_as_often_as_promised() {
    let detector = detector();
    let mut random = Random::new(77);
    let mut watched = Watched::default();
    let mut alarms = 0;
    for _ in 0..5_000 {
        detector.observe(&mut watched, 0, &record(&mut random));
        alarms += usize::from(detector.judge(&watched, 0).unwrap().verdict != Verdict::Normal);
    }
    assert!((10..125).contains(&alarms), "{alarms} of 5,000");
}

#[test]
fn a_sensor_that_jumps_is_told_from_a_component_that_fails() {
    let biased = after(|at, record| {
        if at >= 60 {
            record[1] += 6.0
        }
    });
    assert_eq!(biased.verdict, Verdict::Sensor(1), "{biased:?}");
    let failing = after(|at, record| {
        let wear = at.saturating_sub(20) as f32 / 30.0;
        record[0] += wear;
        record[3] += wear;
        record[2] += wear;
    });
    assert_eq!(failing.verdict, Verdict::Component, "{failing:?}");
    let drifting = after(|at, record| record[3] += at.saturating_sub(20) as f32 / 40.0);
    assert_eq!(drifting.verdict, Verdict::Unclear(3), "{drifting:?}");
}

#[test]
fn broken_input_is_no_panic() {
    let detector = detector();
    let mut watched = Watched::default();
    assert_eq!(detector.judge(&watched, 0), None);
    detector.observe(&mut watched, 9, &[1.0; 4]);
    detector.observe(&mut watched, 0, &[f32::NAN, f32::INFINITY]);
    assert!(detector.judge(&watched, 0).unwrap().distance.is_finite());
    assert_eq!(detector.judge(&watched, 9), None);
    let nothing = Healthy {
        scores: &Matrix::new(2),
        regimes: &[],
        units: &[],
    };
    assert_eq!(
        Detector::learn(nothing, &DetectorSettings::default()).judge(&watched, 0),
        None
    );
}
