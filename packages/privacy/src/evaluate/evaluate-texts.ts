import { detect } from '../detect.ts';
import type { Entity } from '../entities.ts';
import type { DetectOptions, Finding } from '../finding.ts';
import { entityOfType, type LabelledText } from './labelled-texts.ts';

/** How good findings are. A share of nothing is null. */
export interface Quality {
  readonly precision: number | null;
  readonly recall: number | null;
  /** Precision and recall in one, recall counting four times as much. */
  readonly f2: number | null;
  /** Labelled spans, those of them found, findings, and those of them right. */
  readonly spans: number;
  readonly found: number;
  readonly findings: number;
  readonly right: number;
}

export interface Evaluation {
  readonly texts: number;
  readonly entities: Readonly<Partial<Record<Entity, Quality>>>;
  /** A finding is right here when anything is labelled where it is, of whatever type. */
  readonly any_pii: Quality;
  /** Texts without a labelled span, and those of them in which something was found. */
  readonly clean_texts: number;
  readonly false_alarms: number;
  /** Labelled types that the engine has no entity for, with how many spans each. */
  readonly other_types: Readonly<Record<string, number>>;
}

/** Counts always shown, found in the texts or not. */
const always: readonly Entity[] = ['email', 'phone', 'credit_card', 'us_ssn', 'iban', 'ip'];

/** A corpus that labels every date says nothing of births, but that a date is one. */
const broader: Readonly<Partial<Record<Entity, string>>> = { date_of_birth: 'DATE_TIME' };

type Tally = { -readonly [Name in 'spans' | 'found' | 'findings' | 'right']: number };

const nothing = (): Tally => ({ spans: 0, found: 0, findings: 0, right: 0 });

interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * Holds what `detect` finds against labels. A labelled span is found when findings of its entity cover at least half of it; a
 * finding is right when labelled spans of its entity cover at least half of it.
 */
export function evaluateTexts(
  texts: readonly LabelledText[],
  options: DetectOptions = {},
  find: (text: string, options: DetectOptions) => readonly Finding[] = detect,
): Evaluation {
  const tallies = new Map<Entity, Tally>(always.map((entity) => [entity, nothing()]));
  const any = nothing();
  const other: Record<string, number> = {};
  let clean = 0;
  let alarms = 0;
  const of = (entity: Entity) => tallies.get(entity) ?? (tallies.set(entity, nothing()).get(entity) as Tally);
  for (const { text, spans } of texts) {
    const findings = find(text, options);
    const labelled = spans.map((span) => ({ ...span, entity: entityOfType(span.type) }));
    if (spans.length === 0) {
      clean++;
      if (findings.length > 0) alarms++;
    }
    for (const span of labelled) {
      count(any, 'spans', 'found', span, findings);
      if (span.entity)
        count(
          of(span.entity),
          'spans',
          'found',
          span,
          findings.filter(({ entity }) => entity === span.entity),
        );
      else other[span.type] = (other[span.type] ?? 0) + 1;
    }
    for (const finding of findings) {
      count(any, 'findings', 'right', finding, labelled);
      count(
        of(finding.entity),
        'findings',
        'right',
        finding,
        labelled.filter(
          ({ entity, type }) => entity === finding.entity || broader[finding.entity] === type.toUpperCase(),
        ),
      );
    }
  }
  return {
    texts: texts.length,
    entities: Object.fromEntries([...tallies].map(([entity, tally]) => [entity, qualityOf(tally)])),
    any_pii: qualityOf(any),
    clean_texts: clean,
    false_alarms: alarms,
    other_types: other,
  };
}

function count(tally: Tally, all: keyof Tally, good: keyof Tally, span: Span, against: readonly Span[]): void {
  tally[all]++;
  const covered = against.reduce(
    (sum, { start, end }) => sum + Math.max(0, Math.min(end, span.end) - Math.max(start, span.start)),
    0,
  );
  if (covered * 2 >= span.end - span.start) tally[good]++;
}

function qualityOf(tally: Tally): Quality {
  const precision = tally.findings === 0 ? null : tally.right / tally.findings;
  const recall = tally.spans === 0 ? null : tally.found / tally.spans;
  const f2 =
    precision === null || recall === null
      ? null
      : precision + recall === 0
        ? 0
        : (5 * precision * recall) / (4 * precision + recall);
  return { precision, recall, f2, ...tally };
}
