import { useQuery } from "@tanstack/react-query";
import { api, data } from "@/api/client";
import { ReviewRow, type Review } from "@/components/review/review-row";
import { Panel } from "@/components/ui/panel";
import { name, t } from "@/lib/i18n";
import { can } from "@/lib/roles";
import { useUser } from "@/lib/session";

/** The service lists the open reviews of all vehicles, latest first; so many pages are looked through for this one's. */
const PAGES = { limit: 200, most: 10 };

async function reviewsOf(vehicleId: string): Promise<Review[]> {
  const found: Review[] = [];
  let cursor: string | null | undefined;
  for (let page = 0; page < PAGES.most; page += 1) {
    const { items, next_cursor } = await data(api.GET("/api/v1/agents/reviews", { params: { query: { status: "OPEN", limit: PAGES.limit, cursor } } }));
    found.push(...items.filter((review) => review.vehicle_id === vehicleId));
    cursor = next_cursor;
    if (!cursor) break;
  }
  return found;
}

/** What of this vehicle waits for a person's word, for those who may give it: a booking is held until then. Nothing where nothing waits. */
export function OpenReviews({ id }: { id: string }) {
  const mayAnswer = can(useUser()?.role, "answer_reviews");
  const reviews = useQuery({ queryKey: ["reviews", "vehicle", id], queryFn: () => reviewsOf(id), enabled: mayAnswer });
  if (!mayAnswer || !reviews.data?.length) return null;
  return (
    <Panel title={t("agents.reviews")} note={t("reviews.held")} className="mb-4">
      <ul className="m-0 list-none divide-y divide-line p-0">
        {reviews.data.map((review) => (
          <ReviewRow key={review.review_id} review={review} label={name("component", review.component)} />
        ))}
      </ul>
    </Panel>
  );
}
