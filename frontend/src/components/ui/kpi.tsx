import { useEffect, useRef, type ReactNode } from "react";
import { Info } from "lucide-react";
import { cn } from "@/lib/cn";
import { t } from "@/lib/i18n";

/** A number that changes moves quietly: no jump, a short wash of colour. */
export function Changing({ value, className }: { value: string; className?: string }) {
  const element = useRef<HTMLSpanElement>(null);
  const shown = useRef(value);
  useEffect(() => {
    if (shown.current === value) return;
    shown.current = value;
    const target = element.current;
    if (!target) return;
    target.classList.remove("changed");
    void target.offsetWidth;
    target.classList.add("changed");
  }, [value]);
  return (
    <span ref={element} className={className}>
      {value}
    </span>
  );
}

interface KpiProps {
  label: string;
  value: string;
  unit?: string;
  detail?: ReactNode;
  isBad?: boolean;
  /** How the number is made, in the server's words. */
  method?: string;
}

/** One figure with its unit, what it rests on, and how it is computed one step away. */
export function Kpi({ label, value, unit, detail, isBad, method }: KpiProps) {
  return (
    <div className="relative min-w-0 rounded-lg border border-line bg-panel px-4 pt-3 pb-2.5 shadow-panel">
      <div className="pr-5 text-sm text-ink-2">{label}</div>
      <div className={cn("my-0.5 text-2xl font-[650] tracking-[-0.02em] break-words", isBad && "text-critical-ink")}>
        <Changing value={value} />
        {unit && <small className="ml-1 text-base font-medium tracking-normal text-ink-3">{unit}</small>}
      </div>
      {detail && <div className="text-xs text-ink-3">{detail}</div>}
      {method && <Method text={method} />}
    </div>
  );
}

/** The method behind a number, closed until asked for. */
export function Method({ text }: { text: string }) {
  return (
    <details className="text-xs text-ink-3">
      <summary aria-label={t("kpi.method")} title={t("kpi.method")} className="absolute top-2 right-2 flex size-6 list-none items-center justify-center rounded hover:bg-sunken [&::-webkit-details-marker]:hidden">
        <Info size={13} aria-hidden />
      </summary>
      <p className="m-0 mt-1 border-t border-line pt-1 text-ink-2">{text}</p>
    </details>
  );
}

export function KpiStrip({ children }: { children: ReactNode }) {
  return <div className="mb-4 grid grid-cols-[repeat(auto-fit,minmax(128px,1fr))] gap-3 max-md:grid-cols-2">{children}</div>;
}
