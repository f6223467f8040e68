import { queryOptions, useMutation, useQueryClient } from "@tanstack/react-query";
import { api, data, idempotencyKey } from "@/api/client";

export const alertQueries = {
  detail: (id: string) =>
    queryOptions({ queryKey: ["alerts", id], queryFn: () => data(api.GET("/api/v1/alerts/{id}", { params: { path: { id } } })) }),
  deliveries: (id: string) =>
    queryOptions({ queryKey: ["alerts", id, "deliveries"], queryFn: () => data(api.GET("/api/v1/alerts/{id}/deliveries", { params: { path: { id } } })) }),
};

/** What a person does with an alert. Each asks again for everything that shows alerts. */
export function useAlertActions(id: string) {
  const client = useQueryClient();
  const onSuccess = () => Promise.all([client.invalidateQueries({ queryKey: ["alerts"] }), client.invalidateQueries({ queryKey: ["dashboard"] })]);
  const path = { id };
  return {
    acknowledge: useMutation({ mutationFn: () => data(api.POST("/api/v1/alerts/{id}/acknowledge", { params: { path } })), onSuccess }),
    resolve: useMutation({
      mutationFn: (reason: string) => data(api.POST("/api/v1/alerts/{id}/resolve", { params: { path }, body: { reason } })),
      onSuccess,
    }),
    comment: useMutation({
      mutationFn: (text: string) =>
        data(api.POST("/api/v1/alerts/{id}/comments", { params: { path }, headers: { "Idempotency-Key": idempotencyKey() }, body: { text } })),
      onSuccess,
    }),
  };
}
