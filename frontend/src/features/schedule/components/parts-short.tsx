import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/ui/panel";
import { scheduleQueries } from "@/features/schedule/api";
import { number } from "@/lib/format";
import { t } from "@/lib/i18n";

/** Parts of which a centre has one left, or fewer than it has promised. */
export function PartsShort() {
  const parts = useQuery(scheduleQueries.parts());
  const short = parts.data?.items.filter((part) => part.stock - (part.reserved ?? 0) <= 1).sort((a, b) => a.stock - (a.reserved ?? 0) - (b.stock - (b.reserved ?? 0))) ?? [];
  return (
    <QueryPanel title={t("parts.short")} query={parts} lines={2} isEmpty={() => short.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("parts.short.none")}</p>}>
      {() => (
        <table className="data-table">
          <thead>
            <tr>
              <th>{t("parts.part")}</th>
              <th className="num">{t("parts.free")}</th>
              <th className="num">{t("parts.lead")}</th>
            </tr>
          </thead>
          <tbody>
            {short.slice(0, 12).map((part) => (
              <tr key={part.center_id + part.part_code}>
                <td>
                  {part.name ?? part.part_code}
                  <small className="block text-ink-3">{part.center_id}</small>
                </td>
                <td className="num">{number(part.stock - (part.reserved ?? 0))}</td>
                <td className="num">{t("parts.days", { days: number(part.lead_time_days) })}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </QueryPanel>
  );
}
