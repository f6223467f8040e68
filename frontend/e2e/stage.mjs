// Makes a tenant of its own inside a running platform: people, workshops, vehicles, telemetry. Everything goes through the public
// API and the simulator; nothing is written into a table, so what the tests then see was computed by the platform.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";

const ROLES = { olivia: "OWNER", marco: "FLEET_MANAGER", tara: "TECHNICIAN", eva: "EXECUTIVE", sam: "SUPPORT", ada: "ADMIN" };
const NAMES = { olivia: "Olivia Owner", marco: "Marco Manager", tara: "Tara Technician", eva: "Eva Executive", sam: "Sam Support", ada: "Ada Admin" };
export const PASSWORD = "correct horse battery staple 9";
const DAY_MS = 86_400_000;
const SKILLS = ["cooling", "electrical", "brakes", "engine", "transmission", "tyres", "diesel", "high_voltage", "general"];
const WEEK = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
const PARTS = [["battery_12v", 14500], ["brake_pad_set", 7900], ["brake_disc_set", 18900], ["water_pump", 12900], ["coolant_hose_kit", 5400],
  ["coolant_5l", 1890], ["thermostat", 4200], ["radiator", 23000], ["battery_terminal_kit", 1800], ["brake_caliper", 16500], ["alternator", 39000]];

/** Calls the API and gives the body; throws with the problem's text otherwise. */
export async function call(url, path, { method = "GET", token, key, body } = {}) {
  const headers = { "content-type": "application/json" };
  if (token) headers.authorization = `Bearer ${token}`;
  if (key) headers["x-api-key"] = key;
  const response = await fetch(url + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} answered ${response.status}: ${text}`);
  return text ? JSON.parse(text) : null;
}

/** Polls until `ask` gives something true, or fails after the deadline. */
export async function eventually(what, ask, deadlineMs = 30_000) {
  const end = Date.now() + deadlineMs;
  let last;
  while (Date.now() < end) {
    try {
      const found = await ask();
      if (found) return found;
    } catch (error) {
      last = error;
    }
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`not within ${deadlineMs} ms: ${what}${last ? ` (${last.message})` : ""}`);
}

export async function signIn(url, tenant, username, password = PASSWORD) {
  return (await call(url, "/api/v1/auth/login", { method: "POST", body: { tenant, username, password } })).access_token;
}

async function people(url, tenant, key) {
  const body = { tenant_id: tenant, name: "Nordkreis Logistics", admin: { username: "admin", password: PASSWORD } };
  // Right after the start a busy machine may answer 503; whether that attempt was done is then seen by a 409 at the next.
  await eventually("the tenant is made", async () => {
    try {
      return await call(url, "/api/v1/tenants", { method: "POST", key, body });
    } catch (error) {
      if (error.message.includes("answered 409")) return true;
      throw error;
    }
  }, 90_000);
  const token = await signIn(url, tenant, "admin");
  const ids = {};
  for (const [username, role] of Object.entries(ROLES)) {
    const made = await call(url, "/api/v1/users", {
      method: "POST", token, body: { username, role, display_name: NAMES[username], password: PASSWORD, email: `${username}@nordkreis.example` },
    });
    ids[username] = made.user.user_id;
  }
  return { token, ids };
}

async function workshop(url, token, technicianId) {
  const hours = (from, to) => WEEK.map((weekday) => ({ weekday, from, to }));
  await eventually("the scheduling service knows the tenant", () => call(url, "/api/v1/centers", { token }));
  const bay = (n) => ({ bay_id: `bay_${n}`, name: `Bay ${n}`, kinds: ["GENERAL", "HEAVY", "HIGH_VOLTAGE"], has_lift: true });
  await call(url, "/api/v1/centers", {
    method: "POST", token,
    body: {
      center_id: "ctr_altona", name: "Altona", utc_offset_minutes: 60, time_zone: "Europe/Berlin", location: { latitude: 53.55, longitude: 9.93 },
      labour_price_per_hour: { amount_minor: 9800, currency: "EUR" }, opening_hours: hours("06:00", "20:00"), bays: [bay(1), bay(2), bay(3)],
    },
  });
  for (const [part_code, amount_minor] of PARTS) {
    await call(url, "/api/v1/parts", {
      method: "POST", token,
      body: { center_id: "ctr_altona", part_code, name: part_code.replaceAll("_", " "), stock: 4, lead_time_days: 2, price: { amount_minor, currency: "EUR" } },
    });
  }
  for (const technician_id of [technicianId, "tec_second"]) {
    await call(url, "/api/v1/technicians", {
      method: "POST", token,
      body: { technician_id, center_id: "ctr_altona", skills: SKILLS, working_hours: hours("07:00", "18:00"), breaks: [{ from: "12:00", to: "12:30" }] },
    });
  }
  await call(url, "/api/v1/coverages", {
    method: "POST", token,
    body: { name: "New vehicle, 48 months", covers: { everything: true }, applies_to: { every_vehicle: true }, duration_months: 48, limit_km: 150000 },
  });
}

function fleetsim(ingestionUrl, key, options) {
  const binary = fileURLToPath(new URL("../../target/debug/fleetsim", import.meta.url));
  const run = ["drive", "--url", ingestionUrl, "--key", key, "--until-now", ...options.map(String)];
  return new Promise((resolve, reject) => {
    const child = spawn(binary, run, { stdio: ["ignore", "ignore", "inherit"] });
    child.on("error", (error) => reject(new Error(`${error.message}: build it with \`cargo build -p fleetsim\``)));
    child.on("exit", (code) => (code === 0 ? resolve() : reject(new Error(`fleetsim ended with ${code}`))));
  });
}

/** Runs the simulator until the fleet has caught up with the present. */
export function drive(ingestionUrl, key, { vehicles, fail, seed = 7, hoursBack = 20, prefix, ownerId }) {
  const run = ["--vehicles", vehicles, "--fail", fail, "--seed", seed, "--hours-back", hoursBack, "--sample-seconds", 10, "--prefix", prefix];
  return fleetsim(ingestionUrl, key, ownerId ? [...run, "--owner-id", ownerId] : run);
}

/** A year of one vehicle's speed and coolant, a reading every hour: what the telemetry explorer opens in one gesture. */
export async function year(ingestionUrl, key, vehicleId, { everyHours = 1 } = {}) {
  const now = Date.now();
  const records = [];
  for (let at = now - 365 * DAY_MS; at < now; at += everyHours * 3_600_000) {
    const season = Math.sin((at / DAY_MS / 365) * 2 * Math.PI);
    records.push({
      vehicle_id: vehicleId, protocol: "GENERIC", timestamp: new Date(at).toISOString(),
      data: { "Vehicle.Speed": { value: 50 + 30 * Math.sin(at / 7_200_000), unit: "km/h" }, "Vehicle.OBD.CoolantTemperature": { value: 86 + 4 * season, unit: "celsius" } },
    });
  }
  for (let from = 0; from < records.length; from += 2000) {
    await call(ingestionUrl, "/api/v1/ingest/batch", { method: "POST", key, body: records.slice(from, from + 2000) });
  }
  return records.length;
}

const CLASSES = ["petrol-car", "electric-car", "diesel-van", "heavy-truck"];
const RAW_DAYS = 7;

/** A fleet of lives, a quarter of each class: a year of one record a day, then a week of one each two minutes of driving. */
async function livesOf(url, ingestionUrl, { key, token, vehicles, prefix }) {
  const each = Math.ceil(vehicles / CLASSES.length);
  const simulateFrom = (midnight) => Promise.all(CLASSES.map((name) => fleetsim(ingestionUrl, key, [
    "--class", name, "--vehicles", each, "--seed", 7, "--prefix", prefix, "--start", new Date(midnight).toISOString(), "--sample-seconds", 120, "--batch", 4000])));
  // Registered first, by a simulation that begins tomorrow: what is known of a vehicle comes in the order of its time.
  const today = Math.floor(Date.now() / DAY_MS) * DAY_MS;
  await simulateFrom(today + DAY_MS);
  await daysBefore(url, ingestionUrl, { key, token, first: today - RAW_DAYS * DAY_MS });
  await simulateFrom(today - RAW_DAYS * DAY_MS);
  return each * CLASSES.length;
}

/** What an older system knew: one record a day of every vehicle, at noon, before the first day of raw ones. */
async function daysBefore(url, ingestionUrl, { key, token, first }) {
  const known = [];
  for (let cursor; known.length === 0 || cursor; ) {
    const page = await call(url, `/api/v1/vehicles?limit=200${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ""}`, { token });
    known.push(...page.items);
    cursor = page.next_cursor;
  }
  // So far in a day, a new vehicle less.
  const paceOf = (vehicle) => Math.min(40, vehicle.odometer_km / 366);
  const record = (vehicle, daysAgo) => ({
    vehicle_id: vehicle.vehicle_id, protocol: "GENERIC", timestamp: new Date(first - (daysAgo - 0.5) * DAY_MS).toISOString(),
    data: { "Vehicle.Speed": { value: 40, unit: "km/h" }, "Vehicle.TraveledDistance": { value: Math.round(vehicle.odometer_km - paceOf(vehicle) * daysAgo), unit: "km" },
      "Vehicle.Exterior.AirTemperature": { value: Math.round(12 + 10 * Math.sin((daysAgo / 365) * 2 * Math.PI)), unit: "celsius" } },
  });
  // Lanes of vehicles side by side; within a lane the days in their order, many of few vehicles at once: a state is written once a batch.
  const lanes = 4;
  const block = 60;
  const together = 30;
  await Promise.all(Array.from({ length: lanes }, async (_, lane) => {
    const own = known.filter((_, index) => index % lanes === lane);
    for (let from = 0; from < own.length; from += together) {
      for (let day = 365 - RAW_DAYS; day > 0; day -= block) {
        const days = Array.from({ length: Math.min(block, day) }, (_, index) => day - index);
        const body = days.flatMap((daysAgo) => own.slice(from, from + together).map((vehicle) => record(vehicle, daysAgo)));
        await eventually("a block is taken", () => call(ingestionUrl, "/api/v1/ingest/batch", { method: "POST", key, body }), 120_000);
      }
    }
  }));
}

/** Says yes to the decisions behind provisional visits, on which nobody may begin, and waits until every visit is firm. */
export async function confirmVisits(url, token, deadlineMs = 30_000) {
  await eventually("every visit is confirmed", async () => {
    const { items } = await call(url, "/api/v1/appointments?status=SCHEDULED", { token });
    const held = new Set(items.filter((visit) => visit.provisional).map((visit) => visit.decision_id));
    if (held.size === 0) return true;
    const reviews = await call(url, "/api/v1/agents/reviews?status=OPEN&limit=200", { token });
    for (const review of reviews.items.filter((review) => held.has(review.decision_id))) {
      await call(url, `/api/v1/agents/reviews/${review.review_id}`, { method: "POST", token, body: { verdict: "APPROVE", reason: "Plausible." } });
    }
    return false;
  }, deadlineMs);
}

/** People, a workshop and a key of a tenant of its own. */
async function tenantOf(addresses, bootstrapKey, tenant) {
  const url = addresses.gateway;
  const { token, ids } = await people(url, tenant, bootstrapKey);
  await workshop(url, token, ids.tara);
  const issued = await call(url, "/api/v1/api-keys", {
    method: "POST", token, body: { kind: "DEVICE", name: "vehicles", scopes: ["telemetry:write", "vehicles:read", "vehicles:write"] },
  });
  await eventually("the device key is known", () => call(url, "/api/v1/vehicles", { key: issued.secret }));
  return { url, tenant, ids, token, key: issued.secret };
}

async function judged({ url, tenant }, vehicles) {
  await eventually("every vehicle has been judged", async () => {
    const dashboard = await call(url, "/api/v1/dashboards/fleet", { token: await signIn(url, tenant, "marco") });
    return dashboard.fleet_summary.vehicles === vehicles && dashboard.action_list.length > 0;
  }, 60_000 + 10 * vehicles);
}

/** The whole stage. `addresses` is the platform's addresses.json. */
export async function stage(addresses, bootstrapKey, { tenant = "ten_nord", vehicles = 24, fail = "coolant-leak:2,battery:2,brakes:2" } = {}) {
  const staged = await tenantOf(addresses, bootstrapKey, tenant);
  const ingestion = addresses["ingestion-service"];
  await Promise.all([
    drive(ingestion, staged.key, { vehicles, fail, prefix: "HH-NK" }),
    drive(ingestion, staged.key, { vehicles: 3, fail: "brakes:1", seed: 11, prefix: "HH-OO", ownerId: staged.ids.olivia }),
  ]);
  await judged(staged, vehicles + 3);
  await confirmVisits(staged.url, await signIn(staged.url, tenant, "marco"), 30_000 + 30 * vehicles);
  return staged;
}

/** A large fleet with a year behind it; its vehicles' ids are `prefix`, class and number. */
export async function largeStage(addresses, bootstrapKey, { tenant, vehicles, prefix }) {
  const staged = await tenantOf(addresses, bootstrapKey, tenant);
  const made = await livesOf(staged.url, addresses["ingestion-service"], { ...staged, vehicles, prefix });
  await judged(staged, made);
  return staged;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { readFile } = await import("node:fs/promises");
  const addresses = JSON.parse(await readFile(process.argv[2], "utf8"));
  console.log(await stage(addresses, process.env.CARVROOOM_BOOTSTRAP_KEY, { vehicles: Number(process.argv[3] ?? 24) }));
}
