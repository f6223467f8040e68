import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/ui/panel";
import { vehicleQueries } from "@/features/vehicle/api";
import { moment, number } from "@/lib/format";
import { name, t } from "@/lib/i18n";

/** Trouble codes that the vehicle has reported, the last seen first. */
export function TroubleCodes({ id }: { id: string }) {
  const codes = useQuery(vehicleQueries.codes(id));
  return (
    <QueryPanel title={t("codes.title")} query={codes} lines={2} isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("codes.none")}</p>}>
      {(loaded) => (
        <table className="data-table">
          <tbody>
            {loaded.items.map((code) => (
              <tr key={`${code.code}${code.ecu}`}>
                <td className="font-semibold">{code.code}</td>
                <td>
                  {name("status", code.status)}
                  {code.ecu && <span className="text-ink-3"> · {code.ecu}</span>}
                  <small className="block text-ink-3">{t("codes.seen", { first: moment(code.first_seen), last: moment(code.last_seen), reports: number(code.reports) })}</small>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </QueryPanel>
  );
}
