import type { Scanner } from '../scanner.ts';

/** Security code and expiry of a card, told by the words right before them. */
export const scanCardDetails: Scanner = function* ({ view: { lower }, context }) {
  if (!context.mentions('code') && !context.mentions('expiry')) return;
  for (const [entity, cues, value] of [
    ['card_security_code', codeCues, code],
    ['card_expiry', expiryCues, expiry],
  ] as const)
    for (const { 0: cue, index } of lower.matchAll(cues)) {
      value.lastIndex = index + cue.length;
      const found = value.exec(lower)?.[1];
      if (found === undefined) continue;
      const end = value.lastIndex;
      yield { entity, start: end - found.length, end, score: 0.8, normalized: found.replace(/\D/g, '') };
    }
};

const codeCues = /\b(?:cvv2?|cvc2?|csc|security code|card code|verification code on the back)\b/g;
const code = /(?: ?(?:number|no\.?|code))?(?: is)?["']? ?[:=#]? ?["']?(\d{3,4})(?!\d|[./-]\d)/y;

const expiryCues = /\b(?:exp|expiry|expires|expiration|valid thru|good thru|valid until)\b/g;
const expiry =
  /(?:\.|iry|iration)?(?: ?date)?(?: is| on| in)?["']? ?[:=]? ?["']?((?:0?[1-9]|1[0-2]) ?[/-] ?(?:20)?[2-5]\d)(?![\d/-])/y;
