import type { Scanner } from '../scanner.ts';

/** What stands right behind "driver's license number is": a driving licence has no form of its own, so that the words decide. */
export const scanUsDriverLicense: Scanner = function* ({ view: { text, lower } }) {
  for (const { 0: cue, index } of lower.matchAll(cues)) {
    value.lastIndex = index + cue.length;
    const found = value.exec(text);
    if (!found?.[1] || !/\d{3}/.test(found[1])) continue;
    const end = value.lastIndex;
    const start = end - found[1].length;
    yield {
      entity: 'us_driver_license',
      start,
      end,
      score: 0.75,
      normalized: found[1].replace(/[ -]/g, '').toUpperCase(),
    };
  }
};

const cues = /\b(?:driver['’]?s?|driving) licen[sc]e\b/g;
const value = /(?: ?(?:number|no\.?|#|id))?(?: is|:|=)? ?([A-Z]{0,3}[ -]?\d[A-Z\d-]{3,17})\b/iy;
