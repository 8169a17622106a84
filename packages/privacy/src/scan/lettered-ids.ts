import { isCodiceFiscale, isDni, isNino, isNir } from '../checks/lettered-ids.ts';
import type { Topic } from '../context.ts';
import type { Entity } from '../entities.ts';
import type { Scanner } from '../scanner.ts';

interface LetteredId {
  readonly entity: Entity;
  readonly topic: Topic;
  readonly form: RegExp;
  readonly fits: (id: string) => boolean;
  /** Worth with a right check, and with a wrong one. */
  readonly right: number;
  readonly wrong: number;
}

/** Every form has a fixed length but for single marks between its groups. */
const ids: readonly LetteredId[] = [
  {
    entity: 'uk_nino',
    topic: 'nino',
    form: /\b[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]\b/g,
    fits: isNino,
    right: 0.6,
    wrong: 0,
  },
  { entity: 'es_dni', topic: 'spanish', form: /\b\d{8}[ -]?[a-hj-np-tv-z]\b/g, fits: isDni, right: 0.55, wrong: 0.15 },
  {
    entity: 'es_nie',
    topic: 'spanish',
    form: /\b[xyz][ -]?\d{7}[ -]?[a-hj-np-tv-z]\b/g,
    fits: isDni,
    right: 0.65,
    wrong: 0.2,
  },
  {
    entity: 'fr_nir',
    topic: 'french',
    form: /\b[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[ab]) ?\d{3} ?\d{3} ?\d{2}\b/g,
    fits: isNir,
    right: 0.8,
    wrong: 0.2,
  },
  {
    entity: 'it_codice_fiscale',
    topic: 'italian',
    form: /\b[a-z]{6}[ -]?\d{2}[abcdehlmprst]\d{2}[ -]?[a-z]\d{3}[a-z]\b/g,
    fits: isCodiceFiscale,
    right: 0.95,
    wrong: 0.5,
  },
  {
    entity: 'us_mbi',
    topic: 'medicare',
    form: /\b[1-9][ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?[ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?[ac-hjkmnp-rt-y]{2}\d{2}\b/g,
    fits: () => true,
    right: 0.6,
    wrong: 0,
  },
];

/** Identifiers of letters and digits, by which states know people. */
export const scanLetteredIds: Scanner = function* ({ view: { lower }, context }) {
  for (const { entity, topic, form, fits, right, wrong } of ids)
    for (const { 0: written, index: start } of lower.matchAll(form)) {
      const end = start + written.length;
      const normalized = written.replace(marks, '').toUpperCase();
      const around = context.around(start, end);
      const bonus = around.bonus(topic);
      const base = fits(normalized) ? right : wrong;
      const score = base + bonus - (around.otherwise && bonus === 0 ? 0.4 : 0);
      if (base > 0 && score > 0) yield { entity, start, end, score: Math.min(1, score), normalized };
    }
};

const marks = /[ -]/g;
