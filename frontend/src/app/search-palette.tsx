import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useDeferredValue, useMemo, useState, type KeyboardEvent, type RefObject } from "react";
import { api, data } from "@/api/client";
import { SHORTCUTS } from "@/app/navigation";
import { cn } from "@/lib/cn";
import { t } from "@/lib/i18n";
import type { View } from "@/lib/roles";

interface Hit {
  id: string;
  label: string;
  detail: string;
  go: () => void;
}

const SHOWN = 8;
/** What the service takes at most. */
const WORD_MAX = 64;
const DIALOG = "m-auto mt-[12vh] w-[min(560px,92vw)] rounded-xl border border-line-strong bg-panel p-0 text-ink shadow-2xl backdrop:bg-black/30";

function useHits(wanted: string, views: View[], isOpen: boolean): Hit[] {
  const navigate = useNavigate();
  const word = wanted.trim().toLowerCase();
  // The service searches: a browser would know the first page of a large fleet only.
  const q = useDeferredValue(word).slice(0, WORD_MAX);
  const vehicles = useQuery({
    queryKey: ["vehicles", "search", q],
    enabled: isOpen,
    staleTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: () => data(api.GET("/api/v1/vehicles", { params: { query: { limit: SHOWN, q: q || undefined } } })),
  });
  return useMemo(() => {
    const pages = views.map((view) => ({ id: view, label: t(`nav.${view}`), detail: `g ${SHORTCUTS[view]}`, go: () => void navigate({ to: `/${view}` }) }));
    const found = (vehicles.data?.items ?? []).map((vehicle) => ({
      id: vehicle.vehicle_id,
      label: vehicle.vehicle_id,
      detail: [vehicle.make, vehicle.model, vehicle.vin].filter(Boolean).join(" · "),
      go: () => void navigate({ to: "/vehicles/$vehicleId", params: { vehicleId: vehicle.vehicle_id } }),
    }));
    const all = word ? [...found, ...pages] : [...pages, ...found];
    return all.filter((hit) => `${hit.label} ${hit.detail}`.toLowerCase().includes(word)).slice(0, SHOWN);
  }, [word, views, vehicles.data, navigate]);
}

/** Finds a vehicle by id, VIN or model, and every view. */
export function SearchPalette({ dialog, views }: { dialog: RefObject<HTMLDialogElement | null>; views: View[] }) {
  const [wanted, setWanted] = useState("");
  const [isOpen, setOpen] = useState(false);
  const [chosen, setChosen] = useState(0);
  const hits = useHits(wanted, views, isOpen);
  const take = (hit: Hit | undefined) => {
    if (!hit) return;
    dialog.current?.close();
    hit.go();
  };
  const press = (event: KeyboardEvent) => {
    const step = event.key === "ArrowDown" ? 1 : event.key === "ArrowUp" ? -1 : 0;
    if (step !== 0) {
      event.preventDefault();
      setChosen((now) => (now + step + hits.length) % Math.max(hits.length, 1));
    } else if (event.key === "Enter") {
      event.preventDefault();
      take(hits[chosen]);
    }
  };
  return (
    <dialog ref={dialog} aria-label={t("search.open")} className={DIALOG} onToggle={(event) => setOpen(event.newState === "open")} onClose={() => setWanted("")}>
      <input
        type="search"
        role="combobox"
        aria-expanded={hits.length > 0}
        aria-controls="search-hits"
        aria-activedescendant={hits[chosen] ? `hit-${chosen}` : undefined}
        aria-label={t("search.open")}
        placeholder={t("search.placeholder")}
        value={wanted}
        onChange={(event) => (setWanted(event.target.value), setChosen(0))}
        onKeyDown={press}
        className="w-full border-0 border-b border-line bg-transparent px-4 py-3 text-lg outline-none"
      />
      <ul id="search-hits" role="listbox" aria-label={t("search.hits")} className="m-0 list-none p-1">
        {hits.map((hit, index) => (
          <li key={hit.id} id={`hit-${index}`} role="option" aria-selected={index === chosen}>
            <button
              type="button"
              tabIndex={-1}
              onClick={() => take(hit)}
              onPointerMove={() => setChosen(index)}
              className={cn("flex w-full items-baseline gap-3 rounded-[6px] border-0 bg-transparent px-3 py-2 text-left text-ink", index === chosen && "bg-accent-soft")}
            >
              <span className="font-medium">{hit.label}</span>
              <span className="ml-auto truncate text-sm text-ink-3">{hit.detail}</span>
            </button>
          </li>
        ))}
      </ul>
      {hits.length === 0 && <p className="m-0 px-4 pb-4 text-ink-3">{t("search.none")}</p>}
    </dialog>
  );
}

export function ShortcutHelp({ dialog, views }: { dialog: RefObject<HTMLDialogElement | null>; views: View[] }) {
  const keys = [["/", t("search.open")], ["?", t("keys.title")], ...views.map((view) => [`g ${SHORTCUTS[view]}`, t(`nav.${view}`)])];
  return (
    <dialog ref={dialog} aria-label={t("keys.title")} className={cn(DIALOG, "w-80 p-4")}>
      <h2 className="m-0 mb-3 text-lg font-semibold">{t("keys.title")}</h2>
      <dl className="m-0 grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        {keys.map(([key, meaning]) => (
          <div key={key} className="contents">
            <dt>
              <kbd className="rounded border border-b-2 border-line-strong px-1.5 font-sans text-xs font-semibold">{key}</kbd>
            </dt>
            <dd className="m-0">{meaning}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog" className="mt-4 text-right">
        <button className="rounded-[6px] border border-line-strong bg-panel px-3 py-1 font-semibold text-ink">{t("keys.close")}</button>
      </form>
    </dialog>
  );
}
