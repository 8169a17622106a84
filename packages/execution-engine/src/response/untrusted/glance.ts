/**
 * What a text may hold, judged in one pass over its characters. It may say too much, never too little: only what it names is looked
 * for more closely. Most texts come out as nothing.
 */
export const may = {
  /** Characters that nobody sees, or in which more can hide than this pass knows. */
  beUnseen: 1,
  /** A tag, or a link in brackets. */
  holdMarkup: 2,
  /** Words that instructions to a model are made of, or marks of its turns. */
  instruct: 4,
  /** A run of characters that may be base64 of something else. */
  encode: 8,
} as const;

/** Kinds of characters. */
const separator = 0;
const letter = 1;
const digit = 2;
const mark = 3;
const bracket = 4;
const strange = 5;

const kinds = new Uint8Array(0x180).map((_, code) => {
  if ((code >= 97 && code <= 122) || (code >= 65 && code <= 90)) return letter;
  if (code >= 0xc0) return letter;
  if (code >= 48 && code <= 57) return digit;
  if (code === 95) return letter;
  if (code === 60) return bracket;
  if (code === 38 || code === 35 || code === 91 || code === 124) return mark;
  if (code < 32) return code === 9 || code === 10 || code === 13 ? separator : strange;
  return code >= 127 && code !== 0xa0 && (code <= 0x9f || code === 0xad) ? strange : separator;
});

/** Words after which a text is read word by word. Each is rare in what upstreams say of their records. */
const words =
  'ignore ignoring disregard disregarding forget forgetting override overriding bypass discard ignoriere ignorieren ignoriert vergiss vergesst missachte ignora ignorad ignoren ignorez oublie oubliez ignorar ignorem olvida olviden olvide dimentica dimenticate esqueça esqueca desconsidere negeer vergeet ignoruj zapomnij pretend jailbreak jailbroken ai ais ki ia llm llms chatbot chatbots gpt chatgpt claude gemini copilot password passwords credentials secrets apikey apikeys ssn ssns passcode passcodes environment rot13 base64';
/** Two words in a row. Of `you're` and `don't` the letters after the apostrophe are a word. */
const pairs =
  'are now,re now,now on,are a,are an,re a,re an,as an,language model,language models,system prompt,initial prompt,hidden prompt,system instructions,initial instructions,hidden instructions,system override,system message,role system,role developer,your instructions,your prompt,your guidelines,your system,your rules,chat history,conversation history,api key,api keys,private key,private keys,secret key,secret keys,access token,access tokens,card numbers,account numbers,all emails,all contacts,all messages,all files,all customers,all records,all data';
const secretly =
  'tell telling inform informing notify notifying alert alerting mention mentioning ask asking warn warning reveal confirm confirming';

const buckets = 1 << 16;
const single = new Uint8Array(buckets);
const double = new Uint8Array(buckets);
for (const word of words.split(' ')) single[bucketOf(hashOf(word))] = 1;
for (const pair of pairs.split(',')) {
  const [first = '', second = ''] = pair.split(' ');
  double[bucketOf(joined(hashOf(first), hashOf(second)))] = 1;
}
for (const verb of secretly.split(' '))
  for (const before of ['t', 'not', 'dont', 'never', 'without'])
    double[bucketOf(joined(hashOf(before), hashOf(verb)))] = 1;
const toolWord = hashOf('tool');

function hashOf(word: string): number {
  let hash = 0;
  for (let at = 0; at < word.length; at++) hash = (Math.imul(hash, 31) + (word.charCodeAt(at) | 0x20)) | 0;
  return hash;
}
function joined(first: number, second: number): number {
  return (Math.imul(first, 1_000_003) ^ second) | 0;
}
function bucketOf(hash: number): number {
  return (hash ^ (hash >>> 16)) & (buckets - 1);
}

/** Letters on their own in a row that may be a word set apart. */
const letterRun = 7;
/** Letters and digits in a row that may be base64. */
const longRun = 40;

/** What the text may hold, as a sum of `may`. */
export function glance(text: string): number {
  const { length } = text;
  let found = 0;
  let [hash, before, size] = [0, 0, 0];
  let [lone, run] = [0, 0];
  let [underscored, named, mixed] = [false, false, false];
  let lastLetter = false;
  for (let at = 0; at <= length; at++) {
    const code = at < length ? text.charCodeAt(at) : 32;
    const kind = code < 0x180 ? (kinds[code] as number) : code >= 0x2010 && code <= 0x2027 ? separator : strange;
    if (kind === letter || kind === digit) {
      hash = (Math.imul(hash, 31) + (code | 0x20)) | 0;
      size++;
      run++;
      if (code === 95) underscored = true;
      // A digit between letters may stand for one.
      if (kind === digit && lastLetter && isLetter(text, at + 1)) mixed = true;
      lastLetter = kind === letter;
      continue;
    }
    lastLetter = false;
    if (kind === bracket) found |= may.holdMarkup | may.instruct;
    else if (kind === strange) found |= may.beUnseen | may.instruct;
    else if (kind === mark) found |= isMark(text, at, code);
    // `+` and `/` go on with base64.
    if (code !== 43 && code !== 47) {
      if (run >= longRun) found |= may.encode;
      run = 0;
    }
    if (size === 0) continue;
    if (single[bucketOf(hash)] === 1 || (before !== 0 && double[bucketOf(joined(before, hash))] === 1))
      found |= may.instruct;
    if (hash === toolWord) named = true;
    lone = size === 1 ? lone + 1 : 0;
    if (lone >= letterRun) found |= may.instruct;
    [before, hash, size] = [hash, 0, 0];
  }
  // An id is one word; what is disguised has several.
  return (named && underscored) || (mixed && text.includes(' ')) ? found | may.instruct : found;
}

function isLetter(text: string, at: number): boolean {
  const code = text.charCodeAt(at);
  return code < 0x180 && kinds[code] === letter;
}

/** `&#105;`, `[INST]`, `](javascript:`, `## System`, `|>`: what such marks may begin. */
function isMark(text: string, at: number, code: number): number {
  const next = text.charCodeAt(at + 1);
  if (code === 38) return next === 35 ? may.instruct : 0;
  if (code === 35) return next === 35 ? may.instruct : 0;
  if (code === 124) return next === 62 ? may.instruct : 0;
  return may.instruct | may.holdMarkup;
}
