//! What a route is called with: which kind of id stands in its path, which query it needs, and a body that it takes.

use serde_json::{Value, json};

/// An id that no tenant has.
pub(crate) const NOWHERE: &str = "none-of-these";

/// Which kind of id follows a beginning of a path. The first that fits.
const IDS: [(&str, &str); 28] = [
    ("/api/v1/vehicles/", "vehicle"),
    ("/api/v1/quarantine/", "quarantine"),
    ("/api/v1/health/", "vehicle"),
    ("/api/v1/models/", "model"),
    ("/api/v1/agents/decisions/", "vehicle"),
    ("/api/v1/agents/decision/", "decision"),
    ("/api/v1/agents/reviews/", "decision"),
    ("/api/v1/agents/behaviour/", "agent"),
    ("/api/v1/metrics/", "kpi"),
    ("/api/v1/reports/schedules/", "schedule"),
    ("/api/v1/alerts/vehicle/", "vehicle"),
    ("/api/v1/alerts/", "alert"),
    ("/api/v1/appointments/vehicle/", "vehicle"),
    ("/api/v1/appointments/", "appointment"),
    ("/api/v1/technicians/", "technician"),
    ("/api/v1/warranty/", "vehicle"),
    ("/api/v1/claims/vehicle/", "vehicle"),
    ("/api/v1/claims/", "claim"),
    ("/api/v1/users/", "user"),
    ("/api/v1/api-keys/", "key"),
    ("/api/v1/auth/sessions/", "session"),
    ("/api/v1/invitations/", "invitation"),
    ("/api/v1/support-consents/", "consent"),
    ("/api/v1/dashboards/owner/", "owner"),
    ("/api/v1/dashboards/technician/", "technician"),
    ("/api/v1/audit/user-activity/", "user"),
    ("/api/v1/dead-letters/", "dead letter"),
    ("/api/v1/reports/", "report"),
];

/// Kinds of which the walk makes no example: their routes are walked with an id that nobody has.
pub(crate) const NOT_MADE: [&str; 6] = ["model", "agent", "kpi", "schedule", "report", "dead letter"];

/// The kind of id in a path's template. A route that is new says here what its id is.
pub(crate) fn kind(template: &str) -> &'static str {
    let known = IDS.iter().find(|(beginning, _)| template.starts_with(beginning));
    known
        .map(|(_, kind)| *kind)
        .unwrap_or_else(|| panic!("tests/it/walk/calls.rs does not say what id is in {template}"))
}

/// The path with this id, and the query that the route needs.
pub(crate) fn path(template: &str, id: &str) -> String {
    let mut path = String::new();
    let mut first = true;
    for segment in template.split('/').skip(1) {
        let filled = match segment {
            "{component}" => "cooling",
            segment if segment.starts_with('{') && first => {
                first = false;
                id
            }
            segment if segment.starts_with('{') => "1",
            segment => segment,
        };
        path.push('/');
        path.push_str(filled);
    }
    let query = match template {
        "/api/v1/vehicles/{vehicle_id}/history" => "?signal=Vehicle.Speed",
        "/api/v1/warranty/{vehicle_id}/check" => "?component=cooling",
        "/internal/events" => "?partition=0",
        _ => "",
    };
    path + query
}

/// A body that the route takes, so that it is the id that decides.
pub(crate) fn body(name: &str) -> Value {
    let eur = json!({"amount_minor": 100, "currency": "EUR"});
    match name {
        "PUT /api/v1/vehicles/{vehicle_id}" => json!({"make": "Taken over"}),
        "POST /api/v1/vehicles/{vehicle_id}/repairs" => {
            json!({"action": "REPLACED", "component": "cooling", "repaired_at": "2026-01-05T10:00:00Z"})
        }
        "POST /api/v1/agents/decision/{id}/feedback" => json!({"verdict": "CONFIRMED"}),
        "POST /api/v1/agents/reviews/{id}" => json!({"verdict": "APPROVE", "reason": "looked at it"}),
        "POST /api/v1/alerts/{id}/comments" => json!({"text": "mine now"}),
        "POST /api/v1/alerts/{id}/resolve" => json!({"reason": "mine now"}),
        "PUT /api/v1/appointments/{id}" => json!({"version": 1, "starts_at": "2030-01-07T10:00:00Z"}),
        "POST /api/v1/appointments/{id}/complete" => {
            json!({"findings": [{"component": "cooling", "verdict": "CONFIRMED", "action": "REPLACED"}], "cost": eur})
        }
        "POST /api/v1/quarantine/{quarantine_id}/replay" => {
            json!({"vehicle_id": "V-none", "timestamp": "2026-01-05T10:00:00Z", "protocol": "OBD2", "data": {"PID_0C": "3200"}})
        }
        "PUT /api/v1/users/{id}" => json!({"display_name": "Taken over"}),
        _ => json!({}),
    }
}
