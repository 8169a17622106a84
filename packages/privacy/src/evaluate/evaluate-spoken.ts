import { detectSpoken } from '../spoken/detect-spoken.ts';
import type { Turn } from '../spoken/turns.ts';
import { type Random, randomOf } from './random.ts';
import { heldOutNegatives, heldOutStyles } from './spoken-held-out.ts';
import type { Style } from './spoken-introductions.ts';
import { negatives } from './spoken-negatives.ts';
import { styles } from './spoken-styles.ts';
import { madeUp, type SpokenEntity } from './spoken-values.ts';

/** Said numbers of one kind in one style, or of all. */
export interface SpokenQuality {
  readonly said: number;
  /** Found as what they are, with every digit right. */
  readonly found: number;
  readonly recall: number;
}

export interface SpokenEvaluation {
  readonly seed: number;
  readonly positives: number;
  readonly entities: Readonly<Record<SpokenEntity, SpokenQuality>>;
  /** By style; `held_out` are those written when the detector was done, and not looked at while it was tuned. */
  readonly styles: Readonly<
    Record<string, Readonly<Record<SpokenEntity, SpokenQuality>> & { readonly held_out: boolean }>
  >;
  readonly negatives: number;
  /** Utterances without anything personal in which something was found, and their share. */
  readonly false_alarms: number;
  readonly false_alarm_rate: number;
  readonly alarms_by_kind: Readonly<Record<string, number>>;
}

/** Utterances of each entity in each style, and of each kind without anything. */
const perStyle = 70;
const perKind = 225;

const spokenEntities = ['credit_card', 'us_ssn', 'phone'] as const;

/** Says made-up numbers in every style and looks for them, then what is no number of anybody. */
export function evaluateSpoken(seed = 1): SpokenEvaluation {
  const random = randomOf(seed);
  const all = Object.entries(styles).map(([name, style]) => ({ name, style, held_out: false }));
  const held = Object.entries(heldOutStyles).map(([name, style]) => ({ name, style, held_out: true }));
  const byStyle = [...all, ...held].map(
    ({ name, style, held_out }) => [name, { ...inStyle(style, random), held_out }] as const,
  );
  const alarms = Object.entries({ ...negatives, ...heldOutNegatives }).map(
    ([kind, say]) => [kind, alarmsOf(say, random)] as const,
  );
  const raised = alarms.reduce((sum, [, count]) => sum + count, 0);
  const silent = perKind * alarms.length;
  return {
    seed,
    positives: byStyle.length * perStyle * spokenEntities.length,
    entities: entitiesOf((entity) =>
      qualityOf(
        byStyle.reduce((sum, [, of]) => sum + of[entity].said, 0),
        byStyle.reduce((sum, [, of]) => sum + of[entity].found, 0),
      ),
    ),
    styles: Object.fromEntries(byStyle),
    negatives: silent,
    false_alarms: raised,
    false_alarm_rate: raised / silent,
    alarms_by_kind: Object.fromEntries(alarms),
  };
}

const entitiesOf = (quality: (entity: SpokenEntity) => SpokenQuality) =>
  Object.fromEntries(spokenEntities.map((entity) => [entity, quality(entity)])) as Record<SpokenEntity, SpokenQuality>;

const qualityOf = (said: number, found: number): SpokenQuality => ({ said, found, recall: found / said });

const inStyle = (style: Style, random: Random) =>
  entitiesOf((entity) => {
    let found = 0;
    for (let number = 0; number < perStyle; number++) {
      const value = madeUp(entity, random);
      if (isFound(style(value, random), entity, value.groups.join(''))) found++;
    }
    return qualityOf(perStyle, found);
  });

/** A phone number may come with its country. */
const isFound = (turns: readonly Turn[], entity: SpokenEntity, digits: string) =>
  detectSpoken(turns).some(
    (one) =>
      one.entity === entity && (one.normalized === digits || (entity === 'phone' && one.normalized === `+1${digits}`)),
  );

function alarmsOf(say: (random: Random) => Turn[], random: Random): number {
  let alarms = 0;
  for (let number = 0; number < perKind; number++) if (detectSpoken(say(random)).length > 0) alarms++;
  return alarms;
}
