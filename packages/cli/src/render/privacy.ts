import type { Evaluation, Quality, SpokenEvaluation } from '@patchbay/privacy/evaluate';
import { count, type Style } from './style.ts';
import { renderTable } from './table.ts';

interface Row {
  readonly name: string;
  readonly quality: Quality;
}

/** A line for each entity, one for all together, and what was found where nothing is labelled. */
export function renderEvaluation(evaluation: Evaluation, place: { style: Style; width: number }): string {
  const rows = Object.entries(evaluation.entities).map(([name, quality]) => ({ name, quality }));
  const others = Object.entries(evaluation.other_types).map(([type, spans]) => `${type} ${spans}`);
  return [
    renderQualities([...rows, { name: 'any_pii', quality: evaluation.any_pii }], place),
    '',
    `${count(evaluation.texts, 'text')}, ${evaluation.clean_texts} of them without labels; something found in ${evaluation.false_alarms} of those`,
    ...(others.length === 0 ? [] : [`labelled, but of no entity here: ${others.join(', ')}`]),
  ].join('\n');
}

function renderQualities(rows: readonly Row[], place: { style: Style; width: number }): string {
  const share = (title: string, of: (quality: Quality) => number | null) => ({
    title,
    value: ({ quality }: Row) => of(quality)?.toFixed(3) ?? '-',
    align: 'right' as const,
  });
  return renderTable(
    rows,
    [
      { title: 'ENTITY', value: ({ name }) => name, paint: place.style.name },
      share('PRECISION', ({ precision }) => precision),
      share('RECALL', ({ recall }) => recall),
      share('F2', ({ f2 }) => f2),
      { title: 'FOUND', value: ({ quality }) => `${quality.found}/${quality.spans}`, align: 'right' },
      { title: 'RIGHT', value: ({ quality }) => `${quality.right}/${quality.findings}`, align: 'right' },
    ],
    place,
  );
}

/** A line for each style, then the sums. */
export function renderSpokenEvaluation(evaluation: SpokenEvaluation, place: { style: Style; width: number }): string {
  const rows = [
    ...Object.entries(evaluation.styles).map(([name, of]) => ({ name: of.held_out ? `${name} (held out)` : name, of })),
    { name: 'all', of: evaluation.entities },
  ];
  const recall = (title: string, entity: keyof SpokenEvaluation['entities']) => ({
    title,
    value: ({ of }: (typeof rows)[number]) => of[entity].recall.toFixed(3),
    align: 'right' as const,
  });
  const share = (100 * evaluation.false_alarm_rate).toFixed(2);
  return [
    renderTable(
      rows,
      [
        { title: 'STYLE', value: ({ name }) => name, paint: place.style.name },
        recall('CARD RECALL', 'credit_card'),
        recall('SSN RECALL', 'us_ssn'),
        recall('PHONE RECALL', 'phone'),
      ],
      place,
    ),
    '',
    `seed ${evaluation.seed}: ${count(evaluation.positives, 'number')} said; something found in ${evaluation.false_alarms} of ${evaluation.negatives} utterances without any (${share} %)`,
  ].join('\n');
}
