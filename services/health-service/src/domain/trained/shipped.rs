//! The models that come with the service, so that the first start predicts. `docs/prognostics.md` says how they are made.

/// Bundles by vehicle class.
#[must_use]
pub fn shipped() -> &'static [(&'static str, &'static [u8])] {
    &[
        ("petrol_car", include_bytes!("../../../models/petrol_car.models")),
        ("electric_car", include_bytes!("../../../models/electric_car.models")),
        ("diesel_van", include_bytes!("../../../models/diesel_van.models")),
        ("heavy_truck", include_bytes!("../../../models/heavy_truck.models")),
    ]
}
