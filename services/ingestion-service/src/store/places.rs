//! Where each record stands in an event's data, so that the store need not read the JSON again.
//!
//! Bytes, all numbers as LEB128 (signed ones zigzag): number of vehicles, each vehicle's id with its length; then for each record, in the
//! order of the data: vehicle × 2 + covered, time and sequence less those of the record before, bytes from its predecessor's end, length.

/// One record in the data of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index into [`Places::vehicle_ids`].
    pub vehicle: usize,
    pub time_us: i64,
    /// −1 where the device has none.
    pub sequence: i64,
    pub start: usize,
    pub length: usize,
    /// A later record of the same vehicle in the same data has all signals of this one: it says nothing about the newest readings.
    pub covered: bool,
}

/// The places of an event's records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Places {
    pub vehicle_ids: Vec<String>,
    pub records: Vec<Place>,
}

/// Bytes that are no places.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the places of a waiting batch are cut short")]
pub struct Malformed;

impl Places {
    /// As bytes.
    #[must_use]
    pub fn encode(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(16 + self.vehicle_ids.len() * 16 + self.records.len() * 10);
        put(&mut bytes, self.vehicle_ids.len() as u64);
        for id in &self.vehicle_ids {
            put(&mut bytes, id.len() as u64);
            bytes.extend_from_slice(id.as_bytes());
        }
        let (mut time_us, mut sequence, mut end) = (0_i64, 0_i64, 0);
        for place in &self.records {
            put(&mut bytes, place.vehicle as u64 * 2 + u64::from(place.covered));
            put_signed(&mut bytes, place.time_us.wrapping_sub(time_us));
            put_signed(&mut bytes, place.sequence.wrapping_sub(sequence));
            put(&mut bytes, (place.start - end) as u64);
            put(&mut bytes, place.length as u64);
            (time_us, sequence, end) = (place.time_us, place.sequence, place.start + place.length);
        }
        bytes
    }

    /// Reads what [`Places::encode`] wrote.
    ///
    /// # Errors
    /// [`Malformed`] when the bytes end too early or name a vehicle that is not there.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut left = bytes;
        let mut places = Self::default();
        for _ in 0..take(&mut left)? {
            let length = size(take(&mut left)?)?;
            let (id, rest) = left.split_at_checked(length).ok_or(Malformed)?;
            places
                .vehicle_ids
                .push(std::str::from_utf8(id).map_err(|_| Malformed)?.to_owned());
            left = rest;
        }
        let (mut time_us, mut sequence, mut end) = (0_i64, 0_i64, 0_usize);
        while !left.is_empty() {
            let vehicle = take(&mut left)?;
            time_us = time_us.wrapping_add(take_signed(&mut left)?);
            sequence = sequence.wrapping_add(take_signed(&mut left)?);
            let start = end.checked_add(size(take(&mut left)?)?).ok_or(Malformed)?;
            let length = size(take(&mut left)?)?;
            end = start.checked_add(length).ok_or(Malformed)?;
            let place = Place {
                vehicle: size(vehicle / 2)?,
                time_us,
                sequence,
                start,
                length,
                covered: vehicle % 2 == 1,
            };
            if place.vehicle >= places.vehicle_ids.len() {
                return Err(Malformed);
            }
            places.records.push(place);
        }
        Ok(places)
    }
}

fn put(bytes: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        bytes.push(number as u8 | 0x80);
        number >>= 7;
    }
    bytes.push(number as u8);
}

fn put_signed(bytes: &mut Vec<u8>, number: i64) {
    put(bytes, ((number << 1) ^ (number >> 63)) as u64);
}

fn take(left: &mut &[u8]) -> Result<u64, Malformed> {
    let mut number = 0_u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = left.split_first().ok_or(Malformed)?;
        *left = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(Malformed)
}

fn take_signed(left: &mut &[u8]) -> Result<i64, Malformed> {
    let number = take(left)?;
    Ok((number >> 1) as i64 ^ -((number & 1) as i64))
}

fn size(number: u64) -> Result<usize, Malformed> {
    usize::try_from(number).map_err(|_| Malformed)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn places_are_read_as_they_were_written(
            ids in proptest::collection::vec("\\PC{1,12}", 1..4),
            records in proptest::collection::vec((0usize..4, any::<i64>(), any::<i64>(), 0usize..9, 0usize..9000, any::<bool>()), 0..40),
        ) {
            let mut end = 0;
            let records = records.into_iter().map(|(vehicle, time_us, sequence, gap, length, covered)| {
                let start = end + gap;
                end = start + length;
                Place { vehicle: vehicle % ids.len(), time_us, sequence, start, length, covered }
            }).collect();
            let places = Places { vehicle_ids: ids.clone(), records };
            prop_assert_eq!(Places::decode(&places.encode()), Ok(places));
        }

        #[test]
        fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..60)) {
            let _ = Places::decode(&bytes);
        }
    }
}
