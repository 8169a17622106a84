import type { Scrubber } from '../auth/scrub.ts';
import { findSecrets, openSecretAt, type Range } from './secret-search.ts';
import { type ItemBox, type TextLeaf, textLeaves } from './text-leaves.ts';

const replacement = '[secret]';
/** Items held back at most while a text in them may be the beginning of a secret. */
const maxHeld = 64;

/** Fewer characters of a secret tell nothing, and are the beginning of ordinary words: nothing waits for them. */
const minHeld = 4;

interface Open {
  readonly leaf: Pick<TextLeaf, 'read' | 'replace'>;
  /** The item it is in; null when that was delivered. */
  readonly box: ItemBox | null;
}

/**
 * Takes a credential's values out of a stream, also where one is spread over the texts of several items, as when an
 * upstream echoes it piece by piece. An item whose text ends like the beginning of a secret waits for the next that goes on
 * with that text; so nothing is late but what looks like a secret. Of a secret that is cut after three characters or fewer
 * those may be told, the rest not.
 */
export class StreamScrubber {
  private readonly scrubber: Scrubber;
  private readonly forms: readonly string[];
  private held: ItemBox[] = [];
  /** By path, the texts that end in what may be the beginning of a secret. */
  private readonly open = new Map<string, Open[]>();

  /** `binary`: items are texts of one character a byte. */
  constructor(scrubber: Scrubber, binary: boolean) {
    this.scrubber = scrubber;
    this.forms = binary ? scrubber.forms.map((form) => Buffer.from(form).toString('latin1')) : scrubber.forms;
  }

  /** The items that may be delivered now, in order. */
  push(value: unknown): unknown[] {
    if (this.forms.length === 0) return [value];
    // A copy of its own, without the secrets that are whole in one text or key.
    const box = { value: this.scrubber.value(value) };
    this.held.push(box);
    for (const leaf of textLeaves(box)) this.follow(leaf, box);
    if (this.held.length > maxHeld) this.redactOpen();
    return this.release();
  }

  /** What is left at the end: the beginning of a secret alone is none. */
  flush(): unknown[] {
    this.open.clear();
    return this.release();
  }

  private follow(leaf: TextLeaf, box: ItemBox): void {
    const earlier = this.open.get(leaf.path) ?? [];
    const parts = [...earlier, { leaf, box }];
    const text = parts.map((part) => part.leaf.read()).join('');
    const secrets = findSecrets(text, this.forms);
    const openAt = openSecretAt(text, this.forms, secrets.at(-1)?.end ?? 0);
    this.open.delete(leaf.path);
    if (openAt < text.length && text.length - openAt < minHeld) {
      const beginning = text.slice(openAt);
      this.open.set(leaf.path, [{ leaf: { read: () => beginning, replace: () => {} }, box: null }]);
    }
    const told = parts[0]?.box === null ? parts[0].leaf.read().length : 0;
    let start = 0;
    const stillOpen: Open[] = [];
    for (const part of parts) {
      const own = part.leaf.read();
      const end = start + own.length;
      if (end > openAt) stillOpen.push(part);
      if (secrets.length > 0) part.leaf.replace(withoutSecrets(own, start, secrets, told));
      start = end;
    }
    if (stillOpen.length > 0 && !this.open.has(leaf.path)) this.open.set(leaf.path, stillOpen);
  }

  /** Held for too long: the beginnings go, so that the items may. */
  private redactOpen(): void {
    for (const parts of this.open.values()) {
      const text = parts.map((part) => part.leaf.read()).join('');
      const range = { start: openSecretAt(text, this.forms, 0), end: text.length };
      let start = 0;
      for (const { leaf } of parts) {
        const own = leaf.read();
        leaf.replace(withoutSecrets(own, start, [range], 0));
        start += own.length;
      }
    }
    this.open.clear();
  }

  private release(): unknown[] {
    const waiting = new Set([...this.open.values()].flat().map(({ box }) => box));
    const first = this.held.findIndex((box) => waiting.has(box));
    return this.held.splice(0, first === -1 ? this.held.length : first).map(({ value }) => value);
  }
}

/**
 * The part of a longer text that begins at `at`, its share of each secret taken out; the first share leaves a mark. The
 * first `told` characters were delivered before, so the mark comes after them.
 */
function withoutSecrets(text: string, at: number, secrets: readonly Range[], told: number): string {
  let kept = '';
  let from = 0;
  for (const { start, end } of secrets) {
    const [first, last] = [Math.max(0, start - at), Math.min(text.length, end - at)];
    if (last <= 0 || first >= text.length) continue;
    kept += text.slice(from, first) + (start >= at || at === told ? replacement : '');
    from = last;
  }
  return kept + text.slice(from);
}
