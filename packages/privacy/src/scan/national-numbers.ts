import {
  isAbaRouting,
  isAhv,
  isAuMedicare,
  isBsn,
  isCpf,
  isNhs,
  isNpi,
  isPersonnummer,
  isPesel,
  isSin,
  isSteuerId,
  isTfn,
} from '../checks/national-numbers.ts';
import { verhoeff } from '../checks/verhoeff.ts';
import type { Topic } from '../context.ts';
import type { Entity } from '../entities.ts';
import type { Group } from '../number-runs.ts';
import type { Scanner } from '../scanner.ts';

interface NationalNumber {
  readonly entity: Entity;
  readonly topic: Topic;
  readonly lengths: readonly number[];
  /** How it is printed, as lengths of groups. */
  readonly printed: readonly string[];
  /** Marks between the groups in print. */
  readonly marks: string;
  readonly fits: (digits: string) => boolean;
  /** Worth of the digits with a right check: plain, and as printed. */
  readonly plain: number;
  readonly asPrinted: number;
}

/** One digit in ten or eleven fits by chance, so that most want context; where print or length is rare, the print is enough. */
const numbers: readonly NationalNumber[] = [
  {
    entity: 'uk_nhs',
    topic: 'nhs',
    lengths: [10],
    printed: ['3,3,4'],
    marks: ' -',
    fits: isNhs,
    plain: 0.2,
    asPrinted: 0.3,
  },
  {
    entity: 'de_tax_id',
    topic: 'german',
    lengths: [11],
    printed: ['2,3,3,3'],
    marks: ' ',
    fits: isSteuerId,
    plain: 0.3,
    asPrinted: 0.5,
  },
  {
    entity: 'nl_bsn',
    topic: 'dutch',
    lengths: [9],
    printed: ['4,2,3', '3,3,3', '4,3,2'],
    marks: ' .',
    fits: isBsn,
    plain: 0.2,
    asPrinted: 0.2,
  },
  {
    entity: 'pl_pesel',
    topic: 'polish',
    lengths: [11],
    printed: [],
    marks: '',
    fits: isPesel,
    plain: 0.35,
    asPrinted: 0.35,
  },
  {
    entity: 'in_aadhaar',
    topic: 'indian',
    lengths: [12],
    printed: ['4,4,4'],
    marks: ' -',
    fits: (digits) => digits >= '2' && verhoeff(digits),
    plain: 0.25,
    asPrinted: 0.55,
  },
  {
    entity: 'br_cpf',
    topic: 'brazilian',
    lengths: [11],
    printed: ['3,3,3,2'],
    marks: '.-',
    fits: isCpf,
    plain: 0.3,
    asPrinted: 0.85,
  },
  {
    entity: 'ca_sin',
    topic: 'canadian',
    lengths: [9],
    printed: ['3,3,3'],
    marks: ' -',
    fits: isSin,
    plain: 0.2,
    asPrinted: 0.4,
  },
  {
    entity: 'au_tfn',
    topic: 'tfn',
    lengths: [8, 9],
    printed: ['3,3,3', '3,3,2'],
    marks: ' -',
    fits: isTfn,
    plain: 0.1,
    asPrinted: 0.2,
  },
  {
    entity: 'au_medicare',
    topic: 'medicare',
    lengths: [10, 11],
    printed: ['4,5,1', '4,5,1,1'],
    marks: ' -/',
    fits: isAuMedicare,
    plain: 0.2,
    asPrinted: 0.5,
  },
  {
    entity: 'ch_ahv',
    topic: 'swiss',
    lengths: [13],
    printed: ['3,4,4,2'],
    marks: '.',
    fits: isAhv,
    plain: 0.6,
    asPrinted: 0.9,
  },
  {
    entity: 'se_personnummer',
    topic: 'swedish',
    lengths: [10, 12],
    printed: ['6,4', '8,4'],
    marks: '-+',
    fits: isPersonnummer,
    plain: 0.3,
    asPrinted: 0.6,
  },
  { entity: 'us_npi', topic: 'npi', lengths: [10], printed: [], marks: '', fits: isNpi, plain: 0.25, asPrinted: 0.25 },
  {
    entity: 'us_aba',
    topic: 'routing',
    lengths: [9],
    printed: ['4,4,1'],
    marks: '-',
    fits: isAbaRouting,
    plain: 0.2,
    asPrinted: 0.3,
  },
];

/** Numbers by which states know people, and a few by which everybody knows an office. A wrong check digit wants context nearby. */
export const scanNationalNumbers: Scanner = function* ({ context, runs }) {
  for (const { groups, plus } of runs) {
    if (plus) continue;
    for (const { from, to, digits, lengths, marks } of stretches(groups)) {
      const { start } = groups[from] as Group;
      const { end } = groups[to - 1] as Group;
      const around = context.around(start, end);
      for (const number of numbers) {
        const printed = number.printed.includes(lengths) && [...marks].every((mark) => number.marks.includes(mark));
        if (!number.lengths.includes(digits.length) || (to - from > 1 && !printed)) continue;
        const bonus = around.bonus(number.topic);
        const fits = number.fits(digits);
        const base = fits ? (printed ? number.asPrinted : number.plain) : bonus > 0 ? 0.1 : 0;
        const score = base + bonus - (around.otherwise && bonus === 0 ? 0.4 : 0);
        if (base > 0 && score > 0)
          yield { entity: number.entity, start, end, score: Math.min(1, score), normalized: digits };
      }
    }
  }
};

interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly digits: string;
  readonly lengths: string;
  readonly marks: string;
}

const mostGroups = 4;

/** Every stretch of up to four groups of a run. */
function* stretches(groups: readonly Group[]): Iterable<Stretch> {
  for (let from = 0; from < groups.length; from++) {
    let digits = '';
    let lengths = '';
    let marks = '';
    for (let to = from + 1; to <= Math.min(groups.length, from + mostGroups); to++) {
      const group = groups[to - 1] as Group;
      if (to > from + 1) {
        if (group.separator.length > 1) break;
        marks += group.separator;
        lengths += ',';
      }
      digits += group.digits;
      lengths += group.digits.length;
      if (digits.length > 13) break;
      if (digits.length >= 8) yield { from, to, digits, lengths, marks };
    }
  }
}
