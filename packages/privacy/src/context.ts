import type { View } from './view.ts';

/** What a word near a value says that the value is. */
export type Topic = keyof typeof topicWords;

/** Lower case; a word stands for itself only, so plurals and foreign words are listed. */
const topicWords = {
  phone:
    'phone phones telephone tel mobile cell cellphone fax call calls calling called caller callback dial dialing text sms whatsapp signal ring reach contact answering voicemail message messages hotline desk office landline ext extension handy telefon telefonnummer rufnummer móvil movil teléfono telefono tél téléphone telephone portable cellulare telefone celular telefoon gsm puhelin komórka numer',
  card: 'card cards cc visa mastercard amex discover credit debit maestro pan plastic karte kreditkarte tarjeta carte carta cartão',
  code: 'cvv cvc cvv2 cvc2 cid csc security',
  expiry: 'expires expire expiry expiration exp valid thru expiring',
  ssn: 'ssn social socials tin taxpayer itin',
  iban: 'iban account transfer wire bank konto kontonummer',
  ip: 'ip ips address addresses ipv4 ipv6 host',
  birth:
    'born birth birthday birthdate dob geburtsdatum geboren nacimiento nacido nacida naissance née nascita nascimento bday',
  nino: 'nino national insurance ni',
  nhs: 'nhs patient health',
  german: 'steuer steuerid steuernummer idnr identifikationsnummer tin tax',
  french: 'nir sécurité securite sociale insee vitale secu sécu',
  spanish: 'dni nif nie documento identidad extranjero cédula',
  italian: 'codice fiscale cf',
  dutch: 'bsn burgerservicenummer sofinummer sofi',
  polish: 'pesel',
  indian: 'aadhaar aadhar uidai',
  brazilian: 'cpf cadastro',
  canadian: 'sin social insurance nas',
  tfn: 'tfn tax',
  medicare: 'medicare mbi beneficiary',
  swiss: 'ahv avs oasi ahvn',
  swedish: 'personnummer samordningsnummer personal',
  npi: 'npi provider prescriber physician',
  routing: 'routing aba transit rtn ach',
  licence: "driver driver's drivers driving license licence dl",
  /** What numbers are that are nobody's. */
  other:
    'order orders invoice tracking ticket case confirmation booking reference ref sku isbn issn version build model serial item items product zip postal postcode room flight gate quantity amount total price cost usd eur gbp dollars euros pounds percent page chapter revision commit hash timestamp epoch port population article barcode ean upc batch lot po',
} as const;

const bits = new Map<string, number>();
Object.values(topicWords).forEach((listed, index) => {
  for (const word of listed.split(' ')) bits.set(word, (bits.get(word) ?? 0) | (1 << index));
});

/** A number for each listed word; what is not among them is none of them. */
const hashed = (hash: number, code: number) => (Math.imul(hash, 31) + code) | 0;
const hashes = new Set(
  [...bits.keys()].map((word) => [...word].reduce((hash, one) => hashed(hash, one.charCodeAt(0)), 0)),
);

const bitOf = Object.fromEntries(Object.keys(topicWords).map((topic, index) => [topic, 1 << index])) as Readonly<
  Record<Topic, number>
>;

/** Whether a word says what a value is. */
export const isTopicWord = (word: string) => bits.has(word);

/** How far before and after a value a word may stand, in characters. */
const before = 70;
const after = 24;

/** What a topic adds to a score: when nothing else stands nearer, and when something does. */
const nearest = 0.45;
const present = 0.35;

/** The words around one place of a text. */
export class Surroundings {
  readonly #near: number;
  readonly #nearest: number;
  /** Whether the field is one for ids or times. */
  readonly identified: boolean;

  constructor(near: number, closest: number, identified: boolean) {
    this.#near = near;
    this.#nearest = closest;
    this.identified = identified;
  }

  /** What these words add to the score of a value that the topic is about. */
  bonus(topic: Topic): number {
    const bit = bitOf[topic];
    return this.#nearest & bit ? nearest : this.#near & bit ? present : 0;
  }

  /** Whether the nearest word before says that the number is an order's, a price or the like. */
  get otherwise(): boolean {
    return (this.#nearest & bitOf.other) !== 0;
  }
}

/** The words of a text that mean something, found once for all scanners. */
export class Context {
  readonly #starts: number[] = [];
  readonly #ends: number[] = [];
  readonly #bits: number[] = [];
  readonly #label: number;
  readonly #identified: boolean;
  readonly #all: number;

  constructor({ lower, label }: View) {
    for (let at = 0; at < lower.length; at++) {
      if (!isLetter(lower.charCodeAt(at))) continue;
      const start = at;
      let hash = 0;
      for (; at < lower.length && isInWord(lower.charCodeAt(at)); at++) hash = hashed(hash, lower.charCodeAt(at));
      // Cutting every word out of the text would cost more than all the rest.
      if (!hashes.has(hash)) continue;
      const of = bits.get(lower.slice(start, at));
      if (of === undefined) continue;
      this.#starts.push(start);
      this.#ends.push(at);
      this.#bits.push(of);
    }
    const named = label.match(words) ?? [];
    let labelled = named.reduce((all, word) => all | (bits.get(word) ?? 0), 0);
    this.#identified = nameless.has(named.at(-1) ?? '');
    if (this.#identified) labelled = (labelled & ~loose) | bitOf.other;
    this.#label = labelled;
    this.#all = this.#bits.reduce((all, of) => all | of, labelled);
  }

  /** Whether any word of the text is about a topic. */
  mentions(topic: Topic): boolean {
    return (this.#all & bitOf[topic]) !== 0;
  }

  around(start: number, end: number, reach = before): Surroundings {
    let near = this.#label;
    let closest = this.#label;
    const first = this.#firstEndingAfter(start - reach);
    for (let at = first; at < this.#starts.length; at++) {
      const begins = this.#starts[at] as number;
      if (begins > end + after) break;
      const says = this.#bits[at] as number;
      near |= says;
      if ((this.#ends[at] as number) <= start) closest = says;
      // With nothing before it, "555 0100 office" is told by what comes after.
      else if (closest === 0 && begins >= end) closest = says;
    }
    return new Surroundings(near, closest, this.#identified);
  }

  #firstEndingAfter(offset: number): number {
    let low = 0;
    let high = this.#ends.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#ends[middle] as number) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** The words of a label. */
const words = /\p{L}+/gu;

/** Every letter beyond ASCII counts as one, and a few marks that are none, which no listed word has. */
const isLetter = (code: number) => (code >= 97 && code <= 122) || code >= 0xc0;
const isInWord = (code: number) => isLetter(code) || code === 39;

/** As the last word of a field's name these say that its number identifies a thing, or is a time: `call_id`, `started_at`. */
const nameless = new Set(
  'id ids uid uuid key ts at on time date timestamp created updated count size offset cursor schedule url uri href link'.split(
    ' ',
  ),
);

/** What such a field is about says nothing of its number. */
const loose = bitOf.phone | bitOf.nhs | bitOf.npi;
