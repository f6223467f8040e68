import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http, HttpResponse } from "msw";
import { beforeEach, describe, expect, it } from "vitest";
import { Users } from "@/features/administration/components/users";
import { renderWithQueries } from "@/testing/render";
import { server } from "@/testing/server";
import { signedIn } from "@/testing/sign-in";

const person = (username: string, role: string, bound: object = {}) => ({
  user_id: `usr_${username}`, tenant_id: "ten_1", username, role, locale: "en", status: "ACTIVE", created_at: "2026-01-01T00:00:00Z", fleet_ids: [], depot_ids: [], vehicle_ids: [], ...bound,
});

/** These people; what comes back gathers the bodies of what is written. */
function serve(people: object[], invitations: object[] = []) {
  const written: unknown[] = [];
  const write = async ({ request }: { request: Request }) => {
    written.push(await request.json());
    return HttpResponse.json({ user: people[0], invitation: { role: "OWNER" }, path: "/invitation?token=x" });
  };
  server.use(
    http.get("*/api/v1/users", () => HttpResponse.json({ items: people })),
    http.get("*/api/v1/invitations", () => HttpResponse.json({ items: invitations })),
    http.get("*/api/v1/users/names", () => HttpResponse.json({ items: [] })),
    http.put("*/api/v1/users/:id", write),
    http.post("*/api/v1/users", write),
    http.post("*/api/v1/invitations", write),
  );
  return written;
}

/** The form for the rights of a person, as it opens in their row. */
async function rightsOf(username: string) {
  await userEvent.click(await screen.findByRole("button", { name: `Change rights: ${username}` }));
  return within(screen.getByRole("form", { name: `Change rights: ${username}` }));
}

const save = "Save and sign them out everywhere";

beforeEach(() => signedIn("ADMIN"));

describe("people", () => {
  it("tells of each what they are bound to", async () => {
    serve([
      person("ada", "ADMIN", { vehicle_ids: ["V1"] }),
      person("olivia", "OWNER", { vehicle_ids: ["V1"] }),
      person("marco", "FLEET_MANAGER", { fleet_ids: ["north"], vehicle_ids: ["V1", "V2", "V3", "V4", "V5"] }),
      person("eva", "EXECUTIVE"),
    ]);
    renderWithQueries(<Users />);
    await screen.findAllByText("ada");
    expect(screen.getAllByText(/^Sees /).map((line) => line.textContent)).toEqual(["Sees everything", "Sees the vehicles they own, vehicles V1", "Sees fleets north, vehicles V1, V2, V3 +2", "Sees everything"]);
  });

  it("changes a role by a button, not by the choice itself", async () => {
    const written = serve([person("eva", "EXECUTIVE")]);
    renderWithQueries(<Users />);
    const form = await rightsOf("eva");
    expect(form.getByRole("button", { name: save })).toBeDisabled();
    await userEvent.selectOptions(form.getByLabelText("Role"), "TECHNICIAN");
    await userEvent.selectOptions(form.getByLabelText("Role"), "FLEET_MANAGER");
    expect(written).toEqual([]);
    await userEvent.click(form.getByRole("button", { name: save }));
    expect(await screen.findByText("Saved")).toBeInTheDocument();
    expect(written).toEqual([{ role: "FLEET_MANAGER" }]);
    expect(screen.getByRole("button", { name: "Change rights: eva" })).toHaveFocus();
  });

  it("edits what somebody is bound to, and sends only the lists that were typed anew", async () => {
    const written = serve([person("marco", "FLEET_MANAGER", { fleet_ids: ["north"], depot_ids: ["Altona yard"] })]);
    renderWithQueries(<Users />);
    const form = await rightsOf("marco");
    expect(form.getByLabelText("Depots")).toHaveValue("Altona yard");
    await userEvent.type(form.getByLabelText("Fleets"), ", south");
    expect(form.getByText("Sees fleets north, south, depots Altona yard")).toBeInTheDocument();
    await userEvent.click(form.getByRole("button", { name: save }));
    await screen.findByText("Saved");
    expect(written).toEqual([{ fleet_ids: ["north", "south"] }]);
  });

  it("shows an owner's vehicles when the role becomes another, and takes them away only when told to", async () => {
    const written = serve([person("olivia", "OWNER", { vehicle_ids: ["V1", "V2"] })]);
    renderWithQueries(<Users />);
    const form = await rightsOf("olivia");
    expect(form.queryByRole("checkbox")).toBeNull();
    await userEvent.selectOptions(form.getByLabelText("Role"), "FLEET_MANAGER");
    expect(form.getByText("Sees vehicles V1, V2")).toBeInTheDocument();
    await userEvent.click(form.getByRole("checkbox", { name: /Take away what they were bound to as Owner: vehicles V1, V2/ }));
    expect(form.getByLabelText("Vehicles")).toHaveValue("");
    expect(form.getByText("Sees everything")).toBeInTheDocument();
    await userEvent.click(form.getByRole("button", { name: save }));
    await screen.findByText("Saved");
    expect(written).toEqual([{ role: "FLEET_MANAGER", vehicle_ids: [] }]);
  });

  it("sends nothing unseen with a new administrator, who is bound to nothing", async () => {
    const written = serve([person("eva", "EXECUTIVE")]);
    renderWithQueries(<Users />);
    const form = await rightsOf("eva");
    await userEvent.type(form.getByLabelText("Depots"), "Altona");
    await userEvent.selectOptions(form.getByLabelText("Role"), "ADMIN");
    expect(form.queryByLabelText("Depots")).toBeNull();
    await userEvent.click(form.getByRole("button", { name: save }));
    await screen.findByText("Saved");
    expect(written).toEqual([{ role: "ADMIN" }]);
  });

  it("binds whoever is added or invited from the start", async () => {
    const written = serve([person("eva", "EXECUTIVE")]);
    renderWithQueries(<Users />);
    await userEvent.click(await screen.findByRole("button", { name: "Add a person" }));
    await userEvent.type(screen.getByLabelText("User name"), "nina");
    await userEvent.type(screen.getByLabelText("Fleets"), "north, south");
    await userEvent.click(screen.getByRole("button", { name: "Add" }));
    await userEvent.click(await screen.findByRole("button", { name: "Invite somebody" }));
    await userEvent.selectOptions(await screen.findByLabelText("Role"), "OWNER");
    await userEvent.type(screen.getByLabelText("Vehicles"), "V1");
    await userEvent.click(screen.getByRole("button", { name: "Make the link" }));
    await screen.findByText(/shown only now/);
    expect(written).toEqual([
      expect.objectContaining({ username: "nina", role: "FLEET_MANAGER", fleet_ids: ["north", "south"], depot_ids: [], vehicle_ids: [] }),
      expect.objectContaining({ role: "OWNER", fleet_ids: [], depot_ids: [], vehicle_ids: ["V1"] }),
    ]);
  });
});
