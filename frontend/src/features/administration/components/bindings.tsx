import { TextField } from "@/components/ui/field";
import { t } from "@/lib/i18n";

const KINDS = ["fleet_ids", "depot_ids", "vehicle_ids"] as const;

/** What a person is bound to, as the service has it: they see these vehicles and those of these fleets and depots, and no others. */
export type Bindings = Record<(typeof KINDS)[number], string[]>;
/** The same as it is typed: ids with commas. */
export type BindingTexts = Record<(typeof KINDS)[number], string>;

export const NOT_BOUND: BindingTexts = { fleet_ids: "", depot_ids: "", vehicle_ids: "" };

export function textsOf(bindings: Bindings): BindingTexts {
  return { fleet_ids: bindings.fleet_ids.join(", "), depot_ids: bindings.depot_ids.join(", "), vehicle_ids: bindings.vehicle_ids.join(", ") };
}

/** Not parted at spaces: the id of a depot may have one. */
function idsIn(text: string): string[] {
  return text.split(/[,;]/).map((id) => id.trim()).filter(Boolean);
}

/** What a new person is bound to. An administrator never is, whatever was typed for another role. */
export function bindingsFor(role: string, texts: BindingTexts): Bindings {
  const ids = (text: string) => (role === "ADMIN" ? [] : idsIn(text));
  return { fleet_ids: ids(texts.fleet_ids), depot_ids: ids(texts.depot_ids), vehicle_ids: ids(texts.vehicle_ids) };
}

/** The lists that were typed anew; what is left out stays as it is. */
export function changedBindings(before: BindingTexts, texts: BindingTexts): Partial<Bindings> {
  return Object.fromEntries(KINDS.filter((kind) => texts[kind] !== before[kind]).map((kind) => [kind, idsIn(texts[kind])]));
}

/** The lists in words with at most so many ids of each; "" where there is none. */
export function listed(bindings: Bindings, most = Infinity): string {
  const ids = (all: string[]) => [all.slice(0, most).join(", "), all.length > most && `+${all.length - most}`].filter(Boolean).join(" ");
  return KINDS.filter((kind) => bindings[kind].length > 0).map((kind) => t(`users.listed.${kind}`, { ids: ids(bindings[kind]) })).join(", ");
}

/** What somebody of a role sees with these lists: an administrator everything, an owner also what the registry says is theirs. */
function sight(role: string, bindings: Bindings): string {
  const lists = listed(bindings, 3);
  if (role === "OWNER") return [t("users.sees.own"), lists].filter(Boolean).join(", ");
  return role === "ADMIN" || !lists ? t("users.sees.all") : lists;
}

export function Sees({ role, bindings, className }: { role: string; bindings: Bindings; className?: string }) {
  return <small className={className}>{t("users.sees", { what: sight(role, bindings) })}</small>;
}

/** What somebody of a role shall be bound to, and what they see then. An administrator is bound to nothing. */
export function BindingFields({ role, texts, change }: { role: string; texts: BindingTexts; change: (texts: BindingTexts) => void }) {
  return (
    <>
      {role !== "ADMIN" &&
        KINDS.map((kind) => (
          <TextField key={kind} label={t(`users.bound.${kind}`)} hint={t("users.bound.hint")} autoCapitalize="none" value={texts[kind]} onChange={(event) => change({ ...texts, [kind]: event.target.value })} />
        ))}
      <Sees role={role} bindings={bindingsFor(role, texts)} className="col-span-full text-ink-2" />
    </>
  );
}
