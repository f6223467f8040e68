// Pictures of the main pages of a running and staged platform, light and dark, wide and phone, to be looked at.
// node e2e/screenshots.mjs URL FOLDER [part of a page's name] [mode-theme …]
import { mkdir } from "node:fs/promises";
import { go, launch, open, signIn } from "./browser.mjs";
import { PASSWORD } from "./stage.mjs";

const PAGES = {
  marco: { fleet: "/fleet", vehicles: "/vehicles", vehicle: "/vehicles/HH-NK-003", passport: "/vehicles/HH-NK-003/passport", alerts: "/alerts", schedule: "/schedule", warranty: "/warranty", business: "/business", me: "/me" },
  olivia: { "my-vehicles": "/my-vehicles" },
  tara: { "my-jobs": "/my-jobs" },
  ada: { users: "/administration", keys: "/administration?tab=keys", audit: "/administration?tab=audit", agents: "/administration?tab=agents", data: "/administration?tab=data", models: "/administration?tab=models", tenants: "/administration?tab=tenants" },
};

const [url, folder, part = "", ...variants] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
const browser = await launch();
for (const variant of variants.length > 0 ? variants : ["wide-light", "wide-dark", "phone-light", "phone-dark"]) {
  const [mode, theme] = variant.split("-");
  for (const [username, pages] of Object.entries(PAGES)) {
    const wanted = Object.entries(pages).filter(([name]) => name.includes(part));
    if (wanted.length === 0) continue;
    const { page, context, complaints } = await open(browser, url, { mode, theme });
    await signIn(page, { tenant: process.env.TENANT ?? "ten_nord", username, password: process.env.PASSWORD ?? PASSWORD });
    for (const [name, path] of wanted) {
      await go(page, path);
      await page.waitForTimeout(400);
      await page.screenshot({ path: `${folder}/${name}-${variant}.png`, fullPage: mode === "phone" });
    }
    if (complaints.length > 0) console.log(variant, username, complaints);
    await context.close();
  }
}
await browser.close();
