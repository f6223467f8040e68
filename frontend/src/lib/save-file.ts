/** Hands a file to the person. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  // The browser reads the address after the click; taken back at once, some save nothing.
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
}
