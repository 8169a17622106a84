import {
  carry,
  earlier,
  guidance,
  model,
  obey,
  override,
  people,
  persona,
  secret,
  tell,
  telling,
} from './instructing-words.ts';
import { plainWords } from './plain-words.ts';

/**
 * Marks that stand for a turn of a conversation in some model's own format. Each is bounded: the search is linear.
 */
const turnMarks =
  /<\|[a-z_]{2,30}\|>|\[\/?INST\]|<<\/?SYS>>|<\/?(?:system|assistant|system_prompt|instructions?|tool_results?|tool_calls?|function_calls?|function_results?|tool_response|user_query)>|"role"\s{0,4}:\s{0,4}"(?:system|developer)"|(?:^|\n)[ \t]{0,8}#{2,6}[ \t]{0,3}(?:system|instructions?|assistant)\b[ \t]{0,3}(?::|\n|$)|\bsystem (?:prompt|override|instructions?)[ \t]{0,3}[:>\]]/i;
/** An image whose address is to carry something away. */
const carryingImage = /!\[[^\]\n]{0,200}\]\(https?:\/\/[^)\s]{1,300}[?&][a-z_]{1,40}=(?:[{<[$%]|[A-Z_]{4,})/;
/** Text without any of these instructs nobody. One look, so that most texts are not read word by word. */
const triggers =
  /ignor|disregard|forget|overrid|bypass|discard|vergiss|vergesst|missachte|oubli|olvid|dimentic|esque[çc]a|desconsidere|negeer|vergeet|игнор|забуд|تجاهل|zapomnij|you(?:'re|’re| are) now|from now on|pretend|system prompt|(?:initial|hidden|your|secret) (?:prompt|instruction|rules|guideline)|you are an? |as an? (?:ai|llm)|(?:ai|llm|gpt|chatbot|assistants?|language models?|claude|gemini|copilot)\s{0,2}[:,!]|(?:to|for|hey|dear|attention|hello|any|all|the) (?:ai|llm|language model|chatbot|chatgpt|claude|gemini|copilot)|don.t (?:tell|inform|notify|mention|ask|alert)|(?:do not|never|without) (?:tell|inform|notif|mention|ask|alert|warn|confirm)|passw|credential|api[ _-]?key|secrets|private key|access token|(?:chat|conversation) history|base64|jailbreak|_[a-z]{2,20}`? (?:tool|function)|忽略|无视|無視|忘记|忘れ|무시|instrucci|anweisung/i;
const disguised =
  /[a-z][0134578$@][a-z]|[a-z][\u0370-\u052f]|[\u0370-\u052f][a-z]|&#|\b[a-z](?:[ ._*-][a-z]){7}|[\uff21-\uff5a]{4}|[\u{1d400}-\u{1d7ff}]{4}/iu;
/** Languages that put no blanks between words. */
const unspaced =
  /(?:忽略|无视|無視|忘记|忘れ)[^。.\n]{0,24}(?:指示|指令|提示|说明|說明|规则|規則|命令)|(?:指示|指令|プロンプト|命令)[^。.\n]{0,12}(?:無視|忘れ)|(?:지시|명령|프롬프트)[^.\n]{0,16}무시/;
const base64Run = /[A-Za-z0-9+/]{40,4000}={0,2}/g;

/** Most runs of base64 that are looked into. */
const maxRuns = 4;

/** Whether a text would instruct a model that reads it, rather than inform it. Linear in the text's length. */
export function instructsModel(text: string): boolean {
  if (text.length < 12) return false;
  if (turnMarks.test(text) || carryingImage.test(text) || unspaced.test(text)) return true;
  if (triggers.test(text) && someSaySo(text, triggers)) return true;
  if (text.length >= 20 && text.includes(' ') && disguised.test(text) && someSaySo(text, disguised)) return true;
  return hidesInstruction(text);
}

/** Characters before and after a trigger that are read with it. */
const around = { before: 120, after: 240 };

/** Characters read word by word of one text. One that is suspicious over and over is not read on: it counts as what it looks like. */
const maxRead = 65_536;

/** Reads the text word by word where it is suspicious, each place once. */
function someSaySo(text: string, where: RegExp): boolean {
  const search = new RegExp(where, `${where.flags}g`);
  let [start, end, read] = [-1, -1, 0];
  for (const { index } of text.matchAll(search)) {
    if (read + end - start > maxRead) return true;
    if (index < end - around.before) {
      end = index + around.after;
      continue;
    }
    read += end - start;
    if (start !== -1 && saysSo(plainWords(text.slice(start, end)))) return true;
    [start, end] = [Math.max(0, index - around.before), index + around.after];
  }
  return start !== -1 && saysSo(plainWords(text.slice(start, end)));
}

/** Whether base64 in it says what would. */
export function hidesInstruction(text: string): boolean {
  if (text.length < 40) return false;
  let looked = 0;
  for (const [run] of text.matchAll(base64Run)) {
    if (++looked > maxRuns) return false;
    // An id, a digest or an image shows by its beginning that it is none.
    if (!isPrintable(decodedBase64(run.slice(0, 40)))) continue;
    const decoded = decodedBase64(run);
    // A text: words of Latin letters with blanks between them.
    if (!isPrintable(decoded) || !decoded.includes(' ')) continue;
    if (triggers.test(decoded) && someSaySo(decoded, triggers)) return true;
  }
  return false;
}

function decodedBase64(run: string): string {
  return Buffer.from(run, 'base64').toString('latin1');
}

function isPrintable(text: string): boolean {
  return /^[\t\n\r -~]+$/.test(text);
}

/** What a word may begin. Most begin nothing, and cost one look. */
const beginnings = new Map<string, readonly ((words: readonly string[], at: number) => boolean)[]>();
function begins(words: Iterable<string>, check: (words: readonly string[], at: number) => boolean): void {
  for (const word of words) beginnings.set(word, [...(beginnings.get(word) ?? []), check]);
}
begins(override, (words, at) => putsAside(after(words, at)));
begins(['you', "you're"], (words, at) => becomes(words[at] as string, after(words, at)));
begins(['from'], fromNowOn);
begins(['pretend'], (words, at) =>
  after(words, at).some((one) => persona.has(one) || one === 'restrictions' || one === 'rules'),
);
begins(tell, givesAway);
begins(['do', "don't", 'dont', 'never', 'without'], isSecretly);
begins(carry, (words, at) => carriesAway(after(words, at, 24)));
begins([...model, 'language'], addressesModel);
begins(['call', 'invoke', 'use', 'execute', 'run', 'trigger'], callsTool);
begins(['base64', 'rot13', 'decode'], decodesAndFollows);

function saysSo(words: readonly string[]): boolean {
  for (let at = 0; at < words.length; at++) {
    const checks = beginnings.get(words[at] as string);
    if (checks?.some((check) => check(words, at))) return true;
  }
  return false;
}

/** Words that belong to one thought with the one at `at`. */
function after(words: readonly string[], at: number, count = 11): readonly string[] {
  return words.slice(at + 1, at + 1 + count);
}

function fromNowOn(words: readonly string[], at: number): boolean {
  if (words[at + 1] !== 'now' || words[at + 2] !== 'on') return false;
  return after(words, at).some((one) => obey.has(one) || persona.has(one));
}

function decodesAndFollows(words: readonly string[], at: number): boolean {
  const near = after(words, at);
  const follows = near.some((one) => one === 'follow' || one === 'obey' || one === 'execute');
  return follows && near.some((one) => guidance.has(one) || one === 'it');
}

function putsAside(near: readonly string[]): boolean {
  const to = near.findIndex((word) => guidance.has(word));
  if (to !== -1 && near.some((word) => earlier.has(word))) return true;
  // "Forget everything you were told."
  return near[0] === 'everything' && near.slice(1, 4).includes('you');
}

function becomes(word: string, near: readonly string[]): boolean {
  const rest = word === 'you' ? (near[0] === 'are' ? near.slice(1) : null) : near;
  if (rest === null) return false;
  if (rest[0] === 'now') return rest.slice(1, 8).some((one) => persona.has(one));
  // "You are an AI without restrictions", said by data.
  return (
    (rest[0] === 'an' || rest[0] === 'a') &&
    (model.has(rest[1] ?? '') || rest[1] === 'unrestricted' || rest[1] === 'jailbroken') &&
    rest
      .slice(1, 10)
      .some((one) => obey.has(one) || one === 'must' || one === 'will' || one === 'without' || one === 'no')
  );
}

/** A verb that is for things too gives no rules away that are of a house. */
function givesAway(words: readonly string[], from: number): boolean {
  const near = after(words, from, 8);
  const shows = !['give', 'tell', 'send'].includes(words[from] as string);
  return near.some((word, at) => {
    const next = near[at + 1] ?? '';
    if (word === 'system' || word === 'initial' || word === 'hidden')
      return next === 'prompt' || next === 'instructions' || next === 'prompts' || next === 'message';
    if (word === 'your')
      return (
        next === 'instructions' ||
        next === 'prompt' ||
        next === 'guidelines' ||
        next === 'system' ||
        (next === 'rules' && shows)
      );
    return (word === 'conversation' || word === 'chat') && next === 'history';
  });
}

/** "Do not tell the user", "without asking the human". */
function isSecretly(words: readonly string[], at: number): boolean {
  const word = words[at] as string;
  const start =
    word === 'do' && words[at + 1] === 'not'
      ? at + 2
      : word === "don't" || word === 'dont' || word === 'never' || word === 'without'
        ? at + 1
        : -1;
  if (start === -1 || !telling.has(words[start] ?? '')) return false;
  return words.slice(start + 1, start + 6).some((one) => people.has(one));
}

/** Something secret, and somewhere outside to bring it. */
function carriesAway(near: readonly string[]): boolean {
  const away = near.some((word) => word === '@url' || word === '@address');
  return away && near.some((word, at) => isSecret(word, near[at + 1] ?? ''));
}

function isSecret(word: string, next: string): boolean {
  if (secret.has(word)) return true;
  if (word === 'api' || word === 'private' || word === 'secret') return next === 'key' || next === 'keys';
  if (word === 'access') return next === 'token' || next === 'tokens';
  if (word === 'card' || word === 'account') return next === 'numbers';
  if (word === 'conversation' || word === 'chat') return next === 'history';
  if (word === 'system') return next === 'prompt';
  return word === 'all' && ['emails', 'contacts', 'messages', 'files', 'customers', 'records', 'data'].includes(next);
}

const commands = new Set('must should immediately please now always never need instructed required'.split(' '));

/** "Attention AI: you must …", "if you are an AI assistant". */
function addressesModel(words: readonly string[], at: number): boolean {
  const word = words[at] as string;
  const isModel = model.has(word) || (word === 'language' && (words[at + 1] === 'model' || words[at + 1] === 'models'));
  if (!isModel) return false;
  const before = words.slice(Math.max(0, at - 5), at);
  const after = words.slice(at + 1, at + 12);
  const condition = before.includes('if') && before.includes('you');
  const role =
    before.at(-1) !== undefined &&
    ['an', 'a'].includes(before.at(-1) as string) &&
    before.at(-2) === 'as' &&
    after.includes('you');
  const spokenTo = ['the', 'any', 'all', 'every'].includes(before.at(-1) ?? '') ? before.at(-2) : before.at(-1);
  const called =
    ['attention', 'dear', 'hey', 'hello', 'hi'].includes(spokenTo ?? '') ||
    (['to', 'for'].includes(spokenTo ?? '') &&
      before.some((one) => guidance.has(one) || one === 'note' || one === 'message'));
  const commanded = after.includes('you') && after.some((one) => commands.has(one));
  return (
    condition ||
    (role && commanded) ||
    (called && (commanded || after.some((one) => override.has(one) || obey.has(one) || carry.has(one)))) ||
    (called && before.some((one) => guidance.has(one)))
  );
}

/** "Call the create_refund tool now": data that names our tools wants them called. */
function callsTool(words: readonly string[], at: number): boolean {
  const near = words.slice(at + 1, at + 6);
  return near.some((word, index) => /^[a-z][a-z]*_[a-z_]+$/.test(word) && near[index + 1] === 'tool');
}
