import { Link } from "@tanstack/react-router";
import type { AnalyticsTypes } from "@/api/queries";
import { RulBand } from "@/components/charts/rul-band";
import { Band, bandOf } from "@/components/ui/band";
import { visit } from "@/lib/format";
import { name, t } from "@/lib/i18n";
import { modelOf } from "@/lib/vehicle";

type VehicleRow = AnalyticsTypes["schemas"]["VehicleBody"];


const SHOWN = 8;

/** The vehicles in the worst health, whether or not something is to be done. */
export function WorstVehicles({ vehicles }: { vehicles: VehicleRow[] }) {
  const shown = vehicles.slice(0, SHOWN);
  const maxKm = Math.max(1000, ...shown.map((vehicle) => vehicle.rul_km?.p95 ?? 0));
  return (
    <div className="overflow-x-auto" tabIndex={0}>
      <table className="data-table">
        <thead>
          <tr>
            <th>{t("col.vehicle")}</th>
            <th>{t("col.health")}</th>
            <th>{t("col.worst")}</th>
            <th className="max-md:hidden">{t("col.rul")}</th>
            <th className="max-md:hidden">{t("col.visit")}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((vehicle) => (
            <tr key={vehicle.vehicle_id}>
              <td>
                <Link to="/vehicles/$vehicleId" params={{ vehicleId: vehicle.vehicle_id }} className="font-semibold whitespace-nowrap no-underline hover:underline">
                  {vehicle.vehicle_id}
                </Link>
                <small className="block text-ink-3">{modelOf(vehicle)}</small>
              </td>
              <td>
                <Band status={vehicle.status} score={vehicle.overall_health_score} />
              </td>
              <td>{name("component", vehicle.worst_component)}</td>
              <td className="min-w-44 max-md:hidden">
                <RulBand rul={vehicle.rul_km} band={bandOf(vehicle.status)} maxKm={maxKm} />
              </td>
              <td className="whitespace-nowrap max-md:hidden">{visit(vehicle.next_visit?.starts_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
