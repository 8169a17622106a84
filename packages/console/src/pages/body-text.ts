/** What base64 stands for: text, JSON set out in lines, or how many bytes it is when it is no text. */
export function bodyText(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return `${bytes.length} bytes that are no text, in base64:\n${base64}`;
  }
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

/** The same without setting anything out: each byte counts where something is signed. */
export function exactText(base64: string): string {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0));
  return new TextDecoder().decode(bytes);
}
