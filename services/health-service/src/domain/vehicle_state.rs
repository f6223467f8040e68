//! The fields of a vehicle's state in the order in which they are stored. What a format added stands at the end.

use prognostics::snapshot::{Fields, Portable};

use super::vehicle::Vehicle;

impl Vehicle {
    /// All fields but the trails, which are the last.
    pub(crate) fn fields_before_trails(&mut self, fields: &mut dyn Fields) {
        fields.u8(&mut self.powertrain);
        fields.i64(&mut self.last_at);
        fields.u64(&mut self.records);
        fields.u64(&mut self.late);
        self.usage.fields(fields);
        fields.f64(&mut self.distance_km);
        fields.f64(&mut self.odometer_km);
        fields.bool(&mut self.odometer_known);
        fields.i64(&mut self.odometer_at);
        fields.f32(&mut self.last_speed);
        fields.bool(&mut self.warm);
        fields.i64(&mut self.computed_at);
        self.window.fields(fields);
        self.sensors.fields(fields);
        self.starter.fields(fields);
        self.references.fields(fields);
        self.memory.fields(fields);
        self.components.fields(fields);
        // What came with format 3. A state of format 2 ends here.
        if fields.is_exhausted() {
            return;
        }
        fields.u8(&mut self.class);
        self.refused.fields(fields);
        self.sensors.late_fields(fields);
        self.gears.fields(fields);
        self.ride.fields(fields);
        self.components
            .iter_mut()
            .for_each(|component| component.late_fields(fields));
    }
}

impl Vehicle {
    /// What came with format 5: evidence held piece by piece, when confirmed codes were last seen as pending, what the last instant
    /// spoke of, and the way by speed that no odometer has told.
    pub(super) fn fields_of_format_5(&mut self, fields: &mut dyn Fields) {
        self.components
            .iter_mut()
            .for_each(|component| component.fields_of_format_5(fields));
        self.read_out.late_fields(fields);
        self.spoken.fields(fields);
        self.odometry.fields(fields);
        if self.trails_of != 0 {
            self.trails.late_fields(fields);
        }
    }

    /// What came with format 6: alarms that were told, and since when their components are well again.
    pub(super) fn fields_of_format_6(&mut self, fields: &mut dyn Fields) {
        self.components
            .iter_mut()
            .for_each(|component| component.fields_of_format_6(fields));
    }

    /// What came with format 7: what trained models foretold, and which warnings stand.
    pub(super) fn fields_of_format_7(&mut self, fields: &mut dyn Fields) {
        self.components
            .iter_mut()
            .for_each(|component| component.fields_of_format_7(fields));
    }
}

impl Portable for Vehicle {
    fn fields(&mut self, fields: &mut dyn Fields) {
        self.fields_before_trails(fields);
        if fields.is_exhausted() {
            return;
        }
        fields.u64(&mut self.trails_of);
        if self.trails_of != 0 {
            self.trails.fields(fields);
        }
        // What came with format 4.
        if fields.is_exhausted() {
            return;
        }
        self.read_out.fields(fields);
        if fields.is_exhausted() {
            return;
        }
        self.fields_of_format_5(fields);
        if fields.is_exhausted() {
            return;
        }
        self.fields_of_format_6(fields);
        if fields.is_exhausted() {
            return;
        }
        self.fields_of_format_7(fields);
    }
}
