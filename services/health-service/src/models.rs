//! The registry in memory: every model that can speak, and each tenant's rules with the models that do.

use std::collections::HashMap;
use std::sync::Arc;

use chassis::TenantId;
use parking_lot::RwLock;

use crate::domain::class::Group;
use crate::domain::component::ComponentKind;
use crate::domain::models::{BUILT_IN, Comparison, Model, ModelKey, Panel, Panels, SHADOWS_MAX};
use crate::domain::rules::Rules;
use crate::store::StandingRow;

/// Models and choices, as they were last read.
pub struct Models {
    base: Rules,
    built_in: Arc<Model>,
    inner: RwLock<Inner>,
}

struct Inner {
    /// The newest first; the built-in one is not among them.
    models: Vec<Arc<Model>>,
    standings: Vec<StandingRow>,
    /// For tenants that chose nothing: what was shipped.
    shipped: Arc<Rules>,
    chosen: HashMap<TenantId, Arc<Rules>>,
}

impl Models {
    /// The built-in model alone.
    #[must_use]
    pub fn new(base: Rules, built_in: Model) -> Self {
        let shipped = Arc::new(base.clone());
        Self {
            base,
            built_in: Arc::new(built_in),
            inner: RwLock::new(Inner {
                models: Vec::new(),
                standings: Vec::new(),
                shipped,
                chosen: HashMap::new(),
            }),
        }
    }

    /// The rules of a tenant, with the models that speak for it.
    #[must_use]
    pub fn rules_of(&self, tenant: &TenantId) -> Arc<Rules> {
        let inner = self.inner.read();
        Arc::clone(inner.chosen.get(tenant).unwrap_or(&inner.shipped))
    }

    /// A model by its id.
    #[must_use]
    pub fn get(&self, model_id: &str) -> Option<Arc<Model>> {
        if model_id == BUILT_IN {
            return Some(Arc::clone(&self.built_in));
        }
        let inner = self.inner.read();
        inner
            .models
            .iter()
            .find(|model| model.card.model_id == model_id)
            .cloned()
    }

    /// Takes over what the database says. Nothing is built anew when nothing changed.
    pub fn take(&self, models: Vec<Arc<Model>>, standings: Vec<StandingRow>) {
        let ids = |models: &[Arc<Model>]| {
            models
                .iter()
                .map(|model| model.card.model_id.clone())
                .collect::<Vec<_>>()
        };
        let mut inner = self.inner.write();
        if inner.standings == standings && ids(&inner.models) == ids(&models) {
            return;
        }
        inner.shipped = Arc::new(self.rules_with(&models, &[]));
        let mut by_tenant: HashMap<TenantId, Vec<StandingRow>> = HashMap::new();
        for row in &standings {
            by_tenant
                .entry(TenantId::new(&row.tenant_id))
                .or_default()
                .push(row.clone());
        }
        inner.chosen = by_tenant
            .into_iter()
            .map(|(tenant, rows)| (tenant, Arc::new(self.rules_with(&models, &rows))))
            .collect();
        (inner.models, inner.standings) = (models, standings);
    }

    fn rules_with(&self, models: &[Arc<Model>], standings: &[StandingRow]) -> Rules {
        let mut keys: Vec<ModelKey> = models.iter().filter_map(|model| model.card.key).collect();
        keys.extend(
            standings
                .iter()
                .filter_map(|row| key_of(&row.component, &row.vehicle_class)),
        );
        let panel = |key: ModelKey| {
            let chosen = standings
                .iter()
                .find(|row| row.component == key.component.as_str() && row.vehicle_class == key.group_name());
            (key, self.panel(key, models, chosen))
        };
        Rules {
            panels: Panels::new(keys.into_iter().map(panel).collect()),
            ..self.base.clone()
        }
    }

    /// Who speaks for a key: the tenant's choice, or the shipped model that was best on its held-out units; the others of the
    /// key answer aside, and so does the built-in one.
    fn panel(&self, key: ModelKey, models: &[Arc<Model>], chosen: Option<&StandingRow>) -> Panel {
        let of_key: Vec<&Arc<Model>> = models.iter().filter(|model| model.card.key == Some(key)).collect();
        let champion = match chosen {
            Some(row) => of_key.iter().find(|model| model.card.model_id == row.model_id).copied(),
            None => self.best_shipped(&of_key),
        };
        let aside = |model: &&Arc<Model>| champion.is_none_or(|champion| champion.card.model_id != model.card.model_id);
        let mut shadows: Vec<Arc<Model>> = of_key.iter().copied().filter(aside).cloned().collect();
        shadows.truncate(SHADOWS_MAX - usize::from(champion.is_some()));
        if champion.is_some() {
            shadows.push(Arc::clone(&self.built_in));
        }
        Panel {
            champion: champion.cloned(),
            shadows,
        }
    }

    /// What the makers of this version shipped speaks, the newest that nothing speaks against. A file laid into the folder speaks only by
    /// promotion: its card is its own word, and nobody decided for it.
    fn best_shipped<'m>(&self, of_key: &[&'m Arc<Model>]) -> Option<&'m Arc<Model>> {
        let mut best: Option<&Arc<Model>> = None;
        for model in of_key.iter().filter(|model| model.shipped) {
            let compared = Comparison::of_cards(&model.card, best.map_or(&self.built_in.card, |best| &best.card));
            if compared.map_or(best.is_none(), |compared| compared.is_better()) {
                best = Some(model);
            }
        }
        best
    }
}

/// The key of two names on the wire.
#[must_use]
pub fn key_of(component: &str, vehicle_class: &str) -> Option<ModelKey> {
    let group = match vehicle_class {
        "any" => None,
        name => Some(Group::parse(name)?),
    };
    Some(ModelKey {
        component: ComponentKind::parse(component)?,
        group,
    })
}
