import { useQueryClient, type UseQueryResult } from "@tanstack/react-query";
import { useId, type ReactNode } from "react";
import { TriangleAlert } from "lucide-react";
import { Failure, Skeleton } from "@/components/ui/states";
import { cn } from "@/lib/cn";
import { clockSeconds } from "@/lib/format";
import { t } from "@/lib/i18n";

interface PanelProps {
  title?: ReactNode;
  note?: ReactNode;
  actions?: ReactNode;
  className?: string;
  children: ReactNode;
}

/** A sheet with a title. */
export function Panel({ title, note, actions, className, children }: PanelProps) {
  const id = useId();
  return (
    <section aria-labelledby={title ? id : undefined} className={cn("min-w-0 rounded-lg border border-line bg-panel shadow-panel", className)}>
      {title && (
        <div className="flex flex-wrap items-baseline gap-x-2 gap-y-1 px-4 pt-3 pb-2">
          <h2 id={id} className="m-0 text-base font-semibold">
            {title}
          </h2>
          {note && <span className="text-xs text-ink-3">{note}</span>}
          {actions && <div className="ml-auto flex flex-wrap items-center gap-2">{actions}</div>}
        </div>
      )}
      {children}
    </section>
  );
}

type LoadedProps<T> = {
  query: UseQueryResult<T>;
  lines?: number;
  isEmpty?: (data: T) => boolean;
  empty?: ReactNode;
  compact?: boolean;
  children: (data: T) => ReactNode;
};

/**
 * The states of one query: loading, failed, empty, loaded, and stale: what was loaded stays on screen when a refresh fails, with the time
 * it is of.
 */
export function Loaded<T>({ query, lines, isEmpty, empty, compact, children }: LoadedProps<T>) {
  const client = useQueryClient();
  if (query.data === undefined) {
    // One press brings back everything on screen that failed: a service that is back is back for all panels.
    const retry = () => void client.refetchQueries({ type: "active", predicate: (one) => one.state.status === "error" });
    if (query.isError) return <Failure error={query.error} retry={retry} compact={compact} />;
    return <Skeleton lines={lines} />;
  }
  return (
    <>
      {query.isError && <StaleNote since={query.dataUpdatedAt} />}
      {isEmpty?.(query.data) ? empty : children(query.data)}
    </>
  );
}

export function StaleNote({ since }: { since: number }) {
  return (
    <p role="status" className="mx-4 my-1 flex items-center gap-1.5 rounded bg-fair-soft px-2 py-1 text-xs text-fair-ink">
      <TriangleAlert size={12} aria-hidden />
      {t("state.stale", { time: clockSeconds(since) })}
    </p>
  );
}

/** A panel that is one query's. */
export function QueryPanel<T>({ title, note, actions, className, ...loaded }: Omit<PanelProps, "children"> & LoadedProps<T>) {
  return (
    <Panel title={title} note={note} actions={actions} className={className}>
      <Loaded {...loaded} />
    </Panel>
  );
}
