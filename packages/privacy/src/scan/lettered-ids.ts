import { isCodiceFiscale, isDni, isNino, isNir } from '../checks/lettered-ids.ts';
import type { Topic } from '../context.ts';
import type { Entity } from '../entities.ts';
import type { Scanner } from '../scanner.ts';
import { isDigit, isWord } from '../view.ts';

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
    form: /[a-ceghj-pr-tw-z][a-ceghj-npr-tw-z][ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[a-d]\b/y,
    fits: isNino,
    right: 0.6,
    wrong: 0,
  },
  { entity: 'es_dni', topic: 'spanish', form: /\d{8}[ -]?[a-hj-np-tv-z]\b/y, fits: isDni, right: 0.55, wrong: 0.15 },
  {
    entity: 'es_nie',
    topic: 'spanish',
    form: /[xyz][ -]?\d{7}[ -]?[a-hj-np-tv-z]\b/y,
    fits: isDni,
    right: 0.65,
    wrong: 0.2,
  },
  {
    entity: 'fr_nir',
    topic: 'french',
    form: /[12] ?\d{2} ?\d{2} ?(?:\d{2}|2[ab]) ?\d{3} ?\d{3} ?\d{2}\b/y,
    fits: isNir,
    right: 0.8,
    wrong: 0.2,
  },
  {
    entity: 'it_codice_fiscale',
    topic: 'italian',
    form: /[a-z]{6}[ -]?\d{2}[abcdehlmprst]\d{2}[ -]?[a-z]\d{3}[a-z]\b/y,
    fits: isCodiceFiscale,
    right: 0.95,
    wrong: 0.5,
  },
  {
    entity: 'us_mbi',
    topic: 'medicare',
    form: /[1-9][ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?[ac-hjkmnp-rt-y][ac-hjkmnp-rt-y0-9]\d-?[ac-hjkmnp-rt-y]{2}\d{2}\b/y,
    fits: () => true,
    right: 0.6,
    wrong: 0,
  },
];

const [nino, dni, nie, nir, codiceFiscale, mbi] = ids as [
  LetteredId,
  LetteredId,
  LetteredId,
  LetteredId,
  LetteredId,
  LetteredId,
];

/** Identifiers of letters and digits, by which states know people. */
export const scanLetteredIds: Scanner = function* ({ view: { lower }, context }) {
  for (const [start, candidates] of beginnings(lower))
    for (const { entity, topic, form, fits, right, wrong } of candidates) {
      form.lastIndex = start;
      const written = form.exec(lower)?.[0];
      if (written === undefined) continue;
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

const byLetters: readonly (readonly LetteredId[])[] = [[], [nie], [nino], [], [], [], [codiceFiscale]];
const fromDigits = [dni, nir, mbi];

/** Where a word begins that may be one of these, by how many letters it begins with before a digit: six patterns over every place of a text would cost more. */
function* beginnings(lower: string): Iterable<readonly [number, readonly LetteredId[]]> {
  for (let at = 0; at < lower.length; at++) {
    const start = at;
    while (isLetter(lower.charCodeAt(at))) at++;
    const letters = at - start;
    const next = lower[at] === ' ' || lower[at] === '-' ? at + 1 : at;
    const candidates =
      letters === 0
        ? isDigit(lower, at)
          ? fromDigits
          : undefined
        : isDigit(lower, next)
          ? byLetters[letters]
          : undefined;
    if (candidates !== undefined) yield [start, candidates];
    while (at < lower.length && isWord(lower, at)) at++;
  }
}

const isLetter = (code: number) => code >= 97 && code <= 122;
