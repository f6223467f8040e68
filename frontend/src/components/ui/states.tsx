import { useEffect, useState, type ReactNode } from "react";
import { CloudOff, Inbox, Lock, RotateCw, SearchX, TriangleAlert, Unplug } from "lucide-react";
import { ApiError } from "@/api/problem";
import { Button } from "@/components/ui/button";
import { cn } from "@/lib/cn";
import { problemTexts, t } from "@/lib/i18n";

/** Grey bars where content will be. They come after 150 ms only: what is quick shows no skeleton at all. */
export function Skeleton({ lines = 4, className }: { lines?: number; className?: string }) {
  const [isShown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), 150);
    return () => clearTimeout(timer);
  }, []);
  const widths = ["w-11/12", "w-3/4", "w-5/6", "w-2/3"];
  return (
    <div className={cn("grid gap-3 p-4", className)} role="status" aria-label={t("state.loading")}>
      {Array.from({ length: lines }, (_, line) => (
        <div key={line} className={cn("h-4", isShown && "skeleton", widths[line % widths.length])} />
      ))}
    </div>
  );
}

/** Nothing is there: says so, and what to do next. */
export function Empty({ title, children, icon }: { title: string; children?: ReactNode; icon?: ReactNode }) {
  return (
    <div className="flex flex-col items-center gap-1 px-4 py-8 text-center">
      <span className="text-ink-3" aria-hidden>
        {icon ?? <Inbox size={22} strokeWidth={1.5} />}
      </span>
      <p className="m-0 font-semibold">{title}</p>
      {children && <div className="max-w-[52ch] text-ink-2">{children}</div>}
    </div>
  );
}

function sign(error: ApiError | null): { icon: ReactNode; title: string; text: string } {
  switch (error?.kind) {
    case "offline":
      return { icon: <CloudOff size={22} strokeWidth={1.5} />, title: t("state.offline"), text: t("state.offline.text") };
    case "unavailable": {
      const service = String(error.problem.params?.service ?? "");
      if (error.problem.code === "gateway.no_such_path") return { icon: <Unplug size={22} strokeWidth={1.5} />, title: t("state.unavailable"), text: t("state.not_offered") };
      const text = service ? t("state.unavailable.service", { service }) : t("state.unavailable.text");
      return { icon: <Unplug size={22} strokeWidth={1.5} />, title: t("state.unavailable"), text };
    }
    case "forbidden":
      return { icon: <Lock size={22} strokeWidth={1.5} />, title: t("state.forbidden"), text: t("state.forbidden.text") };
    case "not_found":
      return { icon: <SearchX size={22} strokeWidth={1.5} />, title: t("state.not_found"), text: problemTexts(error.problem).detail };
    default: {
      const told = error && problemTexts(error.problem);
      return { icon: <TriangleAlert size={22} strokeWidth={1.5} />, title: told?.title || t("state.failed"), text: told?.detail || t("state.failed.text") };
    }
  }
}

/** Why a panel has no data: the problem's title, its request id, and a way on. */
export function Failure({ error, retry, compact }: { error: unknown; retry?: () => void; compact?: boolean }) {
  const known = error instanceof ApiError ? error : null;
  const { icon, title, text } = sign(known);
  return (
    <div role="alert" className={cn("flex flex-col items-center gap-1 px-4 text-center", compact ? "py-4" : "py-8")}>
      <span className="text-ink-3" aria-hidden>
        {icon}
      </span>
      <p className="m-0 font-semibold">{title}</p>
      <p className="m-0 max-w-[52ch] text-ink-2">{text}</p>
      {known?.problem.request_id && (
        <p className="m-0 text-xs text-ink-3">
          {t("state.request")} <code className="select-all">{known.problem.request_id}</code>
        </p>
      )}
      {retry && known?.kind !== "forbidden" && known?.kind !== "not_found" && (
        <Button className="mt-2" onClick={retry}>
          <RotateCw size={13} aria-hidden /> {t("state.retry")}
        </Button>
      )}
    </div>
  );
}

/** A short failure beside the button that caused it. */
export function InlineFailure({ error, className }: { error: unknown; className?: string }) {
  if (!error) return null;
  const known = error instanceof ApiError ? error : null;
  const fields = known && problemTexts(known.problem).fields.join(" ");
  return (
    <p role="alert" className={cn("m-0 text-sm text-critical-ink", className)}>
      {sign(known).title}. {fields || sign(known).text}
      {known?.problem.request_id && <span className="text-ink-3"> · {known.problem.request_id}</span>}
    </p>
  );
}
