/** Hands a file to the browser, which saves it. */
export function saveFile(name: string, content: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(content);
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}

/** `2026-11-30`, for names of files. */
export const today = () => new Date().toISOString().slice(0, 10);
