import { useSyncExternalStore } from "react";
import { storage } from "@/lib/storage";

export type Theme = "light" | "dark" | "system";

const listeners = new Set<() => void>();
const systemIsDark = () => matchMedia("(prefers-color-scheme: dark)").matches;

function wish(): Theme {
  const kept = storage.get("theme");
  return kept === "dark" || kept === "light" ? kept : "system";
}

function apply(): void {
  const theme = wish();
  document.documentElement.dataset.theme = theme === "dark" || (theme === "system" && systemIsDark()) ? "dark" : "light";
  for (const listener of listeners) listener();
}

/** Sets and keeps the theme. */
export function setTheme(theme: Theme): void {
  storage.set("theme", theme === "system" ? null : theme);
  apply();
}

/** Follows the system's change of mind while no theme was chosen. */
export function watchSystemTheme(): void {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", apply);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** The chosen theme, and the one that is shown. */
export function useTheme(): { theme: Theme; shown: "light" | "dark" } {
  const shown = useSyncExternalStore(subscribe, () => document.documentElement.dataset.theme ?? "light");
  return { theme: wish(), shown: shown === "dark" ? "dark" : "light" };
}
