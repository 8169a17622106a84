import { readFileSync } from 'node:fs';
import { detect, detectSpoken, redact, redactJson } from '@patchbay/privacy';
import { readLabelledTexts } from '@patchbay/privacy/evaluate';
import { number, print, readOptions, table } from '../suite.ts';

const usage = `Usage: npm run bench -- privacy [options]

How long the privacy engine takes for texts of 2 KB: of the labelled texts put one behind the other, so dense with what it looks
for; of prose with next to nothing; of nothing but numbers; of words of speech. One processor, in this process. Runs during which
another program got the processor are left out and counted.

  --rounds N        times that each text is taken (default 200)
  --kilobytes K     how long a text is (default 2)
  --json            print one JSON object
`;

const options = readOptions(usage, { rounds: 200, kilobytes: 2 });
const length = options.kilobytes * 1024;

const corpus = new URL('../../../packages/privacy/src/evaluate/fixtures/pii-texts.json', import.meta.url);
const labelled = readLabelledTexts(readFileSync(corpus, 'utf8'));
const cut = (text: string) =>
  Array.from({ length: Math.floor(text.length / length) }, (_, index) =>
    text.slice(index * length, (index + 1) * length),
  );
const clean = labelled
  .filter(({ spans }) => spans.length === 0)
  .map(({ text }) => text)
  .join(' ');

const policy = { default: 'redact' } as const;
const record = (text: string) => ({
  id: 'x',
  customer: { note: text.slice(0, length / 2), items: text.slice(length / 2).split('\n') },
});
const dense = cut(labelled.map(({ text }) => text).join('\n'));
const speech = cut(
  'my card is four two double four, uh, seventeen twelve okay and nine oh one then five five five '.repeat(length / 16),
).slice(0, 8);

const cases: readonly {
  readonly what: string;
  readonly texts: readonly string[];
  readonly run: (text: string) => unknown;
}[] = [
  { what: 'detect, labelled texts', texts: dense, run: (text) => detect(text) },
  { what: 'redact, labelled texts', texts: dense, run: (text) => redact(text, policy) },
  { what: 'redact JSON, labelled texts', texts: dense, run: (text) => redactJson(record(text), policy) },
  { what: 'detect, prose', texts: cut(clean.repeat(4)), run: (text) => detect(text) },
  {
    what: 'detect, nothing but numbers',
    texts: cut('020 7946 0958, 4155550132, 4012888888881881, '.repeat(length / 8)).slice(0, 8),
    run: (text) => detect(text),
  },
  { what: 'detect spoken, labelled texts', texts: dense, run: (text) => detectSpoken([{ text }]) },
  { what: 'detect spoken, nothing but digits', texts: speech, run: (text) => detectSpoken([{ text }]) },
];

const rows = cases.map(({ what, texts, run }) => {
  for (let round = 0; round < 20; round++) for (const text of texts) run(text);
  let taken = 0;
  const byText = texts.map((text) => {
    const times: number[] = [];
    for (let round = 0; round < options.rounds; round++) {
      const before = process.resourceUsage().involuntaryContextSwitches;
      const began = performance.now();
      run(text);
      const time = performance.now() - began;
      if (process.resourceUsage().involuntaryContextSwitches === before) times.push(time);
      else taken++;
    }
    return times.sort((a, b) => a - b);
  });
  const all = byText.flat().sort((a, b) => a - b);
  const at = (times: readonly number[], share: number) => times[Math.floor(times.length * share)] as number;
  const slowest = Math.max(...byText.map((times) => at(times, 0.5)));
  return {
    what,
    texts: texts.length,
    p50_ms: at(all, 0.5),
    p99_ms: at(all, 0.99),
    slowest_text_p50_ms: slowest,
    left_out: taken,
  };
});

print(options, { bytes: length, rows }, () =>
  table(
    [`${options.kilobytes} KB of text`, 'texts', 'p50 ms', 'p99 ms', 'p50 ms of the slowest text', 'left out'],
    rows.map((row) => [
      row.what,
      row.texts,
      number(row.p50_ms, 3),
      number(row.p99_ms, 3),
      number(row.slowest_text_p50_ms, 3),
      row.left_out,
    ]),
  ),
);
