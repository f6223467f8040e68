/** What a vehicle is, in words: Renault Clio 1.2 2021. */
export function modelOf(vehicle: { make?: string | null; model?: string | null; model_year?: number | null }): string {
  return [vehicle.make, vehicle.model, vehicle.model_year].filter(Boolean).join(" ");
}

/** The last part of a VSS path in words: Vehicle.OBD.EngineLoad is "Engine load". What a reader sees is `signalName` of the texts. */
export function signalWords(path: string): string {
  const parts = path.replace(/^Vehicle\./, "").split(".");
  const words = (text: string) => text.replace("CombustionEngine", "Engine").replace(/([a-z0-9])([A-Z])/g, "$1 $2").replace(/([A-Z]+)([A-Z][a-z])/g, "$1 $2");
  const last = words(parts.at(-1) ?? path);
  const context = parts.slice(0, -1).filter((part) => !/^(OBD|Powertrain|Chassis|Wheel|Brake)$/.test(part));
  return context.length > 0 ? `${last} · ${context.map(words).join(" ")}` : last;
}

const UNITS: Record<string, string> = { Celsius: "°C", percent: "%", "degrees": "°", ratio: "", "cm/s": "cm/s" };

export function unitName(unit: string): string {
  return UNITS[unit] ?? unit;
}

/** The components that a verdict was given on, worst first; those without evidence last. */
export function worstFirst<T extends { health_score?: number | null }>(components: readonly T[]): T[] {
  return [...components].sort((a, b) => (a.health_score ?? 2) - (b.health_score ?? 2));
}
