// The app in a real browser against the real platform: each role's main path by mouse and by keyboard, every page by the accessibility
// rules, and what happens when a service or the network is away.
import assert from "node:assert/strict";
import { mkdir, readFile } from "node:fs/promises";
import { after, afterEach, before, describe, test } from "node:test";
import { fileURLToPath } from "node:url";
import { go, hands, launch, open, settled, signIn, violations } from "./browser.mjs";
import { startPlatform } from "./platform.mjs";
import { call, confirmVisits, eventually, PASSWORD, signIn as tokenOf, stage } from "./stage.mjs";

const KEY = "e2e-bootstrap-key-0123456789abcdef0123456789";
const TENANT = "ten_nord";
let platform;
let browser;
let url;

before(async () => {
  platform = await startPlatform(KEY);
  url = platform.addresses.gateway;
  [browser] = await Promise.all([launch(), stage(platform.addresses, KEY, { tenant: TENANT })]);
});

after(async () => {
  await browser?.close();
  await platform?.stop();
});

// A page that is still open was left by a test that failed: what it showed is kept.
afterEach(async (context) => {
  for (const [index, left] of browser.contexts().entries()) {
    const folder = fileURLToPath(new URL("screenshots/", import.meta.url));
    await mkdir(folder, { recursive: true });
    for (const page of left.pages()) await page.screenshot({ path: `${folder}${context.name.replace(/\W+/g, "-")}-${index}.png` }).catch(() => undefined);
    await left.close();
  }
});

async function as(username, options) {
  const opened = await open(browser, url, options);
  await signIn(opened.page, { tenant: TENANT, username, password: PASSWORD });
  return opened;
}

/** Has the agent decide on symptoms that somebody saw: a warning that nobody has booked yet. */
async function warn(vehicleId, component, symptoms) {
  const token = await tokenOf(url, TENANT, "marco");
  const decision = await call(url, "/api/v1/agents/orchestrate", { method: "POST", token, body: { vehicle_id: vehicleId, component, severity: "WARNING", symptoms } });
  await eventually("the alert is there", async () => {
    const alerts = await call(url, `/api/v1/alerts/vehicle/${vehicleId}`, { token });
    return alerts.items.some((alert) => alert.decision_id === decision.decision_id);
  });
  await eventually("the dashboard has the action", async () => {
    const dashboard = await call(url, "/api/v1/dashboards/fleet", { token });
    return dashboard.action_list.some((action) => action.decision_id === decision.decision_id);
  });
  return decision;
}

async function visits(vehicleId) {
  const token = await tokenOf(url, TENANT, "marco");
  return (await call(url, `/api/v1/appointments/vehicle/${vehicleId}`, { token })).items;
}

for (const [way, vehicleId] of [["mouse", "HH-OO-002"], ["keyboard", "HH-OO-003"]]) {
  test(`an owner books from a warning, by ${way}`, async () => {
    await warn(vehicleId, "brakes", ["brakes.pulsation"]);
    const { page, context, complaints } = await as("olivia", way === "mouse" ? { mode: "phone" } : {});
    const { press } = hands(page, way);
    const warning = page.getByRole("region", { name: `${vehicleId} Brakes` });
    await warning.waitFor();
    assert.equal((await visits(vehicleId)).length, 0);
    await press("button", "Choose a visit");
    await press("button", /^Book /);
    await page.getByText(/Booked: /).first().waitFor();
    const [booked] = await visits(vehicleId);
    assert.equal(booked.status, "SCHEDULED");
    assert.equal(booked.booked_by, "USER");
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

for (const [way, vehicleId] of [["mouse", "HH-NK-010"], ["keyboard", "HH-NK-011"]]) {
  test(`a manager works the action list and acknowledges an alert, by ${way}`, async () => {
    await warn(vehicleId, "brakes", ["brakes.pulsation"]);
    const { page, context, complaints } = await as("marco");
    const { press } = hands(page, way);
    await press("button", `Book ${vehicleId} Brakes`);
    await press("button", /^Book (Today|Tomorrow|\w{3},? \d)/);
    await page.getByText(/Booked: /).first().waitFor();
    assert.equal((await visits(vehicleId)).length, 1);
    await press("link", /^Alerts/);
    await page.getByRole("heading", { name: "Alerts" }).waitFor();
    await press("button", new RegExp(`^${vehicleId} Brakes`));
    await page.getByRole("main").getByRole("link", { name: vehicleId }).waitFor();
    await press("button", "Acknowledge");
    await page.getByText("Acknowledged by you").waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

/** The optimiser may have chosen the other technician: then the job is moved before it is done. */
async function giveToTara(vehicleId, token) {
  const [visit] = await visits(vehicleId);
  const technician = (await call(url, "/api/v1/users/me", { token: await tokenOf(url, TENANT, "tara") })).user_id;
  if (visit.technician_id === technician) return;
  const offer = await call(url, "/api/v1/slots/available", { method: "POST", token, body: { vehicle_id: vehicleId, alert_id: visit.alert_id, technician_id: technician, hold: true } });
  await call(url, `/api/v1/appointments/${visit.appointment_id}`, { method: "PUT", token, body: { slot_id: offer.slots[0].slot_id, version: visit.version } });
}

for (const [way, vehicleId] of [["mouse", "HH-NK-001"], ["keyboard", "HH-NK-002"]]) {
  test(`a technician completes a job and the component starts anew, by ${way}`, async () => {
    const token = await tokenOf(url, TENANT, "marco");
    await confirmVisits(url, token);
    await giveToTara(vehicleId, token);
    const before = await call(url, `/api/v1/health/${vehicleId}/component/cooling`, { token });
    assert.ok(before.health_score < 0.4, `cooling is bad before: ${before.health_score}`);
    const { page, context, complaints } = await as("tara", way === "mouse" ? { mode: "phone" } : {});
    const { press, fill } = hands(page, way);
    await press("button", new RegExp(`${vehicleId} Cooling`));
    await press("button", "Start work");
    // Only a job in work can be reported.
    await page.getByRole("button", { name: "Report", exact: true }).waitFor();
    await press("button", "Report");
    await fill("Notes", "Hose split at the clamp.");
    await press("button", "Complete the job");
    await page.getByText("Hose split at the clamp.").waitFor();
    await eventually("cooling starts anew", async () => {
      const now = await call(url, `/api/v1/health/${vehicleId}/component/cooling`, { token });
      return now.health_score > 0.8;
    });
    assert.equal((await visits(vehicleId))[0].status, "COMPLETED");
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

for (const way of ["mouse", "keyboard"]) {
  test(`an administrator adds a person and a key and finds both in the audit log, by ${way}`, async () => {
    const { page, context, complaints } = await as("ada");
    const { press, fill } = hands(page, way);
    await press("button", "Add a person");
    await fill("User name", `nina.${way}`);
    await press("button", "Add");
    await page.getByText(`Password of nina.${way}`).waitFor();
    if (way === "mouse") await press("tab", "Keys");
    else {
      // Arrow keys move between tabs (WAI-ARIA tabs pattern); the list itself is one stop of Tab.
      await page.getByRole("tab", { name: "People" }).focus();
      await page.keyboard.press("ArrowRight");
    }
    await press("button", "Issue a key");
    await fill("Name", `gateway ${way}`);
    await press("button", "Issue");
    await page.getByText(`Key gateway ${way}: shown only now`).waitFor();
    if (way === "mouse") await press("tab", "Audit log");
    else {
      await page.getByRole("tab", { name: "Keys" }).focus();
      await page.keyboard.press("ArrowRight");
    }
    await page.getByRole("heading", { name: "Audit log" }).waitFor();
    for (const type of ["identity.user.changed", "identity.key.issued"]) {
      await page.getByRole("row", { name: new RegExp(`${type.replaceAll(".", "\\.")}.*you`) }).first().waitFor();
    }
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

for (const way of ["mouse", "keyboard"]) {
  test(`an executive reads the figures, what they are made of, and downloads the PDF, by ${way}`, async () => {
    const { page, context, complaints } = await as("eva");
    const dashboard = await call(url, "/api/v1/dashboards/executive", { token: await tokenOf(url, TENANT, "eva") });
    await page.getByRole("heading", { name: `Health of ${dashboard.fleet_summary.vehicles} vehicles` }).waitFor();
    if (way === "mouse") await page.getByText("How each number is computed").click();
    else {
      // A disclosure has no role of its own in the tree; Tab reaches it as the last stop of the page.
      for (let step = 0; step < 60 && !(await page.evaluate(() => document.activeElement?.textContent === "How each number is computed")); step += 1) await page.keyboard.press("Tab");
      await page.keyboard.press("Enter");
    }
    const { press } = hands(page, way);
    await press("button", "What it was made of: Uptime");
    await page.getByRole("region", { name: "Uptime" }).getByText(/Counted as|Nothing was counted/).waitFor();
    const [file] = await Promise.all([page.waitForEvent("download"), press("button", "Download PDF")]);
    assert.match(file.suggestedFilename(), /\.pdf$/);
    assert.equal((await readFile(await file.path())).subarray(0, 5).toString(), "%PDF-");
    const [[key, text]] = Object.entries(dashboard.method);
    await page.getByText(key, { exact: true }).waitFor();
    await page.getByText(text, { exact: true }).last().waitFor();
    assert.deepEqual(complaints, []);
    await context.close();
  });
}

test("whoever is invited becomes a user by the link, once", async () => {
  const { page, context } = await as("ada");
  await page.getByRole("button", { name: "Invite somebody" }).click();
  await page.getByLabel("E-mail").last().fill("iris@nordkreis.example");
  await page.getByRole("button", { name: "Make the link" }).click();
  await page.getByText("Link for iris@nordkreis.example: shown only now").waitFor();
  const link = await page.locator("code").first().textContent();
  await context.close();
  for (const isFirst of [true, false]) {
    const guest = await open(browser, link);
    await guest.page.getByLabel("User name").fill(isFirst ? "iris" : "iris.again");
    await guest.page.getByLabel("Password").fill(PASSWORD);
    await guest.page.getByRole("button", { name: "Accept the invitation" }).click();
    await guest.page.getByText(isFirst ? "Welcome, iris." : "This invitation was used").waitFor();
    await guest.context.close();
  }
  const { page: own, context: hers } = await as("iris");
  await own.getByRole("heading", { name: "Fleet", exact: true }).waitFor();
  await hers.close();
});

describe("accessibility of every page, by axe", () => {
  /** Pages whose phone form is another than the wide one; the rest only has to fit. */
  const otherOnPhone = ["/fleet", "/vehicles/HH-NK-003", "/vehicles/HH-NK-003/passport", "/schedule", "/my-vehicles", "/my-jobs", "/administration?tab=models", "/administration?tab=tenants"];
  const pages = {
    marco: ["/fleet", "/vehicles", "/vehicles/HH-NK-003", "/vehicles/HH-NK-003/passport", "/alerts", "/schedule", "/warranty", "/business", "/me"],
    olivia: ["/my-vehicles"],
    tara: ["/my-jobs"],
    ada: ["/administration", "/administration?tab=keys", "/administration?tab=audit", "/administration?tab=agents", "/administration?tab=data", "/administration?tab=models", "/administration?tab=tenants"],
  };
  for (const [mode, theme] of [["wide", "dark"], ["phone", "light"]]) {
    test(`${mode}, ${theme}`, async () => {
      const found = [];
      const first = await open(browser, url, { mode, theme });
      found.push(...(await violations(first.page)).map((text) => `sign in: ${text}`));
      await first.context.close();
      for (const [username, paths] of Object.entries(pages)) {
        const { page, context } = await as(username, { mode, theme });
        for (const path of paths) {
          await go(page, path);
          if (mode === "wide" || otherOnPhone.includes(path)) found.push(...(await violations(page)).map((text) => `${path}: ${text}`));
          // Not `innerWidth`: on a phone that grows with what is too wide.
          const overflow = (await page.evaluate(() => document.documentElement.scrollWidth)) - page.viewportSize().width;
          if (overflow > 0) found.push(`${path}: ${overflow} px wider than the screen`);
        }
        await context.close();
      }
      assert.deepEqual(found, []);
    });
  }
});

/** What stopping each service takes away: the page that needs it most, and one that must go on. */
const AWAY = {
  "alert-service": ["/alerts", "/vehicles"],
  "scheduling-service": ["/schedule", "/alerts"],
  "health-service": ["/vehicles", "/alerts"],
  "warranty-service": ["/warranty", "/fleet"],
  "agent-service": ["/vehicles/HH-NK-003", "/schedule"],
  "ingestion-service": ["/vehicles/HH-NK-003", "/fleet"],
  "analytics-service": ["/business", "/alerts"],
};

for (const [service, [path, elsewhere]] of Object.entries(AWAY)) {
  test(`${service} stopped: the app says so, the rest works, and it comes back`, async () => {
    const { page, context } = await as("marco");
    const away = page.getByText(`${service} does not answer. The rest of the app works.`).first();
    await platform.relays[service].close();
    try {
      await go(page, path);
      await away.waitFor();
      await go(page, elsewhere);
      // A week's schedule may be empty, say on a Sunday; then it says where the next visit is.
      await page.getByText(/HH-(NK|OO)-0\d\d/).or(page.getByRole("button", { name: /^Next visit: / })).first().waitFor();
      assert.equal(await page.getByRole("button", { name: "Sign in" }).count(), 0, "nobody is signed out");
    } finally {
      await platform.relays[service].listen();
    }
    await go(page, path);
    if (await away.isVisible()) await page.getByRole("button", { name: "Try again" }).first().click();
    await away.waitFor({ state: "detached" });
    await context.close();
  });
}

test("a reload stays signed in, and signing out in one tab signs out all", async () => {
  const { page, context } = await as("marco");
  await page.reload();
  await page.getByRole("heading", { name: /Health of \d+ vehicles/ }).waitFor();
  const stored = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage, cookie: document.cookie }));
  assert.doesNotMatch(stored, /eyJ|refresh/, "no token lies where a script can read it");
  const other = await context.newPage();
  await other.goto(url);
  await other.getByRole("heading", { name: /Health of \d+ vehicles/ }).waitFor();
  await page.getByRole("button", { name: /Marco Manager/ }).first().click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await other.getByRole("button", { name: "Sign in" }).waitFor();
  await other.reload();
  await other.getByRole("button", { name: "Sign in" }).waitFor();
  await context.close();
});

test("several tabs read one stream", async () => {
  const { page, context } = await as("marco");
  // The first tab reads before the second is opened; its own later requests (a stream that ended is read on) are no second reader.
  await eventually("the first tab leads", () => page.evaluate(async () => (await navigator.locks.query()).held.some((lock) => lock.name.startsWith("carvrooom.live."))));
  let streams = 0;
  const other = await context.newPage();
  other.on("request", (request) => (streams += request.url().endsWith("/api/v1/stream") ? 1 : 0));
  await other.goto(url);
  await other.getByRole("heading", { name: /Health of \d+ vehicles/ }).waitFor();
  await warn("HH-NK-012", "brakes", ["brakes.pulsation"]);
  for (const tab of [page, other]) await tab.getByRole("link", { name: "HH-NK-012" }).first().waitFor();
  assert.equal(streams, 0, "the second tab listens to the first");
  await context.close();
});

test("the app can be installed", async () => {
  const { page, context } = await open(browser, url);
  const session = await context.newCDPSession(page);
  await page.evaluate(() => navigator.serviceWorker.ready);
  const { installabilityErrors } = await session.send("Page.getInstallabilityErrors");
  // A profile of a test is an incognito one, which no app is installed from; nothing else may be in the way.
  assert.deepEqual(installabilityErrors.map((error) => error.errorId).filter((id) => id !== "in-incognito"), []);
  await context.close();
});

test("a technician has the jobs without a network, and the report goes out when it is back", async () => {
  const token = await tokenOf(url, TENANT, "marco");
  await confirmVisits(url, token);
  await giveToTara("HH-NK-003", token);
  const { page, context } = await as("tara");
  await page.evaluate(() => navigator.serviceWorker.ready);
  await settled(page);
  // What the worker keeps is what it has seen pass: it controls the page from the second load of the jobs on.
  await page.waitForFunction(() => navigator.serviceWorker.controller !== null);
  await go(page, "/vehicles");
  await page.evaluate(() => dispatchEvent(new Event("visibilitychange")));
  await go(page, "/my-jobs");
  const job = page.getByRole("button", { name: /HH-NK-003 Brakes/ }).first();
  await job.waitFor();
  await eventually("the jobs are kept", () => page.evaluate(async () => (await (await caches.open("carvrooom-jobs")).keys()).length >= 2));
  await context.setOffline(true);
  await page.reload();
  await job.waitFor();
  await job.click();
  await page.getByRole("button", { name: "Report" }).click();
  await page.getByLabel("Notes").fill("Written in the pit.");
  await page.getByRole("button", { name: "Complete the job" }).click();
  await page.getByText("1 report waits for the network.").waitFor();
  const stored = await page.evaluate(async () => {
    const names = await caches.keys();
    const requests = (await Promise.all(names.map(async (name) => (await (await caches.open(name)).keys()).map((request) => request.url)))).flat();
    return requests.filter((request) => request.includes("/api/"));
  });
  assert.ok(stored.length > 0 && stored.every((request) => /dashboards\/technician|appointments\?technician_id/.test(request)), stored.join("\n"));
  await context.setOffline(false);
  await page.reload();
  await eventually("the report is there", async () => {
    const all = await call(url, "/api/v1/appointments?status=COMPLETED", { token: await tokenOf(url, TENANT, "marco") });
    return all.items.some((one) => one.findings?.some((finding) => finding.notes === "Written in the pit."));
  });
  await page.getByRole("button", { name: /Tara Technician/ }).first().click();
  await page.getByRole("menuitem", { name: "Sign out" }).click();
  await page.getByRole("button", { name: "Sign in" }).waitFor();
  assert.deepEqual(await page.evaluate(async () => (await caches.keys()).filter((name) => name.includes("jobs"))), []);
  await context.close();
});

test("what people type is text, never markup, and a wrong password says nothing more", async () => {
  const { page, context, complaints } = await as("marco");
  await go(page, "/alerts");
  await page.getByLabel("Add a comment").fill("<img src=x onerror=alert(1)><b>bold</b>");
  await page.getByRole("button", { name: "Send" }).click();
  await page.getByText("<img src=x onerror=alert(1)><b>bold</b>").waitFor();
  assert.equal(await page.locator("img[src=x]").count(), 0);
  assert.deepEqual(complaints, []);
  await context.close();
  const other = await open(browser, url);
  await other.page.getByLabel("User name").fill("nobody");
  await other.page.getByLabel("Password").fill("wrong");
  await other.page.getByLabel("Organisation").fill(TENANT);
  await other.page.getByRole("button", { name: "Sign in" }).click();
  await other.page.getByText("Organisation, user name or password is wrong.").waitFor();
  await other.context.close();
});

test("the demo tells its story: its own manager sees twelve vehicles and what was done", async () => {
  const password = platform.lines.map((line) => /FLEET_MANAGER +marco +(\S+)/.exec(line)?.[1]).find(Boolean);
  assert.ok(password, "the demo prints its sign-ins");
  const { page, context, complaints } = await open(browser, url);
  await signIn(page, { tenant: "ten_demo", username: "marco", password });
  await page.getByRole("heading", { name: "Health of 12 vehicles" }).waitFor();
  const shown = await page.evaluate(() => performance.getEntriesByType("paint").find((entry) => entry.name === "first-contentful-paint")?.startTime);
  assert.ok(shown < 1500, `first paint after ${shown} ms`);
  assert.deepEqual(complaints, []);
  await context.close();
});

test("a week without visits says where the next one is", async () => {
  const { page, context } = await as("marco");
  await go(page, "/schedule?week=2020-01-06");
  await page.getByRole("button", { name: /^Next visit: / }).click();
  await page.getByText(/HH-(NK|OO)-0\d\d/).first().waitFor();
  await context.close();
});

test("the app speaks German", async () => {
  const { page, context } = await open(browser, url, { locale: "de-DE" });
  await page.getByLabel("Benutzername").fill("marco");
  await page.getByLabel("Passwort").fill(PASSWORD);
  await page.getByLabel("Organisation").fill(TENANT);
  await page.getByRole("button", { name: "Anmelden" }).click();
  await page.getByRole("heading", { name: "Was als Nächstes zu tun ist" }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), "de");
  await context.close();
});
