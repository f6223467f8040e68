import { useQuery } from "@tanstack/react-query";
import { QueryPanel } from "@/components/ui/panel";
import { alertQueries } from "@/features/alerts/api";
import { clockSeconds, duration, number } from "@/lib/format";
import { deliveryReason, name, t } from "@/lib/i18n";
import { usePersonName } from "@/api/people";

/** The delivery ledger: who was told by which channel, what became of it, and how long it took. */
export function Deliveries({ id }: { id: string }) {
  const ledger = useQuery(alertQueries.deliveries(id));
  const person = usePersonName(ledger.data?.items.map((delivery) => delivery.recipient_id) ?? []);
  return (
    <QueryPanel title={t("deliveries.title")} note={t("deliveries.note")} query={ledger} isEmpty={(loaded) => loaded.items.length === 0} empty={<p className="m-0 px-4 pb-4 text-ink-2">{t("deliveries.none")}</p>}>
      {(loaded) => (
        <div className="overflow-x-auto" tabIndex={0}>
          <table className="data-table">
            <thead>
              <tr>
                <th>{t("deliveries.level")}</th>
                <th>{t("deliveries.who")}</th>
                <th>{t("deliveries.channel")}</th>
                <th>{t("col.status")}</th>
                <th className="num">{t("deliveries.latency")}</th>
                <th className="num">{t("deliveries.attempts")}</th>
              </tr>
            </thead>
            <tbody>
              {loaded.items.map((delivery) => (
                <tr key={delivery.delivery_id}>
                  <td>{number(delivery.level + 1)}</td>
                  <td className="max-w-40 truncate" title={delivery.recipient_id}>
                    {person(delivery.recipient_id)}
                  </td>
                  <td>{name("channel", delivery.channel)}</td>
                  <td>
                    {name("status", delivery.status)}
                    <small className="block text-ink-3">
                      {clockSeconds(delivery.settled_at ?? delivery.created_at)}
                      {delivery.reason && ` · ${deliveryReason(delivery.reason)}`}
                      {delivery.in_doubt_count > 0 && ` · ${t("deliveries.in_doubt")}`}
                    </small>
                  </td>
                  <td className="num">{delivery.latency_ms == null ? "–" : duration(delivery.latency_ms / 1000)}</td>
                  <td className="num">{number(delivery.attempts)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </QueryPanel>
  );
}
