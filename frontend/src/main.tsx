import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "@/app/app";
import { preferredLocale, setLocale } from "@/lib/i18n";
import { registerServiceWorker } from "@/lib/service-worker";
import { followOtherTabs, restore } from "@/lib/session";
import { watchSystemTheme } from "@/lib/theme";
import "@/styles.css";

const root = document.getElementById("root");
if (!root) throw new Error("the page has no #root");

watchSystemTheme();
registerServiceWorker();
followOtherTabs();
void restore();
await setLocale(preferredLocale(), false);
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
