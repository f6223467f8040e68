//! Models of remaining life: what they are, which of them speaks for a component, and which only listen and answer aside.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use prognostics::degradation::WearPrior;
use prognostics::intervals::Quantiles;

use super::class::Group;
use super::component::{ComponentKind, FLOORS};
use super::foretold::Limit;
use super::life::{Life, Remaining};
use super::quantile_life::QuantileLife;
use super::rules::Rules;
use super::trained::{Reference, TrainedModel};
use super::vehicle::Vehicle;
use super::{Micros, SECOND};

/// The model that needs no training: each vehicle's own wear process.
pub const BUILT_IN: &str = "degradation-wiener";
/// So long a forecast is awaited of a part that is new to us, and the least that signs of slow wear make of its score until then: FAIR.
const AWAITED_FOR: Micros = 30 * 86_400 * SECOND;
const AWAITED: f64 = FLOORS[2];
/// Candidates that answer beside the one that speaks; the newest first.
pub const SHADOWS_MAX: usize = 3;

/// What a model is for: one component, of one class of vehicles or of any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ModelKey {
    pub component: ComponentKind,
    /// `None`: any class.
    pub group: Option<Group>,
}

impl ModelKey {
    /// The class on the wire.
    #[must_use]
    pub fn group_name(&self) -> &'static str {
        self.group.map_or("any", Group::as_str)
    }
}

/// How a model did on units that its training never saw.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluation {
    /// Names the held-out units: only figures with the same name may be compared.
    pub set_hash: String,
    pub units: u64,
    /// Mean pinball loss over the 5, 50 and 95 % quantiles, in km: lower is better.
    pub pinball_km: f64,
    pub coverage_90: f64,
    /// The loss of the model without training on the same units.
    pub built_in_pinball_km: Option<f64>,
}

/// What is told of a model.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    pub model_id: String,
    pub family: String,
    /// `None`: speaks for every component (the built-in one).
    pub key: Option<ModelKey>,
    pub data_hash: String,
    pub about: String,
    pub evaluation: Option<Evaluation>,
}

/// Something that says how far a component will go. Quantiles are km.
pub trait Forecaster: Send + Sync + fmt::Debug {
    /// `None` when there is not enough data for an honest answer.
    fn remaining_km(&self, vehicle: &Vehicle, component: ComponentKind, rules: &Rules) -> Option<Quantiles>;

    /// How far it can see, in km: a quantile there means "at least so far".
    fn cap_km(&self) -> Option<f64> {
        None
    }

    /// When what it says is a warning. Models that read the score itself say nothing new of it and never warn.
    fn warns(&self) -> Option<Limit> {
        None
    }

    /// Whether it says nothing of a component because it has not followed it for long enough.
    fn awaits(&self, _vehicle: &Vehicle, _component: ComponentKind) -> bool {
        false
    }

    /// What its residuals are taken from, if it reads any.
    fn healthy(&self) -> Option<&Arc<Healthy>> {
        None
    }
}

/// A wear process that begins from another belief than the configuration's.
#[derive(Debug)]
pub struct PriorModel(pub WearPrior);

impl Forecaster for PriorModel {
    fn remaining_km(&self, vehicle: &Vehicle, component: ComponentKind, rules: &Rules) -> Option<Quantiles> {
        vehicle.wear_from(component, &self.0, rules)
    }
}

/// What is healthy for a class, as trained models were made with it.
#[derive(Debug)]
pub struct Healthy {
    pub reference: Reference,
    pub hash: u64,
}

/// A model learned from fleets. It understands residuals from one reference only, and says nothing of others.
#[derive(Debug)]
pub struct FleetModel {
    pub model: TrainedModel,
    pub healthy: Arc<Healthy>,
}

impl Forecaster for FleetModel {
    fn remaining_km(&self, vehicle: &Vehicle, component: ComponentKind, rules: &Rules) -> Option<Quantiles> {
        let understood = vehicle.trails_of == self.healthy.hash && self.model.card().component == component.as_str();
        if !understood || !vehicle.may_be_forecast(component, rules) {
            return None;
        }
        let km = self.model.forecast(&vehicle.trails)?;
        let within = |km: f64| km.clamp(0.0, rules.horizon_km);
        Some(Quantiles {
            p05: within(km.p05),
            p50: within(km.p50),
            p95: within(km.p95),
        })
    }

    fn cap_km(&self) -> Option<f64> {
        Some(self.model.cap_km())
    }

    fn warns(&self) -> Option<Limit> {
        Some(self.model.limit())
    }

    fn awaits(&self, vehicle: &Vehicle, component: ComponentKind) -> bool {
        let followed_km = vehicle.trails.followed_km(component.as_str());
        vehicle.trails_of == self.healthy.hash && followed_km < self.model.followed_min_km()
    }

    fn healthy(&self) -> Option<&Arc<Healthy>> {
        Some(&self.healthy)
    }
}

/// A model of the registry.
#[derive(Debug, Clone)]
pub struct Model {
    pub card: Card,
    /// `None`: the built-in one.
    pub forecaster: Option<Arc<dyn Forecaster>>,
    /// It came with this version of the service, whose makers judged it.
    pub shipped: bool,
}

/// Who speaks for a component, and who answers aside.
#[derive(Debug, Clone, Default)]
pub struct Panel {
    /// `None`: the built-in one.
    pub champion: Option<Arc<Model>>,
    pub shadows: Vec<Arc<Model>>,
}

impl Panel {
    /// The id of the model that speaks.
    #[must_use]
    pub fn champion_id(&self) -> &str {
        self.champion.as_ref().map_or(BUILT_IN, |model| &model.card.model_id)
    }
}

/// All panels of one tenant.
#[derive(Debug, Clone, Default)]
pub struct Panels {
    by_key: HashMap<ModelKey, Panel>,
    healthy: HashMap<Group, Arc<Healthy>>,
}

impl Panels {
    /// From panels by key. A vehicle follows one reference: that of a model that speaks, else of one that answers aside.
    #[must_use]
    pub fn new(by_key: HashMap<ModelKey, Panel>) -> Self {
        let mut keys: Vec<&ModelKey> = by_key.keys().collect();
        keys.sort_by_key(|key| (key.group, key.component));
        let mut healthy = HashMap::new();
        for aside in [false, true] {
            for key in &keys {
                let panel = &by_key[key];
                let models = panel
                    .champion
                    .iter()
                    .filter(|_| !aside)
                    .chain(panel.shadows.iter().filter(|_| aside));
                let read = models.filter_map(|model| model.forecaster.as_ref()?.healthy()).next();
                if let (Some(group), Some(read)) = (key.group, read) {
                    healthy.entry(group).or_insert_with(|| Arc::clone(read));
                }
            }
        }
        Self { by_key, healthy }
    }

    /// The reference that vehicles of a class follow.
    #[must_use]
    pub fn healthy(&self, group: Group) -> Option<&Healthy> {
        self.healthy.get(&group).map(|healthy| &**healthy)
    }

    /// Where a model speaks, and whether it answers aside anywhere.
    #[must_use]
    pub fn places_of(&self, model_id: &str) -> (Vec<ModelKey>, bool) {
        let is = |model: &Arc<Model>| model.card.model_id == model_id;
        let speaks = |panel: &Panel| panel.champion.as_ref().is_some_and(is);
        let mut keys: Vec<ModelKey> = self
            .by_key
            .iter()
            .filter(|(_, panel)| speaks(panel))
            .map(|(key, _)| *key)
            .collect();
        keys.sort_by_key(|key| (key.component, key.group));
        (keys, self.by_key.values().any(|panel| panel.shadows.iter().any(is)))
    }

    /// The panel of exactly this key.
    #[must_use]
    pub fn exactly(&self, key: ModelKey) -> Option<&Panel> {
        self.by_key.get(&key)
    }

    /// The panel for a component of a class: its own, or that of any class.
    #[must_use]
    pub fn of(&self, component: ComponentKind, group: Group) -> Option<&Panel> {
        let key = |group| ModelKey { component, group };
        self.by_key
            .get(&key(Some(group)))
            .or_else(|| self.by_key.get(&key(None)))
    }
}

/// What a candidate said beside the champion.
#[derive(Debug, Clone)]
pub struct Aside {
    pub model_id: String,
    pub km: Quantiles,
}

impl Vehicle {
    /// The remaining life as the model that speaks says it; the vehicle's own wear process where that has nothing to say.
    pub(super) fn remaining(&self, component: ComponentKind, rules: &Rules) -> (Option<Remaining>, String) {
        let champion = rules
            .panels
            .of(component, self.group())
            .and_then(|panel| panel.champion.as_ref());
        let trained = champion.and_then(|model| {
            let forecaster = model.forecaster.as_ref()?;
            let km = forecaster.remaining_km(self, component, rules)?;
            let life = QuantileLife::new(km)?;
            let mut remaining = Remaining::of(Life::Trained(life), &self.usage, rules.horizon_km);
            if let Some(cap_km) = forecaster.cap_km() {
                remaining.knows_until(Life::Trained(life.silent_beyond(cap_km, km)));
            }
            Some((Some(remaining), model.card.model_id.clone()))
        });
        trained.unwrap_or_else(|| (self.worn_until(component, rules), BUILT_IN.to_owned()))
    }

    /// The trained model that speaks of a component, where one does.
    fn forecaster<'rules>(&self, kind: ComponentKind, rules: &'rules Rules) -> Option<&'rules Arc<dyn Forecaster>> {
        let panel = rules.panels.of(kind, self.group())?;
        panel.champion.as_ref()?.forecaster.as_ref()
    }

    /// A bin of distance has closed: each component heeds what the model that speaks for it foretells, where that model warns at all.
    pub(super) fn heed_forecasts(&mut self, at: Micros, rules: &Rules) {
        for kind in ComponentKind::ALL {
            let forecaster = self.forecaster(kind, rules);
            let warns = forecaster.and_then(|forecaster| Some((forecaster, forecaster.warns()?)));
            match warns {
                Some((forecaster, limit)) if self.may_be_forecast(kind, rules) => {
                    if let Some(said) = forecaster.remaining_km(self, kind, rules) {
                        self.components[kind as usize].heed(kind, &said, &limit, at, rules);
                    }
                }
                _ => self.components[kind as usize].foretell_nothing(at, rules),
            }
        }
    }

    /// Slow wear does not pull a component's score below this, as far as a trained model gives it.
    pub(super) fn spared(&self, kind: ComponentKind, rules: &Rules) -> f64 {
        let likely_km = self.components[kind as usize].foretold.likely_km();
        likely_km.map_or(0.0, |km| rules.spared(km))
    }

    /// Signs of slow wear, which mean little without a past, do not pull a component's score below this where a trained model is soon to
    /// speak that weighs them.
    pub(super) fn awaited(&self, kind: ComponentKind, at: Micros, rules: &Rules) -> f64 {
        let component = &self.components[kind as usize];
        let awaits = || {
            self.forecaster(kind, rules)
                .is_some_and(|forecaster| forecaster.awaits(self, kind))
        };
        let awaited = component.foretold.likely_km().is_none() && component.is_new(at, AWAITED_FOR) && awaits();
        if awaited { AWAITED } else { 0.0 }
    }

    /// Whether a trained model warns of a component.
    #[must_use]
    pub fn is_warned_of(&self, component: ComponentKind) -> bool {
        self.components[component as usize].foretold.warning.stands()
    }

    /// No model speaks for the vehicle any more, or what it rested on is gone.
    pub(super) fn foretell_nothing(&mut self, at: Micros, rules: &Rules) {
        let components = self.components.iter_mut();
        components.for_each(|component| component.foretell_nothing(at, rules));
    }

    /// Whether the component's sensors are sound: none was found broken, and the one that measures its wear does not stand still.
    pub(super) fn may_be_forecast(&self, component: ComponentKind, rules: &Rules) -> bool {
        self.sensors.broken(component).next().is_none() && !self.has_frozen_wear(component, rules)
    }

    /// What candidates say, and what the built-in model says where another one speaks.
    #[must_use]
    pub fn asides(&self, component: ComponentKind, rules: &Rules) -> Vec<Aside> {
        let Some(panel) = rules.panels.of(component, self.group()) else {
            return Vec::new();
        };
        let mut asides: Vec<Aside> = panel
            .shadows
            .iter()
            .filter_map(|model| {
                let km = match &model.forecaster {
                    Some(forecaster) => forecaster.remaining_km(self, component, rules)?,
                    None => self.worn_until(component, rules)?.km,
                };
                let model_id = model.card.model_id.clone();
                Some(Aside { model_id, km })
            })
            .collect();
        asides.truncate(SHADOWS_MAX);
        asides
    }
}

/// Why a model may, or may not, take the place of another.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// `HELD_OUT`: the same units kept out of both trainings; `LIVE`: lives of this fleet that both forecast; `NONE`.
    pub on: &'static str,
    pub units: u64,
    pub loss_km: Option<f64>,
    pub previous_loss_km: Option<f64>,
}

impl Comparison {
    /// Nothing to compare by.
    pub const NONE: Self = Self {
        on: "NONE",
        units: 0,
        loss_km: None,
        previous_loss_km: None,
    };

    /// Compares by the cards, if both were judged on the same held-out units.
    #[must_use]
    pub fn of_cards(candidate: &Card, champion: &Card) -> Option<Self> {
        let (ours, theirs) = (candidate.evaluation.as_ref(), champion.evaluation.as_ref());
        let (loss, previous, units) = match (ours, theirs) {
            (Some(ours), Some(theirs)) if ours.set_hash == theirs.set_hash => {
                (ours.pinball_km, theirs.pinball_km, ours.units.min(theirs.units))
            }
            (Some(ours), None) if champion.model_id == BUILT_IN => {
                (ours.pinball_km, ours.built_in_pinball_km?, ours.units)
            }
            (None, Some(theirs)) if candidate.model_id == BUILT_IN => {
                (theirs.built_in_pinball_km?, theirs.pinball_km, theirs.units)
            }
            _ => return None,
        };
        Some(Self {
            on: "HELD_OUT",
            units,
            loss_km: Some(loss),
            previous_loss_km: Some(previous),
        })
    }

    /// Whether the candidate is the better one. Not a number is not better.
    #[must_use]
    pub fn is_better(&self) -> bool {
        matches!((self.loss_km, self.previous_loss_km), (Some(loss), Some(previous)) if loss < previous)
    }
}
