import type { Entity } from './entities.ts';
import type { DetectOptions } from './finding.ts';

/**
 * What becomes of a finding: `allow` leaves it, `redact` puts `[email]` in its place, `mask` leaves the last four characters at
 * most, `tokenise` puts what the policy's function makes of it, `block` redacts and says that the whole is not to go on.
 */
export const redactionModes = ['allow', 'redact', 'mask', 'tokenise', 'block'] as const;

export type RedactionMode = (typeof redactionModes)[number];

export interface RedactionPolicy {
  /** For entities that `entities` does not name. */
  readonly default: RedactionMode;
  readonly entities?: Readonly<Partial<Record<Entity, RedactionMode>>> | undefined;
  /**
   * Makes a token of a value in its normalized form; the same value must give the same token. Without it, `tokenise` redacts.
   */
  readonly tokenise?: ((value: string, entity: Entity) => string) | undefined;
  /** How to look; `entities` there is narrowed to those that are not allowed. */
  readonly detect?: DetectOptions | undefined;
}

/** What a policy says of an entity. */
export const modeOf = (policy: RedactionPolicy, entity: Entity): RedactionMode =>
  policy.entities?.[entity] ?? policy.default;
