import { keepPreviousData, queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { apiError } from "@/api/problem";
import { authorizedFetch } from "@/api/client";

export const scheduleQueries = {
  week: (from: string, to: string) =>
    queryOptions({
      queryKey: ["appointments", "week", from, to],
      placeholderData: keepPreviousData,
      queryFn: () => data(api.GET("/api/v1/appointments", { params: { query: { from, to, limit: 1000 } } })),
    }),
  /** The first visit that is still to come from a time on. */
  next: (from: string) =>
    queryOptions({
      queryKey: ["appointments", "next", from],
      queryFn: () => data(api.GET("/api/v1/appointments", { params: { query: { from, status: "SCHEDULED", limit: 1 } } })),
    }),
  unplaced: () =>
    queryOptions({
      queryKey: ["appointments", "unplaced"],
      queryFn: () => data(api.GET("/api/v1/appointments", { params: { query: { status: "UNPLACED", limit: 100 } } })),
    }),
  parts: () => queryOptions({ queryKey: ["parts"], queryFn: () => data(api.GET("/api/v1/parts", { params: { query: { limit: 1000 } } })) }),
};

export function useCancel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ id, version }: { id: string; version: number }) =>
      data(api.DELETE("/api/v1/appointments/{id}", { params: { path: { id }, query: { version } } })),
    onSuccess: () => Promise.all([client.invalidateQueries({ queryKey: ["appointments"] }), client.invalidateQueries({ queryKey: ["dashboard"] })]),
  });
}

/** Hands the visits to the person's calendar as a file: the address needs the token, so a plain link would not do. */
export async function downloadCalendar(): Promise<void> {
  const response = await authorizedFetch(new Request(`${location.origin}/api/v1/calendar.ics`));
  if (!response.ok) throw apiError(response, await response.json().catch(() => null));
  const link = document.createElement("a");
  link.href = URL.createObjectURL(await response.blob());
  link.download = "carvrooom.ics";
  link.click();
  URL.revokeObjectURL(link.href);
}
