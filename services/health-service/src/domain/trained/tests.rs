//! Trails and artefacts: bounded, whole, and not upset by broken input.

use prognostics::snapshot::{Fields, Portable, Reader, Writer};
use proptest::prelude::*;

use super::*;
use crate::domain::SECOND;

fn reference() -> Reference {
    let rules: Vec<Rule> = vec![Some((0.0, [0.0; REGRESSORS])); CHANNELS];
    Reference::new("petrol_car", 1.0, &rules, vec![330.0])
}

/// A car at 60 km/h, one record a minute, whose pads wear by 2 % in 1,000 km.
fn driven(km: u32) -> Trails {
    let (reference, mut trails) = (reference(), Trails::default());
    for minute in 0..=km {
        let mut sample = Sample::default();
        sample.set(Quantity::Speed, 60.0);
        sample.set(Quantity::Odometer, 1_000.0 * f64::from(minute));
        sample.set(Quantity::PadLeft, 20.0 + f64::from(minute) / 500.0);
        trails.observe(&reference, &sample, i64::from(minute) * 60 * SECOND);
    }
    trails
}

fn numbers(trails: &Trails) -> Vec<f32> {
    let mut numbers = Vec::new();
    trails.write("brakes", 1.0, &mut numbers);
    numbers
}

#[test]
fn lines_follow_a_straight_wear_and_know_its_slope() {
    let trails = driven(8_000);
    assert!((trails.km() - 8_000.0).abs() < 1.0);
    let pads = numbers(&trails);
    let [level, level_here, slope, long, long_slope, _, _, _, own] = pads[..NUMBERS] else {
        panic!("{pads:?}")
    };
    assert!((level_here - 36.0).abs() < 0.3 && (long - 36.0).abs() < 0.4, "{pads:?}");
    assert!(
        (slope - 2.0).abs() < 0.05 && (long_slope - 2.0).abs() < 0.05,
        "{pads:?}"
    );
    assert!(level < level_here && (20.0..23.0).contains(&own), "{pads:?}");
}

#[test]
fn a_renewed_component_forgets_and_others_do_not() {
    let mut trails = driven(3_000);
    trails.renew("tyres");
    assert!(numbers(&trails)[0].is_finite());
    trails.renew("brakes");
    assert!(numbers(&trails)[..NUMBERS].iter().all(|number| number.is_nan()));
}

#[test]
fn state_is_bounded_and_comes_back_whole() {
    let mut trails = driven(20_000);
    assert!(
        size_of::<Trails>() <= COMPONENTS.len() * 1_024,
        "{}",
        size_of::<Trails>()
    );
    let mut writer = Writer::default();
    trails.fields(&mut writer);
    trails.late_fields(&mut writer);
    let mut back = Trails::default();
    let mut reader = Reader::new(&writer.bytes);
    back.fields(&mut reader);
    back.late_fields(&mut reader);
    assert!(reader.is_whole() && back == trails);
}

#[test]
fn artefacts_are_read_back_or_refused() {
    let bundle = Bundle {
        reference: reference(),
        models: Vec::new(),
    };
    let bytes = bundle.to_bytes();
    assert_eq!(Bundle::from_bytes(&bytes).as_ref(), Ok(&bundle));
    for cut in 0..bytes.len() {
        assert!(Bundle::from_bytes(&bytes[..cut]).is_err(), "{cut}");
    }
    assert_eq!(Bundle::from_bytes(b"something else"), Err(Unreadable::Magic));
}

/// What the first generation wrote: fewer channels, one limit a channel.
#[test]
fn artefacts_of_the_first_generation_are_read_and_written_as_they_were() {
    let of_first = Channel::ALL.iter().filter(|channel| channel.is_of_first()).count();
    let mut writer = Writer::default();
    writer.u64(&mut u64::from_le_bytes(*b"FLEETRF\x01"));
    "petrol_car".to_owned().fields(&mut writer);
    writer.f32(&mut 1.0);
    vec![true; of_first].fields(&mut writer);
    vec![0.5f32; of_first].fields(&mut writer);
    vec![[0.0f32; REGRESSORS]; of_first].fields(&mut writer);
    vec![330.0f32].fields(&mut writer);
    let reference = Reference::from_bytes(&writer.bytes).expect("a reference of the first generation");
    assert_eq!(reference.to_bytes(), writer.bytes);
    assert!(reference.follows(Channel::Turns as usize) && !reference.follows(Channel::SteadyTurns as usize));

    let mut card = Card {
        component: "suspension".to_owned(),
        reference_hash: reference.hash(),
        ..Card::default()
    };
    let mut writer = Writer::default();
    writer.u64(&mut u64::from_le_bytes(*b"FLEETMD\x01"));
    card.fields(&mut writer);
    for number in [1.0, 20_000.0] {
        writer.f32(&mut { number });
    }
    vec![3.0f32].fields(&mut writer);
    for _ in 0..3 {
        prognostics::trees::Booster::default().fields(&mut writer);
    }
    prognostics::conformal::Calibration::default().fields(&mut writer);
    let model = TrainedModel::from_bytes(&writer.bytes).expect("a model of the first generation");
    assert!(model.is_first() && model.to_bytes() == writer.bytes);
    // Eleven features of its one channel, three soonest ends and the distance followed, as its trees were taught.
    assert_eq!(model.features(&driven(1_000)).len(), 15);
}

#[test]
fn shipped_models_are_whole_small_and_say_nothing_of_a_new_vehicle() {
    for (name, bytes) in shipped() {
        let bundle = Bundle::from_bytes(bytes).expect(name);
        assert_eq!(bundle.reference.class(), *name);
        assert!(
            !bundle.models.is_empty() && bytes.len() < 2_000_000,
            "{name}: {}",
            bytes.len()
        );
        for model in &bundle.models {
            assert_eq!(model.forecast(&Trails::default()), None, "{}", model.card().model_id);
            let coverage = model.card().evaluation.coverage_90;
            assert!((0.8..=1.0).contains(&coverage), "{}: {coverage}", model.card().model_id);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    /// Whatever comes, forecasts are in order and inside the cap, or there is none.
    #[test]
    fn broken_records_never_panic_and_never_give_disorder(
        records in prop::collection::vec((prop::num::i64::ANY, 0usize..QUANTITIES, prop::num::f64::ANY), 1..300),
        start in 0i64..1_000_000,
    ) {
        let bundle = Bundle::from_bytes(shipped()[0].1).expect("shipped");
        let mut trails = driven(600);
        for (number, (jump, quantity, value)) in records.into_iter().enumerate() {
            let mut sample = Sample::default();
            sample.set(Quantity::ALL[quantity], value);
            sample.set(Quantity::Odometer, 600_000.0 + 50_000.0 * number as f64);
            let at = if number % 7 == 0 { jump } else { (600 + start + number as i64) * 60 * SECOND };
            trails.observe(&bundle.reference, &sample, at);
        }
        for model in &bundle.models {
            if let Some(q) = model.forecast(&trails) {
                prop_assert!(0.0 <= q.p05 && q.p05 <= q.p50 && q.p50 <= q.p95, "{q:?}");
                prop_assert!(q.p95 <= model.card().cap_km * 1.001, "{q:?}");
            }
        }
    }
}
