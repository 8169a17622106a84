import type { HookRequest } from '@patchbay/webhook-schemes';
import { type Style, visible } from './style.ts';

/** Bytes of a body, or of what was signed, that are shown unless all are asked for. */
const shownBytes = 2_000;

/** A request for a person: its line, its headers, the beginning of its body. */
export function renderRequest(request: HookRequest, style: Style, all = false): string {
  return [
    `${style.strong(visible(request.method))} ${visible(request.url)}`,
    ...request.headers.map(([name, value]) => `${style.name(visible(name))}: ${visible(value)}`),
    ...(request.body.length === 0 ? [] : ['', renderBytes(request.body, style, all)]),
  ].join('\n');
}

/** Bytes as text. What is no text is said, and not shown. */
function renderBytes(bytes: Uint8Array, style: Style, all = false): string {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return style.quiet(`(${bytes.length} bytes that are no text)`);
  }
  const shown = all ? text : text.slice(0, shownBytes);
  const more = shown.length < text.length ? `\n${style.quiet(`… ${bytes.length} bytes in all: --all shows them`)}` : '';
  return visible(shown) + more;
}

/** What a signature was computed over. */
export function renderSigned(signed: Uint8Array, style: Style, all = false): string {
  return `The signature was computed over these ${signed.length} bytes:\n${renderBytes(signed, style, all)}`;
}
