import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { api, data, getJson } from "@/api/client";
import type { Calibrated, Model } from "@/api/queries";
import { Button } from "@/components/ui/button";
import { TextField } from "@/components/ui/field";
import { QueryPanel } from "@/components/ui/panel";
import { Empty, InlineFailure } from "@/components/ui/states";
import { km, number, percent } from "@/lib/format";
import { hasText, name, t } from "@/lib/i18n";

const classes = (value: string | undefined) => (!value || value === "any" ? t("models.any_class") : name("service", value));
const component = (value: string | undefined) => (!value || value === "any" ? t("filter.any_component") : name("component", value));

/** Whether forecasts hold what they promise, in a word and with the doubt that so few lives leave. */
function Verdict({ row }: { row: Calibrated }) {
  const key = `calibration.${row.verdict}`;
  const isBad = row.verdict === "TOO_NARROW";
  return <span className={isBad ? "font-semibold text-critical-ink" : "text-ink-2"}>{isBad ? "■ " : ""}{hasText(key) ? t(key) : name("status", row.verdict)}</span>;
}

function Calibration() {
  const calibration = useQuery({ queryKey: ["health", "calibration"], queryFn: () => data(api.GET("/api/v1/calibration")) });
  return (
    <QueryPanel
      title={t("calibration.title")}
      note={calibration.data && t("calibration.note", { promised: percent(calibration.data.promised) })}
      query={calibration}
      isEmpty={(loaded) => loaded.items.length === 0}
      empty={<Empty title={t("calibration.none")}>{t("calibration.none.text")}</Empty>}
    >
      {(loaded) => (
        <div className="overflow-x-auto" tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                <th>{t("col.component")}</th>
                <th>{t("calibration.model")}</th>
                <th>{t("calibration.verdict")}</th>
                <th className="num">{t("calibration.held")}</th>
                <th className="num">{t("calibration.lives")}</th>
                <th className="num">{t("calibration.error")}</th>
                <th className="num">{t("calibration.width")}</th>
              </tr>
            </thead>
            <tbody>
              {loaded.items.map((row) => (
                <tr key={`${row.component}${row.vehicle_class}${row.model_id}`}>
                  <td>
                    {component(row.component)}
                    <small className="block text-ink-3">{classes(row.vehicle_class)}</small>
                  </td>
                  <td className="min-w-44">
                    {row.model_id}
                    {row.shadow && <small className="block text-ink-3">{t("models.shadow")}</small>}
                  </td>
                  <td className="whitespace-nowrap">
                    <Verdict row={row} />
                  </td>
                  <td className="num whitespace-nowrap">
                    <b className="font-semibold">{percent(row.share_held)}</b>
                    {row.share_low !== null && row.share_high !== null && (
                      <small className="block text-ink-3">
                        {percent(row.share_low)} – {percent(row.share_high)}
                      </small>
                    )}
                  </td>
                  <td className="num">{number(row.lives)}</td>
                  <td className="num">{km(row.mean_error_km)}</td>
                  <td className="num">{km(row.mean_width_km)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </QueryPanel>
  );
}

/** Who speaks is changed with a reason. The service compares first and refuses a worse model, unless it is told to by a person's word. */
function Change({ model }: { model: Model }) {
  const client = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  const [reason, setReason] = useState("");
  const changing = useMutation({
    mutationFn: ({ act, force }: { act: "promote" | "rollback"; force?: boolean }) => {
      const ask = { params: { path: { id: model.model_id } }, body: { reason: reason.trim() || undefined, force } };
      return act === "promote" ? data(api.POST("/api/v1/models/{id}/promote", ask)) : data(api.POST("/api/v1/models/{id}/rollback", ask));
    },
    onSuccess: () => {
      setOpen(false);
      return client.invalidateQueries({ queryKey: ["health"] });
    },
  });
  const act = model.status === "CHAMPION" ? "rollback" : "promote";
  const label = t(act === "promote" ? "models.promote" : "models.rollback");
  return (
    <div className="mt-2 grid gap-2">
      <Button className="justify-self-start" aria-expanded={isOpen} aria-label={`${label} ${model.model_id}`} onClick={() => setOpen(!isOpen)}>
        {label}
      </Button>
      {isOpen && (
        <form
          className="flex flex-wrap items-end gap-2"
          onSubmit={(event) => {
            event.preventDefault();
            changing.mutate({ act });
          }}
        >
          <TextField label={t("reviews.reason")} required maxLength={500} value={reason} onChange={(event) => setReason(event.target.value)} className="min-w-52 flex-1" />
          <Button type="submit" look="primary" busy={changing.isPending}>
            {label}
          </Button>
          {changing.isError && act === "promote" && (
            <Button look="danger" busy={changing.isPending} onClick={() => changing.mutate({ act, force: true })}>
              {t("models.force")}
            </Button>
          )}
        </form>
      )}
      <InlineFailure error={changing.error} />
    </div>
  );
}

function Card({ model }: { model: Model }) {
  const { evaluation } = model;
  return (
    <li className="px-4 py-3">
      <div className="flex flex-wrap items-baseline gap-x-3">
        <b className="font-semibold">{model.model_id}</b>
        <span className="text-ink-3">{[model.family, component(model.component), classes(model.vehicle_class)].filter(Boolean).join(" · ")}</span>
        {model.drifting && <span className="font-semibold text-critical-ink">■ {t("models.drifting")}</span>}
        <span className="ml-auto">{name("status", model.status)}</span>
      </div>
      <p className="m-0 text-ink-2">{model.description}</p>
      {evaluation && (
        <p className="m-0 text-sm text-ink-3">
          {t("models.evaluation", { units: number(evaluation.units), loss: km(evaluation.pinball_km), covered: percent(evaluation.coverage_90, 1) })}
          {evaluation.built_in_pinball_km !== null && ` · ${t("models.built_in", { loss: km(evaluation.built_in_pinball_km) })}`}
        </p>
      )}
      {model.speaks_for && model.component !== undefined && <Change model={model} />}
    </li>
  );
}

/** The models that predict remaining life: who speaks, how well, and whether the world has moved away from what they learned. */
export function Models() {
  const models = useQuery({ queryKey: ["health", "models"], queryFn: () => getJson<{ items: Model[] }>("/api/v1/models") });
  return (
    <div className="grid gap-4">
      <Calibration />
      <QueryPanel title={t("admin.models")} query={models} isEmpty={(loaded) => loaded.items.length === 0} empty={<Empty title={t("models.none")} />}>
        {(loaded) => (
          <ul className="m-0 list-none divide-y divide-line p-0">
            {loaded.items.map((model) => (
              <Card key={model.model_id} model={model} />
            ))}
          </ul>
        )}
      </QueryPanel>
    </div>
  );
}
