import { useSyncExternalStore } from "react";
import type { Problem } from "@/api/problem";
import { en } from "@/lib/i18n/en";
import { storage } from "@/lib/storage";
import { signalWords } from "@/lib/vehicle";

export type Locale = "en" | "de";
export type TextKey = keyof typeof en;
export type Catalogue = Record<TextKey, string>;
type Params = Record<string, string | number>;
/** Keys that have a form for each plural of the language: `x.one`, `x.other`. */
type PluralKey = TextKey extends infer K ? (K extends `${infer Base}.other` ? Base : never) : never;

export const LOCALES: Record<Locale, string> = { en: "English", de: "Deutsch" };

let locale: Locale = "en";
let catalogue: Catalogue = en;
let serverTexts: Record<string, string> = {};
let signals: Record<string, string> = {};
let symptoms: Record<string, { text: string; check: string }> = {};
const listeners = new Set<() => void>();

function isLocale(value: string | null | undefined): value is Locale {
  return value === "en" || value === "de";
}

/** The kept choice, else the browser's language, else English. */
export function preferredLocale(): Locale {
  const kept = storage.get("locale");
  if (isLocale(kept)) return kept;
  const first = navigator.languages?.map((tag) => tag.slice(0, 2)).find(isLocale);
  return first ?? "en";
}

/** Loads a language's catalogue and shows it. */
export async function setLocale(next: Locale, keep = true): Promise<void> {
  if (next === "de") {
    const [texts, reasons, seen, measured] = await Promise.all([
      import("@/lib/i18n/de"),
      import("@/lib/i18n/de-server"),
      import("@/lib/i18n/de-symptoms"),
      import("@/lib/i18n/de-signals"),
    ]);
    catalogue = texts.de;
    serverTexts = reasons.deServer;
    symptoms = seen.deSymptoms;
    signals = measured.deSignals;
  } else {
    catalogue = en;
    serverTexts = {};
    symptoms = {};
    signals = {};
  }
  locale = next;
  document.documentElement.lang = next;
  if (keep) storage.set("locale", next);
  for (const listener of listeners) listener();
}

export function currentLocale(): Locale {
  return locale;
}

/** The language as numbers and times are written: with the browser's region when it has one, else 24-hour English. */
export function formatLocale(): string {
  const own = navigator.languages?.find((tag) => tag.startsWith(`${locale}-`));
  return own ?? (locale === "en" ? "en-GB" : locale);
}

export function fill(text: string, params: Record<string, unknown> = {}): string {
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => (params[name] === undefined ? whole : String(params[name])));
}

/** A text of the catalogue. */
export function t(key: TextKey, params?: Params): string {
  return fill(catalogue[key], params);
}

/** Whether the catalogue has a text for a key made from a value of the server. */
export function hasText(key: string): key is TextKey {
  return key in catalogue;
}

/** A text whose form depends on a count, which is {count} in it. */
export function tn(key: PluralKey, count: number, params?: Params): string {
  const form = new Intl.PluralRules(locale).select(count) === "one" ? "one" : "other";
  return t(`${key}.${form}` as TextKey, { count: new Intl.NumberFormat(locale).format(count), ...params });
}

/** Why a message did not go out; a mail server's own answer is told by its number. */
export function deliveryReason(code: string): string {
  const answer = /^smtp_(\d+)$/.exec(code)?.[1];
  return answer ? t("reason.smtp", { answer }) : name("reason", code);
}

/** A name from the catalogue by a value of the server; a value that the app does not know is shown as words. */
export function name(group: "component" | "severity" | "urgency" | "status" | "role" | "channel" | "verdict" | "action" | "event" | "scope" | "reason" | "class" | "powertrain" | "service", value: string | null | undefined): string {
  if (!value) return "–";
  const key = `${group}.${value}`;
  if (key in catalogue) return catalogue[key as TextKey];
  const words = value.replace(/[_.]/g, " ").toLowerCase();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** A sentence of the server: it sends a code with parameters beside its English text, and the catalogue may know the code. */
export function said(reason: { code: string; params?: Record<string, unknown> | null; text?: string } | null | undefined): string {
  if (!reason) return "";
  // A sentence whose parameters did not all come is better in English than with a hole.
  return filled(reason.code, reason.params ?? {}) ?? (reason.text || reason.code);
}

/** The first sentence without a hole: that of a parameter's value, the code's own, that of a parameter that came, that of none. */
function filled(code: string, params: Record<string, unknown>): string | undefined {
  const names = Object.keys(params);
  const keys = [...names.map((key) => `${code}|${key}=${String(params[key])}`), code, ...names.map((key) => `${code}|${key}`), `${code}|`];
  const shown = translated(params);
  return keys
    .map((key) => serverTexts[key])
    .filter((text) => text !== undefined)
    .map((text) => fill(text, shown))
    .find((text) => !/\{\w+\}/.test(text));
}

/** Why a request failed, in the shown language: the title of its status, the sentence of its code, and what is wrong with each member. */
export function problemTexts(problem: Problem): { title: string; detail: string; fields: string[] } {
  const detail = filled(`problem.${problem.code}`, problem.params ?? {}) ?? problem.detail;
  const fields = (problem.errors ?? []).map((field) => {
    const path = field.path.replace(/^\//, "");
    // Many a service says the problem's own sentence again at the member.
    const text = field.text === problem.detail ? detail : (filled(`field.${field.code}`, { path }) ?? field.text);
    return `${filled(`member.${path}`, {}) ?? path}: ${text}`;
  });
  return { title: filled(`title.${problem.status}`, {}) ?? problem.title, detail, fields };
}

function translated(params: Record<string, unknown> = {}): Record<string, unknown> {
  const shown: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(params)) {
    if (key === "component" && typeof value === "string") shown[key] = name("component", value);
    else if (key === "symptom" && typeof value === "string") Object.assign(shown, { symptom: symptoms[value]?.text, check: symptoms[value]?.check });
    else if (key === "signal" && typeof value === "string") shown[key] = signalName(value);
    else if ((key === "coverage" || key === "probability") && typeof value === "number") shown[key] = `${Math.round(value * 100)} %`;
    else if (typeof value === "string" && /^\d{4}-\d\d-\d\d/.test(value)) shown[key] = new Intl.DateTimeFormat(formatLocale(), { dateStyle: "medium" }).format(new Date(value));
    else if (typeof value === "number") shown[key] = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 }).format(value);
    else if (typeof value === "string") shown[key] = failureMode(value) ?? value;
    else shown[key] = value;
  }
  return shown;
}

/** What a signal is called in the shown language; one that the catalogue does not know has the words of its path. */
export function signalName(path: string): string {
  return signals[path] ?? signalWords(path);
}

/** The name of a failure mode or symptom in the shown language, if the catalogue has it. */
export function failureMode(code: string, fallback?: string): string | undefined {
  return serverTexts[`mode.${code}`] ?? fallback;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Renders again when the language changes. */
export function useLocale(): Locale {
  return useSyncExternalStore(subscribe, currentLocale);
}
