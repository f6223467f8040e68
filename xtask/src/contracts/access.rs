//! Who may call what, as one table that a person can read: `docs/api/access.md`, from the policies of the services, and the tests that
//! attack it, from their `/// Attack:` comments. The launcher's test `walk` walks every route against this table.

use anyhow::{Context, bail};
use toml::Value;

use crate::repository::{Repository, SERVICES};

/// Where it is written.
pub(crate) const PATH: &str = "docs/api/access.md";
/// Routes that every service has.
const COMMON: &str = "chassis/src/identity/chassis.policy.toml";
const ROLES: [&str; 6] = ["OWNER", "FLEET_MANAGER", "TECHNICIAN", "ADMIN", "EXECUTIVE", "SUPPORT"];
const ATTACK: &str = "/// Attack: ";

const INTRODUCTION: &str = "\
# Who may call what

Made by `cargo xtask contracts --write` from the `policy.toml` of each service (and checked to be fresh): change it there. The test
[walk](../../carvrooom/tests/it/walk/mod.rs) calls every route of the running platform in every role, with the data of two tenants, and
compares each answer with this table.

| cell | meaning |
|---|---|
| all | everything of the own tenant; of a person who is bound to fleets, depots or vehicles, what belongs to them |
| own | only what is theirs: an OWNER's vehicles, a TECHNICIAN's jobs, a person's own account |
| – | refused: 403 `auth.forbidden` |
| anyone | no caller is needed |

What belongs to another tenant, or what one may not see, is as if it did not exist: 404, never 403, so that nothing is learned by asking.
Without a token or key, or with one that is not valid, every other route answers 401. People are judged by role, keys by scope: any one of
the scopes is enough. A USER key acts in a role as its person would. SUPPORT signs in only while the tenant's consent runs
(`support-consents`), and only reads.
";

/// The document.
pub(crate) fn document(repository: &Repository) -> anyhow::Result<String> {
    let mut text = INTRODUCTION.to_owned();
    for service in SERVICES {
        let policy = format!("services/{service}/policy.toml");
        text.push_str(&section(repository, service, &policy)?);
    }
    text.push_str(&section(repository, "every service", COMMON)?);
    text.push_str(&attacks(repository)?);
    Ok(text)
}

fn section(repository: &Repository, title: &str, policy: &str) -> anyhow::Result<String> {
    let found = repository
        .text(policy)
        .with_context(|| format!("{policy} is missing"))?;
    let table: toml::Table = found.parse().with_context(|| format!("{policy} is no TOML"))?;
    let mut text = format!(
        "\n## {title}\n\n| route | {} | keys |\n|---|{}---|\n",
        ROLES.join(" | "),
        "---|".repeat(6)
    );
    for route in table.get("route").and_then(Value::as_array).into_iter().flatten() {
        text.push_str(&row(route).with_context(|| format!("{policy}: a route is not whole"))?);
    }
    Ok(text)
}

fn row(route: &Value) -> Option<String> {
    let texts = |name: &str| -> Vec<&str> {
        let list = route.get(name).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).collect()
    };
    let (method, path) = (route.get("method")?.as_str()?, route.get("path")?.as_str()?);
    if route.get("public").and_then(Value::as_bool) == Some(true) {
        let cells = "anyone | ".repeat(ROLES.len());
        return Some(format!("| `{method} {path}` | {cells}anyone |\n"));
    }
    let (roles, own) = (texts("roles"), texts("own"));
    let cell = |role: &&str| match (roles.contains(role), own.contains(role)) {
        (false, _) => "–",
        (true, true) => "own",
        (true, false) => "all",
    };
    let cells: Vec<&str> = ROLES.iter().map(cell).collect();
    let scopes: Vec<String> = texts("scopes").iter().map(|scope| format!("`{scope}`")).collect();
    let keys = if scopes.is_empty() {
        "–".to_owned()
    } else {
        scopes.join(" ")
    };
    Some(format!("| `{method} {path}` | {} | {keys} |\n", cells.join(" | ")))
}

/// Each attack and the tests that make it.
fn attacks(repository: &Repository) -> anyhow::Result<String> {
    let mut text = String::from(
        "\n## Attacks\n\nEach is a test that runs with every change; the comment of the test names it here.\n\n| attack | test |\n|---|---|\n",
    );
    let mut rows = Vec::new();
    for file in repository
        .rust()
        .filter(|file| file.path.contains("/tests/") || file.path.contains("/src/"))
    {
        let mut attacks: Vec<&str> = Vec::new();
        for line in file.text.lines().map(str::trim) {
            if let Some(named) = line.strip_prefix(ATTACK) {
                attacks.push(named.trim_end_matches('.'));
            } else if let Some(named) = line.strip_prefix("fn ").or_else(|| line.strip_prefix("async fn ")) {
                let test = named.split('(').next().unwrap_or(named);
                let row = |attack| format!("| {attack} | [`{test}`](../../{}) |\n", file.path);
                rows.extend(attacks.drain(..).map(row));
            }
        }
        if let Some(attack) = attacks.first() {
            bail!("{}: no test follows the attack `{attack}`", file.path);
        }
    }
    rows.sort();
    text.extend(rows);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "
        [[route]]
        method = \"GET\"
        path = \"/api/v1/things/{id}\"
        roles = [\"OWNER\", \"ADMIN\"]
        own = [\"OWNER\"]
        scopes = [\"things:read\"]
        [[route]]
        method = \"GET\"
        path = \"/health\"
        public = true
    ";
    const TEST: &str = "/// Attack: a forged token.\n#[test]\nfn forged() {}\n/// Not one.\nfn other() {}\n";

    fn repository() -> Repository {
        let paths: Vec<String> = SERVICES
            .iter()
            .map(|name| format!("services/{name}/policy.toml"))
            .collect();
        let mut files: Vec<(&str, &str)> = paths.iter().map(|path| (path.as_str(), POLICY)).collect();
        files.extend([(COMMON, POLICY), ("chassis/tests/it/forged.rs", TEST)]);
        Repository::of(&files)
    }

    #[test]
    fn each_route_is_a_row_and_each_attack_has_its_test() {
        let text = document(&repository()).unwrap();
        assert_eq!(
            text.matches("| `GET /api/v1/things/{id}` | own | – | – | all | – | – | `things:read` |\n")
                .count(),
            8
        );
        assert!(text.contains("| `GET /health` | anyone | anyone |"));
        assert!(text.ends_with("| a forged token | [`forged`](../../chassis/tests/it/forged.rs) |\n"));
    }
}
