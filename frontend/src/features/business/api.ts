import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, download, getJson } from "@/api/client";
import { period, type KpiRow } from "@/api/queries";
import { currentLocale } from "@/lib/i18n";

/** The periods on offer, in days. */
export const DAYS = [30, 90, 365] as const;
export const FORMATS = ["pdf", "xlsx", "csv"] as const;
export type Format = (typeof FORMATS)[number];

export const businessQueries = {
  /** Rows from the path that the figure itself names. */
  rows: (path: string) => queryOptions({ queryKey: ["kpis", "rows", path], staleTime: 60_000, queryFn: () => getJson<{ items: KpiRow[] }>(path) }),
  /** The newest files that were made, on demand and by the week. */
  made: () => queryOptions({ queryKey: ["reports", "made"], queryFn: () => data(api.GET("/api/v1/reports", { params: { query: { limit: 50 } } })) }),
  /** Who was mailed about a report, and what became of it. */
  mailed: (id: string) => queryOptions({ queryKey: ["reports", "mailed", id], queryFn: () => data(api.GET("/api/v1/alerts/deliveries/reports/{report_id}", { params: { path: { report_id: id } } })) }),
  schedules: () => queryOptions({ queryKey: ["reports", "schedules"], queryFn: () => data(api.GET("/api/v1/reports/schedules")) }),
};

/** Has a report made in the language that is shown, and saves its file. */
export function useReport() {
  const client = useQueryClient();
  return useMutation({
    onSuccess: () => client.invalidateQueries({ queryKey: ["reports", "made"] }),
    mutationFn: async ({ kind, format, days }: { kind: string; format: Format; days: number }) => {
      const report = await data(api.POST("/api/v1/reports/generate", { body: { kind, format, locale: currentLocale(), ...period(days) } }));
      await download(report.path, report.file_name);
      return report;
    },
  });
}

/** Saves a file that was made before. */
export function useDownload() {
  return useMutation({ mutationFn: ({ path, file_name }: { path: string; file_name: string }) => download(path, file_name) });
}

/** The weekly mail: begins it for the person in the language that is shown then, or ends one. */
export function useWeekly() {
  const client = useQueryClient();
  const onSuccess = () => client.invalidateQueries({ queryKey: ["reports"] });
  return {
    begin: useMutation({ mutationFn: ({ kind, format }: { kind: string; format: Format }) => data(api.POST("/api/v1/reports/schedules", { body: { kind, format, locale: currentLocale() } })), onSuccess }),
    end: useMutation({ mutationFn: (id: string) => data(api.DELETE("/api/v1/reports/schedules/{id}", { params: { path: { id } } })), onSuccess }),
  };
}
