import type { UntrustedFlag } from '@patchbay/contracts';

/** Every part is bounded, and none runs over a `<`: each search is linear. */
const tag = /<\/?[a-z][a-z0-9]{0,20}(?:\s{1,20}(?:[a-z@:_-][^<>]{0,4000})?)?\/?>|<!--|<!doctype/i;
const active =
  /<(?:script|iframe|object|embed|applet|form|base|meta\s[^<>]{0,200}http-equiv)\b|<[a-z][^<>]{0,4000}\son[a-z]{3,24}\s{0,4}=|(?:href|src|action|formaction|data)\s{0,4}=\s{0,4}["']?\s{0,4}(?:javascript|vbscript|data:text\/html)/i;
const unseen =
  /<[a-z][^<>]{0,2000}(?:display\s{0,4}:\s{0,4}none|visibility\s{0,4}:\s{0,4}hidden|font-size\s{0,4}:\s{0,4}0(?![.\d])|opacity\s{0,4}:\s{0,4}0(?![.\d])|\shidden(?:\s|>|=))/i;
const activeLink = /\]\(\s{0,4}(?:javascript|vbscript|data:text\/html)/i;

/** What markup there is in a text. */
export function markupFlags(text: string): UntrustedFlag[] {
  const flags: UntrustedFlag[] = [];
  if (text.includes('](') && activeLink.test(text)) flags.push('active_content');
  if (!text.includes('<')) return flags;
  if (active.test(text) && flags.length === 0) flags.push('active_content');
  if (unseen.test(text)) flags.push('hidden_text');
  if (flags.length === 0 && tag.test(text)) flags.push('html');
  return flags;
}
