import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { QueryPanel } from "@/components/ui/panel";
import { SupportConsents } from "@/features/administration/components/support-consents";
import { day } from "@/lib/format";
import { name, t } from "@/lib/i18n";

/** The tenants that the caller may see: all for the default tenant's administration, their own for others. */
export function Tenants() {
  const tenants = useQuery({ queryKey: ["people", "tenants"], queryFn: () => data(api.GET("/api/v1/tenants", { params: { query: { limit: 500 } } })) });
  return (
    <div className="grid items-start gap-4 lg:grid-cols-2">
    <QueryPanel title={t("admin.tenants")} query={tenants}>
      {(loaded) => (
        <table className="data-table">
          <thead>
            <tr>
              <th>{t("sign_in.tenant")}</th>
              <th>{t("col.status")}</th>
              <th>{t("users.since")}</th>
            </tr>
          </thead>
          <tbody>
            {loaded.items.map((tenant) => (
              <tr key={tenant.tenant_id}>
                <td>
                  <b className="font-semibold">{tenant.name}</b>
                  <small className="block text-ink-3">{tenant.tenant_id}</small>
                </td>
                <td>{name("status", tenant.status)}</td>
                <td>{day(tenant.created_at)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </QueryPanel>
    <SupportConsents />
    </div>
  );
}
