import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { api, data } from "@/api/client";
import type { Claim } from "@/api/queries";
import { Page } from "@/components/layouts/page";
import { Button } from "@/components/ui/button";
import { FilterChip, namedChoices } from "@/components/ui/field";
import { Loaded, Panel, QueryPanel } from "@/components/ui/panel";
import { Empty } from "@/components/ui/states";
import { ClaimDetail, claimKey } from "@/features/warranty/components/claim-detail";
import { cn } from "@/lib/cn";
import { day, money, number } from "@/lib/format";
import { failureMode, name, t, tn } from "@/lib/i18n";
import { SIDE_BY_SIDE, useMedia } from "@/lib/media";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";
import { useExists, useKept } from "@/lib/use-kept";

function ClaimRow({ claim, chosen, choose }: { claim: Claim; chosen: boolean; choose: () => void }) {
  return (
    <li>
      <button type="button" onClick={choose} aria-current={chosen ? "true" : undefined} className={cn("grid w-full gap-0.5 border-0 bg-transparent px-4 py-3 text-left text-ink hover:bg-sunken", chosen && "bg-accent-soft hover:bg-accent-soft")}>
        <span className="flex items-baseline gap-2">
          <b className="font-semibold">{claim.vehicle_id}</b>
          <span className="truncate text-ink-2">{name("component", claim.component)}</span>
          <b className="ml-auto font-semibold">{money(claim.amount)}</b>
        </span>
        <span className="flex items-baseline gap-2 text-sm text-ink-3">
          <span className="truncate">{claim.failure_mode ? failureMode(claim.failure_mode, name("service", claim.failure_mode.split(".").pop())) : ""}</span>
          <span className="ml-auto flex-none">
            {name("status", claim.status)} · {day(claim.occurred_on)}
          </span>
        </span>
      </button>
    </li>
  );
}

function Coverages() {
  const coverages = useQuery({ queryKey: ["claims", "coverages"], staleTime: 60_000, queryFn: () => data(api.GET("/api/v1/coverages", { params: { query: { limit: 200 } } })) });
  return (
    <QueryPanel title={t("coverages.title")} query={coverages} lines={2} isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("coverages.none")}</p>}>
      {(loaded) => (
        <ul className="m-0 grid list-none gap-2 px-4 pb-4">
          {loaded.items.map((coverage) => (
            <li key={coverage.coverage_id}>
              <span className="font-medium">{coverage.name}</span>
              <span className="block text-sm text-ink-3">
                {[
                  coverage.duration_months != null && t("coverages.months", { months: number(coverage.duration_months) }),
                  coverage.limit_km != null && `${number(coverage.limit_km)} km`,
                  coverage.covers.everything ? t("coverages.everything") : coverage.covers.components?.map((component) => name("component", component)).join(", "),
                ]
                  .filter(Boolean)
                  .join(" · ")}
              </span>
            </li>
          ))}
        </ul>
      )}
    </QueryPanel>
  );
}

/** Claims, those that could be filed first: covered repairs that nobody has claimed yet. */
export function WarrantyPage() {
  const user = useUser();
  const search = useSearch({ from: "/warranty" });
  const navigate = useNavigate({ from: "/warranty" });
  const claims = useQuery({
    queryKey: ["claims", "list", search.status],
    queryFn: () => data(api.GET("/api/v1/claims", { params: { query: { status: search.status, limit: 200 } } })),
  });
  const isWide = useMedia(SIDE_BY_SIDE);
  const all = claims.data?.items ?? [];
  const drafts = all.filter((claim) => claim.status === "DRAFT");
  const exists = useExists(claimKey);
  const kept = useKept(all.map((claim) => claim.claim_id), search.status, exists);
  const shown = search.id ?? (isWide ? kept : undefined);
  const choose = (id: string | undefined) => void navigate({ search: (old) => ({ ...old, id }), resetScroll: false });
  const list = (title: string, own: Claim[], note?: string) =>
    own.length > 0 && (
      <Panel title={title} note={note}>
        <ul className="m-0 list-none divide-y divide-line p-0">
          {own.map((claim) => (
            <ClaimRow key={claim.claim_id} claim={claim} chosen={claim.claim_id === shown} choose={() => choose(claim.claim_id)} />
          ))}
        </ul>
      </Panel>
    );
  return (
    <Page
      title={t("nav.warranty")}
      about={claims.data && tn("claims.count", all.length)}
      filters={<FilterChip label={t("filter.status")} value={search.status ?? ""} choices={namedChoices("status", ["DRAFT", "SUBMITTED"], t("filter.any_status"))} onChange={(value) => void navigate({ search: { status: value || undefined } })} />}
    >
      <div className="grid items-start gap-4 lg:grid-cols-[minmax(300px,420px)_minmax(0,1fr)]">
        <div className={cn("grid gap-4", search.id && "max-lg:hidden")}>
          <Loaded
            query={claims}
            lines={6}
            isEmpty={(loaded) => loaded.items.length === 0}
            empty={
              <Panel>
                <Empty title={t("claims.empty")}>{t("claims.empty.text")}</Empty>
              </Panel>
            }
          >
            {() => (
              <>
                {list(t("claims.could"), drafts, t("claims.could.note"))}
                {list(t("claims.filed"), all.filter((claim) => claim.status !== "DRAFT"))}
              </>
            )}
          </Loaded>
          {can(user?.role, "see_coverages") && <Coverages />}
        </div>
        {shown && (
          <div>
            {search.id && (
              <Button look="quiet" className="mb-2 lg:hidden" onClick={() => choose(undefined)}>
                {t("claims.back")}
              </Button>
            )}
            <ClaimDetail key={shown} id={shown} />
          </div>
        )}
      </div>
    </Page>
  );
}
