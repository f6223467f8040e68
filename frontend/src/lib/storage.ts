/** Local storage that never throws: it may be blocked or full. Nothing secret is kept in it. */
export const storage = {
  get(name: string): string | null {
    try {
      return localStorage.getItem(`carvrooom.${name}`);
    } catch {
      return null;
    }
  },
  set(name: string, value: string | null): void {
    try {
      if (value === null) localStorage.removeItem(`carvrooom.${name}`);
      else localStorage.setItem(`carvrooom.${name}`, value);
    } catch {
      // What cannot be kept is asked again.
    }
  },
};
