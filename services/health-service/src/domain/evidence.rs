//! What a component's score rests on, piece by piece: signals are sent at very different paces, and one that speaks once an hour
//! must neither be drowned by one that speaks every second nor alarm by a single odd reading.

use prognostics::indicators::Persistence;
use prognostics::snapshot::{Fields, Portable};

use super::Micros;
use super::signal::Signal;

/// Where a piece of evidence comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Source {
    /// Everything that is read from one signal.
    Signal(Signal),
    /// Wear as it is believed.
    Wear,
    /// The cap that trouble codes set.
    Codes,
    /// The cap that a trained model's warning sets.
    Forecast,
}

const WEAR: u8 = u8::MAX;
const CODES: u8 = u8::MAX - 1;
const FORECAST: u8 = u8::MAX - 2;

impl Source {
    fn number(self) -> u8 {
        match self {
            Self::Signal(signal) => signal as u8,
            Self::Wear => WEAR,
            Self::Codes => CODES,
            Self::Forecast => FORECAST,
        }
    }
}

/// What is worn away does not come back unseen, so such a piece is remembered until it speaks again; a warning stands until it ends.
fn lasts(source: u8) -> bool {
    let wears = |signal: &Signal| {
        matches!(
            signal,
            Signal::PadWearFrontLeft
                | Signal::PadWearFrontRight
                | Signal::PadWearRearLeft
                | Signal::PadWearRearRight
                | Signal::ClutchWear
                | Signal::TractionHealth
        )
    };
    source == WEAR || source == FORECAST || Signal::ALL.get(usize::from(source)).is_some_and(wears)
}

#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Piece {
    source: u8,
    seen: Micros,
    /// The last score, and what the last ones agree on; only windows in which the piece spoke count.
    last: f32,
    agreed: Persistence,
}

impl Piece {
    fn is_remembered(&self, now: Micros, memory: Micros) -> bool {
        lasts(self.source) || now.saturating_sub(self.seen) <= memory
    }
}

/// The pieces of one component, at most [`PIECES_MAX`].
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evidence {
    pieces: Vec<Piece>,
}

/// Brakes rest on most: four pads, fluid, air and the anti-lock system, the wear believed, trouble codes, and a forecast.
const PIECES_MAX: usize = 10;

impl Evidence {
    /// Takes a score (0..=1) that came in a window; `needed` of them in a row must agree before it counts.
    pub fn observe(&mut self, source: Source, score: f64, at: Micros, needed: usize) {
        let source = source.number();
        let place = match self.pieces.iter().position(|piece| piece.source == source) {
            Some(place) => place,
            None if self.pieces.len() < PIECES_MAX => {
                self.pieces.push(Piece::default());
                self.pieces.len() - 1
            }
            // Cannot be as long as no component reads more signals; the oldest is then the least loss.
            None => {
                let oldest = self.pieces.iter().enumerate().min_by_key(|(_, piece)| piece.seen);
                let place = oldest.map_or(0, |(place, _)| place);
                self.pieces[place] = Piece::default();
                place
            }
        };
        let piece = &mut self.pieces[place];
        let score = score.clamp(0.0, 1.0);
        (piece.source, piece.seen, piece.last) = (source, at, score as f32);
        piece.agreed.observe(score, needed);
    }

    /// The worst of what each remembered piece has agreed on; `None` while none has.
    #[must_use]
    pub fn level(&self, now: Micros, memory: Micros) -> Option<f64> {
        self.remembered(now, memory)
            .filter_map(|piece| piece.agreed.level())
            .reduce(f64::min)
    }

    /// The worst of the last scores, those of this window and those that are remembered. A forecast is no measure of the present.
    #[must_use]
    pub fn last(&self, now: Micros, memory: Micros) -> Option<f64> {
        self.remembered(now, memory)
            .filter(|piece| piece.source != FORECAST)
            .map(|piece| f64::from(piece.last))
            .reduce(f64::min)
    }

    /// What a source has agreed on, however long ago.
    #[must_use]
    pub fn agreed(&self, source: Source) -> Option<f64> {
        self.find(source)?.agreed.level()
    }

    /// Whether a source has spoken and is still remembered.
    #[must_use]
    pub fn remembers(&self, source: Source, now: Micros, memory: Micros) -> bool {
        self.find(source).is_some_and(|piece| piece.is_remembered(now, memory))
    }

    /// Whether a source ever spoke.
    #[must_use]
    pub fn has(&self, source: Source) -> bool {
        self.find(source).is_some()
    }

    /// Whether anything but trouble codes and forecasts ever spoke.
    #[must_use]
    pub fn has_signals(&self) -> bool {
        self.pieces
            .iter()
            .any(|piece| !matches!(piece.source, CODES | FORECAST))
    }

    /// A source that counts no more.
    pub fn forget(&mut self, source: Source) {
        self.pieces.retain(|piece| piece.source != source.number());
    }

    /// The part that all of it was about is gone.
    pub fn clear(&mut self) {
        self.pieces.clear();
    }

    fn find(&self, source: Source) -> Option<&Piece> {
        self.pieces.iter().find(|piece| piece.source == source.number())
    }

    fn remembered(&self, now: Micros, memory: Micros) -> impl Iterator<Item = &Piece> {
        self.pieces.iter().filter(move |piece| piece.is_remembered(now, memory))
    }
}

impl Portable for Evidence {
    fn fields(&mut self, fields: &mut dyn Fields) {
        let mut count = self.pieces.len() as u8;
        fields.u8(&mut count);
        self.pieces
            .resize_with(usize::from(count).min(PIECES_MAX), Piece::default);
        for piece in &mut self.pieces {
            fields.u8(&mut piece.source);
            fields.i64(&mut piece.seen);
            fields.f32(&mut piece.last);
            piece.agreed.fields(fields);
        }
    }
}
