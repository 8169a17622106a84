import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import * as z from 'zod';
import type { Issue } from './issue.ts';

const common = {
  integration: z.string(),
  /** A tool's key, `webhooks.register`, or `*` for all of them. */
  tool: z.string(),
  /** Why the document stands as it is: what the vendor's present documentation says, and where. */
  reason: z.string().min(20),
};

/** A way in which a tool differs from its vendor's specification, and is right. */
const Deviation = z.strictObject({
  ...common,
  /** As the report says it: `query token`, `body metadata.x`. */
  where: z.string(),
});
export type Deviation = z.output<typeof Deviation>;

/** A tool whose operation came after the specification was written: there is nothing to hold it against. */
const Undescribed = z.strictObject(common);
export type Undescribed = z.output<typeof Undescribed>;

const DeviationList = z.strictObject({
  /** The specification contradicts the tool. */
  accepted: z.array(Deviation),
  /** It does not know what the tool sends, since that came later or was left out. */
  newer: z.array(Deviation),
  undescribed: z.array(Undescribed),
});

/** What `deviations.yaml` accepts; remembers what was met, since an entry that no longer applies must go. */
export class Deviations {
  readonly accepted: readonly Deviation[];
  readonly newer: readonly Deviation[];
  readonly undescribed: readonly Undescribed[];
  readonly #met = new Set<Deviation | Undescribed>();

  constructor(list: z.output<typeof DeviationList>) {
    this.accepted = list.accepted;
    this.newer = list.newer;
    this.undescribed = list.undescribed;
  }

  static read(file: string = fileURLToPath(new URL('../deviations.yaml', import.meta.url))): Deviations {
    return new Deviations(DeviationList.parse(parse(readFileSync(file, 'utf8'))));
  }

  /** How an issue is explained; null when it is not. */
  explain(integration: string, tool: string, { where }: Issue): 'accepted' | 'newer' | null {
    const isIt = (one: Deviation) => isOf(one, integration, tool) && one.where === where;
    if (this.#meet(this.accepted.filter(isIt))) return 'accepted';
    return this.#meet(this.newer.filter(isIt)) ? 'newer' : null;
  }

  isUndescribed(integration: string, tool: string): boolean {
    return this.#meet(this.undescribed.filter((one) => isOf(one, integration, tool)));
  }

  /** Entries of these integrations that nothing has met. */
  unused(integrations: ReadonlySet<string>): (Deviation | Undescribed)[] {
    return [...this.accepted, ...this.newer, ...this.undescribed].filter(
      (one) => integrations.has(one.integration) && !this.#met.has(one),
    );
  }

  #meet(found: readonly (Deviation | Undescribed)[]): boolean {
    for (const one of found) this.#met.add(one);
    return found.length > 0;
  }
}

function isOf(one: Undescribed, integration: string, tool: string): boolean {
  return one.integration === integration && (one.tool === tool || one.tool === '*');
}
