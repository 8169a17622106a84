import type { PrivacyAction, PrivacyRules } from '@patchbay/contracts';
import { type Entity, entities, type RedactionPolicy } from '@patchbay/privacy';

/** Marks that rules can be for. */
export type RuledMark = 'pii' | 'phi' | 'secret';

/** Rules of one direction, ready to be carried out. */
export interface CompiledRules {
  /** What is done about entities found in texts; null: nothing is looked for. */
  readonly found: Omit<RedactionPolicy, 'tokenise'> | null;
  readonly marks: Readonly<Partial<Record<RuledMark, Exclude<PrivacyAction, 'allow'>>>>;
  /** Whether anything becomes a token. */
  readonly tokenises: boolean;
  /** Whether a whole tool, or source, is left alone. */
  exempts(name: string): boolean;
}

/** Null where the rules leave everything as it is: then nobody needs to ask them. */
export function compileRules(rules: PrivacyRules | undefined, countries?: readonly string[]): CompiledRules | null {
  if (rules === undefined) return null;
  const { default: otherwise, entities: named, marks: marked, except } = rules;
  const actions = entities.map((entity) => named[entity] ?? otherwise);
  const found = actions.every((action) => action === 'allow')
    ? null
    : {
        default: otherwise,
        entities: named as Partial<Record<Entity, PrivacyAction>>,
        detect: countries === undefined ? undefined : { countries },
      };
  const marks = Object.fromEntries(
    Object.entries(marked).filter(([, action]) => action !== undefined && action !== 'allow'),
  );
  if (found === null && Object.keys(marks).length === 0) return null;
  const whole = new Set(except.filter((name) => !name.endsWith('*')));
  const beginnings = except.filter((name) => name.endsWith('*')).map((name) => name.slice(0, -1));
  return {
    found,
    marks,
    tokenises: actions.includes('tokenise') || Object.values(marks).includes('tokenise'),
    exempts: (name) => whole.has(name) || beginnings.some((beginning) => name.startsWith(beginning)),
  };
}
