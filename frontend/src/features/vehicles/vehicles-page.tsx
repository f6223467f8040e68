import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useWindowVirtualizer } from "@tanstack/react-virtual";
import { useEffect, useMemo, useRef } from "react";
import { api, data } from "@/api/client";
import type { HealthTypes, Vehicle } from "@/api/queries";
import { Page } from "@/components/layouts/page";
import { Band, BANDS } from "@/components/ui/band";
import { FilterChip, namedChoices } from "@/components/ui/field";
import { Loaded, Panel } from "@/components/ui/panel";
import { Empty } from "@/components/ui/states";
import { ago, odometer } from "@/lib/format";
import { name, t } from "@/lib/i18n";
import { modelOf } from "@/lib/vehicle";

type HealthItem = HealthTypes["schemas"]["HealthItem"];

const PAGE = 500;
const ROW_PX = 52;
const COMPONENTS = ["engine", "cooling", "lubrication", "transmission", "brakes", "battery_12v", "charging", "traction_battery", "suspension", "tyres", "aftertreatment"];
const CLASSES = ["CAR", "VAN", "TRUCK", "BUS"];

function useHealthList(band: string | undefined, component: string | undefined) {
  return useInfiniteQuery({
    queryKey: ["health", "list", band, component],
    initialPageParam: undefined as string | undefined,
    queryFn: ({ pageParam }) => data(api.GET("/api/v1/health", { params: { query: { band, component, limit: PAGE, cursor: pageParam } } })),
    getNextPageParam: (page) => page.next_cursor ?? undefined,
  });
}

/** The whole registry, page by page: make and model stand there, health in another service. */
function useRegistry(): { vehicles: Map<string, Vehicle>; isError: boolean } {
  const registry = useQuery({
    queryKey: ["vehicles", "registry"],
    staleTime: 300_000,
    queryFn: async () => {
      const all: Vehicle[] = [];
      let cursor: string | undefined;
      do {
        const page = await data(api.GET("/api/v1/vehicles", { params: { query: { limit: 1000, cursor } } }));
        all.push(...page.items);
        cursor = page.next_cursor ?? undefined;
      } while (cursor);
      return all;
    },
  });
  return useMemo(() => ({ vehicles: new Map(registry.data?.map((vehicle) => [vehicle.vehicle_id, vehicle])), isError: registry.isError }), [registry.data, registry.isError]);
}

function Row({ item, vehicle }: { item: HealthItem; vehicle: Vehicle | undefined }) {
  return (
    <Link
      to="/vehicles/$vehicleId"
      params={{ vehicleId: item.vehicle_id }}
      search={item.component ? { component: item.component.type } : {}}
      className="grid h-full grid-cols-[minmax(0,1.4fr)_minmax(0,1fr)] items-center gap-3 border-b border-line px-4 no-underline hover:bg-sunken md:grid-cols-[minmax(0,1.4fr)_150px_minmax(0,1fr)_120px_110px]"
    >
      <span className="min-w-0">
        <span className="block truncate font-semibold">{item.vehicle_id}</span>
        <span className="block truncate text-xs text-ink-3">{vehicle ? modelOf(vehicle) : ""}</span>
      </span>
      <span className="max-md:text-right">
        <Band status={item.component?.status ?? item.status} score={item.component ? item.component.health_score : item.overall_health_score} />
      </span>
      <span className="truncate text-ink-2 max-md:hidden">{[name("class", vehicle?.vehicle_class), name("powertrain", vehicle?.powertrain)].filter((text) => text !== "–").join(" · ")}</span>
      <span className="text-right max-md:hidden">{odometer(vehicle?.odometer_km)}</span>
      <span className="text-right text-ink-3 max-md:hidden">{ago(item.last_seen)}</span>
    </Link>
  );
}

/** Only the rows on screen are drawn, so that ten thousand scroll as smoothly as ten; the next page is fetched before its place is reached. */
function VirtualList({ items, vehicles, more }: { items: HealthItem[]; vehicles: Map<string, Vehicle>; more: () => void }) {
  const list = useRef<HTMLDivElement>(null);
  const rows = useWindowVirtualizer({ count: items.length, estimateSize: () => ROW_PX, overscan: 12, scrollMargin: list.current?.offsetTop ?? 0 });
  const shown = rows.getVirtualItems();
  const last = shown.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= items.length - 50) more();
  }, [last, items.length, more]);
  return (
    <div ref={list} role="list" className="relative" style={{ height: rows.getTotalSize() }}>
      {shown.map((row) => {
        const item = items[row.index];
        return (
          item && (
            <div key={item.vehicle_id} role="listitem" className="absolute inset-x-0 top-0" style={{ height: row.size, transform: `translateY(${row.start - rows.options.scrollMargin}px)` }}>
              <Row item={item} vehicle={vehicles.get(item.vehicle_id)} />
            </div>
          )
        );
      })}
    </div>
  );
}

/** Every vehicle, worst first. */
export function VehiclesPage() {
  const search = useSearch({ from: "/vehicles" });
  const navigate = useNavigate({ from: "/vehicles" });
  const health = useHealthList(search.band, search.component);
  const { vehicles, isError } = useRegistry();
  const all = useMemo(() => health.data?.pages.flatMap((page) => page.items) ?? [], [health.data]);
  const items = useMemo(() => {
    const word = search.q?.toLowerCase();
    if (!word && !search.class) return all;
    return all.filter((item) => {
      const vehicle = vehicles.get(item.vehicle_id);
      const text = `${item.vehicle_id} ${vehicle?.vin ?? ""} ${vehicle ? modelOf(vehicle) : ""}`.toLowerCase();
      return (!word || text.includes(word)) && (!search.class || vehicle?.vehicle_class === search.class);
    });
  }, [all, vehicles, search.q, search.class]);
  const filter = (change: Partial<typeof search>) => void navigate({ search: (old) => ({ ...old, ...change }), replace: true });
  const { hasNextPage, isFetchingNextPage, fetchNextPage } = health;
  const more = useMemo(() => () => void (hasNextPage && !isFetchingNextPage && fetchNextPage()), [hasNextPage, isFetchingNextPage, fetchNextPage]);
  const filters = (
    <>
      <input
        type="search"
        aria-label={t("filter.search")}
        placeholder={t("filter.search")}
        value={search.q ?? ""}
        onChange={(event) => filter({ q: event.target.value || undefined })}
        className="w-44 rounded-full border border-line bg-panel px-3 py-1 text-sm max-md:min-h-10 max-md:text-[16px]"
      />
      <FilterChip label={t("filter.band")} value={search.band ?? ""} choices={namedChoices("status", [...BANDS, "UNKNOWN"], t("filter.any_band"))} onChange={(value) => filter({ band: value || undefined })} />
      <FilterChip label={t("filter.component")} value={search.component ?? ""} choices={namedChoices("component", COMPONENTS, t("filter.any_component"))} onChange={(value) => filter({ component: value || undefined })} />
      <FilterChip label={t("filter.class")} value={search.class ?? ""} choices={namedChoices("class", CLASSES, t("filter.any_class"))} onChange={(value) => filter({ class: value || undefined })} />
    </>
  );
  return (
    <Page title={t("nav.vehicles")} about={health.data && t("vehicles.shown", { count: items.length + (hasNextPage ? "+" : "") })} filters={filters}>
      {isError && <p className="m-0 mb-2 text-sm text-ink-3">{t("vehicles.no_registry")}</p>}
      <Panel className="overflow-clip">
        <Loaded query={health} lines={12} isEmpty={() => items.length === 0 && !hasNextPage} empty={<Empty title={t("vehicles.empty")}>{t(search.q || search.band || search.component || search.class ? "vehicles.empty.filter" : "fleet.no_vehicles.text")}</Empty>}>
          {() => <VirtualList items={items} vehicles={vehicles} more={more} />}
        </Loaded>
      </Panel>
    </Page>
  );
}
