import { name, t } from "@/lib/i18n";
import { cn } from "@/lib/cn";
import { score as formatScore } from "@/lib/format";

export const BANDS = ["EXCELLENT", "GOOD", "FAIR", "POOR", "CRITICAL"] as const;
export type BandName = (typeof BANDS)[number] | "UNKNOWN";

/** A band's colours: of shapes, of text, and of surfaces. */
export const BAND_STYLE: Record<BandName, { fill: string; text: string; soft: string; css: string }> = {
  EXCELLENT: { fill: "text-excellent", text: "text-excellent-ink", soft: "bg-excellent-soft", css: "excellent" },
  GOOD: { fill: "text-good", text: "text-good-ink", soft: "bg-good-soft", css: "good" },
  FAIR: { fill: "text-fair", text: "text-fair-ink", soft: "bg-fair-soft", css: "fair" },
  POOR: { fill: "text-poor", text: "text-poor-ink", soft: "bg-poor-soft", css: "poor" },
  CRITICAL: { fill: "text-critical", text: "text-critical-ink", soft: "bg-critical-soft", css: "critical" },
  UNKNOWN: { fill: "text-unknown", text: "text-ink-3", soft: "bg-sunken", css: "unknown" },
};

export function bandOf(status: string | null | undefined): BandName {
  return (BANDS as readonly string[]).includes(status ?? "") ? (status as BandName) : "UNKNOWN";
}

/** The band of a score: the limits of the health service. */
export function bandOfScore(score: number | null | undefined): BandName {
  if (score === null || score === undefined) return "UNKNOWN";
  if (score < 0.2) return "CRITICAL";
  if (score < 0.4) return "POOR";
  if (score < 0.6) return "FAIR";
  return score < 0.8 ? "GOOD" : "EXCELLENT";
}

/** How urgent a severity is, in the colours of the bands. */
export function bandOfSeverity(severity: string): BandName {
  switch (severity) {
    case "EMERGENCY":
    case "CRITICAL":
      return "CRITICAL";
    case "WARNING":
      return "POOR";
    default:
      return "GOOD";
  }
}

/** Each band has a shape of its own, so that colour is never the only sign. */
export function BandShape({ band, size = 12 }: { band: BandName; size?: number }) {
  return (
    <svg width={size} height={size} viewBox="0 0 12 12" aria-hidden className={cn("flex-none", BAND_STYLE[band].fill)}>
      {band === "EXCELLENT" && <circle cx="6" cy="6" r="5" fill="currentColor" />}
      {band === "GOOD" && <circle cx="6" cy="6" r="4" fill="none" stroke="currentColor" strokeWidth="2.4" />}
      {band === "FAIR" && <path d="M6 1 11 10.5H1Z" fill="currentColor" />}
      {band === "POOR" && <path d="M6 .5 11.5 6 6 11.5 .5 6Z" fill="currentColor" />}
      {band === "CRITICAL" && <rect x="1" y="1" width="10" height="10" fill="currentColor" />}
      {band === "UNKNOWN" && <path d="M2 6h8" stroke="currentColor" strokeWidth="2" />}
    </svg>
  );
}

export function Band({ status, score, className }: { status: string | null | undefined; score?: number | null; className?: string }) {
  const band = bandOf(status);
  return (
    <span className={cn("inline-flex items-center gap-1.5 text-sm font-semibold whitespace-nowrap", BAND_STYLE[band].text, className)}>
      <BandShape band={band} />
      {name("status", status ?? "UNKNOWN")}
      {score !== undefined && <span className="font-medium">{formatScore(score)}</span>}
    </span>
  );
}

export function Severity({ severity, className }: { severity: string; className?: string }) {
  const band = bandOfSeverity(severity);
  const isEmergency = severity === "EMERGENCY";
  return (
    <span
      className={cn(
        "inline-flex items-center gap-1.5 text-sm font-semibold whitespace-nowrap",
        BAND_STYLE[band].text,
        isEmergency && "rounded bg-critical-soft px-1.5 py-px",
        className,
      )}
    >
      <BandShape band={band} />
      {name("severity", severity)}
      {isEmergency && <span className="sr-only">{t("severity.stop")}</span>}
    </span>
  );
}
